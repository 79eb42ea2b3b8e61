"""Officials: the results that wait for somebody to look, the evidence, and what is decided about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.learning import activity_by_id
from lms.api.people import May, Person, here, path_names, people_by_id, roles_that
from lms.api.studio import Field, is_number
from lms.api.web import STAFF, MenuItem, Routes, address, composed_lines, render, say, time_and_date
from lms.api.work import Invalid, NotFound, Text, TooEarly, _, unit_of_work
from plugins.integrity import queries
from plugins.integrity.access import case_for, units_of
from plugins.integrity.comparing import compared
from plugins.integrity.models import CLEARED, OPEN, PROPOSED, RETAKE, UPHELD, WAITING
from plugins.integrity.queries import A_PAGE, CaseRow
from plugins.integrity.services import deciding
from plugins.integrity.services.reading import sheets_of
from plugins.integrity.wording import LIMITS, TITLES, in_words
from quizzes.api import papers

routes = Routes("integrity", "/can-bo/xem-lai")
menu = (
    MenuItem(
        "integrity.cases", _("Results to look at"), "search", "staff", roles_that(May.CONFIRM), 32, group="assess"
    ),
)
Answer = str | Response | tuple[str, int]
STATES: dict[str, Text] = {
    OPEN: _("Waits for somebody to look"),
    PROPOSED: _("Waits for a second person"),
    RETAKE: _("To be taken again"),
    CLEARED: _("All is well"),
    UPHELD: _("Does not count"),
}
TAGS = {OPEN: "wait", PROPOSED: "wait", RETAKE: "info", CLEARED: "ok", UPHELD: "bad"}
FILTERS: dict[str, tuple[str, ...]] = {"": WAITING, "xong": (CLEARED, UPHELD)} | {
    key: (state,)
    for key, state in (
        ("cho-xem", OPEN), ("cho-nguoi-hai", PROPOSED), ("lam-lai", RETAKE), ("on", CLEARED), ("khong-tinh", UPHELD),
    )
}  # fmt: skip
FILTER_WORDS: dict[str, Text] = {
    "": _("All that wait"), "cho-xem": STATES[OPEN], "cho-nguoi-hai": STATES[PROPOSED], "lam-lai": STATES[RETAKE],
    "xong": _("All that were decided"), "on": STATES[CLEARED], "khong-tinh": STATES[UPHELD],
}  # fmt: skip
STEPS: dict[str, Text] = {
    deciding.CLEAR: _("All is well: let it count"),
    deciding.AGAIN: _("Ask for the check to be taken again, supervised"),
    deciding.PROPOSE: _("Propose that it does not count"),
    deciding.AGREE: _("I have looked too, and agree"),
    deciding.REFUSE: _("I have looked too, and do not agree"),
    deciding.REOPEN: _("Take the decision back and look once more"),
}
DONE: dict[str, Text] = {
    deciding.CLEAR: _("Cleared; looked at and all is well"),
    deciding.AGAIN: _("Asked for the check to be taken again"),
    deciding.PROPOSE: _("Proposed that it does not count"),
    deciding.AGREE: _("Agreed as a second person"),
    deciding.REFUSE: _("Did not agree"),
    deciding.REOPEN: _("Took the decision back"),
}


class Listed(Struct, frozen=True):
    """A case in the list."""

    url: str
    quiz: str
    unit: str
    signs: list[str]
    people: int
    answered: int
    helps: int
    found_at: int
    state: str
    tag: str


class Paging(Struct, frozen=True):
    """Where one is in a longer list."""

    number: int
    total: int
    previous_url: str | None
    next_url: str | None


@routes.get("", STAFF, endpoint="cases")
def cases() -> str:
    """What waits, the oldest first; and what was decided."""
    officer = here()
    units, whole = units_of(officer)
    chosen = request.args.get("loc", "")
    chosen = chosen if chosen in FILTERS else ""
    typed = request.args.get("trang", "1")
    page = max(int(typed), 1) if is_number(typed) and len(typed) < 6 else 1
    rows, total = queries.cases(units, officer.id, FILTERS[chosen], page, whole)
    counts = queries.figures(units, officer.id, whole)
    orgs = path_names(sorted({org_id for org_id, _state in counts if org_id is not None}))
    by_unit: dict[int | None, dict[str, int]] = {}
    for (org_id, state), n in counts.items():
        by_unit.setdefault(org_id, {})[state] = n
    per_unit = sorted(
        (
            (
                _unit(orgs, org_id),
                sum(n for state, n in held.items() if state in WAITING),
                held.get(CLEARED, 0),
                held.get(UPHELD, 0),
            )
            for org_id, held in by_unit.items()
        ),
        key=lambda line: (-line[1], line[0]),
    )
    last = max(1, -(-total // A_PAGE))
    return render(
        "integrity/officials/list.html",
        rows=_listed(rows),
        total=total,
        chosen=Field(chosen, []),
        filters=[(key, say(words)) for key, words in FILTER_WORDS.items()],
        per_unit=per_unit,
        pages=Paging(
            page,
            last,
            _page_url(chosen, page - 1) if page > 1 else None,
            _page_url(chosen, page + 1) if page < last else None,
        ),
    )


def _page_url(chosen: str, page: int) -> str:
    asked: dict[str, Any] = ({"loc": chosen} if chosen else {}) | ({"trang": page} if page > 1 else {})
    return address("integrity.cases", **asked)


def _unit(orgs: dict[int, str], org_id: int | None) -> str:
    if org_id is None:
        return say(_("People of no unit"))
    return orgs.get(org_id) or say(_("The whole country"))


def _quiz(activity_id: int) -> str:
    found = activity_by_id(activity_id)
    return found.title if found else ""


def _listed(rows: list[CaseRow]) -> list[Listed]:
    ids = [row.id for row in rows]
    signs, people = queries.signs_of(ids), queries.people_of(ids)
    orgs = path_names(sorted({row.org_id for row in rows if row.org_id is not None}))
    return [
        Listed(
            address("integrity.case", case=row.uuid),
            _quiz(row.activity_id),
            _unit(orgs, row.org_id),
            [say(TITLES[kind]) for kind in dict.fromkeys(sign.kind for sign in signs[row.id])],
            len(people[row.id]),
            sum(one.answered_at is not None for one in people[row.id]),
            sum(one.wants_help for one in people[row.id]),
            row.found_at,
            say(STATES[row.state]),
            TAGS[row.state],
        )
        for row in rows
    ]


@routes.get("/<uuid:case>", STAFF, endpoint="case")
def one(case: UUID) -> str:
    """A case with its evidence, what its people say, and what may be done."""
    officer = here()
    return _page(officer, case_for(officer, case))


@routes.post("/<uuid:case>", STAFF, endpoint="decide")
def decide(case: UUID) -> Answer:
    """Takes a step, with a reason."""
    officer = here()
    step = request.form.get("step", "")
    reason = composed_lines(request.form.get("reason")) or ""
    row = case_for(officer, case)
    if step not in deciding.STEPS:
        wrong = say(_("Please choose what is to be done."))
        return _page(officer, row, step, reason, {"step": [wrong]}), 422
    try:
        with unit_of_work():
            deciding.decide(case_for(officer, case, hold=True), step, reason, officer.id)
    except Invalid as error:
        return _page(officer, row, step, reason, {"reason": [say(error.text)]}), 422
    except TooEarly as error:
        return _page(officer, row, step, reason, {"step": [say(error.text)]}), 422
    return redirect(address("integrity.case", case=case, xong=1), 303)


class Shown(Struct, frozen=True):
    """A paper of a case, as the table shows it."""

    number: int
    name: str
    started_at: int
    seconds: int
    right: int
    of: int
    passed: bool
    supervised: bool


class Said(Struct, frozen=True):
    """What somebody of the case says."""

    name: str
    answer: str
    wants_help: bool
    answered_at: int | None


def _page(
    officer: Person, case: CaseRow, step: str = "", reason: str = "", errors: dict[str, list[str]] | None = None
) -> str:
    signs = queries.signs_of([case.id])[case.id]
    listed = queries.papers_of([case.id])[case.id]
    said = queries.people_of([case.id])[case.id]
    steps = queries.steps_of(case.id)
    names = {
        account_id: person.full_name
        for account_id, person in people_by_id(
            {p.account_id for p in listed} | {s.by_id for s in steps} | {w.account_id for w in said}
        ).items()
    }
    somebody = say(_("somebody"))
    sheets = {s.id: s for s in sheets_of(papers(ids=[p.attempt_id for p in listed], most=len(listed)))}
    numbers = {p.attempt_id: n for n, p in enumerate(listed, 1)}
    told = [pair for sign in signs for pair in sign.evidence.get("pairs", []) if {pair[0], pair[1]} <= set(numbers)]
    pairs = {(pair[0], pair[1]): pair for pair in told}.values()
    may = [key for key in STEPS if deciding.may(case, key, officer.id)]
    orgs = path_names([case.org_id] if case.org_id is not None else [])
    return render(
        "integrity/officials/case.html",
        quiz=_quiz(case.activity_id),
        unit=_unit(orgs, case.org_id),
        found_at=case.found_at,
        answer_by=case.answer_by,
        state=say(STATES[case.state]),
        tag=TAGS[case.state],
        waits=case.waits,
        done="xong" in request.args,
        signs=[
            (say(TITLES[s.kind]), [say(words) for words in in_words(s.kind, s.evidence)], say(LIMITS[s.kind]))
            for s in signs
        ],
        papers=[
            Shown(
                numbers[p.attempt_id],
                names.get(p.account_id, somebody),
                sheets[p.attempt_id].started_at,
                sheets[p.attempt_id].submitted_at - sheets[p.attempt_id].started_at,
                round(sheets[p.attempt_id].score * len(sheets[p.attempt_id].versions)),
                len(sheets[p.attempt_id].versions),
                sheets[p.attempt_id].passed,
                sheets[p.attempt_id].supervised,
            )
            for p in listed
            if p.attempt_id in sheets
        ],
        pairs=[
            (
                say(_("Paper {a} and paper {b}", a=numbers[a], b=numbers[b])),
                same,
                both,
                address("integrity.sides", case=case.uuid, one=numbers[a], other=numbers[b]),
            )
            for a, b, same, both, *_rest in pairs
        ],
        said=[Said(names.get(w.account_id, somebody), w.answer, w.wants_help, w.answered_at) for w in said],
        steps=[(say(DONE[s.step]), names.get(s.by_id, somebody), time_and_date(s.at), s.reason) for s in steps],
        choices=[(key, say(STEPS[key])) for key in may],
        early=case.state in (OPEN, RETAKE) and deciding.PROPOSE not in may,
        own=case.state == PROPOSED and deciding.AGREE not in may,
        step=Field(step, (errors or {}).get("step", [])),
        reason=Field(reason, (errors or {}).get("reason", [])),
        errors=errors or {},
        send_to=address("integrity.decide", case=case.uuid),
    )


@routes.get("/<uuid:case>/<int:one>/<int:other>", STAFF, endpoint="sides")
def sides(case: UUID, one: int, other: int) -> str:
    """Two papers of a case side by side. Which answers are equal is shown; what they are, and the key, is not."""
    row = case_for(here(), case)
    listed = queries.papers_of([row.id])[row.id]
    if not (0 < one <= len(listed) and 0 < other <= len(listed)) or one == other:
        raise NotFound
    left, right = listed[one - 1], listed[other - 1]
    found = papers(ids=[left.attempt_id, right.attempt_id])
    sheets = {s.id: (s, p) for s, p in zip(sheets_of(found), found, strict=True)}
    if len(sheets) < 2:
        raise NotFound
    names = people_by_id([left.account_id, right.account_id])
    lines = compared(*sheets[left.attempt_id], *sheets[right.attempt_id])
    return render(
        "integrity/officials/sides.html",
        case_url=address("integrity.case", case=case),
        title=say(_("Paper {a} and paper {b}", a=one, b=other)),
        one=names[left.account_id].full_name if left.account_id in names else say(_("somebody")),
        other=names[right.account_id].full_name if right.account_id in names else say(_("somebody")),
        rows=[(line, say(WORDS[line.what])) for line in lines],
        same=sum(line.what == "same" for line in lines),
    )


WORDS: dict[str, Text] = {
    "same": _("Both wrong, with the same answer"),
    "differ": _("Both wrong, with different answers"),
    "right": _("Both right"),
    "one": _("One right, one wrong"),
    "wrong": _("Both wrong; answers of this kind are not compared"),
}

"""Officers: mark what a person has to mark, by its rubric. Of two markers, neither sees the mark of the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import redirect, request
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.packages import render as markdown
from lms.api.people import May, Person, children, here, path_names, people_by_id, reaches, roles_that, units_where
from lms.api.studio import Field, is_number
from lms.api.web import STAFF, MenuItem, Routes, address, composed_lines, render, say, time_and_date
from lms.api.work import Conflict, Invalid, Text, _, unit_of_work
from quizzes import queries, to_mark
from quizzes.access import marking_units, paper_to_mark
from quizzes.items.contract import ITEM_TYPES
from quizzes.services import marking
from quizzes.services.queueing import DECISION, SECOND
from quizzes.stems import html_of, more_of, words_of
from quizzes.to_mark import A_PAGE, WaitingRow, Wanted

routes = Routes("quizzes", "/can-bo/cham-bai")
menu = (
    MenuItem(
        "quizzes.marking_list", _("Answers to mark"), "pencil", "staff", roles_that(May.CONFIRM), 31, group="assess"
    ),
)
Answer = str | Response | tuple[str, int]
DAYS: Mapping[int, Text] = {
    3: _("Three days and longer"), 7: _("A week and longer"), 14: _("Two weeks and longer"),
}  # fmt: skip


class ToMark(Struct, frozen=True):
    """An answer in the list of those that wait: enough to choose it by, no more."""

    name: str
    quiz: str
    question: str
    at: int
    second: bool
    held: str  # by whom it is being marked now, somebody else
    url: str


class Pages(Struct, frozen=True):
    """Where one is in a list of several pages."""

    number: int
    total: int
    previous_url: str | None
    next_url: str | None


def paged(endpoint: str, number: int, rows: int, most: int, kept: Mapping[str, str] = {}, **values: object) -> Pages:
    """The pages of a list; what it is narrowed to goes along."""
    total = max(1, -(-rows // most))
    number = min(number, total)

    def url(n: int) -> str:
        asked = {k: v for k, v in kept.items() if v} | ({"trang": str(n)} if n > 1 else {})
        return address(endpoint, **values) + (f"?{urlencode(asked)}" if asked else "")

    return Pages(number, total, url(number - 1) if number > 1 else None, url(number + 1) if number < total else None)


def page_asked() -> int:
    """The number of the page in the address, from 1."""
    typed = request.args.get("trang", "")
    return max(1, int(typed)) if is_number(typed) and len(typed) < 7 else 1


def number_asked(name: str, typed: Mapping[str, str] | None = None) -> int | None:
    """A whole number in the address or a form; None where there is none."""
    found = (request.args if typed is None else typed).get(name, "")
    return int(found) if is_number(found) and len(found) < 18 else None


def wanted_of(granted: Collection[int], typed: Mapping[str, str] | None = None) -> Wanted:
    """To what the list is narrowed; a unit that is not theirs narrows nothing."""
    org, days = number_asked("don-vi", typed), number_asked("cho", typed)
    return Wanted(
        number_asked("bai", typed),
        org if org is not None and reaches(granted, org) else None,
        days if days is not None and days in DAYS else 0,
    )


def units_offered(granted: Collection[int]) -> list[tuple[str, str]]:
    """The units of an officer and those right below them, to narrow a list to."""
    ids = list(dict.fromkeys([*granted, *(child.id for unit in granted for child in children(unit))]))
    names = path_names(ids)
    return [(str(i), names[i]) for i in ids if names.get(i)]


def listed(rows: Collection[WaitingRow], officer: int, endpoint: str) -> list[ToMark]:
    """Rows of the queue with names and words."""
    people = people_by_id({row.account_id for row in rows} | {row.claimed_by for row in rows if row.claimed_by})
    worded = {v.id: v for v in queries.versions([row.version_id for row in rows])}
    return [
        ToMark(
            people[row.account_id].full_name if row.account_id in people else "",
            row.quiz,
            words_of(worded[row.version_id].body["stem"])[:140],
            row.since,
            row.stage == SECOND,
            people[row.claimed_by].full_name if row.claimed_by and row.held_by_other(officer) else "",
            address(endpoint, attempt=row.uuid, n=row.position + 1),
        )
        for row in rows
    ]


@routes.get("", STAFF)
def marking_list() -> str:
    """The answers that wait, the longest waiting first, a page at a time."""
    return _list("")


def _list(wrong: str) -> str:
    person = here()
    queue = queue_of(person, marking_units(person), "quizzes.marking_list", "quizzes.marking_one", deciding=False)
    decisions = bool(units_where(person, May.PUBLISH))
    return render("quizzes/officer/to_mark.html", **queue, decisions=decisions, wrong=wrong)


def queue_of(person: Person, units: Collection[int], to_list: str, to_one: str, *, deciding: bool) -> dict[str, Any]:
    """What a list of waiting answers shows, with its filters; `deciding`: those with two marks too far apart."""
    wanted, number = wanted_of(units), page_asked()
    rows, total = to_mark.waiting(units, person.id, deciding, wanted, number)
    kept = {"bai": str(wanted.quiz or ""), "don-vi": str(wanted.org or ""), "cho": str(wanted.days or "")}
    return {
        "rows": listed(rows, person.id, to_one),
        "total": total,
        "pages": paged(to_list, number, total, A_PAGE, kept),
        "quizzes": [(str(i), f"{title} ({n})") for i, title, n in to_mark.quizzes_waiting(units, person.id, deciding)],
        "units": units_offered(units),
        "days": [(str(n), say(text)) for n, text in DAYS.items()],
        "chosen": kept,
        "narrowed": any(kept.values()),
    }


@routes.post("/ke-tiep", STAFF, endpoint="marking_next")
def next_one() -> Answer:
    """Claims the longest waiting answer that nobody else is marking, and opens it."""
    person = here()
    units = marking_units(person)
    found = to_mark.next_free(units, person.id, wanted_of(units, request.form))
    if found is None:
        return redirect(address("quizzes.marking_list"), 303)
    uuid, position = found
    try:
        with unit_of_work():
            marking.claim(marking.one_waiting(paper_to_mark(person, uuid), position), person.id)
    except Conflict:
        return redirect(address("quizzes.marking_list"), 303)  # taken in this very moment: the list shows what is left
    return redirect(address("quizzes.marking_one", attempt=uuid, n=position + 1), 303)


@routes.get("/<uuid:attempt>/<int:n>", STAFF, endpoint="marking_one")
def one(attempt: UUID, n: int) -> str:
    """One answer with its rubric."""
    return _page(marking.one_waiting(paper_to_mark(here(), attempt), n - 1), [], "", "")


@routes.post("/<uuid:attempt>/<int:n>", STAFF, endpoint="marking_give")
def give(attempt: UUID, n: int) -> Answer:
    """Gives the mark. The last one that a paper waits for makes its verdict."""
    person = here()
    found = marking.one_waiting(paper_to_mark(person, attempt), n - 1)
    chosen, note = levels_sent(found), composed_lines(request.form.get("note")) or ""
    try:
        with unit_of_work():
            marking.mark(found, chosen, note, person.id)
    except (Invalid, Conflict) as error:
        return _page(found, chosen, note, say(error.text)), error.status
    return redirect(address("quizzes.marking_list"), 303)


@routes.post("/<uuid:attempt>/<int:n>/giu", STAFF, endpoint="marking_claim")
def claim(attempt: UUID, n: int) -> Answer:
    """Makes an answer one's own for half an hour, or gives it back."""
    person = here()
    found = marking.one_waiting(paper_to_mark(person, attempt), n - 1)
    if request.form.get("do") == "release":
        with unit_of_work():
            marking.release(found, person.id)
        return redirect(address("quizzes.marking_list"), 303)
    try:
        with unit_of_work():
            marking.claim(found, person.id)
    except Conflict as error:
        return _page(found, [], "", say(error.text)), error.status
    return redirect(address("quizzes.marking_one", attempt=attempt, n=n), 303)


def levels_sent(found: marking.Waiting, form: Mapping[str, str] | None = None) -> list[int]:
    """The level chosen in each line of the rubric; -1 where none is."""
    criteria = found.kind.rubric(found.version.spec)
    sent = [(request.form if form is None else form).get(f"level-{place}", "") for place in range(len(criteria))]
    return [int(level) if is_number(level) and len(level) < 3 else -1 for level in sent]


def answer_told(found: marking.Waiting) -> dict[str, object]:
    """What a page of an answer shows of it: whose, what was asked, what was answered, by what it is marked."""
    body, spec = found.version.body, found.version.spec
    kind = ITEM_TYPES.get(found.version.type)
    people = people_by_id([found.row.account_id])
    model = str(spec.get("model", ""))
    return {
        "name": people[found.row.account_id].full_name if found.row.account_id in people else "",
        "quiz": queries.revision(found.row.revision_id)["title"],
        "stem_html": html_of(body["stem"]),
        "more_html": more_of(body["stem"]),
        "said": kind.in_words(spec, found.answer) if found.answer else [],
        "watched": spec.get("asks") == "nothing",
        "model_html": Markup(markdown(model)) if model else "",  # noqa: S704  cleaned
        "criteria": found.kind.rubric(spec),
    }


def _page(found: marking.Waiting, chosen: list[int], note: str, wrong: str) -> str:
    person = here()
    stand = marking.stand_of(found.row.id, found.position)
    mine = any(given.by_id == person.id for given in marking.given_to(found.row.id, found.position))
    other = stand.held_by_other(person.id)
    people = people_by_id([stand.claimed_by] if stand.claimed_by else [])
    return render(
        "quizzes/officer/mark.html",
        **answer_told(found),
        chosen=chosen,
        note=Field(note, []),
        wrong=wrong,
        two=found.policy.markers == 2,
        second=stand.stage == SECOND,
        mine=mine,
        decided=stand.stage == DECISION,
        held={
            "name": people[stand.claimed_by].full_name if stand.claimed_by in people else "",
            "until": time_and_date(stand.claimed_until or 0),
        }
        if other
        else None,
        until=time_and_date(stand.claimed_until) if stand.claimed_by == person.id and stand.claimed_until else "",
        send_to=address("quizzes.marking_give", attempt=found.row.uuid, n=found.position + 1),
        claim_at=address("quizzes.marking_claim", attempt=found.row.uuid, n=found.position + 1),
    )

"""Step three: what is wrong, mended in place; and what will happen, before it does."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from flask import redirect, request
from msgspec import Struct, field
from werkzeug.wrappers import Response

from lms.api.competency import courses_of, programmes
from lms.api.people import May, children, here, known_by_id, nfc, org, path_name, units_where
from lms.api.web import GROUPS, STAFF, Routes, address, render, say
from lms.api.work import Invalid, NotFound, _, unit_of_work
from plugins.rosters import queries
from plugins.rosters.access import draft_for
from plugins.rosters.formats.columns import FIELDS, GROUP, VILLAGE
from plugins.rosters.models import CHECKING
from plugins.rosters.queries import RosterLine, RowLine
from plugins.rosters.services import mending, taking
from plugins.rosters.services.mending import TYPED
from plugins.rosters.services.receiving import village_key
from plugins.rosters.views import wording

routes = Routes("rosters", "/can-bo/danh-sach")
PER_PAGE = 50
W = queries.W


class Open(Struct, frozen=True):
    """A kind of problem that is left."""

    title: str
    rows: int
    url: str


@routes.get("/<uuid:uuid>/ra-soat", STAFF)
def check(uuid: UUID) -> str:
    """All that is left to mend, and what taking the list in will do."""
    return _check(draft_for(here(), uuid, CHECKING), "")


@routes.post("/<uuid:uuid>/nhan", STAFF, endpoint="accept")
def accept(uuid: UUID) -> str | Response | tuple[str, int]:
    """Gives the list to the worker."""
    person = here()
    roster = draft_for(person, uuid, CHECKING)
    try:
        with unit_of_work():
            taking.accept(roster, person.id, request.form.get("without") == "1")
    except Invalid as error:
        return _check(roster, say(error.text)), error.status
    return redirect(address("rosters.show", uuid=uuid), 303)


def _check(roster: RosterLine, error: str) -> str:
    waiting = queries.count_problems(roster.id)
    return render(
        "rosters/staff/check.html",
        roster=roster,
        unit=path_name(roster.org_id),
        problems=[
            Open(say(title), waiting[code], address("rosters.problem", uuid=roster.uuid, problem=code))
            for code, (title, _how) in wording.PROBLEMS.items()
            if waiting[code]
        ],
        waiting=waiting[""],
        summary=_summary(roster, waiting[""]),
        skipped=queries.count(roster.id, W.c.decision == "skip"),
        skipped_url=address("rosters.problem", uuid=roster.uuid, problem="skipped"),
        error=error,
    )


class Summary(Struct, frozen=True):
    """What will happen: nothing of it has happened yet."""

    people: list[tuple[str, str]]
    notes: list[str]
    units: list[tuple[str, int]]
    programmes: list[tuple[str, int]]
    left_out: list[str]
    total: int


def _summary(roster: RosterLine, waiting: int) -> Summary:
    counted = queries.decisions(roster.id)
    people: Counter[str] = Counter()
    units: Counter[int] = Counter()
    groups: Counter[str] = Counter()
    for (decision, org_id, group), n in counted.items():
        people[decision or "new"] += n
        if decision != "skip":
            units[org_id or roster.org_id] += n
            groups[group or roster.target_group] += n
    rows = (
        (_("People entered anew"), people["new"] + people["queue"]),
        (_("Of these to be looked into, because they may be here already"), people["queue"]),
        (_("People who are here already: they get the unit and the programme"), people["same"]),
        (_("Rows left out"), people["skip"]),
        (_("Rows that still have a problem"), waiting),
    )
    noted = queries.noted(roster.id)
    enrolled = [
        (p.title, groups[p.target_group]) for p in programmes() if p.id in roster.programmes and courses_of(p.id)
    ]
    return Summary(
        [(say(label), str(n)) for label, n in rows if n],
        [say(_(many.msgid, n=noted[code])) for code, (_one, many) in wording.NOTES.items() if noted[code]],
        [(unit.full_name if (unit := org(i)) else "", n) for i, n in units.most_common()],
        enrolled,
        [str(line) for line in roster.left_out if isinstance(line, int)],
        people["new"] + people["queue"] + people["same"],
    )


class Line(Struct, frozen=True):
    """A row with a problem."""

    id: int
    line: int
    name: str
    about: str
    typed: str
    value: str  # what the box begins with: the suggestion, or what was typed
    suggested: bool
    match: wording.Match | None = None
    twin: str = ""
    decision: str = ""
    notes: list[str] = field(default_factory=list)


@routes.get("/<uuid:uuid>/ra-soat/<problem>", STAFF)
def problem(uuid: UUID, problem: str) -> str | Response:
    """The rows with one problem, to be mended here."""
    roster = draft_for(here(), uuid, CHECKING)
    if problem == "skipped":
        return _skipped(roster)
    if problem not in wording.PROBLEMS:
        raise NotFound
    if not queries.count_problems(roster.id)[problem]:
        return redirect(address("rosters.check", uuid=uuid), 303)
    if problem in (VILLAGE, GROUP):
        return _places(roster, problem)
    return _lines(roster, problem)


@routes.post("/<uuid:uuid>/ra-soat/<problem>", STAFF, endpoint="mend")
def mend(uuid: UUID, problem: str) -> Response:
    """Takes what was mended, and shows what is left."""
    roster = draft_for(here(), uuid, CHECKING)
    units = units_where(here(), May.MAKE_PEOPLE)
    with unit_of_work():
        if problem == "skipped":
            mending.bring_back(roster, _numbers("back"))
        elif problem in wording.PROBLEMS:
            _mend(roster, problem, request.form.get("do", "save"), units)
        else:
            raise NotFound
    return redirect(address("rosters.problem", uuid=uuid, problem=problem), 303)


def _mend(roster: RosterLine, problem: str, what: str, units: list[int]) -> None:
    if what == "skip-all":
        mending.skip(roster, problem)
    elif what == "leave-out" and problem not in mending.DECISIONS:
        mending.leave_out(roster, problem)
    elif what == "suggested" and problem in TYPED:
        mending.take_suggestions(roster, problem, units)
    elif what.startswith("all-") and problem in mending.DECISIONS:
        mending.decide(roster, problem, what.removeprefix("all-"), units)
    elif problem in (VILLAGE, GROUP):
        mending.place(roster, problem, _meanings(roster, problem))
    elif problem in mending.DECISIONS:
        mending.decide(roster, problem, _by_row("decision"), units)
    else:
        left = _numbers("skip")
        mending.skip(roster, problem, left)
        typed = {i: nfc(text)[:200] for i, text in _by_row("value").items() if i not in left}
        mending.mend(roster, problem, typed, units)


def _by_row(name: str) -> dict[int, str]:
    """The fields `name-<row>` of the form that were filled in or chosen."""
    start = name + "-"
    return {
        int(key.removeprefix(start)): value
        for key, value in request.form.items()
        if key.startswith(start) and key.removeprefix(start).isdigit()
    }


def _numbers(name: str) -> set[int]:
    return {int(typed) for typed in request.form.getlist(name) if typed.isascii() and typed.isdigit()}


def _meanings(roster: RosterLine, problem: str) -> dict[str, Any]:
    """What each typed text means; the form's fields are numbered in the order of the page."""
    allowed: dict[str, Any] = dict(_choices(roster, problem))
    meanings: dict[str, Any] = {}
    for index in range(PER_PAGE):
        typed, chosen = request.form.get(f"typed-{index}"), request.form.get(f"means-{index}", "")
        if typed is None or not chosen:
            continue
        if chosen != "own" and chosen not in allowed:
            raise NotFound
        meanings[typed] = None if chosen == "own" else int(chosen) if problem == VILLAGE else chosen
    return meanings


def _choices(roster: RosterLine, problem: str) -> list[tuple[str, str]]:
    if problem == VILLAGE:
        return [(str(unit.id), unit.full_name) for unit in children(roster.org_id)]
    return [(key, say(title)) for key, (title, _about, _icon) in GROUPS.items()]


class Place(Struct, frozen=True):
    """A text that was typed for a village or a group, and what it most probably means."""

    typed: str
    rows: int
    guess: str


def _places(roster: RosterLine, problem: str) -> str:
    choices = _choices(roster, problem)
    found = queries.typed_values(roster.id, problem).most_common(PER_PAGE)
    unit = org(roster.org_id)
    own = unit.full_name if unit and problem == VILLAGE else say(GROUPS[roster.target_group][0])
    return render(
        "rosters/staff/places.html",
        roster=roster,
        problem=problem,
        title=say(wording.PROBLEMS[problem][0]),
        how=say(wording.PROBLEMS[problem][1]),
        places=[Place(typed, n, _nearest(typed, choices) if problem == VILLAGE else "") for typed, n in found],
        choices=[*choices, *([("own", own)] if problem == VILLAGE else [])],
        own=own,
        back=address("rosters.check", uuid=roster.uuid),
    )


def _nearest(typed: str, choices: list[tuple[str, str]]) -> str:
    from difflib import get_close_matches

    keys = {village_key(name): value for value, name in choices}
    near = get_close_matches(village_key(typed), list(keys), n=1, cutoff=0.75)
    return keys[near[0]] if near else ""


def _lines(roster: RosterLine, problem: str) -> str:
    total = queries.count(roster.id, queries.with_problem(problem))
    rows = queries.rows(roster.id, queries.with_problem(problem), most=PER_PAGE)
    known = known_by_id({r.match_id for r in rows if r.match_id}, units_where(here(), May.MAKE_PEOPLE))
    earlier = {r.line: r for r in queries.rows(roster.id, W.c.line.in_({r.twin_line for r in rows if r.twin_line}))}
    title, how = wording.PROBLEMS[problem]
    return render(
        "rosters/staff/problem.html",
        roster=roster,
        problem=problem,
        title=say(title),
        how=say(how),
        field=say(FIELDS[problem]) if problem in FIELDS else "",
        rows=[_line(row, problem, earlier, known.get(row.match_id or 0)) for row in rows],
        total=total,
        decisions=[(k, say(v)) for k, v in wording.DECISIONS.get(problem, {}).items()],
        for_all=[(k, say(v)) for k, v in wording.FOR_ALL.get(problem, {}).items()],
        may_leave_out=problem in TYPED and problem != "full_name",
        suggestions=any(r.typed[problem][1] for r in rows if problem in r.typed),
        back=address("rosters.check", uuid=roster.uuid),
    )


def _line(row: RowLine, problem: str, earlier: dict[int, RowLine], known: Any) -> Line:
    typed, suggestion = (*row.typed.get(problem, ["", ""]), "")[:2]
    before = earlier.get(row.twin_line or 0)
    twin = ""
    if before is not None and problem in ("twin", "number"):
        twin = say(
            _(
                "Row {line}: {name}",
                line=before.line,
                name=" · ".join(filter(None, (before.full_name, wording.about(before)))),
            )
        )
    return Line(
        row.id, row.line, row.full_name, wording.about(row), typed, suggestion or typed, bool(suggestion),
        wording.match(known, row.match_how) if problem == "known" else None, twin,
    )  # fmt: skip


def _skipped(roster: RosterLine) -> str:
    rows = queries.rows(roster.id, W.c.decision == "skip", most=200)
    return render(
        "rosters/staff/skipped.html",
        roster=roster,
        rows=[
            Line(r.id, r.line, r.full_name, wording.about(r), "", "", False, notes=wording.notes_of(r.notes))
            for r in rows
        ],
        total=queries.count(roster.id, W.c.decision == "skip"),
        back=address("rosters.check", uuid=roster.uuid),
    )

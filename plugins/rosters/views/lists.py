"""Lists that were sent: the progress of one, what came of each row, taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Response, redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response as Redirect

from lms.api.people import May, here, org, path_name, people_by_id, require_anywhere, roles_that
from lms.api.sheets import XLSX, as_csv, as_xlsx
from lms.api.web import GROUPS, STAFF, MenuItem, Routes, address, panels, render, say
from lms.api.work import NotFound, Text, _, clock, unit_of_work
from plugins.rosters import queries
from plugins.rosters.access import draft_for, roster_for
from plugins.rosters.models import CHECKING, COLUMNS, TAKEN, TAKEN_BACK, TAKING, TAKING_BACK
from plugins.rosters.queries import RosterLine
from plugins.rosters.services import receiving, undoing
from plugins.rosters.services.forgetting import NAMES_DAYS
from plugins.rosters.views import wording

routes = Routes("rosters", "/can-bo/danh-sach")
menu = (
    MenuItem("rosters.lists", _("Lists of people"), "users", "staff", roles_that(May.MAKE_PEOPLE), 35, group="people"),
)
PER_PAGE = 100
STATES: Mapping[int, tuple[Text, str]] = {
    COLUMNS: (_("Columns to be chosen"), "wait"),
    CHECKING: (_("To be checked"), "wait"),
    TAKING: (_("Being taken in"), "info"),
    TAKEN: (_("Taken in"), "ok"),
    TAKING_BACK: (_("Being taken back"), "info"),
    TAKEN_BACK: (_("Undone"), ""),
}
PLACES = {COLUMNS: "rosters.columns", CHECKING: "rosters.check"}


class ListRow(Struct, frozen=True):
    """A list among others."""

    title: str
    unit: str
    rows: int
    by: str
    at: int
    state: str
    kind: str
    url: str


@routes.get("", STAFF)
def lists() -> str:
    """My drafts, and what was taken in for my units."""
    person = here()
    found = queries.rosters_of(person, require_anywhere(person, May.MAKE_PEOPLE))
    people = people_by_id({r.made_by for r in found})
    return render(
        "rosters/staff/lists.html",
        lists=[
            ListRow(
                r.title,
                path_name(r.org_id),
                r.rows,
                people[r.made_by].full_name if r.made_by in people else "",
                r.made_at,
                say(STATES[r.state][0]),
                STATES[r.state][1],
                address(PLACES.get(r.state, "rosters.show"), uuid=r.uuid),
            )
            for r in found
        ],
    )


class Pages(Struct, frozen=True):
    """Where one is in a long list."""

    number: int
    total: int
    previous_url: str | None
    next_url: str | None


class Outcome(Struct, frozen=True):
    """What came of a row."""

    line: int
    name: str
    about: str
    outcome: str
    kind: str
    notes: list[str]


KINDS = {"made": "ok", "joined": "ok", "here": "ok", "left": "bad", "stayed": "wait", "": "wait"}


@routes.get("/<uuid:uuid>", STAFF)
def show(uuid: UUID) -> str | Redirect:
    """How far a list is, or what came of each row."""
    roster = roster_for(here(), uuid)
    if roster.state in PLACES:
        return redirect(address(PLACES[roster.state], uuid=uuid), 303)
    if roster.state in (TAKING, TAKING_BACK):
        return _progress(roster)
    return _outcome(roster)


def _progress(roster: RosterLine) -> str:
    return render(
        "rosters/staff/progress.html",
        roster=roster,
        unit=path_name(roster.org_id),
        share=100 * roster.done // max(1, roster.rows),
        back=roster.state == TAKING_BACK,
        waits=clock.seconds() - roster.changed_at > 60,
    )


def _outcome(roster: RosterLine) -> str:
    chosen = request.args.get("ket-qua", "")
    counted = queries.outcomes(roster.id)
    where = [queries.W.c.outcome == chosen] if chosen in wording.OUTCOMES and chosen else []
    if request.args.get("ghi-chu"):
        where = [queries.W.c.notes != ""]
    total = queries.count(roster.id, *where)
    number = _page_number(-(-total // PER_PAGE))
    rows = queries.rows(roster.id, *where, most=PER_PAGE, first=(number - 1) * PER_PAGE)
    here_url = address("rosters.show", uuid=roster.uuid)
    noted = queries.count(roster.id, queries.W.c.notes != "")
    return render(
        "rosters/staff/outcome.html",
        roster=roster,
        unit=path_name(roster.org_id),
        taken_back=roster.state == TAKEN_BACK,
        counts=[
            (say(words), counted[code], f"{here_url}?ket-qua={code}", code == chosen)
            for code, words in wording.OUTCOMES.items()
            if code and counted[code]
        ],
        noted=(noted, f"{here_url}?ghi-chu=1"),
        rows=[
            Outcome(
                r.line, r.full_name, wording.about(r), say(wording.OUTCOMES[r.outcome]), KINDS.get(r.outcome, ""),
                wording.notes_of(r.notes),
            )
            for r in rows
        ],
        pages=_pages(here_url, number, -(-total // PER_PAGE)),
        may_undo=_may_undo(roster),
        panels=panels(
            "roster", org_id=roster.org_id, made_by=roster.made_by, since=roster.made_at, until=roster.taken_at,
            how_many=counted["made"],
        ),
    )  # fmt: skip


def _may_undo(roster: RosterLine) -> bool:
    return roster.state == TAKEN and clock.seconds() - roster.changed_at < NAMES_DAYS * 86_400


def _page_number(most: int) -> int:
    typed = request.args.get("trang", "1")
    return min(max(1, int(typed)), max(1, most)) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def _pages(url: str, number: int, total: int) -> Pages:
    kept = {k: request.args[k] for k in ("ket-qua", "ghi-chu") if request.args.get(k) in (*wording.OUTCOMES, "1")}

    def at(page: int) -> str:
        return url + "?" + "&".join([*(f"{k}={v}" for k, v in kept.items() if v), f"trang={page}"])

    return Pages(number, total, at(number - 1) if number > 1 else None, at(number + 1) if number < total else None)


@routes.get("/<uuid:uuid>/hoan-tac", STAFF)
def undo(uuid: UUID) -> str:
    """What taking back means, before it is done."""
    roster = roster_for(here(), uuid)
    if not _may_undo(roster):
        raise NotFound
    counted = queries.outcomes(roster.id)
    return render(
        "rosters/staff/undo.html",
        roster=roster,
        unit=path_name(roster.org_id),
        made=counted["made"],
        joined=counted["joined"],
    )


@routes.post("/<uuid:uuid>/hoan-tac", STAFF, endpoint="undo_post")
def undo_post(uuid: UUID) -> Redirect:
    """Gives the list to the worker, to be taken back."""
    person = here()
    roster = roster_for(person, uuid)
    if not _may_undo(roster):
        raise NotFound
    with unit_of_work():
        undoing.revoke(roster, person.id)
    return redirect(address("rosters.show", uuid=uuid), 303)


@routes.post("/<uuid:uuid>/bo", STAFF)
def give_up(uuid: UUID) -> Redirect:
    """Deletes a draft."""
    roster = draft_for(here(), uuid, COLUMNS, CHECKING)
    with unit_of_work():
        receiving.give_up(roster)
    return redirect(address("rosters.lists"), 303)


def _table(roster: RosterLine) -> list[list[str]]:
    heads = (
        _("Row"), _("Full name"), _("Birth date or year"), _("Telephone"), _("Unit"), _("Target group"), _("Outcome"),
        _("Remarks"),
    )  # fmt: skip
    names = {i: unit.full_name for i in _units(roster) if (unit := org(i))}
    groups = {key: say(title) for key, (title, _about, _icon) in GROUPS.items()}
    outcomes = {code: say(words) for code, words in wording.OUTCOMES.items()}
    table = [[say(head) for head in heads]]
    for r in queries.rows(roster.id):
        table.append(
            [
                str(r.line), r.full_name, wording.born(r), wording.phone_of(r.phone),
                names.get(r.org_id or roster.org_id, ""), groups.get(r.target_group or roster.target_group, ""),
                outcomes[r.outcome], " ".join(wording.notes_of(r.notes)),
            ]
        )  # fmt: skip
    return table


def _units(roster: RosterLine) -> set[int]:
    return {roster.org_id, *(org_id for _decision, org_id, _group in queries.decisions(roster.id) if org_id)}


@routes.get("/<uuid:uuid>/ket-qua.csv", STAFF, endpoint="outcome_csv")
def outcome_csv(uuid: UUID) -> Response:
    """What came of each row, for Excel and others."""
    roster = _finished(uuid)
    return _file(as_csv(_table(roster)), "text/csv; charset=utf-8", "csv")


@routes.get("/<uuid:uuid>/ket-qua.xlsx", STAFF, endpoint="outcome_xlsx")
def outcome_xlsx(uuid: UUID) -> Response:
    """The same as a workbook."""
    roster = _finished(uuid)
    return _file(as_xlsx(_table(roster)), XLSX, "xlsx")


def _finished(uuid: UUID) -> RosterLine:
    roster = roster_for(here(), uuid)
    if roster.state not in (TAKEN, TAKEN_BACK):
        raise NotFound
    return roster


def _file(content: bytes, kind: str, ending: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="ket-qua-{clock.today().isoformat()}.{ending}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer

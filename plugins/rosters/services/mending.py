"""The clerk mends rows in place: types anew, takes a suggestion, leaves something out, says who is who."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from lms.api.people import identity_key, known_by_id
from lms.api.work import NotFound, clock, connection
from plugins.rosters import queries
from plugins.rosters.formats.columns import BIRTH, FULL_NAME, GROUP, NUMBER, PHONE, VILLAGE
from plugins.rosters.formats.people import Entry, set_birth, set_number, set_phone
from plugins.rosters.formats.values import Wrong, read_name
from plugins.rosters.models import OPEN, Roster, RosterRow
from plugins.rosters.queries import RosterLine, RowLine
from plugins.rosters.services.comparing import (
    NEW,
    QUEUE,
    SAME,
    SKIP,
    Index,
    Row,
    add_to,
    compare_with_people,
    compare_within,
    drop_from,
)

R, W = Roster.__table__, RosterRow.__table__
TYPED = (FULL_NAME, BIRTH, PHONE, NUMBER)  # what is mended row by row; villages and groups by what was typed
DECISIONS = {"twin": (NEW, SKIP), "known": (SAME, NEW, QUEUE, SKIP)}
_CHANGED = (
    "full_name", "birth_date", "birth_year", "phone", "number_key", "number_tail", "org_id", "target_group", "typed",
    "problems", "notes", "decision", "match_id", "match_how", "twin_line",
)  # fmt: skip
_SAVE = update(W).where(W.c.id == bindparam("row")).values({c: bindparam(c) for c in _CHANGED})


def mend(roster: RosterLine, field: str, texts: Mapping[int, str], units: Collection[int]) -> None:
    """Reads what was typed anew for one field of these rows. What cannot be read yet stays a problem.

    Nothing typed: left out; a name cannot be.
    """
    if field not in TYPED:
        raise NotFound
    rows = _rows(queries.rows(roster.id, W.c.id.in_(texts), queries.with_problem(field)))
    for row in rows:
        _read(row, field, texts[row["id"]])
    _compare_again(roster, rows, units)
    _save(roster, rows)


def take_suggestions(roster: RosterLine, field: str, units: Collection[int]) -> None:
    """Takes what is suggested, in all rows that have a suggestion."""
    found = queries.rows(roster.id, queries.with_problem(field))
    mend(roster, field, {r.id: r.typed[field][1] for r in found if field in r.typed and r.typed[field][1]}, units)


def leave_out(roster: RosterLine, field: str) -> None:
    """Goes on without this field in all rows where it cannot be read."""
    if field == FULL_NAME:
        raise NotFound
    rows = _rows(queries.rows(roster.id, queries.with_problem(field)))
    for row in rows:
        _solved(row, field)
    _save(roster, rows)


def skip(roster: RosterLine, problem: str, row_ids: Collection[int] | None = None) -> None:
    """Leaves rows with this problem out: those named, or all."""
    some = [] if row_ids is None else [W.c.id.in_(row_ids)]
    connection().execute(
        update(W).where(W.c.roster_id == roster.id, queries.with_problem(problem), *some).values(decision=SKIP)
    )
    _touch(roster)


def bring_back(roster: RosterLine, row_ids: Collection[int]) -> None:
    """Takes rows up again that were left out."""
    connection().execute(
        update(W).where(W.c.roster_id == roster.id, W.c.id.in_(row_ids), W.c.state == OPEN, W.c.decision == SKIP)
        .values(decision=NEW)
    )  # fmt: skip
    _touch(roster)


def decide(roster: RosterLine, problem: str, decisions: Mapping[int, str] | str, units: Collection[int]) -> None:
    """Says of rows who they are: each its own answer, or one answer for all that wait."""
    allowed = DECISIONS.get(problem, ())
    some = [] if isinstance(decisions, str) else [W.c.id.in_(decisions)]
    rows = _rows(queries.rows(roster.id, queries.with_problem(problem), *some))
    known = known_by_id({row["match_id"] for row in rows if row["match_id"]}, units)
    for row in rows:
        chosen = decisions if isinstance(decisions, str) else decisions[row["id"]]
        if chosen not in allowed:
            raise NotFound
        if chosen == SAME and not (row["match_id"] in known and known[row["match_id"]].near):
            chosen = QUEUE  # somebody of other units, by a number alone: whoever may join accounts decides
        row["decision"] = chosen
        if chosen != SKIP:
            drop_from(row, "problems", problem)
        if problem == "known" and chosen in (NEW, QUEUE) and row["match_how"] == "phone":
            row["phone"] = None  # it signs the other one in
            add_to(row, "notes", "phone-taken")
        if problem == "known" and chosen in (NEW, QUEUE) and row["match_how"] == "number":
            row["number_key"] = row["number_tail"] = None
            add_to(row, "notes", "number-taken")
    _save(roster, rows)


def place(roster: RosterLine, field: str, meanings: Mapping[str, int | str | None]) -> None:
    """Says what a typed village or group means, for all rows that say so. None: the list's own."""
    if field not in (VILLAGE, GROUP):
        raise NotFound
    rows = _rows(queries.rows(roster.id, queries.with_problem(field)))
    column = "org_id" if field == VILLAGE else "target_group"
    changed = []
    for row in rows:
        typed = row["typed"].get(field, [""])[0]
        if typed in meanings:
            row[column] = meanings[typed]
            _solved(row, field)
            changed.append(row)
    _save(roster, changed)


def _read(row: Row, field: str, text: str) -> None:
    if field == FULL_NAME:
        name = read_name(text)
        if isinstance(name, str):
            row["full_name"] = name
            _solved(row, field)
        else:
            row["typed"] = {**row["typed"], field: [text[:120], ""]}
        return
    entry = Entry(row["line"], birth_date=row["birth_date"], birth_year=row["birth_year"])
    {BIRTH: lambda: set_birth(entry, text, clock.today()), PHONE: lambda: set_phone(entry, text),
     NUMBER: lambda: set_number(entry, text)}[field]()  # fmt: skip
    wrong: Wrong | None = entry.wrong.get(field)
    if wrong is not None:
        row["typed"] = {**row["typed"], field: [wrong.typed, wrong.suggestion]}
        return
    if field == BIRTH:
        row["birth_date"], row["birth_year"] = entry.birth_date, entry.birth_year
    elif field == PHONE:
        row["phone"] = entry.phone
    elif entry.number:
        row["number"] = entry.number
        row["number_key"], row["number_tail"] = identity_key(entry.number).hex(), entry.number[-4:]
    _solved(row, field)


def _solved(row: Row, field: str) -> None:
    row["typed"] = {k: v for k, v in row["typed"].items() if k != field}
    drop_from(row, "problems", field)


def _compare_again(roster: RosterLine, rows: Sequence[Row], units: Collection[int]) -> None:
    """Rows that were mended may turn out to be somebody: of this list, or who is here."""
    changed = {row["id"] for row in rows}
    index = Index()
    light = connection().execute(
        select(W.c.id, W.c.line, W.c.full_name, W.c.birth_date, W.c.birth_year, W.c.phone, W.c.number_key, W.c.org_id)
        .where(W.c.roster_id == roster.id, W.c.decision != SKIP)
        .order_by(W.c.line)
    )
    for other in light.mappings():
        if other["id"] not in changed:
            index.add(dict(other))
    compare_within(rows, index)
    compare_with_people(rows, roster.org_id, units)


def _rows(found: Iterable[RowLine]) -> list[Row]:
    return [{"id": r.id, "line": r.line, **{c: getattr(r, c) for c in _CHANGED}, "typed": dict(r.typed)} for r in found]


def _save(roster: RosterLine, rows: Sequence[Row]) -> None:
    values: list[dict[str, Any]] = [{"row": row["id"], **{c: row[c] for c in _CHANGED}} for row in rows]
    if values:
        connection().execute(_SAVE, values)
    _touch(roster)


def _touch(roster: RosterLine) -> None:
    connection().execute(update(R).where(R.c.id == roster.id).values(changed_at=clock.seconds()))

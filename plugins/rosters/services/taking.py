"""Taking a list in: part by part, in the worker, each part in one transaction.

A row is the token of its own work: what it asked for and `state = DONE` are committed together, so a worker that is
killed leaves whole rows undone, and the next one takes up exactly those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import delete, select, text, update

from lms.api.competency import courses_of, programmes
from lms.api.learning import Joining, join_many, join_newcomers
from lms.api.people import (
    NewPerson,
    fold,
    known_by_number,
    known_by_phone,
    make_people,
    note_duplicates,
    note_pairs,
    org,
)
from lms.api.work import Conflict, Invalid, _, audit, clock, connection, notify, tell
from plugins.rosters import queries
from plugins.rosters.events import PartTaken, RosterAccepted, RosterTaken
from plugins.rosters.models import CHECKING, OPEN, TAKEN, TAKING, Roster, RosterRow, RosterSheet
from plugins.rosters.queries import RosterLine, RowLine
from plugins.rosters.services.comparing import NUMBER_ELSEWHERE, PHONE_ELSEWHERE, QUEUE, SAME, SKIP

R, W = Roster.__table__, RosterRow.__table__
AT_ONCE = 500  # rows in one transaction: a second's work at most, and a lease is sixty
# What comes of a row.
MADE, JOINED, LEFT, SKIPPED, HERE, REMOVED, STAYED = "made", "joined", "left", "skipped", "here", "removed", "stayed"

_WHY = {"number": "identity", "phone": "phone", "name": "name"}  # in the words of the queue of duplicates

_WRITE = {  # one statement for all rows of a part
    "sqlite": text(
        "UPDATE rosters_row SET state = 1, typed = '{}', number_key = NULL, number_tail = NULL, outcome = d.outcome,"
        " account_id = d.account_id, notes = d.notes, made = d.made FROM (SELECT json_extract(value, '$.id') AS id,"
        " json_extract(value, '$.outcome') AS outcome, json_extract(value, '$.account_id') AS account_id,"
        " json_extract(value, '$.notes') AS notes, json_extract(value, '$.made') AS made"
        " FROM json_each(:rows)) AS d WHERE rosters_row.id = d.id"
    ),
    "postgresql": text(
        "UPDATE rosters_row SET state = 1, typed = '{}', number_key = NULL, number_tail = NULL, outcome = d.outcome,"
        " account_id = d.account_id, notes = d.notes, made = d.made FROM jsonb_to_recordset(CAST(:rows AS jsonb))"
        " AS d(id bigint, outcome text, account_id bigint, notes text, made jsonb) WHERE rosters_row.id = d.id"
    ),
}


def accept(roster: RosterLine, by_id: int, without_open: bool) -> None:
    """Gives a checked list to the worker. Rows with open problems stay out, if that was said; else they hinder it."""
    if org(roster.org_id) is None:
        raise Conflict(_("This unit does not exist any more. Please begin again with the unit that followed it."))
    waiting = queries.count_problems(roster.id)[""]
    if waiting and not without_open:
        raise Invalid(_("Some rows still have problems. Please mend them, or say that they are to be left out."))
    now = clock.seconds()
    done = connection().execute(
        update(R).where(R.c.id == roster.id, R.c.state == CHECKING).values(state=TAKING, done=0, changed_at=now)
    )
    if done.rowcount != 1:
        raise Conflict(_("This list is being taken in already."))
    connection().execute(delete(RosterSheet).where(RosterSheet.roster_id == roster.id))
    audit.record(by_id, "roster.accepted", f"roster:{roster.uuid}", rows=roster.rows, org=roster.org_id)
    tell(RosterAccepted(roster.id))


def when_roster_accepted(event: RosterAccepted) -> None:
    """Takes the first part in."""
    take_part(event.roster_id)


def when_part_taken(event: PartTaken) -> None:
    """Takes the next part in."""
    take_part(event.roster_id)


def take_part(roster_id: int) -> None:
    """Deals with the next rows of a list, and calls for the part after them."""
    locked = select(R.c.state).where(R.c.id == roster_id).with_for_update()  # SQLite holds all writers anyway
    if connection().execute(locked).scalar() != TAKING:
        return
    roster = queries.roster_by_id(roster_id)
    assert roster is not None, "its state was read a line above"
    rows = queries.rows(roster.id, W.c.state == OPEN, most=AT_ONCE)
    _write(_Part(roster, rows).outcomes())
    done, now = roster.done + len(rows), clock.seconds()
    if len(rows) == AT_ONCE:
        connection().execute(update(R).where(R.c.id == roster_id).values(done=done, changed_at=now))
        tell(PartTaken(roster_id, done))
        return
    connection().execute(
        update(R).where(R.c.id == roster_id).values(done=done, state=TAKEN, changed_at=now, taken_at=now)
    )
    tell(RosterTaken(roster_id, now))
    body = _("{title}: all {n} rows have been dealt with. Here is what came of each.", title=roster.title, n=done)
    notify(roster.made_by, "roster", _("The list has been taken in"), body, f"/can-bo/danh-sach/{roster.uuid}")


class _Part:
    """Some rows of a list, and what comes of each."""

    def __init__(self, roster: RosterLine, rows: Sequence[RowLine]) -> None:
        self._roster = roster
        self._rows = rows
        self._courses = courses_by_group(roster)
        self._found: list[dict[str, Any]] = []

    def outcomes(self) -> list[dict[str, Any]]:
        """Makes, joins and enrolls; the rows as they are to be written."""
        new, same = [], []
        for row in self._rows:
            if row.decision == SKIP or row.problems:
                self._say(row, SKIPPED if row.decision == SKIP else LEFT)
            elif row.decision == SAME:
                same.append(row)
            else:
                new.append(row)
        new, known = self._look_again(new)
        self._make(new)
        self._join([*same, *known])
        return self._found

    def _look_again(self, rows: Sequence[RowLine]) -> tuple[list[RowLine], list[RowLine]]:
        """Somebody may have come since the list was checked: with this number, or with this telephone."""
        numbers = known_by_number({bytes.fromhex(r.number_key) for r in rows if r.number_key}, ())
        phones = known_by_phone({r.phone for r in rows if r.phone}, ())
        new, known = [], []
        for row in rows:
            there = numbers.get(bytes.fromhex(row.number_key)) if row.number_key else None
            if there is not None and fold(there.full_name) == fold(row.full_name):
                known.append(replace(row, match_id=there.id))
                continue
            if there is not None:
                row = replace(row, number_key=None, number_tail=None, notes=_noted(row.notes, NUMBER_ELSEWHERE))
            if row.phone in phones:
                row = replace(row, phone=None, notes=_noted(row.notes, PHONE_ELSEWHERE))
            new.append(row)
        return new, known

    def _make(self, rows: Sequence[RowLine]) -> None:
        roster = self._roster
        made = make_people([self._person(row) for row in rows], roster.made_by, roster.org_id)
        join_newcomers([self._joining(row, account) for row, account in zip(rows, made, strict=True)])
        for row, account in zip(rows, made, strict=True):
            self._say(row, MADE, account)
        note_duplicates(made)
        note_pairs(
            (account, row.match_id, _WHY[row.match_how])
            for row, account in zip(rows, made, strict=True)
            if row.decision == QUEUE and row.match_id is not None
        )

    def _join(self, rows: Sequence[RowLine]) -> None:
        known = [(row, row.match_id) for row in rows if row.match_id is not None]
        joined = join_many([self._joining(row, account) for row, account in known]) if known else []
        for (row, account), what in zip(known, joined, strict=True):
            made: dict[str, Any] = {"enrollments": list(what.enrollment_ids)} if what.enrollment_ids else {}
            if what.membership_id is not None:
                made["membership"] = what.membership_id
            self._say(row, JOINED if made else HERE, account, made)

    def _person(self, row: RowLine) -> NewPerson:
        return NewPerson(
            row.full_name,
            row.target_group or self._roster.target_group,
            phone=row.phone,
            birth_date=row.birth_date,
            birth_year=row.birth_year,
            identity_key=bytes.fromhex(row.number_key) if row.number_key else None,
            identity_tail=row.number_tail,
        )

    def _joining(self, row: RowLine, account_id: int) -> Joining:
        group = row.target_group or self._roster.target_group
        return Joining(account_id, row.org_id or self._roster.org_id, group, self._courses.get(group, ()))

    def _say(
        self, row: RowLine, outcome: str, account_id: int | None = None, made: Mapping[str, Any] | None = None
    ) -> None:
        self._found.append(
            {"id": row.id, "outcome": outcome, "account_id": account_id, "notes": row.notes, "made": made or {}}
        )


def courses_by_group(roster: RosterLine) -> dict[str, tuple[int, ...]]:
    """The courses that people of each target group are enrolled in: those of the chosen programmes of that group."""
    found: dict[str, tuple[int, ...]] = {}
    for programme in programmes():
        if programme.id in roster.programmes:
            courses = tuple(course_id for course_id, _slug, _title in courses_of(programme.id))
            found[programme.target_group] = tuple(dict.fromkeys(found.get(programme.target_group, ()) + courses))
    return found


def _noted(notes: str, code: str) -> str:
    return notes if f",{code}," in notes else f"{notes or ','}{code},"


def _write(rows: list[dict[str, Any]]) -> None:
    if rows:
        database = connection()
        database.execute(_WRITE[database.dialect.name], {"rows": msgspec.json.encode(rows).decode()})

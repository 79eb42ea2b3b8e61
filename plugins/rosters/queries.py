"""Reads about lists of people."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from lms.api.people import Person, below
from lms.api.sheets import Sheet
from lms.api.work import connection
from plugins.rosters.models import OPEN, TAKEN, Roster, RosterForm, RosterRow, RosterSheet

R, W, S, F = Roster.__table__, RosterRow.__table__, RosterSheet.__table__, RosterForm.__table__


class RosterLine(Struct, frozen=True):
    """A list as its pages need it."""

    id: int
    uuid: UUID
    org_id: int
    target_group: str
    programmes: Sequence[int]
    title: str
    digest: str
    state: int
    fields: Mapping[str, str]
    left_out: Sequence[Any]
    rows: int
    done: int
    made_by: int
    made_at: int
    changed_at: int
    taken_at: int | None


_ROSTER: Select[Any] = select(
    R.c.id, R.c.uuid, R.c.org_id, R.c.target_group, R.c.programmes, R.c.title, R.c.digest, R.c.state, R.c.fields,
    R.c.left_out, R.c.rows, R.c.done, R.c.made_by, R.c.made_at, R.c.changed_at, R.c.taken_at,
)  # fmt: skip


def roster(uuid: UUID) -> RosterLine | None:
    """A list by its address."""
    row = connection().execute(_ROSTER.where(R.c.uuid == uuid)).first()
    return RosterLine(*row) if row else None


def roster_by_id(roster_id: int) -> RosterLine | None:
    """A list by its number."""
    row = connection().execute(_ROSTER.where(R.c.id == roster_id)).first()
    return RosterLine(*row) if row else None


def rosters_of(person: Person, units: Collection[int], most: int = 50) -> list[RosterLine]:
    """One's own drafts, and what was taken in for the units that one may enter people for; newest first."""
    theirs = and_(R.c.state >= TAKEN, R.c.org_id.in_(below(units)))
    rows = connection().execute(
        _ROSTER.where(or_(R.c.made_by == person.id, theirs)).order_by(R.c.id.desc()).limit(most)
    )
    return [RosterLine(*row) for row in rows]


def taken_before(line: RosterLine) -> RosterLine | None:
    """The same list, cell by cell, taken in for the same unit earlier."""
    row = connection().execute(
        _ROSTER.where(
            R.c.digest == line.digest, R.c.org_id == line.org_id, R.c.id != line.id, R.c.taken_at.is_not(None)
        )
        .order_by(R.c.id.desc())
        .limit(1)
    )
    found = row.first()
    return RosterLine(*found) if found else None


def sheet(roster_id: int) -> Sheet | None:
    """The cells of a draft."""
    content = connection().execute(select(S.c.content).where(S.c.roster_id == roster_id)).scalar()
    return unpacked(content) if content is not None else None


def packed(found: Sheet) -> bytes:
    """A sheet as it is stored."""
    return zlib.compress(msgspec.json.encode(found), 1)


def unpacked(content: bytes) -> Sheet:
    """A stored sheet."""
    return msgspec.json.decode(zlib.decompress(content), type=Sheet)


def known_form(org_id: int, fingerprint: str) -> Mapping[str, str] | None:
    """What this unit said the columns of such a list are."""
    found: dict[str, str] | None = (
        connection().execute(select(F.c.fields).where(F.c.org_id == org_id, F.c.fingerprint == fingerprint)).scalar()
    )
    return found


class RowLine(Struct, frozen=True):
    """A row of a list."""

    id: int
    line: int
    full_name: str
    birth_date: date | None
    birth_year: int | None
    phone: str | None
    number_key: str | None
    number_tail: str | None
    org_id: int | None
    target_group: str | None
    typed: Mapping[str, Sequence[str]]
    problems: str
    notes: str
    decision: str
    match_id: int | None
    match_how: str
    twin_line: int | None
    state: int
    outcome: str
    account_id: int | None
    made: Mapping[str, Any]

    def has(self, problem: str) -> bool:
        """Whether the row has this problem."""
        return f",{problem}," in self.problems


_ROW: Select[Any] = select(
    W.c.id, W.c.line, W.c.full_name, W.c.birth_date, W.c.birth_year, W.c.phone, W.c.number_key, W.c.number_tail,
    W.c.org_id, W.c.target_group, W.c.typed, W.c.problems, W.c.notes, W.c.decision, W.c.match_id, W.c.match_how,
    W.c.twin_line, W.c.state, W.c.outcome, W.c.account_id, W.c.made,
)  # fmt: skip


def rows(roster_id: int, *where: ColumnElement[bool], most: int | None = None, first: int = 0) -> list[RowLine]:
    """Rows of a list in the order of the file."""
    found = _ROW.where(W.c.roster_id == roster_id, *where).order_by(W.c.line).limit(most).offset(first)
    return [RowLine(*row) for row in connection().execute(found)]


def with_problem(problem: str) -> ColumnElement[bool]:
    """Rows that have a problem and are not left out."""
    return and_(W.c.problems.like(f"%,{problem},%"), W.c.decision != "skip", W.c.state == OPEN)


def count_problems(roster_id: int) -> Counter[str]:
    """How many rows have each problem; those left out are not counted. "" counts the rows with any."""
    found = connection().execute(
        select(W.c.problems, func.count())
        .where(W.c.roster_id == roster_id, W.c.problems != "", W.c.decision != "skip", W.c.state == OPEN)
        .group_by(W.c.problems)
    )
    total: Counter[str] = Counter()
    for problems, how_many in found:
        total[""] += how_many
        for problem in problems.strip(",").split(","):
            total[problem] += how_many
    return total


def count(roster_id: int, *where: ColumnElement[bool]) -> int:
    """How many rows of a list there are, of those asked for."""
    return int(
        connection().execute(select(func.count()).select_from(W).where(W.c.roster_id == roster_id, *where)).scalar_one()
    )


def decisions(roster_id: int) -> Counter[tuple[str, int | None, str | None]]:
    """How many rows without problems there are of each (decision, unit, group)."""
    found = connection().execute(
        select(W.c.decision, W.c.org_id, W.c.target_group, func.count())
        .where(W.c.roster_id == roster_id, or_(W.c.problems == "", W.c.decision == "skip"))
        .group_by(W.c.decision, W.c.org_id, W.c.target_group)
    )
    return Counter({(decision, org_id, group): n for decision, org_id, group, n in found})


def noted(roster_id: int) -> Counter[str]:
    """How many rows carry each note."""
    found = connection().execute(
        select(W.c.notes, func.count()).where(W.c.roster_id == roster_id, W.c.notes != "").group_by(W.c.notes)
    )
    total: Counter[str] = Counter()
    for notes, how_many in found:
        for note in notes.strip(",").split(","):
            total[note] += how_many
    return total


def outcomes(roster_id: int) -> Counter[str]:
    """How many rows came out how; "" for those that still wait."""
    found = connection().execute(
        select(W.c.outcome, func.count()).where(W.c.roster_id == roster_id).group_by(W.c.outcome)
    )
    return Counter({row.outcome: row[1] for row in found})


def typed_values(roster_id: int, field: str) -> Counter[str]:
    """What was typed where a field could not be read, with how many rows say so."""
    found = connection().execute(select(W.c.typed).where(W.c.roster_id == roster_id, with_problem(field)))
    return Counter(typed[field][0] for (typed,) in found if field in typed)

"""Reads about merges and pairs; every list takes the same number of statements however long it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, field
from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from lms import clock
from lms.competency.models import Attainment, Programme
from lms.db.unit_of_work import connection
from lms.identity.models import Account, Session
from lms.learning.models import Activity, Enrollment, Evidence, Syllabus
from lms.merging.models import OPEN, Duplicate, Merge
from lms.orgs.models import Membership, OrgReach
from lms.orgs.queries import nation_id, path_names
from lms.orgs.scope import below, people_below

A, M, D = Account.__table__, Merge.__table__, Duplicate.__table__
MEMBER, R = Membership.__table__, OrgReach.__table__
PAGE = 30


# --- units ------------------------------------------------------------------------------------------------------------


def _member_now() -> ColumnElement[bool]:
    at = clock.seconds()
    return and_(MEMBER.c.valid_from <= at, or_(MEMBER.c.valid_to.is_(None), MEMBER.c.valid_to > at))


def units_of(account_ids: Collection[int]) -> dict[int, list[int]]:
    """The units that each of these people belongs to now."""
    found: dict[int, list[int]] = {i: [] for i in account_ids}
    rows = connection().execute(
        select(MEMBER.c.account_id, MEMBER.c.org_id)
        .where(MEMBER.c.account_id.in_(account_ids), _member_now())
        .order_by(MEMBER.c.id)
    )
    for account_id, org_id in rows:
        if org_id not in found[account_id]:
            found[account_id].append(org_id)
    return found


def paths(org_ids: Iterable[int]) -> dict[int, list[int]]:
    """Each unit with every unit above it today, nearest first: one statement for all."""
    found: dict[int, list[int]] = {i: [] for i in org_ids}
    day = clock.today()
    rows = connection().execute(
        select(R.c.org_id, R.c.ancestor_id)
        .where(R.c.org_id.in_(sorted(found)), R.c.valid_from <= day, R.c.valid_to > day)
        .order_by(R.c.org_id, R.c.depth)
    )
    for org_id, ancestor_id in rows:
        found[org_id].append(ancestor_id)
    return found


def lowest_above(pairs: Sequence[tuple[int, int]]) -> list[int | None]:
    """For each pair of people the lowest unit that has both; the nation where one belongs nowhere."""
    units = units_of({i for pair in pairs for i in pair})
    above, nation = paths({u for held in units.values() for u in held}), nation_id()
    found: list[int | None] = []
    for one, other in pairs:
        common = [
            (len(rest), unit)
            for mine in units[one]
            for theirs in units[other]
            for unit, rest in _first_common(above[mine], above[theirs])
        ]
        found.append(max(common)[1] if common else nation)
    return found


def _first_common(one: list[int], other: list[int]) -> list[tuple[int, list[int]]]:
    """The first unit of one path that is on the other too, with what lies above it."""
    for i, unit in enumerate(one):
        if unit in other:
            return [(unit, one[i:])]
    return []


# --- pairs ------------------------------------------------------------------------------------------------------------


class PairRow(Struct, frozen=True):
    """Two accounts that look like one person."""

    id: int
    low_id: int
    high_id: int
    why: str
    state: str
    found_at: int
    reason: str
    decided_at: int | None


_PAIR = select(D.c.id, D.c.low_id, D.c.high_id, D.c.why, D.c.state, D.c.found_at, D.c.reason, D.c.decided_at)


def _both_within(units: Collection[int]) -> ColumnElement[bool]:
    return and_(people_below(D.c.low_id, units), people_below(D.c.high_id, units))


def _both_here() -> ColumnElement[bool]:
    """Neither was joined to anybody, erased or closed."""
    one, other = aliased(Account), aliased(Account)
    return and_(
        *(
            exists(
                select(literal(1)).where(
                    a.id == column, a.merged_into_id.is_(None), a.erased_at.is_(None), a.closed_at.is_(None)
                )
            )
            for a, column in ((one, D.c.low_id), (other, D.c.high_id))
        )
    )


def pairs(units: Collection[int], state: str = OPEN, page: int = 1) -> tuple[list[PairRow], int]:
    """A page of the pairs that both lie within these units, with how many there are; the newest first."""
    mine = and_(D.c.state == state, _both_here(), _both_within(units))
    total = connection().execute(select(func.count()).select_from(D).where(mine)).scalar_one()
    rows = connection().execute(_PAIR.where(mine).order_by(D.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE))
    return [PairRow(*row) for row in rows], total


def pair(pair_id: int, units: Collection[int]) -> PairRow | None:
    """A pair, if both lie within these units."""
    row = connection().execute(_PAIR.where(D.c.id == pair_id, _both_within(units))).first()
    return PairRow(*row) if row else None


def open_pairs_of(account_id: int, units: Collection[int]) -> list[PairRow]:
    """The open pairs of a person, within these units."""
    of = or_(D.c.low_id == account_id, D.c.high_id == account_id)
    rows = connection().execute(_PAIR.where(of, D.c.state == OPEN, _both_here(), _both_within(units)).limit(20))
    return [PairRow(*row) for row in rows]


# --- merges -----------------------------------------------------------------------------------------------------------


class MergeRow(Struct, frozen=True):
    """An act of joining, with the names as they are now."""

    id: int
    uuid: UUID
    kept_id: int
    gone_id: int
    kept_name: str
    gone_name: str
    by_name: str
    org_id: int | None
    reason: str
    at: int
    undone_at: int | None
    undone_reason: str | None
    detail: Mapping[str, Any]


def _merges(units: Collection[int], officer: int) -> Any:
    """Those whose person belongs to these units, and both of whose accounts did; or that the officer did."""
    kept, gone, by = aliased(Account), aliased(Account), aliased(Account)
    inside = or_(M.c.org_id.in_(below(units)), M.c.by_id == officer)
    return (
        select(
            M.c.id, M.c.uuid, M.c.kept_id, M.c.gone_id, kept.full_name, gone.full_name,
            func.coalesce(by.full_name, ""), M.c.org_id, M.c.reason, M.c.at, M.c.undone_at, M.c.undone_reason,
            M.c.detail,
        )
        .select_from(M)
        .join(kept, kept.id == M.c.kept_id)
        .join(gone, gone.id == M.c.gone_id)
        .outerjoin(by, by.id == M.c.by_id)
        .where(or_(inside, M.c.org_id.is_(None)) if nation_id() in units else inside, people_below(M.c.kept_id, units))
    )  # fmt: skip


def merges(units: Collection[int], officer: int, page: int = 1) -> tuple[list[MergeRow], int]:
    """A page of what was joined within these units, undone or not, the newest first; with how many there are."""
    wanted = _merges(units, officer)
    total = connection().execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    rows = connection().execute(wanted.order_by(M.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE))
    return [MergeRow(*row) for row in rows], total


def merge_by_uuid(uuid: UUID, units: Collection[int], officer: int) -> MergeRow | None:
    """An act of joining, if it lies within these units."""
    row = connection().execute(_merges(units, officer).where(M.c.uuid == uuid)).first()
    return MergeRow(*row) if row else None


def merges_into(account_id: int, units: Collection[int], officer: int) -> list[MergeRow]:
    """What was joined to a person and not undone, within these units."""
    mine = _merges(units, officer).where(M.c.kept_id == account_id, M.c.undone_at.is_(None))
    wanted = mine.order_by(M.c.id.desc())
    return [MergeRow(*row) for row in connection().execute(wanted)]


def merge_uuid(merge_id: int) -> UUID:
    """The link of an act of joining."""
    found: UUID = connection().execute(select(M.c.uuid).where(M.c.id == merge_id)).scalar_one()
    return found


def attained_since(account_id: int, at: int) -> list[str]:
    """The programmes that somebody attained after a moment: undoing a merge leaves them to an officer to look at."""
    t, p = Attainment.__table__, Programme.__table__
    rows = connection().execute(
        select(p.c.title)
        .join(t, t.c.programme_id == p.c.id)
        .where(t.c.account_id == account_id, t.c.attained_at >= at)
        .order_by(t.c.id)
    )
    return list(rows.scalars())


def logins(*account_ids: int) -> list[str]:
    """The names and telephones (last digits) with which these accounts are signed in to."""
    rows = connection().execute(
        select(A.c.username, A.c.phone).where(A.c.id.in_(account_ids), or_(A.c.username != "", A.c.phone != ""))
    )
    return [text for row in rows for text in (row.username, f"…{row.phone[-3:]}" if row.phone else None) if text]


def named(folded: str, units: Collection[int], but: int) -> list[Compared]:
    """Open accounts of these units whose name has these words, without marks; the first twenty."""
    if not folded:
        return []
    rows = connection().execute(
        select(A.c.id)
        .where(
            A.c.folded.contains(folded, autoescape=True), A.c.id != but, A.c.merged_into_id.is_(None),
            A.c.erased_at.is_(None), A.c.closed_at.is_(None), people_below(A.c.id, units),
        )
        .order_by(A.c.sort_key, A.c.id)
        .limit(20)
    )  # fmt: skip
    ids = list(rows.scalars())
    people = compared(ids)
    return [people[i] for i in ids]


# --- people side by side ----------------------------------------------------------------------------------------------


class Learnt(Struct, frozen=True):
    """A course as somebody has it."""

    title: str
    done: int
    of: int
    complete: bool


class Compared(Struct, frozen=True):
    """What an officer needs to tell whether two people are one; telephone and number only by their last digits."""

    id: int
    uuid: UUID
    full_name: str
    birth_date: date | None
    birth_year: int | None
    phone: str | None
    username: str | None
    identity_tail: str | None
    assurance_level: int
    made_at: datetime
    closed: bool
    units: list[str] = field(default_factory=list)
    courses: list[Learnt] = field(default_factory=list)
    attained: list[str] = field(default_factory=list)
    evidence: int = 0
    seen_at: int | None = None

    @property
    def born(self) -> str:
        """The birthday as far as it is known."""
        return f"{self.birth_date:%d/%m/%Y}" if self.birth_date else str(self.birth_year or "")

    @property
    def phone_tail(self) -> str:
        """The last three digits of the telephone: enough to ask about, too few to call."""
        return f"…{self.phone[-3:]}" if self.phone else ""


def compared(account_ids: Collection[int]) -> dict[int, Compared]:
    """People as they are compared: eight statements, however many they are."""
    database = connection()
    rows = database.execute(
        select(
            A.c.id, A.c.uuid, A.c.full_name, A.c.birth_date, A.c.birth_year, A.c.phone, A.c.username,
            A.c.identity_tail, A.c.assurance_level, A.c.made_at, A.c.closed_at,
        ).where(A.c.id.in_(account_ids))
    )  # fmt: skip
    known = {row.id: row for row in rows}
    units = units_of(account_ids)
    names = path_names({u for held in units.values() for u in held})
    courses: dict[int, list[Learnt]] = {i: [] for i in known}
    seen: dict[int, list[int]] = {i: [] for i in known}
    e, s, a = Enrollment.__table__, Syllabus.__table__, Activity.__table__
    for row in database.execute(
        select(e.c.account_id, a.c.title, e.c.done, s.c.required, e.c.last_at, e.c.completed_at)
        .join(s, s.c.id == e.c.syllabus_id)
        .join(a, a.c.id == e.c.course_id)
        .where(e.c.account_id.in_(account_ids))
        .order_by(e.c.last_at.desc())
    ):
        done, of = (row.done & row.required).bit_count(), row.required.bit_count()
        courses[row.account_id].append(Learnt(row.title, done, of, row.completed_at is not None))
        seen[row.account_id].append(row.last_at)
    attained: dict[int, list[str]] = {i: [] for i in known}
    t, p = Attainment.__table__, Programme.__table__
    for account_id, title in database.execute(
        select(t.c.account_id, p.c.title).join(p, p.c.id == t.c.programme_id).where(t.c.account_id.in_(account_ids))
    ):
        attained[account_id].append(title)
    v, x = Evidence.__table__, Session.__table__
    counted = database.execute(
        select(v.c.account_id, func.count()).where(v.c.account_id.in_(account_ids)).group_by(v.c.account_id)
    )
    facts = {row[0]: row[1] for row in counted}
    for account_id, at in database.execute(
        select(x.c.account_id, func.max(x.c.seen_at)).where(x.c.account_id.in_(account_ids)).group_by(x.c.account_id)
    ):
        seen[account_id].append(at)
    return {
        i: Compared(
            *row[:10], row.closed_at is not None, [names[u] for u in units[i] if u in names], courses[i], attained[i],
            facts.get(i, 0), max(seen[i], default=None),
        )
        for i, row in known.items()
    }  # fmt: skip

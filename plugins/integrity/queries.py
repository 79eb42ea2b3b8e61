"""Reads of cases: for the officials who decide, for the people whose results they are, for the worker."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select

from lms.api.data import Statement
from lms.api.people import below
from lms.api.work import clock, connection
from plugins.integrity.models import OPEN, WAITING, Case, CaseHand, CasePaper, CasePerson, CaseSign, CaseStep

C, G, H, P, S, W = (t.__table__ for t in (Case, CaseSign, CaseHand, CasePaper, CaseStep, CasePerson))
A_PAGE = 20


class CaseRow(Struct, frozen=True):
    """A case. Moments are seconds since 1970."""

    id: int
    uuid: UUID
    activity_id: int
    org_id: int | None
    state: str
    found_at: int
    answer_by: int
    decided_at: int | None
    decided_by: int | None
    reason: str
    second_by: int | None

    @property
    def waits(self) -> bool:
        """Whether somebody has yet to decide."""
        return self.state in WAITING


class SignRow(Struct, frozen=True):
    """A sign of a case."""

    case_id: int
    kind: str
    evidence: Mapping[str, Any]


class PaperRow(Struct, frozen=True):
    """A paper of a case."""

    case_id: int
    attempt_id: int
    attempt_uuid: UUID
    account_id: int


class PersonRow(Struct, frozen=True):
    """Somebody of a case, and what they said."""

    case_id: int
    account_id: int
    told_at: int
    answer: str
    wants_help: bool
    answered_at: int | None


class StepRow(Struct, frozen=True):
    """What was done with a case."""

    step: str
    by_id: int
    at: int
    reason: str


_CASE: Select[*tuple[Any, ...]] = select(
    C.c.id, C.c.uuid, C.c.activity_id, C.c.org_id, C.c.state, C.c.found_at, C.c.answer_by, C.c.decided_at,
    C.c.decided_by, C.c.reason, C.c.second_by,
)  # fmt: skip
_PERSON = select(W.c.case_id, W.c.account_id, W.c.told_at, W.c.answer, W.c.wants_help, W.c.answered_at)


def _apart_from(officer: int) -> ColumnElement[bool]:
    """Cases in which this officer is not concerned: neither theirs nor of papers in which they had a hand."""
    return ~exists().where(W.c.case_id == C.c.id, W.c.account_id == officer) & ~exists().where(
        H.c.case_id == C.c.id, H.c.account_id == officer
    )


def _of_units(units: Collection[int], officer: int, whole: bool) -> list[ColumnElement[bool]]:
    return [C.c.org_id.in_(below(units)) | (C.c.org_id.is_(None) if whole else C.c.id < 0), _apart_from(officer)]


def cases(
    units: Collection[int], officer: int, states: Sequence[str], page: int, whole: bool = False
) -> tuple[list[CaseRow], int]:
    """A page of the cases of these units and all below them in these states, and how many there are.

    What waits the oldest first, what was decided the newest first. `whole`: those of people of no unit too.
    """
    wanted = [C.c.state.in_(states), *_of_units(units, officer, whole)]
    total = connection().execute(select(func.count()).select_from(C).where(*wanted)).scalar_one()
    order = [C.c.found_at, C.c.id] if set(states) <= set(WAITING) else [C.c.decided_at.desc(), C.c.id.desc()]
    rows = connection().execute(_CASE.where(*wanted).order_by(*order).limit(A_PAGE).offset((max(page, 1) - 1) * A_PAGE))
    return [CaseRow(*row) for row in rows], int(total)


def figures(units: Collection[int], officer: int, whole: bool = False) -> dict[tuple[int | None, str], int]:
    """How many cases there are by unit and state, in these units and all below them."""
    rows = connection().execute(
        select(C.c.org_id, C.c.state, func.count())
        .where(*_of_units(units, officer, whole))
        .group_by(C.c.org_id, C.c.state)
    )
    return {(org_id, state): n for org_id, state, n in rows}


def case_for_officer(uuid: UUID, officer: int, hold: bool = False) -> CaseRow | None:
    """A case in which this officer is not concerned; `hold`: nobody else decides until the unit of work ends."""
    wanted = _CASE.where(C.c.uuid == uuid, _apart_from(officer))
    row = connection().execute(wanted.with_for_update(of=C) if hold else wanted).first()
    return CaseRow(*row) if row else None


def case_of(uuid: UUID, account_id: int, hold: bool = False) -> tuple[CaseRow, PersonRow] | None:
    """A case of a person's own, with what they said."""
    mine = exists().where(W.c.case_id == C.c.id, W.c.account_id == account_id)
    wanted = _CASE.where(C.c.uuid == uuid, mine)
    row = connection().execute(wanted.with_for_update(of=C) if hold else wanted).first()
    if row is None:
        return None
    said = connection().execute(_PERSON.where(W.c.case_id == row.id, W.c.account_id == account_id)).one()
    return CaseRow(*row), PersonRow(*said)


def cases_of(account_id: int) -> list[tuple[CaseRow, PersonRow]]:
    """A person's cases, those that wait first, then the newest."""
    rows = connection().execute(_CASE.where(C.c.id.in_(select(W.c.case_id).where(W.c.account_id == account_id))))
    found = [CaseRow(*row) for row in rows]
    said = {row.case_id: PersonRow(*row) for row in connection().execute(_PERSON.where(W.c.account_id == account_id))}
    found.sort(key=lambda c: (not c.waits, -c.found_at, -c.id))
    return [(case, said[case.id]) for case in found]


_ASKED: Statement[Any] = Statement(
    select(func.count(), func.min(C.c.answer_by))
    .select_from(W)
    .join(C, C.c.id == W.c.case_id)
    .where(W.c.account_id == bindparam("who"), W.c.answered_at.is_(None), C.c.state == OPEN)
)


def asked(account_id: int) -> tuple[int, int | None]:
    """How many cases wait for this person's answer, and until when the first."""
    n, until = _ASKED.one(who=account_id)
    return int(n), until


def signs_of(case_ids: Collection[int]) -> dict[int, list[SignRow]]:
    """The signs of cases."""
    found: dict[int, list[SignRow]] = {case_id: [] for case_id in case_ids}
    rows = connection().execute(
        select(G.c.case_id, G.c.kind, G.c.evidence).where(G.c.case_id.in_(case_ids)).order_by(G.c.id)
    )
    for row in rows:
        found[row.case_id].append(SignRow(*row))
    return found


def papers_of(case_ids: Collection[int]) -> dict[int, list[PaperRow]]:
    """The papers of cases, in the order in which they were begun."""
    found: dict[int, list[PaperRow]] = {case_id: [] for case_id in case_ids}
    rows = connection().execute(
        select(P.c.case_id, P.c.attempt_id, P.c.attempt_uuid, P.c.account_id)
        .where(P.c.case_id.in_(case_ids))
        .order_by(P.c.attempt_id)
    )
    for row in rows:
        found[row.case_id].append(PaperRow(*row))
    return found


def people_of(case_ids: Collection[int]) -> dict[int, list[PersonRow]]:
    """The people of cases with their answers."""
    found: dict[int, list[PersonRow]] = {case_id: [] for case_id in case_ids}
    for row in connection().execute(_PERSON.where(W.c.case_id.in_(case_ids)).order_by(W.c.account_id)):
        found[row.case_id].append(PersonRow(*row))
    return found


def steps_of(case_id: int) -> list[StepRow]:
    """What was done with a case, in order."""
    rows = connection().execute(
        select(S.c.step, S.c.by_id, S.c.at, S.c.reason).where(S.c.case_id == case_id).order_by(S.c.id)
    )
    return [StepRow(*row) for row in rows]


_CASES_OF: Statement[Any] = Statement(
    select(C.c.state, C.c.uuid, C.c.activity_id, P.c.attempt_id)
    .join(C, C.c.id == P.c.case_id)
    .where(P.c.account_id == bindparam("who")),
    lambda *row: row,
)


def holding_papers(account_id: int, states: Sequence[str]) -> list[tuple[UUID, int, int]]:
    """(case, activity, attempt) of a person's papers in cases of these states."""
    return [row[1:] for row in _CASES_OF.all(who=account_id) if row[0] in states]


def late(case: CaseRow) -> bool:
    """Whether the days in which people are waited for are over."""
    return clock.seconds() >= case.answer_by

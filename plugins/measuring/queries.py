"""Reads of what is known about questions, for authors; a constant number of statements each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import desc, select

from lms.api.work import connection
from plugins.measuring.models import Calibration, Difficulty, ItemSums

C, D, I = (t.__table__ for t in (Calibration, Difficulty, ItemSums))
A_PAGE = 50
MOST = 5_000  # versions in a file
RUNS = 20


class SumsRow(Struct, frozen=True):
    """What is kept of a version."""

    version_id: int
    n: int
    sums: Mapping[str, Any]
    flags: tuple[str, ...]
    computed_at: int


class Counts(Struct, frozen=True):
    """Of a bank: versions that were answered, those to look at, and how many have each flag."""

    versions: int
    to_look_at: int
    by_flag: Mapping[str, int]


def _flags(kept: str) -> tuple[str, ...]:
    return tuple(flag for flag in kept.split(",") if flag)


_ROW = select(I.c.version_id, I.c.n, I.c.sums, I.c.flags, I.c.computed_at)


def _row(row: Any) -> SumsRow:
    return SumsRow(row.version_id, row.n, row.sums, _flags(row.flags), row.computed_at)


def counts(bank_id: int) -> Counts:
    """How many versions of a bank there is something to say about; one statement."""
    found = connection().execute(select(I.c.flags).where(I.c.bank_id == bank_id, I.c.n > 0)).scalars().all()
    by_flag = Counter(flag for kept in found for flag in _flags(kept))
    return Counts(len(found), sum(1 for kept in found if kept), by_flag)


def of_bank(bank_id: int, flag: str = "", number: int = 1, most: int = A_PAGE) -> list[SumsRow]:
    """A page of a bank's versions that were answered, the most urgent first; one statement."""
    wanted = _ROW.where(I.c.bank_id == bank_id, I.c.n > 0)
    if flag:
        wanted = wanted.where(I.c.flags.like(f"%,{flag},%"))
    wanted = wanted.order_by(desc(I.c.attention), desc(I.c.n), I.c.version_id)
    return [_row(row) for row in connection().execute(wanted.offset((number - 1) * most).limit(most))]


def of_versions(version_ids: Collection[int]) -> dict[int, SumsRow]:
    """What is kept of versions; one statement."""
    rows = connection().execute(_ROW.where(I.c.version_id.in_(version_ids), I.c.n > 0))
    return {row.version_id: _row(row) for row in rows}


class RunRow(Struct, frozen=True):
    """A calibration."""

    id: int
    at: int
    took_ms: int
    versions: int
    too_few: int
    papers: int
    groups: int
    parts: int
    anchors: int
    log_likelihood: float
    rounds: int
    converged: bool
    code: str


def runs(most: int = RUNS) -> list[RunRow]:
    """The last calibrations, the newest first."""
    columns = [C.c[name] for name in RunRow.__struct_fields__]
    return [RunRow(*row) for row in connection().execute(select(*columns).order_by(desc(C.c.id)).limit(most))]


def found_at(version_id: int) -> int | None:
    """When a version's difficulty was found last."""
    found: int | None = connection().execute(select(D.c.at).where(D.c.version_id == version_id)).scalar_one_or_none()
    return found

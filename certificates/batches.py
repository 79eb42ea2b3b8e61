"""Reads of batches: frozen rows for pages, the worker and the files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, func, select

from certificates.models import Batch, BatchFile, BatchRow, Credential
from certificates.queries import CredentialRow, all_columns
from lms.api.people import below, nation_id
from lms.api.work import connection

B, W, F, C = Batch.__table__, BatchRow.__table__, BatchFile.__table__, Credential.__table__

ATTAINED, LIST, CONTEST = "attained", "list", "contest"  # the last two: by a list, of a course, of a contest
DRAFT, WORKING, PAUSED, PACKING, DONE, CANCELLED = range(6)
OPEN, DEALT_WITH = 0, 1
ZIP, PAGES, CARDS = "zip", "pages", "cards"


class BatchLine(Struct, frozen=True):
    """A batch."""

    id: int
    uuid: UUID
    kind: str
    title: str
    org_id: int
    programme_id: int | None
    since: int | None
    until: int | None
    subtitle: str
    statement: str
    split: bool
    state: int
    turn: int
    total: int
    done: int
    left_out: int
    made_by: int
    made_at: int
    changed_at: int
    ended_at: int | None


_BATCH: Select[*tuple[Any, ...]] = select(
    B.c.id, B.c.uuid, B.c.kind, B.c.title, B.c.org_id, B.c.programme_id, B.c.since, B.c.until, B.c.subtitle,
    B.c.statement, B.c.split, B.c.state, B.c.turn, B.c.total, B.c.done, B.c.left_out, B.c.made_by, B.c.made_at,
    B.c.changed_at, B.c.ended_at,
)  # fmt: skip


def batch_by_uuid(uuid: UUID) -> BatchLine | None:
    """A batch by its link."""
    row = connection().execute(_BATCH.where(B.c.uuid == uuid)).first()
    return BatchLine(*row) if row else None


def held(batch_id: int) -> BatchLine | None:
    """A batch by its row, locked until the unit of work ends; SQLite holds all writers anyway."""
    row = connection().execute(_BATCH.where(B.c.id == batch_id).with_for_update()).first()
    return BatchLine(*row) if row else None


def batches(units: Sequence[int], person_id: int, most: int = 100) -> list[BatchLine]:
    """The batches of these units and of all below them, the newest first; drafts of others are left out."""
    found = _BATCH.where((B.c.state != DRAFT) | (B.c.made_by == person_id))
    if nation_id() not in units:
        found = found.where(B.c.org_id.in_(below(units)))
    rows = connection().execute(found.order_by(B.c.id.desc()).limit(most))
    return [BatchLine(*row) for row in rows]


class RowLine(Struct, frozen=True):
    """One paper that a batch is to issue, or a line of a list that has a problem."""

    id: int
    line: int
    cause: str
    account_id: int | None
    attainment_id: int | None
    org_id: int | None
    said: Mapping[str, Any]
    problem: str


_ROW: Select[*tuple[Any, ...]] = select(
    W.c.id, W.c.line, W.c.cause, W.c.account_id, W.c.attainment_id, W.c.org_id, W.c.said, W.c.problem
).order_by(W.c.id)


def open_rows(batch_id: int, most: int) -> list[RowLine]:
    """The next rows with which nobody has dealt."""
    rows = connection().execute(_ROW.where(W.c.batch_id == batch_id, W.c.state == OPEN).limit(most))
    return [RowLine(*row) for row in rows]


def lines(batch_id: int, with_problem: bool, most: int, offset: int = 0) -> list[RowLine]:
    """Lines of a list: those that cannot be issued, or those that can."""
    wanted = W.c.problem != "" if with_problem else W.c.problem == ""
    rows = connection().execute(_ROW.where(W.c.batch_id == batch_id, wanted).limit(most).offset(offset))
    return [RowLine(*row) for row in rows]


def problems(batch_id: int) -> dict[str, int]:
    """How many lines of a list there are by problem; those without one under ""."""
    rows = connection().execute(select(W.c.problem, func.count()).where(W.c.batch_id == batch_id).group_by(W.c.problem))
    return {str(code): int(n) for code, n in rows}


def issued(batch_ids: Collection[int]) -> dict[int, int]:
    """How many papers the rows of batches have; one statement."""
    rows = connection().execute(
        select(W.c.batch_id, func.count())
        .where(W.c.batch_id.in_(batch_ids), W.c.credential_id.is_not(None))
        .group_by(W.c.batch_id)
    )
    return {int(batch_id): int(n) for batch_id, n in rows}


def without_file(batch_id: int) -> int:
    """How many papers of a batch are not drawn yet."""
    found = select(func.count()).select_from(W.join(C, C.c.id == W.c.credential_id))
    return int(connection().execute(found.where(W.c.batch_id == batch_id, C.c.pdf_key.is_(None))).scalar_one())


class FileLine(Struct, frozen=True):
    """A file of a batch; `key` is None until it is made."""

    id: int
    batch_id: int
    unit_id: int | None
    kind: str
    part: int
    parts: int
    first_id: int
    last_id: int
    papers: int
    key: str | None
    size: int | None
    made_at: int | None


_FILE: Select[*tuple[Any, ...]] = select(
    F.c.id, F.c.batch_id, F.c.unit_id, F.c.kind, F.c.part, F.c.parts, F.c.first_id, F.c.last_id, F.c.papers, F.c.key,
    F.c.size, F.c.made_at,
)  # fmt: skip


def files(batch_id: int) -> list[FileLine]:
    """The files of a batch, in order."""
    return [FileLine(*row) for row in connection().execute(_FILE.where(F.c.batch_id == batch_id).order_by(F.c.id))]


def file(file_id: int) -> FileLine | None:
    """A file of a batch."""
    row = connection().execute(_FILE.where(F.c.id == file_id)).first()
    return FileLine(*row) if row else None


def batch_of(file_line: FileLine) -> BatchLine:
    """The batch of a file."""
    return BatchLine(*connection().execute(_BATCH.where(B.c.id == file_line.batch_id)).one())


def papers_of(line: FileLine) -> list[CredentialRow]:
    """The papers that a file holds, by their rows; one statement."""
    found = (
        all_columns()
        .join(W, W.c.credential_id == C.c.id)
        .where(W.c.batch_id == line.batch_id, W.c.id >= line.first_id, W.c.id <= line.last_id)
    )
    if line.unit_id is not None:
        found = found.where(W.c.unit_id == line.unit_id)
    return [CredentialRow(*row) for row in connection().execute(found.order_by(W.c.id))]

"""Reads of records, batches and answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, func, select

from lms.api.data import Statement
from lms.api.people import below, nation_id
from lms.api.work import connection
from plugins.handover.models import PREPARED, Answer, Batch, Record
from plugins.handover.records import record_id

R, B, A = Record.__table__, Batch.__table__, Answer.__table__
A_PAGE = 50


class RecordRow(Struct, frozen=True):
    """What is to be told of a paper. Moments are seconds since 1970."""

    id: int
    uuid: UUID
    number: str
    credential_id: int
    account_id: int
    org_id: int | None
    edition: int
    state: str
    batch_id: int | None
    digest: str | None
    reference: str
    reason: str
    tries: int
    due_at: int
    changed_at: int

    @property
    def name(self) -> str:
        """What it is called on the way."""
        return record_id(self.number, self.edition)


class BatchRow(Struct, frozen=True):
    """A file, or what a carrier took at once."""

    id: int
    uuid: UUID
    way: str
    org_id: int
    records: int
    file_key: str | None
    made_at: int
    made_by: int | None
    sent_at: int | None
    sent_by: int | None
    cancelled_at: int | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet that it went."""
        return self.sent_at is None and self.cancelled_at is None


_RECORD = select(*R.c)
_BATCH = select(*B.c)


def within(units: Sequence[int]) -> ColumnElement[bool]:
    """Records of people of these units and of all below them; of the nation's: all."""
    return R.c.id.is_not(None) if nation_id() in units else R.c.org_id.in_(below(units))


def record_by_number(number: str, hold: bool = False) -> RecordRow | None:
    """The record of a paper, by the paper's canonical number."""
    wanted = _RECORD.where(R.c.number == number)
    row = connection().execute(wanted.with_for_update() if hold else wanted).first()
    return RecordRow(*row) if row else None


def records_by_numbers(numbers: Collection[str]) -> Mapping[str, RecordRow]:
    """Records by the papers' numbers, held until the end of the unit of work; a statement for a thousand."""
    found: dict[str, RecordRow] = {}
    asked = sorted(numbers)
    for start in range(0, len(asked), 1_000):
        part = _RECORD.where(R.c.number.in_(asked[start : start + 1_000])).order_by(R.c.id).with_for_update()
        found |= {row.number: RecordRow(*row) for row in connection().execute(part)}
    return found


def figures(units: Sequence[int]) -> Mapping[str, int]:
    """How many records stand how; `prepared` are those in no file, `packed` those in one that nobody sent."""
    rows = connection().execute(
        select(R.c.state, R.c.batch_id.is_not(None), func.count())
        .where(within(units))
        .group_by(R.c.state, R.c.batch_id.is_not(None))
    )
    found: dict[str, int] = {}
    for state, in_batch, count in rows:
        key = "packed" if state == PREPARED and in_batch else state
        found[key] = found.get(key, 0) + count
    return found


def listed(units: Sequence[int], state: str, page: int) -> tuple[list[RecordRow], int]:
    """A page of records in a state, those that changed last first; and how many there are."""
    wanted = [within(units), R.c.state == state]
    total = connection().execute(select(func.count()).select_from(R).where(*wanted)).scalar_one()
    rows = connection().execute(
        _RECORD.where(*wanted).order_by(R.c.changed_at.desc(), R.c.id.desc()).limit(A_PAGE).offset((page - 1) * A_PAGE)
    )
    return [RecordRow(*row) for row in rows], total


def batches(units: Sequence[int], most: int = 30) -> list[BatchRow]:
    """The newest files and deliveries of these units and of all below them."""
    wanted = _BATCH if nation_id() in units else _BATCH.where(B.c.org_id.in_(below(units)))
    return [BatchRow(*row) for row in connection().execute(wanted.order_by(B.c.id.desc()).limit(most))]


def batch_by_uuid(uuid: UUID, hold: bool = False) -> BatchRow | None:
    """A batch by its link."""
    wanted = _BATCH.where(B.c.uuid == uuid)
    row = connection().execute(wanted.with_for_update() if hold else wanted).first()
    return BatchRow(*row) if row else None


_OF_PERSON = Statement(_RECORD.where(R.c.account_id == bindparam("who")).order_by(R.c.id.desc()), RecordRow)


def of_person(account_id: int) -> list[RecordRow]:
    """A person's own records, the newest first."""
    return _OF_PERSON.all(who=account_id)

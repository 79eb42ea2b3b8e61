"""The record of officials' checks: whose may be seen, what they were for, how long they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, or_, select, update

from certificates.models import Check, Credential
from lms.api.people import May, Person, below, may_at, nation_id, units_where
from lms.api.work import Invalid, NotFound, _, connection, unit_of_work

K, C = Check.__table__, Credential.__table__
LONGEST_PURPOSE: Final = 200
KEPT_DAYS, LEAST_DAYS = 1_095, 180  # ours, not the law's: how long it is known who checked what
A_ROUND = 1_000


class CheckRow(Struct, frozen=True):
    """A check by an official."""

    id: int
    uuid: UUID
    number: str | None
    outcome: str
    channel: str
    form: str
    at: int
    by_id: int
    org_id: int | None
    purpose: str


_ALL: Select[Any] = select(
    K.c.id, K.c.uuid, K.c.number, K.c.outcome, K.c.channel, func.coalesce(K.c.form, ""), K.c.at, K.c.by_id, K.c.org_id,
    func.coalesce(K.c.purpose, ""),
)  # fmt: skip


class Wanted(Struct, frozen=True):
    """Which checks: by outcome, way, number, from and until a moment (seconds since 1970). `units`: those of all."""

    outcome: str = ""
    channel: str = ""
    number: str = ""
    since: int | None = None
    until: int | None = None
    units: bool = False  # those of all at the units for which one answers, not one's own alone


def may_have_record(person: Person) -> bool:
    """Whether somebody has a record: who may look papers up, and who answers for those who may."""
    return bool(units_where(person, May.VERIFY) or units_where(person, May.GIVE_GRANTS))


def _where(person: Person, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [K.c.by_id.is_not(None)]
    if wanted.units:
        units = units_where(person, May.GIVE_GRANTS)
        if not units:
            raise NotFound
        if nation_id() not in units:
            found.append(K.c.org_id.in_(below(units)))
    else:
        found.append(K.c.by_id == person.id)
    for column, value in ((K.c.outcome, wanted.outcome), (K.c.channel, wanted.channel), (K.c.number, wanted.number)):
        if value:
            found.append(column == value)
    if wanted.since is not None:
        found.append(K.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(K.c.at < wanted.until)
    return found


def how_many(person: Person, wanted: Wanted) -> int:
    """How many checks there are. NotFound for the units' where one answers for none."""
    found = select(func.count()).select_from(K).where(*_where(person, wanted))
    return int(connection().execute(found).scalar_one())


def checks(person: Person, wanted: Wanted, most: int, first: int = 0) -> Sequence[CheckRow]:
    """Checks, the newest first. NotFound for the units' where one answers for none."""
    found = _ALL.where(*_where(person, wanted)).order_by(K.c.id.desc()).limit(most).offset(first)
    return [CheckRow(*row) for row in connection().execute(found)]


def check_for(person: Person, uuid: UUID) -> CheckRow:
    """A check of one's own, or of an official for whom one answers. NotFound otherwise."""
    row = connection().execute(_ALL.where(K.c.uuid == uuid, K.c.by_id.is_not(None))).first()
    found = CheckRow(*row) if row else None
    if found is None or not may_have_record(person):
        raise NotFound
    if found.by_id != person.id and not may_at(person, May.GIVE_GRANTS, found.org_id):
        raise NotFound
    return found


def say_purpose(person: Person, uuid: UUID, purpose: str) -> None:
    """Notes what one's own check was for, in the open unit of work. NotFound for another's."""
    row = check_for(person, uuid)
    if row.by_id != person.id:
        raise NotFound
    if len(purpose) > LONGEST_PURPOSE:
        words = _("Please say it in at most {most} letters.", most=LONGEST_PURPOSE)
        raise Invalid(words, purpose=words)
    connection().execute(update(K).where(K.c.id == row.id).values(purpose=purpose or None))


def old_records(before: int) -> int:
    """How many checks of officials are older than a moment."""
    return int(connection().execute(select(func.count()).select_from(K).where(*_old(before))).scalar_one())


def forget_records(before: int) -> None:
    """Forgets who did them and why; that a paper was checked, when, and with what outcome stays, as of anybody."""
    while True:
        with unit_of_work() as database:
            ids = list(database.execute(select(K.c.id).where(*_old(before)).limit(A_ROUND)).scalars())
            emptied = dict.fromkeys(("by_id", "org_id", "uuid", "number", "form", "purpose"))
            if ids:
                database.execute(update(K).where(K.c.id.in_(ids)).values(**emptied))
        if len(ids) < A_ROUND:
            return


def _old(before: int) -> tuple[ColumnElement[bool], ...]:
    return (or_(K.c.by_id.is_not(None), K.c.number.is_not(None)), K.c.at < before)

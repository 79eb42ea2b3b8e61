"""Reads of credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from certificates.models import Credential, StatusChange
from lms.api.data import Statement
from lms.api.people import below, nation_id
from lms.api.work import connection

C, S = Credential.__table__, StatusChange.__table__


@dataclass(frozen=True)
class CredentialRow:
    """A paper that was issued."""

    id: int
    uuid: UUID
    number: str
    check_code: str
    kind: str
    account_id: int
    attainment_id: int
    org_id: int | None
    issued_at: int
    design: str
    design_version: int
    paper: Mapping[str, Any]
    facts: Mapping[str, Any]
    digest: str
    pdf_key: str | None
    state: str
    successor_id: int | None


_ALL: Select[*tuple[Any, ...]] = select(
    C.c.id, C.c.uuid, C.c.number, C.c.check_code, C.c.kind, C.c.account_id, C.c.attainment_id, C.c.org_id,
    C.c.issued_at, C.c.design, C.c.design_version, C.c.paper, C.c.facts, C.c.digest, C.c.pdf_key, C.c.state,
    C.c.successor_id,
)  # fmt: skip
_BY_ID = Statement(_ALL.where(C.c.id == bindparam("id")), CredentialRow)
_BY_UUID = Statement(_ALL.where(C.c.uuid == bindparam("uuid")), CredentialRow)
_OF_PERSON = Statement(_ALL.where(C.c.account_id == bindparam("who")).order_by(C.c.id.desc()), CredentialRow)
_BY_NUMBER = Statement(_ALL.where(C.c.number == bindparam("number")), CredentialRow)


def credential(credential_id: int) -> CredentialRow | None:
    """A paper by its row."""
    return _BY_ID.first(id=credential_id)


def credential_by_number(number: str) -> CredentialRow | None:
    """A paper by its canonical number."""
    return _BY_NUMBER.first(number=number)


def credential_by_uuid(uuid: UUID) -> CredentialRow | None:
    """A paper by its link."""
    return _BY_UUID.first(uuid=uuid)


def credentials_of(account_id: int) -> list[CredentialRow]:
    """A person's papers, newest first."""
    return _OF_PERSON.all(who=account_id)


def newest(units: Sequence[int], most: int = 50) -> list[CredentialRow]:
    """The papers issued last to people of these units and of all below them; without a unit: the nation's."""
    found = _ALL if nation_id() in units else _ALL.where(C.c.org_id.in_(below(units)))
    return [CredentialRow(*row) for row in connection().execute(found.order_by(C.c.id.desc()).limit(most))]


@dataclass(frozen=True)
class ChangeRow:
    """An act on a paper."""

    state: str
    reason: str
    at: int


def last_change(credential_id: int) -> ChangeRow | None:
    """The newest act on a paper."""
    row = (
        connection()
        .execute(
            select(S.c.state, S.c.reason, S.c.at)
            .where(S.c.credential_id == credential_id)
            .order_by(S.c.id.desc())
            .limit(1)
        )
        .first()
    )
    return ChangeRow(*row) if row else None


def number_of(credential_id: int) -> str:
    """The number of a paper."""
    return str(connection().execute(select(C.c.number).where(C.c.id == credential_id)).scalar_one())

"""Reads of credentials."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from certificates.models import EXPIRED, VALID, Credential, StatusChange
from lms.api.data import Statement
from lms.api.people import below, nation_id
from lms.api.transparency import EntryRow, entry_of, with_log
from lms.api.work import clock, connection, read_once

C, S = Credential.__table__, StatusChange.__table__


class CredentialRow(Struct, frozen=True):
    """A paper that was issued."""

    id: int
    uuid: UUID
    number: str
    check_code: str
    kind: str
    account_id: int
    attainment_id: int | None
    cause: str
    org_id: int | None
    issued_at: int
    design: str
    design_version: int
    paper: Mapping[str, Any]
    facts: Mapping[str, Any]
    digest: str
    salt: bytes
    pdf_key: str | None
    signed_key: str | None
    signed_at: int | None
    expires_on: date | None
    status_list: str
    status_index: int
    state: str
    successor_id: int | None


_ALL: Select[*tuple[Any, ...]] = select(
    C.c.id, C.c.uuid, C.c.number, C.c.check_code, C.c.kind, C.c.account_id, C.c.attainment_id, C.c.cause,
    C.c.org_id, C.c.issued_at, C.c.design, C.c.design_version, C.c.paper, C.c.facts, C.c.digest, C.c.salt, C.c.pdf_key,
    C.c.signed_key, C.c.signed_at, C.c.expires_on, C.c.status_list, C.c.status_index, C.c.state, C.c.successor_id,
)  # fmt: skip
_BY_ID = Statement(_ALL.where(C.c.id == bindparam("id")), CredentialRow)
_BY_UUID = Statement(_ALL.where(C.c.uuid == bindparam("uuid")), CredentialRow)
_OF_PERSON = Statement(_ALL.where(C.c.account_id == bindparam("who")).order_by(C.c.id.desc()), CredentialRow)
_BY_NUMBER = Statement(_ALL.where(C.c.number == bindparam("number")), CredentialRow)
_WITH_LOG: Statement[Any] = Statement(
    with_log(_ALL.where(C.c.number == bindparam("number")), C.c.number), lambda *row: row
)
_BY_FILE = Statement(
    _ALL.where(or_(C.c.pdf_key == bindparam("key"), C.c.signed_key == bindparam("key"))).order_by(C.c.id), CredentialRow
)


def all_columns() -> Select[*tuple[Any, ...]]:
    """All that a `CredentialRow` is made of, for queries that say which papers."""
    return _ALL


def credentials_of_attainments(attainment_ids: Collection[int]) -> list[CredentialRow]:
    """The papers that were issued for attainments, by their numbers; one statement."""
    rows = connection().execute(_ALL.where(C.c.attainment_id.in_(attainment_ids)).order_by(C.c.number))
    return [CredentialRow(*row) for row in rows]


def credential(credential_id: int) -> CredentialRow | None:
    """A paper by its row."""
    return _BY_ID.first(id=credential_id)


def credential_to_prepare(credential_id: int) -> CredentialRow | None:
    """The same, read once for all who prepare something of a paper before the next transaction."""
    return read_once(("credential", credential_id), lambda: credential(credential_id))


def credential_by_number(number: str) -> CredentialRow | None:
    """A paper by its canonical number."""
    return _BY_NUMBER.first(number=number)


def credential_with_log(number: str) -> tuple[CredentialRow | None, list[EntryRow]]:
    """A paper by its canonical number, and all that the log says of it; one statement."""
    rows = _WITH_LOG.all(number=number)
    if not rows:
        return None, []
    return CredentialRow(*rows[0][:-4]), [entry_of(*row[-4:]) for row in rows if row[-1] is not None]


def credential_by_file(key: str) -> CredentialRow | None:
    """The paper whose file, signed or not, has this SHA-256 (hexadecimal)."""
    return _BY_FILE.first(key=key)


def credentials_by_numbers(numbers: Collection[str]) -> dict[str, CredentialRow]:
    """The papers with these canonical numbers, of a thousand at most; one statement."""
    rows = connection().execute(_ALL.where(C.c.number.in_(numbers)))
    return {row.number: row for row in (CredentialRow(*values) for values in rows)}


def numbers_of(credential_ids: Collection[int]) -> dict[int, str]:
    """The numbers of papers, by their rows; one statement, none where nothing is asked."""
    if not credential_ids:
        return {}
    found = connection().execute(select(C.c.id, C.c.number).where(C.c.id.in_(credential_ids)))
    return {row.id: row.number for row in found}


def last_changes(credential_ids: Collection[int]) -> dict[int, ChangeRow]:
    """The newest act on each of these papers; one statement, none where nothing is asked."""
    if not credential_ids:
        return {}
    wanted = select(S.c.credential_id, S.c.state, S.c.reason, S.c.at, S.c.code, S.c.by_id)
    found = connection().execute(wanted.where(S.c.credential_id.in_(credential_ids)).order_by(S.c.id))
    return {credential_id: ChangeRow(*values) for credential_id, *values in found}  # the last of each stays


def issued_after(credential_id: int, kind: str, most: int) -> list[CredentialRow]:
    """The papers of a kind in the order of their rows, from behind one of them on."""
    rows = connection().execute(_ALL.where(C.c.id > credential_id, C.c.kind == kind).order_by(C.c.id).limit(most))
    return [CredentialRow(*row) for row in rows]


def credentials_in(credential_ids: Collection[int]) -> list[CredentialRow]:
    """Papers by their rows, in the order of these; one statement."""
    rows = connection().execute(_ALL.where(C.c.id.in_(credential_ids)).order_by(C.c.id))
    return [CredentialRow(*row) for row in rows]


def credential_by_uuid(uuid: UUID) -> CredentialRow | None:
    """A paper by its link."""
    return _BY_UUID.first(uuid=uuid)


def credentials_of(account_id: int) -> list[CredentialRow]:
    """A person's papers, newest first."""
    return _OF_PERSON.all(who=account_id)


def holders(account: ColumnElement[int]) -> ColumnElement[bool]:
    """For `find_people(only=…)`: people who hold a paper."""
    return account.in_(select(C.c.account_id))


def stands_for(row: CredentialRow) -> CredentialRow | None:
    """The paper in whose place this one was issued; None where it was not."""
    kind, _colon, which = row.cause.partition(":")
    return credential(int(which)) if kind == "instead" else None


def found_in(
    units: Sequence[int],
    *,
    holders: Collection[int] | None = None,
    state: str = "",
    since: int | None = None,
    until: int | None = None,
    skip: int = 0,
    most: int = 50,
) -> list[CredentialRow]:
    """The papers of people of these units and of all below them, the newest first; without a unit: the nation's.

    `holders`: only theirs (accounts). `state`: as it is today, expired too. `since`, `until`: seconds since 1970, of
    the issue, the second not included. `skip`: so many of the newest are left out.
    """
    found = _ALL if nation_id() in units else _ALL.where(C.c.org_id.in_(below(units)))
    if holders is not None:
        found = found.where(C.c.account_id.in_(holders))
    over = and_(C.c.expires_on.is_not(None), C.c.expires_on < clock.today())
    if state in (VALID, EXPIRED):
        found = found.where(C.c.state == VALID, over if state == EXPIRED else ~over)
    elif state:
        found = found.where(C.c.state == state)
    if since is not None:
        found = found.where(C.c.issued_at >= since)
    if until is not None:
        found = found.where(C.c.issued_at < until)
    return [CredentialRow(*row) for row in connection().execute(found.order_by(C.c.id.desc()).limit(most).offset(skip))]


class ChangeRow(Struct, frozen=True):
    """An act on a paper: the state that it led to, the code and words of its reason, who did it and when."""

    state: str
    reason: str
    at: int
    code: str = ""
    by_id: int = 0


_CHANGES = Statement(
    select(S.c.state, S.c.reason, S.c.at, S.c.code, S.c.by_id)
    .where(S.c.credential_id == bindparam("credential"))
    .order_by(S.c.id),
    ChangeRow,
)


def changes_of(credential_id: int) -> list[ChangeRow]:
    """Every act on a paper, the oldest first."""
    return _CHANGES.all(credential=credential_id)


def last_change(credential_id: int) -> ChangeRow | None:
    """The newest act on a paper."""
    changes = changes_of(credential_id)
    return changes[-1] if changes else None


def number_of(credential_id: int) -> str:
    """The number of a paper."""
    return str(connection().execute(select(C.c.number).where(C.c.id == credential_id)).scalar_one())


def states_of(numbers: Collection[str]) -> dict[str, str]:
    """In which state papers are kept, by their numbers; a statement a thousand. Numbers of no paper are left out."""
    found: dict[str, str] = {}
    wanted = list(numbers)
    for start in range(0, len(wanted), 1000):
        part = C.c.number.in_(wanted[start : start + 1000])
        found |= {row.number: row.state for row in connection().execute(select(C.c.number, C.c.state).where(part))}
    return found

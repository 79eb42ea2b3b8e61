"""Who is using the page: the signed-in person as the views see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import has_request_context, session
from flask_login import current_user
from sqlalchemy import bindparam, exists, select

from lms.db.unit_of_work import connection
from lms.errors import NotSignedIn
from lms.identity.models import Account, Grant
from lms.vietnamese import given_name


@dataclass(frozen=True)
class Person:
    """A signed-in account. `generation` ends every session of an older one."""

    id: int
    uuid: UUID
    full_name: str
    username: str | None
    phone: str | None
    generation: int
    locale: str
    address_form: str
    target_group: str | None
    birth_date: date | None
    assurance_level: int
    has_grants: bool = False
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the session holds: account and generation."""
        return f"{self.id}.{self.generation}"

    @property
    def given_name(self) -> str:
        return given_name(self.full_name)


@dataclass(frozen=True)
class Claim:
    """Who the session says is here, not looked up yet: the busiest pages check it within their own statement."""

    id: int
    generation: int
    address_form: str


_A = Account.__table__.c
PERSON = select(
    _A.id, _A.uuid, _A.full_name, _A.username, _A.phone, _A.generation, _A.locale, _A.address_form, _A.target_group,
    _A.birth_date, _A.assurance_level,
    exists().where(Grant.__table__.c.account_id == _A.id).label("has_grants"),
).where(_A.closed_at.is_(None))  # fmt: skip
_BY_ID = PERSON.where(_A.id == bindparam("id"))


_BY_IDS = PERSON.where(_A.id.in_(bindparam("ids", expanding=True)))


def person_by_id(account_id: int) -> Person | None:
    """An open account as a person."""
    row = connection().execute(_BY_ID, {"id": account_id}).first()
    return Person(*row) if row else None


def people_by_id(account_ids: Iterable[int]) -> dict[int, Person]:
    """Several open accounts at once."""
    rows = connection().execute(_BY_IDS, {"ids": list(account_ids)})
    return {row.id: Person(*row) for row in rows}


def from_session(session_id: str) -> Person | None:
    """Flask-Login's loader: None where the account is closed or its sessions were ended."""
    account, _dot, generation = session_id.partition(".")
    if not (account.isdigit() and generation.isdigit()):
        return None
    person = person_by_id(int(account))
    return person if person is not None and person.generation == int(generation) else None


def here() -> Person:
    """The person of this request; NotSignedIn where there is none."""
    person = current_user._get_current_object()
    if not isinstance(person, Person):
        raise NotSignedIn
    return person


def here_or_none() -> Person | None:
    """The person of this request, if anybody is signed in."""
    person = current_user._get_current_object()
    return person if isinstance(person, Person) else None


# True where the account of a claim (:who, :generation) is open and its sessions were not ended.
CLAIM_HOLDS = exists().where(
    _A.id == bindparam("who"), _A.generation == bindparam("generation"), _A.closed_at.is_(None)
)


def claim_or_none() -> Claim | None:
    """What the signed session says, without asking the database."""
    if not has_request_context():
        return None
    account, _dot, generation = str(session.get("_user_id", "")).partition(".")
    if not (account.isdigit() and generation.isdigit()):
        return None
    return Claim(int(account), int(generation), str(session.get("ban", "bạn")))


def claimed() -> Claim:
    """The claim of this request; NotSignedIn where there is none. Whoever uses it checks CLAIM_HOLDS."""
    claim = claim_or_none()
    if claim is None:
        raise NotSignedIn
    return claim


def remember_address(address_form: str) -> None:
    """Keeps the form of address in the session, so that pages can speak rightly without a look-up."""
    if session.get("ban") != address_form:
        session["ban"] = address_form

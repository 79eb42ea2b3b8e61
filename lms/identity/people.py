"""Who is using the page: the signed-in person as the views see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_login import current_user
from sqlalchemy import bindparam, select

from lms.db.unit_of_work import connection
from lms.errors import NotSignedIn
from lms.identity.models import Account
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
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the session holds: account and generation."""
        return f"{self.id}.{self.generation}"

    @property
    def given_name(self) -> str:
        return given_name(self.full_name)


_A = Account.__table__.c
_BY_ID = select(
    _A.id, _A.uuid, _A.full_name, _A.username, _A.phone, _A.generation, _A.locale, _A.address_form, _A.target_group,
    _A.birth_date, _A.assurance_level,
).where(_A.id == bindparam("id"), _A.closed_at.is_(None))  # fmt: skip


def person_by_id(account_id: int) -> Person | None:
    """An open account as a person."""
    row = connection().execute(_BY_ID, {"id": account_id}).first()
    return Person(*row) if row else None


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

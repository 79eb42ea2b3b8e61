"""Who is using the page: the signed-in person as the views see them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from flask import has_request_context, request, session
from flask_login import current_user
from msgspec import Struct
from sqlalchemy import bindparam, exists, select

from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.errors import NotSignedIn
from lms.identity.models import Account, Grant, Session
from lms.vietnamese import given_name


class Person(Struct, frozen=True):
    """An account as pages need it. `session_id` is 0 where it was not looked up as the one who is signed in."""

    id: int
    uuid: UUID
    full_name: str
    username: str | None
    phone: str | None
    locale: str
    address_form: str
    target_group: str | None
    birth_date: date | None
    assurance_level: int
    has_grants: bool = False
    session_id: int = 0
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the cookie holds: account and session."""
        return f"{self.id}.{self.session_id}"

    @property
    def given_name(self) -> str:
        return given_name(self.full_name)


class Claim(Struct, frozen=True):
    """Who the cookie says is here, not looked up yet: the busiest pages check it within their own statement.

    `within`: what the session was opened for alone (see `entering.enter_within`); empty for one that opens everything.
    """

    id: int
    session_id: int
    address_form: str
    within: str = ""


_A, _S = Account.__table__.c, Session.__table__.c
PERSON = select(
    _A.id, _A.uuid, _A.full_name, _A.username, _A.phone, _A.locale, _A.address_form, _A.target_group, _A.birth_date,
    _A.assurance_level,
    exists().where(Grant.__table__.c.account_id == _A.id).label("has_grants"),
).where(_A.closed_at.is_(None))  # fmt: skip
_BY_ID = Statement(PERSON.where(_A.id == bindparam("id")), Person)


_BY_IDS = PERSON.where(_A.id.in_(bindparam("ids", expanding=True)))


def person_by_id(account_id: int) -> Person | None:
    """An open account as a person."""
    return _BY_ID.first(id=account_id)


def joined_to(account_id: int) -> int | None:
    """The account that this one was joined to, because both are one person; None where it stands for itself."""
    return connection().execute(select(_A.merged_into_id).where(_A.id == account_id)).scalar()


def accounts_of(account_id: int) -> list[int]:
    """A person's account and those that were joined to it."""
    joined = connection().execute(select(_A.id).where(_A.merged_into_id == account_id).order_by(_A.id))
    return [account_id, *joined.scalars()]


def people_by_id(account_ids: Iterable[int]) -> dict[int, Person]:
    """Several open accounts at once."""
    rows = connection().execute(_BY_IDS, {"ids": list(account_ids)})
    return {row.id: Person(*row) for row in rows}


def birth_years(account_ids: Iterable[int]) -> dict[int, int]:
    """The years in which people were born, by account; of whom it is not known, nothing is said."""
    rows = connection().execute(
        select(_A.id, _A.birth_year).where(_A.id.in_(list(account_ids)), _A.birth_year.is_not(None))
    )
    return {row.id: row.birth_year for row in rows}


# The same for whoever is signed in: the session, one look at its primary key, and the account that it is of.
_BY_SESSION = Statement(
    PERSON.add_columns(_S.id.label("session_id"))
    .select_from(Session.__table__.join(Account.__table__, _A.id == _S.account_id))
    .where(_S.id == bindparam("session"), _S.account_id == bindparam("who"), _S.ended_at.is_(None)),
    Person,
)


def from_session(user_id: str) -> Person | None:
    """Flask-Login's loader: None where the session was ended, is another's or no session, or the account is closed."""
    named = named_by(user_id)
    if named is None or (has_request_context() and _kept_out(session.get(WITHIN))):
        return None
    return _BY_SESSION.first(who=named[0], session=named[1])


def named_by(user_id: str) -> tuple[int, int] | None:
    """Account and session that a cookie names; None where it names none. Numbers beyond 63 bits name nothing."""
    account, _dot, session_id = user_id.partition(".")
    if not (account.isascii() and account.isdigit() and session_id.isascii() and session_id.isdigit()):
        return None
    if len(account) > 18 or len(session_id) > 18:
        return None
    return int(account), int(session_id)


def here() -> Person:
    """The person of this request; NotSignedIn where there is none."""
    person = current_user._get_current_object()
    if not isinstance(person, Person):
        raise NotSignedIn
    return person


def here_or_none() -> Person | None:
    """The person of this request, if anybody is signed in."""
    if has_request_context() and "_user_id" not in session._get_current_object():  # type: ignore[attr-defined]
        return None  # Flask-Login would look in other places, which are none here
    person = current_user._get_current_object()
    return person if isinstance(person, Person) else None


# True where the session of a claim (:who, :session) is open: one look at a primary key. Closing an account ends them.
CLAIM_HOLDS = exists().where(_S.id == bindparam("session"), _S.account_id == bindparam("who"), _S.ended_at.is_(None))


def claim_or_none(anywhere: bool = False) -> Claim | None:
    """What the signed cookie says, without asking the database.

    A session that opens some addresses only is none at all others, but where it is asked for `anywhere`: to end it.
    """
    if not has_request_context():
        return None
    here = session._get_current_object()  # type: ignore[attr-defined]  # the proxy costs more than the questions
    bounds = here.get(WITHIN)
    if bounds and not anywhere and _kept_out(bounds):
        return None
    return _claim_of(str(here.get("_user_id", "")), str(here.get("ban", "bạn")), str(bounds[0]) if bounds else "")


WITHIN = "within"  # in the signed cookie: what the session was opened for, then how the addresses begin that it opens


def _kept_out(bounds: list[str] | None) -> bool:
    """Whether this request's address is none of those that the session opens."""
    return bool(bounds) and not request.path.startswith(tuple((bounds or [])[1:]))


@functools.lru_cache(maxsize=1000)
def _claim_of(user_id: str, address_form: str, within: str) -> Claim | None:
    """Read from the cookie's words, several times in most requests."""
    named = named_by(user_id)
    return Claim(*named, address_form, within) if named else None


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

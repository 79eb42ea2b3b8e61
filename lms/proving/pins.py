"""A PIN that an officer or helper gives to whoever lost theirs: good once, for three days, then it must be changed."""

from __future__ import annotations

import secrets
from uuid import UUID

from sqlalchemy import select, update

from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.identity import accounts, passwords, second_factor, sessions
from lms.identity.grants import units_of_roles
from lms.identity.models import Account
from lms.identity.people import Person
from lms.identity.roles import May
from lms.orgs.scope import may_at, person_for
from lms.text import _

A = Account.__table__
DAYS = 3


def person_to_help(helper: Person, uuid: UUID) -> Person:
    """Somebody of the helper's units (who may enter people there, or help), to whom a PIN may be given.

    NotFound outside their units. Whoever holds a role, or will, is helped only by somebody who administers each unit
    where it is held, for others could take the role over so; NotAllowed otherwise. Nobody helps themselves.
    """
    found = None
    for may in (May.MAKE_PEOPLE, May.HELP):
        try:
            found = person_for(helper, may, uuid)
            break
        except NotFound:
            continue
    if found is None:
        raise NotFound
    if found.id == helper.id:
        raise Conflict(_("Change your own password in the settings; nobody gives a PIN to themselves."))
    if any(not may_at(helper, May.ADMINISTER, org) for org in units_of_roles(found.id)):
        raise NotAllowed(
            _("This person works here with a role of their own, so only an administrator may give them a new PIN.")
        )
    return found


def draw_pin() -> str:
    """Six digits that nobody would guess first."""
    while True:
        pin = f"{secrets.randbelow(10**6):06}"
        try:
            passwords.check_strength(pin)
        except Invalid:
            continue
        return pin


def let_in(login: str) -> str:
    """Gives a PIN to whoever signs in by a login and ends their second factor; returns the PIN. On the server only.

    Opens its own unit of work. Raises NotFound where nobody signs in so.
    """
    phone, username = accounts.normal_phone(login), accounts.normal_username(login)
    named = A.c.phone == phone if phone else A.c.username == username
    found = connection().execute(select(A.c.id).where(named, A.c.closed_at.is_(None))).scalar()
    if found is None or not (phone or username):
        raise NotFound
    pin = draw_pin()
    hashed = passwords.hash_password(pin)
    with unit_of_work():
        give_pin(found, hashed, None, None)
        second_factor.turn_off(found, None)
    return pin


def give_pin(account_id: int, pin_hash: str, helper_id: int | None, username: str | None) -> None:
    """Sets the PIN and ends the person's sessions. In an open unit of work.

    `username`: for whoever has neither a sign-in name nor a telephone. Raises Invalid where it is none or taken.
    """
    database = connection()
    row = database.execute(select(A.c.username, A.c.phone).where(A.c.id == account_id)).one()
    if row.username is None and row.phone is None:
        name = accounts.normal_username(username or "")
        if name is None:
            text = _("Please choose a short name of letters and digits to sign in with, e.g. lanh1960.")
            raise Invalid(text, username=text)
        if database.execute(select(A.c.id).where(A.c.username == name)).first() is not None:
            raise Invalid(accounts.TAKEN, username=accounts.TAKEN)
        database.execute(update(A).where(A.c.id == account_id).values(username=name))
    accounts.set_password(account_id, pin_hash, helper_id, clock.seconds() + DAYS * 86_400)
    sessions.end_sessions(account_id)

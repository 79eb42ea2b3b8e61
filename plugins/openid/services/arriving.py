"""Somebody comes back from a provider: once for each time they were sent there."""

from __future__ import annotations

import hashlib

from flask import session
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.people import Person, claim_or_none
from lms.api.work import clock, connection, unit_of_work
from plugins.openid.models import Once, ProviderSession

O, S = Once.__table__, ProviderSession.__table__  # noqa: E741
_KEPT = "openid-there"
_LONGEST = 1800  # seconds from the way back to the end of the last step (second factor, new account)


def hash_of(*parts: str) -> bytes:
    """32 bytes that stand for some texts: one that is longer or cut differently has other ones."""
    return hashlib.sha256("\0".join(f"{len(part)}:{part}" for part in parts).encode()).digest()


def first_time(what: bytes, until: int) -> bool:
    """Whether this has not come before; it counts as come from now on. In an open unit of work."""
    database = connection()
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    made = database.execute(make(O).values(hash=what, until=until).on_conflict_do_nothing().returning(O.c.hash)).first()
    return made is not None


def keep_in_mind(provider: str, there: str | None) -> None:
    """Remembers, in the signed cookie, the provider's session until ours begins: a step may lie between."""
    session.pop(_KEPT, None)
    if there is not None:
        session[_KEPT] = [provider, hash_of(provider, there).hex(), clock.seconds() + _LONGEST]


def welcome(_person: Person) -> None:
    """Ties the session that has just begun to the provider's, so that the provider can end it."""
    held, claim = session.pop(_KEPT, None), claim_or_none()
    if claim is None or not isinstance(held, list) or len(held) != 3 or held[2] < clock.seconds():
        return
    with unit_of_work() as database:
        make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
        values = {"session_id": claim.session_id, "provider": held[0], "there": bytes.fromhex(held[1])}
        database.execute(make(S).values(**values).on_conflict_do_nothing())


def forget_old() -> None:
    """Deletes what its own date refuses by now; periodic."""
    with unit_of_work() as database:
        database.execute(delete(O).where(O.c.until < clock.seconds()))

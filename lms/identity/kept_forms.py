"""What somebody had typed into a form whose session had ended when it came: kept for hours, for that person alone.

A form is kept only where the browser's own signed cookie says whose session it was. It is sealed with a key that lies
in that cookie and nowhere here, so that neither the database nor a copy of it tells anything; and it is shown only in
this browser, to the same account. Files, passwords and codes are never kept.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from flask import session
from msgspec import Struct
from sqlalchemy import delete, insert, select

from lms import clock, limits
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import KeptForm
from lms.identity.people import Person, claim_or_none, named_by
from lms.web.security import OFFICE

if TYPE_CHECKING:  # 5 MB that only those load whose session ended
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

K = KeptForm.__table__
HOURS = 4  # half a day of work: time to find the password, or the phone to which a code is sent
MOST_LETTERS, MOST_FIELDS = 200_000, 500  # of one form
MOST_OF_ONE = 5  # forms of one person at a time; the oldest goes
MOST_KEPT = (20, 3600)  # of one person, in so many seconds
KEY, WAS = "kept", "was"  # where the signed cookie holds the browser's key, and whose session has ended here
SECRET = frozenset({"password", "old_password", "pin", "lock"})  # names of fields that are never kept
CODE = "code"  # one that is good once; on work pages a unit's number is called so, too


class Kept(Struct, frozen=True):
    """A form as it was sent. `page`: where it stood, "" where that is not known; `target`: where it was sent to."""

    id: int
    at: int
    page: str
    target: str
    fields: tuple[tuple[str, str], ...]


def whose() -> int | None:
    """Whose session it was that has ended in this browser; None where nobody's, or on a device that many use."""
    if "idle" in session:
        return None
    claim = claim_or_none()
    if claim is not None:
        return claim.id
    was = session.get(WAS)
    if isinstance(was, int):
        return was
    named = named_by(getattr(session, "lapsed", ""))
    return named[0] if named else None


def remember_whose() -> None:
    """Notes in the cookie whose session has ended, before the cookie forgets it."""
    account_id = whose()
    if account_id is not None:
        session[WAS] = account_id


def wait_here() -> bool:
    """Whether something that was typed in this browser waits for whoever typed it. It may have run out meanwhile."""
    return _key() is not None


def keep(account_id: int, page: str, target: str, fields: Sequence[tuple[str, str]]) -> bool:
    """Keeps a form in the open unit of work; False where nothing of it may be kept, or it is too long.

    Raises TooMany.
    """
    never = SECRET if target.startswith(OFFICE) else SECRET | {CODE}
    kept = [(name, value) for name, value in fields if name not in never]
    if not any(value.strip() for _name, value in kept) or len(kept) > MOST_FIELDS:
        return False
    if sum(len(name) + len(value) for name, value in kept) > MOST_LETTERS:
        return False
    limits.take("kept form", str(account_id), *MOST_KEPT)
    key = _key() or secrets.token_bytes(32)
    content = msgspec.msgpack.encode((page, target, kept))
    nonce = secrets.token_bytes(12)
    sealed = nonce + _box(key).encrypt(nonce, content, str(account_id).encode())
    database = connection()
    older = select(K.c.id).where(K.c.account_id == account_id).order_by(K.c.id.desc()).offset(MOST_OF_ONE - 1)
    database.execute(delete(K).where(K.c.id.in_(list(database.execute(older).scalars()))))
    database.execute(insert(K).values(account_id=account_id, browser=_name(key), at=clock.seconds(), sealed=sealed))
    session[KEY] = key
    return True


def kept_by(person: Person) -> list[Kept]:
    """What waits in this browser for a person, the newest first."""
    key = _key()
    if key is None:
        return []
    rows = connection().execute(
        select(K.c.id, K.c.at, K.c.sealed)
        .where(K.c.browser == _name(key), K.c.account_id == person.id, K.c.at > _oldest())
        .order_by(K.c.id.desc())
    )
    found = []
    for row in rows:
        sealed = bytes(row.sealed)
        content = _box(key).decrypt(sealed[:12], sealed[12:], str(person.id).encode())
        page, target, fields = msgspec.msgpack.decode(content, type=tuple[str, str, tuple[tuple[str, str], ...]])
        found.append(Kept(row.id, row.at, page, target, fields))
    return found


def forget(person: Person, kept: Sequence[Kept]) -> None:
    """Forgets some of what waits for a person, in the open unit of work; the cookie's key too where none is left."""
    gone = [one.id for one in kept]
    connection().execute(delete(K).where(K.c.id.in_(gone), K.c.account_id == person.id))
    if not kept_by(person):
        session.pop(KEY, None)


def when_arrived(person: Person) -> None:
    """Somebody has signed in: what another person typed in this browser before is gone for good."""
    session.pop(WAS, None)
    key = _key()
    if key is None:
        return
    with unit_of_work() as database:
        database.execute(delete(K).where(K.c.browser == _name(key), K.c.account_id != person.id))
        if not kept_by(person):
            session.pop(KEY, None)


def forget_old() -> None:
    """Forgets what has waited too long; periodic."""
    with unit_of_work() as database:
        database.execute(delete(K).where(K.c.at <= _oldest()))


def _oldest() -> int:
    return clock.seconds() - HOURS * 3600


def _key() -> bytes | None:
    held = session.get(KEY)
    return held if isinstance(held, bytes) and len(held) == 32 else None


def _name(key: bytes) -> bytes:
    """What the browser is called in the table: it says nothing about the key."""
    return hashlib.blake2b(key, digest_size=16, person=b"kept-name").digest()


def _box(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hashlib.blake2b(key, digest_size=32, person=b"kept-form").digest())

"""One-time codes: six digits to a telephone prove that whoever types them holds it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import delete, func, insert, select, update

from lms import clock, limits
from lms.config import current
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Gone, Invalid, TooMany
from lms.identity.accounts import standing
from lms.identity.models import Account, Code
from lms.messages.channels import channel_for
from lms.messages.sending import send
from lms.text import _

A, C = Account.__table__, Code.__table__
SECONDS = 300
TRIES = 5
DAY = 86_400
SIGN_IN, RESET, PROVE = "sign-in", "reset", "prove"
WRONG = _("This code is not right, or it is too old. Please look at the newest message, or ask for a new code.")
_ENOUGH = _("No more codes can be sent today. Please come in with your password or your card, or ask your helper.")


class Shown(Struct, frozen=True):
    """Whoever typed a right code: which telephone it was, and whose account here; None where it is nobody's."""

    phone: str
    account_id: int | None


def offered() -> bool:
    """Whether codes can be sent: some channel in use reaches telephones."""
    return channel_for("phone") is not None


def ask(phone: str, purpose: str, address: str, words: str, account_id: int | None = None) -> UUID:
    """Sends a code to a telephone (normal form); returns the name under which it is typed. In an open unit of work.

    To sign in or for a new password it goes only to a number that an open account has, but the answer is the same for
    every number, so that nobody learns who is here. To prove a number (`account_id`) it goes to whatever was typed.
    `words` hold {code}. Raises TooMany: 3 in a quarter of an hour and 8 a day for one telephone, 20 an hour for one
    address, LMS_CODES_PER_DAY altogether. Raises Gone where no channel reaches telephones.
    """
    channel = channel_for("phone")
    if channel is None:
        raise Gone(_("Codes cannot be sent here at present. Please come in another way."))
    limits.take("code-phone", phone, most=3, seconds=900)
    limits.take("code-phone-day", phone, most=8, seconds=DAY)
    limits.take("code-address", address, most=20, seconds=3600)
    database, at = connection(), clock.seconds()
    sent_today = select(func.count()).select_from(C).where(C.c.made_at > at - DAY, C.c.sent)
    if database.execute(sent_today).scalar_one() >= current().codes_per_day:
        raise TooMany(_ENOUGH, retry_after=3600)
    if purpose != PROVE:
        held = select(A.c.id).where(A.c.id == standing("phone", phone), A.c.closed_at.is_(None))
        account_id = database.execute(held).scalar()
    uuid, code = uuid4(), f"{secrets.randbelow(10**6):06}"
    known = account_id is not None
    database.execute(
        insert(C).values(
            uuid=uuid, purpose=purpose, phone=phone, account_id=account_id, code_hash=_hashed(uuid, code), tries=0,
            sent=known, made_at=at, expires_at=at + SECONDS,
        )
    )  # fmt: skip
    if known:
        send(channel.name, phone, words.replace("{code}", code), account_id=account_id, secret=True, seconds=SECONDS)
    return uuid


def check(uuid: UUID, purpose: str, code: str) -> Shown | None:
    """Whoever the right code belongs to; None where it is wrong, too old, used, or tried five times already.

    In an open unit of work, which must be committed even then: the try counts.
    """
    database, at = connection(), clock.seconds()
    row = database.execute(
        update(C)
        .where(C.c.uuid == uuid, C.c.purpose == purpose, C.c.used_at.is_(None), C.c.expires_at > at, C.c.tries < TRIES)
        .values(tries=C.c.tries + 1)
        .returning(C.c.id, C.c.code_hash, C.c.phone, C.c.account_id, C.c.sent)
    ).first()
    digits = "".join(c for c in code if c.isdigit())
    if row is None or not hmac.compare_digest(bytes(row.code_hash), _hashed(uuid, digits)) or not row.sent:
        return None
    database.execute(update(C).where(C.c.id == row.id).values(used_at=at))
    return Shown(row.phone, row.account_id)


def take_phone(account_id: int, phone: str) -> None:
    """Gives an account a telephone that its person has proved. Raises Invalid where another account has it."""
    database = connection()
    database.execute(update(A).where(A.c.phone == phone, A.c.merged_into_id == account_id).values(phone=None))
    other = database.execute(select(A.c.id).where(A.c.phone == phone, A.c.id != account_id)).first()
    if other is not None:
        text = _(
            "This number opens another account here, so it cannot open this one too. If both accounts are yours, ask"
            " your commune's officer to make them one."
        )
        raise Invalid(text, phone=text)
    database.execute(update(A).where(A.c.id == account_id).values(phone=phone))


def _hashed(uuid: UUID, code: str) -> bytes:
    key = current().key_for(b"one-time-code")
    return hashlib.blake2b(uuid.bytes + code.encode(), key=key, digest_size=32).digest()


def forget_old() -> None:
    """Deletes codes of more than two days ago; periodic. Until then they count towards the day's limit."""
    with unit_of_work() as database:
        database.execute(delete(C).where(C.c.made_at < clock.seconds() - 2 * DAY))

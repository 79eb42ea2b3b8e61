"""How a person wishes to be reached: reminders, hours, mail proved by a code."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock, limits
from lms.config import current
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid
from lms.inbox.models import NoteChoice
from lms.inbox.queries import HOURS
from lms.messages.channels import channel_for
from lms.messages.sending import send
from lms.text import Text, _
from lms.web.rendering import say_to

C = NoteChoice.__table__
CODE_MINUTES = 15
MOST_TRIES = 5
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.I)
WRONG_CODE = _("This code is not right, or too old. Please look at it again, or have a new one sent.")


def choose(account_id: int, *, remind: bool, hour_from: int, hour_to: int, by_mail: bool, by_phone: bool) -> None:
    """Keeps a person's wishes. Raises Invalid for hours that are none, and for mail without a proved address."""
    if not (5 <= hour_from < hour_to <= 22):
        text = _("Please choose hours between 5 in the morning and 10 in the evening, the first before the second.")
        raise Invalid(text, hour_from=text)
    _ensure_row(account_id)
    email = connection().execute(select(C.c.email).where(C.c.account_id == account_id)).scalar()
    if by_mail and not email:
        text = _("Please enter your e-mail address first, and the code that we send there.")
        raise Invalid(text, by_mail=text)
    connection().execute(
        update(C)
        .where(C.c.account_id == account_id)
        .values(
            remind=remind, hour_from=hour_from, hour_to=hour_to, by_mail=by_mail, by_phone=by_phone,
            changed_at=clock.seconds(),
        )
    )  # fmt: skip


def ask_for_mail(account_id: int, address: str, locale: str, address_form: str) -> None:
    """Sends a code to an e-mail address that a person gives; 5 an hour. Raises Invalid, TooMany."""
    address = address.strip()
    channel = channel_for("email")
    if channel is None:
        raise Conflict(_("This server cannot send e-mail yet. Your messages are kept here in the inbox."))
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        text = _("Please write the whole e-mail address, e.g. lanh@example.vn.")
        raise Invalid(text, email=text)
    limits.take("mail-code", str(account_id), most=5, seconds=3600)
    limits.take("mail-code-to", address.lower(), most=5, seconds=3600)
    code = f"{secrets.randbelow(10**6):06}"
    _ensure_row(account_id)
    connection().execute(
        update(C)
        .where(C.c.account_id == account_id)
        .values(
            asked_email=address,
            code_hash=_hash(account_id, code),
            code_until=clock.seconds() + CODE_MINUTES * 60,
            code_tries=0,
        )
    )
    said: Text = _("Your code for e-mail from Học vụ số: {code}. It holds for {n} minutes.", code=code, n=CODE_MINUTES)
    subject = say_to(_("Your code"), locale, address_form)
    send(
        channel.name, address, say_to(said, locale, address_form), subject=subject, account_id=account_id, secret=True,
        seconds=CODE_MINUTES * 60,
    )  # fmt: skip


def prove_mail(account_id: int, code: str) -> bool:
    """Takes the address into use where the code is right; a wrong one is counted, so the unit of work must be kept."""
    row = (
        connection()
        .execute(
            select(C.c.asked_email, C.c.code_hash, C.c.code_until, C.c.code_tries).where(C.c.account_id == account_id)
        )
        .first()
    )
    if row is None or row.code_hash is None or row.code_until < clock.seconds() or row.code_tries >= MOST_TRIES:
        return False
    if not hmac.compare_digest(row.code_hash, _hash(account_id, re.sub(r"\D", "", code))):
        connection().execute(update(C).where(C.c.account_id == account_id).values(code_tries=C.c.code_tries + 1))
        return False
    connection().execute(
        update(C)
        .where(C.c.account_id == account_id)
        .values(email=row.asked_email, asked_email=None, code_hash=None, code_until=None, by_mail=True)
    )
    return True


def drop_mail(account_id: int) -> None:
    """Forgets a person's e-mail address."""
    connection().execute(
        update(C)
        .where(C.c.account_id == account_id)
        .values(email=None, by_mail=False, asked_email=None, code_hash=None)
    )


def _hash(account_id: int, code: str) -> str:
    return hashlib.blake2b(
        f"{account_id}:{code}".encode(), key=current().key_for(b"mail-code"), digest_size=32
    ).hexdigest()


def _ensure_row(account_id: int) -> None:
    make = postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert
    connection().execute(
        make(C)
        .values(
            account_id=account_id, remind=False, hour_from=HOURS[0], hour_to=HOURS[1], by_mail=False, by_phone=False,
            code_tries=0, changed_at=clock.seconds(),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip

"""The link in every message that stops them all with one tap, without signing in."""

from __future__ import annotations

import base64
import hashlib
import hmac

from sqlalchemy import update

from lms.config import current
from lms.db.unit_of_work import connection
from lms.errors import NotFound
from lms.inbox.models import NoteChoice

C = NoteChoice.__table__


def _mac(account_id: int) -> bytes:
    return hashlib.blake2b(str(account_id).encode(), key=current().key_for(b"stop"), digest_size=12).digest()


def token(account_id: int) -> str:
    """Names an account, and cannot be made for another one without this installation's secret."""
    return f"{account_id}-{base64.urlsafe_b64encode(_mac(account_id)).decode()}"


def account_of(text: str) -> int:
    """The account that a link names. Raises NotFound for one that we did not make."""
    number, _dash, mac = text.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound
    if not hmac.compare_digest(token(int(number)).partition("-")[2].encode(), mac.encode()):
        raise NotFound
    return int(number)


def url_for_account(account_id: int) -> str:
    """The whole address of the page that stops messages to an account."""
    return f"{current().public_url()}/ngung-nhan-tin/{token(account_id)}"


def stop(account_id: int) -> None:
    """No reminders and nothing outside the inbox any more, until the person says otherwise."""
    connection().execute(
        update(C).where(C.c.account_id == account_id).values(remind=False, by_mail=False, by_phone=False)
    )

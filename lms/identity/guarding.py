"""What keeps guessers out: limits for one account, for one address, and for all together. Figures: docs/sign-in.md."""

from __future__ import annotations

import hashlib
import math

import structlog
from flask import session

from lms import limits
from lms.config import current
from lms.errors import TooMany
from lms.limits import Bucket
from lms.text import _

log = structlog.get_logger("lms.identity")
DAY = 86_400
WRONG_A_DAY = 30  # for one account, from browsers that it has not been signed in with before
WRONG_AN_ADDRESS = 300  # a day; a commune's people share one address of their mobile network
WRONG_ANYWHERE = 1000  # an hour; beyond, somebody is trying many accounts from many devices
IN_ALARM, IN_ALARM_AN_ADDRESS = 3, 30  # what is left then of the first two
MOST_KNOWN = 8  # accounts that a shared device remembers
_TODAY = _(
    "There were too many wrong tries for this name today. Please try again tomorrow, or come in another way: by a code"
    " on your phone, with your card, or with your helper."
)
_HERE = _(
    "There were too many wrong tries from this connection today. Please try again tomorrow, from another connection, or"
    " come in with your card or your helper."
)


def let_try(login: str, address: str) -> None:
    """Counts a try to sign in: 10 in a quarter of an hour for one login, 60 for one network address.

    `login` in its normal form. Raises TooMany where these are too many, or as `refuse_guessers` does. In an open unit
    of work, which must be committed.
    """
    tries = (Bucket("sign-in", login, 10, 900), Bucket("sign-in-address", address, 60, 900))
    found = limits.take_all(*tries, beside=_wrong(login, address))
    for bucket, was_there in zip(tries, found.there, strict=True):
        if not was_there:
            raise TooMany(retry_after=bucket.wait)
    _refuse(*found.left)


def refuse_guessers(login: str, address: str) -> None:
    """Raises TooMany where too many wrong secrets were tried: for this login, from this address, or everywhere.

    `login` in its normal form. A browser that was signed in with it before has a count of its own, so that strangers
    who guess cannot lock its owner out. Reads only.
    """
    _refuse(*limits.take_all(beside=_wrong(login, address)).left)


def _wrong(login: str, address: str) -> tuple[Bucket, Bucket, Bucket]:
    return (
        Bucket("wrong-anywhere", "all", WRONG_ANYWHERE, 3600),
        Bucket("wrong-login", _counted(login), WRONG_A_DAY, DAY),
        Bucket("wrong-address", address, WRONG_AN_ADDRESS, DAY),
    )


def _refuse(everywhere: float, at_login: float, at_address: float) -> None:
    alarm = everywhere < 1
    if at_login < 1 + (WRONG_A_DAY - IN_ALARM if alarm else 0):
        raise TooMany(_TODAY, retry_after=math.ceil(DAY / WRONG_A_DAY))
    if at_address < 1 + (WRONG_AN_ADDRESS - IN_ALARM_AN_ADDRESS if alarm else 0):
        raise TooMany(_HERE, retry_after=math.ceil(DAY / WRONG_AN_ADDRESS))


def count_wrong(login: str, address: str) -> None:
    """Counts a wrong secret for the login, the address and all. In an open unit of work, which must be committed."""
    for action, who, most, seconds in (
        ("wrong-login", _counted(login), WRONG_A_DAY, DAY),
        ("wrong-address", address, WRONG_AN_ADDRESS, DAY),
    ):
        _take(action, who, most, seconds)
    if not _take("wrong-anywhere", "all", WRONG_ANYWHERE, 3600):
        log.error("more wrong secrets than people mistype: limits are tight now", most_an_hour=WRONG_ANYWHERE)


def _take(action: str, who: str, most: int, seconds: int) -> bool:
    try:
        limits.take(action, who, most, seconds)
    except TooMany:
        return False
    return True


def know_browser(login: str) -> None:
    """Remembers in the cookie, as a keyed hash, that this browser was signed in with a login."""
    mark = _mark(login)
    known = [m for m in _known() if m != mark]
    session["known"] = [mark, *known][:MOST_KNOWN]


def forget_all_but_known() -> None:
    """Empties the cookie; that this browser is known stays, which tells nobody anything."""
    known = _known()
    session.clear()
    if known:
        session["known"] = known


def _known() -> list[str]:
    held = session.get("known")
    return [m for m in held if isinstance(m, str)] if isinstance(held, list) else []


def _counted(login: str) -> str:
    mark = _mark(login)
    return f"{login} in a known browser" if mark in _known() else login


def _mark(login: str) -> str:
    key = current().key_for(b"known-browser")
    return hashlib.blake2b(login.encode(), key=key, digest_size=6).hexdigest()

"""The second factor: six digits that a phone shows anew each half minute (TOTP, RFC 6238), and codes on paper."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup
from sqlalchemy import delete, func, insert, select, update

from lms import audit, clock, limits
from lms.config import current
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid
from lms.identity.models import RecoveryCode, SecondFactor
from lms.text import _

if TYPE_CHECKING:  # 5 MB that only those load who sign in with a second factor
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

F, K = SecondFactor.__table__, RecoveryCode.__table__
STEP = 30  # seconds that a code is shown
DRIFT = 1  # steps that a phone's clock may be wrong by, either way
RECOVERY_CODES = 10
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that look alike; 10 of them are 49 bits
WRONG = _("This code is not right. Please type the six digits that the app shows now.")
USED = _("This code has been used already. Please wait for the next one, at most half a minute.")


def is_on(account_id: int) -> bool:
    """Whether a second factor is asked for when this account signs in."""
    found = connection().execute(
        select(F.c.account_id).where(F.c.account_id == account_id, F.c.confirmed_at.is_not(None))
    )
    return found.first() is not None


def begin(account_id: int) -> None:
    """Draws a new secret, not in use before `confirm`. In an open unit of work. Raises Conflict where one is in use."""
    if is_on(account_id):
        raise Conflict(_("The second step is set up already. Turn it off first, then set it up with the new phone."))
    database = connection()
    database.execute(delete(F).where(F.c.account_id == account_id))
    import pyotp

    secret = pyotp.random_base32(32)
    database.execute(
        insert(F).values(account_id=account_id, secret=_seal(account_id, secret), last_step=0, made_at=clock.seconds())
    )


def waiting_secret(account_id: int) -> str | None:
    """The secret that waits to be confirmed, in base 32, for the page that shows it; None where none does."""
    sealed = (
        connection()
        .execute(select(F.c.secret).where(F.c.account_id == account_id, F.c.confirmed_at.is_(None)))
        .scalar()
    )
    return _open(account_id, sealed) if sealed is not None else None


def qr(secret: str, name: str) -> Markup:
    """What the app on the phone scans, as a drawing. `name`: which account it is for, as the app lists it."""
    import pyotp
    import segno

    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Học vụ số")
    code = segno.make_qr(address, error="m")
    drawn = code.svg_inline(scale=5, border=4, svgclass="qr", lineclass=None, omitsize=True, light="#fff")
    return Markup(drawn)  # noqa: S704  drawn by segno out of dark and light


def confirm(account_id: int, code: str) -> list[str]:
    """Takes the second factor into use with a first right code; returns the codes on paper, shown this once.

    In an open unit of work. Raises Invalid.
    """
    database = connection()
    row = database.execute(select(F).where(F.c.account_id == account_id, F.c.confirmed_at.is_(None))).first()
    if row is None:
        raise Conflict
    step = _step_of(_open(account_id, row.secret), code)
    if step is None:
        raise Invalid(WRONG, code=WRONG)
    database.execute(update(F).where(F.c.account_id == account_id).values(confirmed_at=clock.seconds(), last_step=step))
    audit.record(account_id, "second_factor.on", f"account:{account_id}")
    return new_recovery_codes(account_id)


def new_recovery_codes(account_id: int) -> list[str]:
    """Draws ten codes on paper; older ones are good no more. In an open unit of work."""
    database = connection()
    database.execute(delete(K).where(K.c.account_id == account_id))
    drawn = ["".join(secrets.choice(_SIGNS) for _n in range(10)) for _m in range(RECOVERY_CODES)]
    database.execute(insert(K), [{"account_id": account_id, "code_hash": _hashed(account_id, c)} for c in drawn])
    return [f"{code[:5]}-{code[5:]}" for code in drawn]


def recovery_codes_left(account_id: int) -> int:
    """How many codes on paper are still good."""
    counted = select(func.count()).select_from(K).where(K.c.account_id == account_id, K.c.used_at.is_(None))
    return int(connection().execute(counted).scalar_one())


def count_try(account_id: int) -> None:
    """Counts a try: 5 in five minutes, 50 a day. Raises TooMany. In an open unit of work, which must be committed."""
    limits.take("second-factor", str(account_id), most=5, seconds=300)
    limits.take("second-factor-day", str(account_id), most=50, seconds=86_400)


def check(account_id: int, code: str) -> None:
    """Takes a code of the app, or one on paper; each is good once. In an open unit of work. Raises Invalid."""
    typed = "".join(c for c in code.lower() if c.isalnum())
    if len(typed) == 6 and typed.isdigit():
        _check_code(account_id, typed)
        return
    done = connection().execute(
        update(K)
        .where(K.c.account_id == account_id, K.c.code_hash == _hashed(account_id, typed), K.c.used_at.is_(None))
        .values(used_at=clock.seconds())
    )
    if done.rowcount != 1:
        raise Invalid(WRONG, code=WRONG)
    audit.record(account_id, "second_factor.recovered", f"account:{account_id}")


def _check_code(account_id: int, code: str) -> None:
    row = (
        connection()
        .execute(select(F.c.secret).where(F.c.account_id == account_id, F.c.confirmed_at.is_not(None)))
        .first()
    )
    step = _step_of(_open(account_id, row.secret), code) if row is not None else None
    if step is None:
        raise Invalid(WRONG, code=WRONG)
    done = connection().execute(
        update(F).where(F.c.account_id == account_id, F.c.last_step < step).values(last_step=step)
    )
    if done.rowcount != 1:
        raise Invalid(USED, code=USED)


def turn_off(account_id: int, by: int | None) -> None:
    """Ends the second factor and its codes on paper: the person's own wish, or an administrator for a lost phone."""
    database = connection()
    database.execute(delete(K).where(K.c.account_id == account_id))
    database.execute(delete(F).where(F.c.account_id == account_id))
    audit.record(by, "second_factor.off", f"account:{account_id}")


def _step_of(secret: str, code: str) -> int | None:
    """The half minute that a code belongs to, if it is one of now or the one before or after."""
    digits = "".join(c for c in code if c.isdigit())
    now = int(clock.now().timestamp()) // STEP
    import pyotp

    totp = pyotp.TOTP(secret)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(totp.at(step * STEP), digits):
            found = step
    return found


def _hashed(account_id: int, code: str) -> bytes:
    key = current().key_for(b"recovery")
    return hashlib.blake2b(f"{account_id}:{code}".encode(), key=key, digest_size=32).digest()


@cache
def _box(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hashlib.blake2b(key, digest_size=32, person=b"second-factor").digest())


def _seal(account_id: int, secret: str) -> bytes:
    """AES-256-GCM under a key of this installation's secret; bound to the account, so rows cannot be swapped."""
    nonce = secrets.token_bytes(12)
    sealed: bytes = _box(current().key()).encrypt(nonce, secret.encode(), str(account_id).encode())
    return nonce + sealed


def _open(account_id: int, sealed: bytes) -> str:
    held = bytes(sealed)
    secret: bytes = _box(current().key()).decrypt(held[:12], held[12:], str(account_id).encode())
    return secret.decode()

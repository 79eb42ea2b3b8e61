"""Passwords and PINs: Argon2id, 19 MiB, two passes (OWASP's second setting: an eighth of the default's time)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms import memory
from lms.errors import Invalid
from lms.text import _
from lms.vietnamese import fold

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Checked when nobody has the name that was typed, so that both halves cost the same time.
_NOBODY = _hasher.hash("nobody has this password")
LEAST_PASSWORD, LEAST_PIN = 8, 6
_TOO_EASY = {
    "12345678", "123456789", "1234567890", "87654321", "11111111", "00000000", "password", "matkhau", "matkhau123",
    "iloveyou", "anhyeuem", "vietnam", "vietnam123", "abcd1234", "abc12345", "qwertyui", "88888888", "66668888",
}  # fmt: skip


def hash_password(password: str) -> str:
    """The hash to store."""
    try:
        return _hasher.hash(password)
    finally:
        memory.much_was_used()


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is the right one; takes as long when there is no such account."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
    finally:
        memory.much_was_used()


def check_strength(password: str, *names: str | None) -> None:
    """Refuses what anybody would guess. Digits alone are a PIN and need six; anything else needs eight characters."""
    if password.isdigit() and len(password) < LEAST_PIN:
        raise Invalid(_("A PIN needs at least 6 digits."), password=_("A PIN needs at least 6 digits."))
    if not password.isdigit() and len(password) < LEAST_PASSWORD:
        text = _("A password needs at least 8 characters; a PIN needs at least 6 digits.")
        raise Invalid(text, password=text)
    run = "01234567890123456789876543210987654321"
    folded = fold(password).replace(" ", "")
    same = len(set(password)) == 1
    mine = any(n and fold(n).replace(" ", "") == folded for n in names)
    if same or (password.isdigit() and password in run) or folded in _TOO_EASY or mine:
        text = _("This is easy to guess. Please choose another one, e.g. three words that only you would put together.")
        raise Invalid(text, password=text)

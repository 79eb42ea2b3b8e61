"""The citizen's number: kept as a keyed hash for telling people apart, and its last digits for showing."""

from __future__ import annotations

import hashlib
import re

from lms.config import current
from lms.errors import Invalid
from lms.text import _

NOT_ONE = _("A citizen's number has 12 digits (an old one 9). Please look at it again.")


def normal_number(text: str) -> str:
    """A citizen's number (12 digits) or an old identity-card number (9) without spaces. Raises Invalid."""
    digits = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"\d{9}|\d{12}", digits) or len(set(digits)) == 1:
        raise Invalid(NOT_ONE, identity_number=NOT_ONE)
    return digits


def identity_key(number: str) -> bytes:
    """32 bytes that tell one number from another, and tell nobody without this installation's secret which it is."""
    key = current().key_for(b"identity")
    return hashlib.blake2b(normal_number(number).encode(), key=key, digest_size=32).digest()


def identity_tail(number: str) -> str:
    """The last four digits, for showing to the person and to officers."""
    return normal_number(number)[-4:]

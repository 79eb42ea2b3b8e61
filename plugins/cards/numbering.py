"""The number on a card, for devices without a camera, and the number of a class. Pure: randomness is brought along.

Twelve figures in three groups, as on identity cards: ten drawn at random, then two check figures by ISO/IEC 7064 MOD
97-10. One wrong figure, and two neighbours changed round, are always noticed before anything is looked up.
"""

from __future__ import annotations

import re
import unicodedata

DRAWN = 10
FIGURES = DRAWN + 2
ROOM_FIGURES = 8
SECRET_BYTES = 16  # 128 bits in the address of the QR code: nobody comes upon one by trying
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
_SECRET = re.compile(rf"[{_ALPHABET}]{{26}}\Z")


class BadNumber(ValueError):  # noqa: N818
    """Not twelve figures, or mistyped: the check figures do not fit."""


def card_number(drawn: int) -> str:
    """The twelve figures for a number drawn below 10¹⁰."""
    body = f"{drawn:0{DRAWN}d}"
    if len(body) != DRAWN:
        raise ValueError("drawn below ten to the tenth")
    return body + f"{98 - int(body) * 100 % 97:02d}"


def read_number(text: str) -> str:
    """The figures as people type them: with blanks, points or hyphens. Raises BadNumber."""
    figures = re.sub(r"[\s.\-–·]", "", unicodedata.normalize("NFKC", text[:80]))
    if not (figures.isascii() and figures.isdigit() and len(figures) == FIGURES and int(figures) % 97 == 1):
        raise BadNumber(text[:80])
    return figures


def spoken(figures: str) -> str:
    """Figures in groups of four, to be read aloud."""
    return " ".join(figures[i : i + 4] for i in range(0, len(figures), 4))


def secret_text(random_bytes: bytes) -> str:
    """Sixteen random bytes as 26 signs for an address."""
    value = int.from_bytes(random_bytes[:SECRET_BYTES], "big")
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def is_secret(text: str) -> bool:
    """Whether a text may be the secret of a card."""
    return _SECRET.match(text) is not None


def room_number(text: str) -> str | None:
    """The eight figures of a class as people type them; None where they are none."""
    figures = re.sub(r"[\s.\-–·]", "", unicodedata.normalize("NFKC", text[:80]))
    return figures if figures.isascii() and figures.isdigit() and len(figures) == ROOM_FIGURES else None

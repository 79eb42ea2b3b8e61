"""Numbers that people read from paper and type: room codes, tickets, PINs. Pure.

Figures only: a phone shows its number keys for them, and no Vietnamese keyboard makes an accent of them. A ticket ends
in a check figure (Damm's), which finds every single wrong figure and every two that changed places, before anything
is looked up.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
import unicodedata
from typing import Final
from uuid import UUID

ROOM_FIGURES: Final = 6
TICKET_FIGURES: Final = 9  # the check figure with them: 10⁸ tickets in each room
PIN_FIGURES: Final = 6
# H. M. Damm, Total anti-symmetrische Quasigruppen (2004): the quasigroup of order 10 that is in use everywhere.
_DAMM: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def check_figure(figures: str) -> str:
    """The figure that belongs behind these."""
    state = 0
    for figure in figures:
        state = int(_DAMM[state][int(figure)])
    return str(state)


def figures_of(typed: str, count: int) -> str | None:
    """What was typed as so many plain figures; None where it is not that. Blanks, dots and hyphens are let go."""
    plain = re.sub(r"[\s.\-–·]", "", unicodedata.normalize("NFKC", typed))
    return plain if len(plain) == count and plain.isascii() and plain.isdigit() else None


def room_code(typed: str) -> str | None:
    """The code of a room as it is stored; None where it cannot be one."""
    return figures_of(typed, ROOM_FIGURES)


def ticket_code(typed: str) -> str | None:
    """A ticket as it is hashed; None where it cannot be one, a slip of the finger for example."""
    figures = figures_of(typed, TICKET_FIGURES)
    return figures if figures and check_figure(figures) == "0" else None


def grouped(figures: str) -> str:
    """In groups of three, to be read aloud."""
    return " ".join(figures[at : at + 3] for at in range(0, len(figures), 3))


def drawn_figures(count: int) -> str:
    """Figures that nobody can guess; not all the same, not one after another."""
    while True:
        figures = f"{secrets.randbelow(10**count):0{count}d}"
        steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(figures)}
        if steps not in ({0}, {1}, {9}):
            return figures


def key_of(session: UUID, installation: bytes) -> bytes:
    """What the tickets of a session are made and hashed with."""
    return hashlib.blake2b(session.bytes, key=installation, digest_size=32).digest()


def ticket(key: bytes, seat: int, issue: int) -> str:
    """The ticket of a seat as made for the `issue`-th time: nobody finds it without the key, and nothing keeps it."""
    drawn = int.from_bytes(_keyed(key, f"make:{seat}:{issue}")[:16], "big") % 10 ** (TICKET_FIGURES - 1)
    figures = f"{drawn:0{TICKET_FIGURES - 1}d}"
    return figures + check_figure(figures)


def ticket_hash(key: bytes, code: str) -> bytes:
    """32 bytes by which a ticket is known again."""
    return _keyed(key, f"ticket:{code}")


def device_hash(key: bytes, token: str) -> bytes:
    """32 bytes by which a device, or a proctor's browser, is known again."""
    return _keyed(key, f"device:{token}")


def _keyed(key: bytes, text: str) -> bytes:
    return hashlib.blake2b(text.encode(), key=key, digest_size=32).digest()

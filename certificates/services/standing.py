"""The public lists that say which papers are not valid: one bit a paper, in an order that tells nothing.

A list is named after the book of numbers (HVS-XN-2026) and a block of it. A paper's place in its list is its serial
under a permutation that only this installation knows, so that nobody reads from a list how many papers were withdrawn
of those issued in some week (W3C Bitstring Status List v1.0, section on group privacy).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import bindparam, distinct, select, text

from certificates.models import SUSPENDED, Credential
from lms.api.data import Statement
from lms.api.work import connection, settings

LENGTH: Final = 131_072  # places of a list: 16 KB, the least that the recommendation allows
REVOCATION, SUSPENSION = "revocation", "suspension"
_BITS = 18  # an even number, so that the halves of the permutation are equal; what falls outside goes on
_HALF = _BITS // 2
_MASK = (1 << _HALF) - 1
C = Credential.__table__
_ANY: Statement[Any] = Statement(select(C.c.id).where(C.c.status_list == bindparam("list")).limit(1))
_MARKED: Statement[Any] = Statement(
    select(C.c.status_index, C.c.state).where(C.c.status_list == bindparam("list"), text("state <> 'valid'"))
)


def place_of(book: str, serial: int) -> tuple[str, int]:
    """The list in which a new paper stands, and its place there. `book`: issuer, kind and year as in the number."""
    block, within = divmod(serial - 1, LENGTH)
    name = f"{book}-{block}"
    return name, _permuted(settings().key_for(b"status lists"), name, within)


def _permuted(key: bytes, name: str, value: int) -> int:
    """A permutation of the places: a Feistel network of four rounds over 18 bits, walked until it is inside."""
    tables = _rounds(key, name)
    while True:
        left, right = value >> _HALF, value & _MASK
        for table in tables:
            left, right = right, left ^ table[right]
        value = left << _HALF | right
        if value < LENGTH:
            return value


@lru_cache(maxsize=16)
def _rounds(key: bytes, name: str) -> tuple[tuple[int, ...], ...]:
    def one(nth: int, half: int) -> int:
        found = hashlib.blake2b(b"%d %d %s" % (nth, half, name.encode()), key=key, digest_size=2).digest()
        return int.from_bytes(found) & _MASK

    return tuple(tuple(one(nth, half) for half in range(_MASK + 1)) for nth in range(4))


def bits(name: str, purpose: str) -> bytes:
    """A list for a purpose as it is now, uncompressed; place 0 is the leftmost bit. One statement.

    `suspension` marks papers that may become valid again, `revocation` those that were withdrawn or replaced.
    """
    marked = bytearray(LENGTH // 8)
    for place, state in _MARKED.all(list=name):
        if (state == SUSPENDED) == (purpose == SUSPENSION):
            marked[place >> 3] |= 0x80 >> (place & 7)
    return bytes(marked)


def is_marked(marked: bytes, place: int) -> bool:
    """Whether a place of an uncompressed list is marked."""
    return bool(marked[place >> 3] & 0x80 >> (place & 7))


def is_list(name: str) -> bool:
    """Whether a paper stands in a list of this name; one statement."""
    return _ANY.first(list=name) is not None


def names() -> list[str]:
    """The lists that there are."""
    return list(connection().execute(select(distinct(C.c.status_list)).order_by(C.c.status_list)).scalars())

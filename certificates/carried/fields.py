"""What a code says of a paper, as a CBOR map with small keys, and the code as the figures after an address.

The map (docs/carried.md): 1 number without hyphens, 2 full name, 3 year of birth, 4 day of issue, 5 last day, 6 block
of the status list, 7 place in it, 8 fingerprint of what the paper is, 9 fingerprint of who issues it, 10 true where the
name is masked, 11 words of this paper alone. Days are counted from 1 January 1970. What is printed is read for ever: a
key never gets another meaning; another form gets another first byte.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from typing import Any, Final

from msgspec import Struct

from certificates.carried.cbor import BadCbor, decode, encode
from certificates.numbering import BadNumber, parse_number

FORM: Final = 1  # the first byte of a code
PATH: Final = "/v/"  # with its slash: the scope of a worker is a beginning of addresses, and /v begins /verify
FINGERPRINT: Final = 6  # bytes
MOST_FIGURES: Final = 3_000  # more than any square holds at its level
_EPOCH: Final = date(1970, 1, 1)
_FIGURES: Final = re.compile(rf"[1-9][0-9]{{100,{MOST_FIGURES}}}")
_NEEDED: Final = {1: str, 2: str, 4: int, 6: int, 7: int, 8: bytes, 9: bytes}
_ALLOWED: Final = _NEEDED | {3: int, 5: int, 10: bool, 11: str}


class Carried(Struct, frozen=True):
    """What a code says of a paper."""

    number: str  # canonical
    full_name: str
    birth_year: int | None
    issued_on: date
    last_day: date | None
    block: int  # of the status list of its book
    place: int
    what: bytes
    issuer: bytes
    masked: bool = False  # of a minor: no names of minors in public
    own: str = ""  # what it attests, where that is said of this paper alone: "Đạt giải Nhất …"

    @property
    def status_list(self) -> str:
        """The list in which it stands: the book of its number and a block."""
        return f"{self.number.rsplit('-', 2)[0]}-{self.block}"


def payload_of(carried: Carried) -> bytes:
    """The map, in bytes."""
    fields: dict[int, Any] = {
        1: carried.number.replace("-", ""),
        2: carried.full_name,
        3: carried.birth_year,
        4: _days(carried.issued_on),
        5: _days(carried.last_day) if carried.last_day else None,
        6: carried.block,
        7: carried.place,
        8: carried.what,
        9: carried.issuer,
        10: carried.masked or None,
        11: carried.own or None,
    }
    return encode({key: value for key, value in fields.items() if value is not None})


def carried_of(payload: bytes) -> Carried:
    """What a map says. Raises BadCbor for any other map: an unknown key could say what nobody here understands."""
    found = decode(payload)
    if not isinstance(found, dict) or not _NEEDED.keys() <= found.keys() <= _ALLOWED.keys():
        raise BadCbor("no map of a paper")
    for key, value in found.items():
        if type(value) is not _ALLOWED[key]:
            raise BadCbor(f"key {key} is something else")
    try:
        return Carried(
            str(parse_number(found[1])), found[2], found.get(3), _day(found[4]),
            _day(found[5]) if 5 in found else None, found[6], found[7], found[8], found[9], found.get(10, False),
            found.get(11, ""),
        )  # fmt: skip
    except (BadNumber, OverflowError) as error:
        raise BadCbor(str(error)) from None


def fingerprint(words: str) -> bytes:
    """What a code says instead of words that many papers share; whoever checks it has those words."""
    return hashlib.sha256(words.encode()).digest()[:FINGERPRINT]


def figures_of(message: bytes) -> str:
    """A COSE_Sign1 as the figures of a code: a number, whose first byte is the form."""
    return str(int.from_bytes(bytes([FORM]) + message))


def message_of(figures: str) -> bytes:
    """The COSE_Sign1 in the figures of a code. Raises BadCbor."""
    if not _FIGURES.fullmatch(figures):
        raise BadCbor("not as many figures as a code has")
    value = int(figures)
    data = value.to_bytes(value.bit_length() + 7 >> 3)
    if data[0] != FORM:
        raise BadCbor("another form")
    return data[1:]


def _days(day: date) -> int:
    return (day - _EPOCH).days


def _day(days: int) -> date:
    return _EPOCH + timedelta(days)

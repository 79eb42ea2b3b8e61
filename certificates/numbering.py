"""Certificate numbers with check digits, and the short check code. Pure: no clock, no random, no database.

A number reads ``VN-XN-2026-000123-47``: issuer, kind (``XN`` giấy xác nhận, ``CN`` giấy chứng nhận), year of the serial
book, serial in that book, two check digits. The check is ISO/IEC 7064 MOD 97-10 over everything before it, hyphens left
out, with A=10 … Z=35: the whole number, so written, leaves 1 when divided by 97. The shape of the number is this
product's own choice; the law names a number and a book, not how the number is spelled.

What the check catches for certain: one wrong digit, one wrong letter, two neighbours changed round. Issuer codes are
letters, then digits, never mixed, because ``B1`` and ``1B`` would be the same string of figures.
"""

import functools
import re
import unicodedata
from typing import Literal, cast

from msgspec import Struct

Kind = Literal["XN", "CN"]

#: Giấy xác nhận: a level of universal digital skills was attained.
ATTAINMENT: Kind = "XN"
#: Giấy chứng nhận: a course was completed.
COURSE: Kind = "CN"

MIN_SERIAL_DIGITS = 6
MAX_SERIAL = 999_999_999

_LONGEST_INPUT = 80
_ISSUER = re.compile(r"(?=..)[A-Z]{0,8}[0-9]{0,6}\Z")
_SHAPE = re.compile(r"([A-Z]{0,8}[0-9]{0,6})(XN|CN)([0-9OIL]{12,15})\Z")
_LEADING_WORD = re.compile(r"SỐ\s*:?")
_DIGIT_LOOKALIKES = str.maketrans("OIL", "011")
_FOLD = str.maketrans({"Đ": "D", "\u2212": "", "\u30fc": ""})

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LOOKALIKES = str.maketrans("OIL", "011")
_CODE_BYTES = 5
_CODE_CHARS = 8


class BadNumber(ValueError):  # noqa: N818
    """A number or check code that cannot be one.

    ``code`` is ``"shape"`` (not written like a number: letters missing, too short, other signs) or ``"check"``
    (written like one, but the check digits do not fit: something was mistyped or made up).
    """

    def __init__(self, code: Literal["shape", "check"], text: str) -> None:
        super().__init__(f"{code}: {text[:_LONGEST_INPUT]!r}")
        self.code: Literal["shape", "check"] = code


class Number(Struct, frozen=True):
    """A certificate number in its parts. ``str()`` gives the one canonical spelling."""

    issuer_code: str
    kind: Kind
    year: int
    serial: int

    @property
    def check(self) -> str:
        """The two check digits."""
        return _check_digits(self._body(""))

    def _body(self, hyphen: str) -> str:
        return hyphen.join((self.issuer_code, self.kind, f"{self.year:04d}", f"{self.serial:0{MIN_SERIAL_DIGITS}d}"))

    def __str__(self) -> str:
        return f"{self._body('-')}-{self.check}"


def format_number(issuer_code: str, kind: str, year: int, serial: int) -> str:
    """The number as printed, e.g. ``VN-XN-2026-000123-47``.

    ``issuer_code``: two signs or more, capital letters A–Z (at most 8) followed by digits (at most 6); ``kind``: XN or
    CN; ``year``: 2000 to 2999; ``serial``: 1 to 999 999 999, padded to six digits. Raises BadNumber("shape") for
    anything else.
    """
    number = Number(issuer_code, cast(Kind, kind), year, serial)
    if (
        not _ISSUER.match(issuer_code)
        or kind not in (ATTAINMENT, COURSE)
        or not 2000 <= year <= 2999
        or not 1 <= serial <= MAX_SERIAL
    ):
        raise BadNumber("shape", f"{issuer_code}-{kind}-{year}-{serial}")
    return str(number)


@functools.lru_cache(maxsize=1000)
def parse_number(text: str) -> Number:
    """Read a number as people type or paste it.

    Forgiven: spaces, lower case, missing or other hyphens and dashes, full-width signs, ``Số:`` in front, đ for D, and
    in the places of digits O for 0 and I or L for 1. Raises BadNumber with code "shape" or "check".
    """
    squeezed = _squeeze(text)
    found = _SHAPE.match(squeezed)
    if found is None or not _ISSUER.match(found[1]):
        raise BadNumber("shape", text)
    issuer_code, kind, tail = found.groups()
    digits = tail.translate(_DIGIT_LOOKALIKES)
    year, serial, check = digits[:4], digits[4:-2], digits[-2:]
    padded = len(serial) > MIN_SERIAL_DIGITS and serial.startswith("0")
    if padded or int(serial) == 0 or not year.startswith("2"):
        raise BadNumber("shape", text)
    number = Number(issuer_code, cast(Kind, kind), int(year), int(serial))
    if number.check != check:
        raise BadNumber("check", text)
    return number


def format_check_code(random_bytes: bytes) -> str:
    """A short code such as ``7K3M-90QD`` from at least five random bytes (40 bits are used).

    Crockford's base 32: no I, L, O or U, so it can be read out on the telephone. The caller brings the randomness.
    Raises ValueError for fewer than five bytes.
    """
    if len(random_bytes) < _CODE_BYTES:
        raise ValueError("a check code needs at least 5 random bytes")
    value = int.from_bytes(random_bytes[:_CODE_BYTES], "big")
    signs = "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(35, -1, -5))
    return f"{signs[:4]}-{signs[4:]}"


def normalise_check_code(text: str) -> str:
    """The canonical spelling of a check code as people type it; O reads as 0, I and L as 1.

    Raises BadNumber("shape") if it is not eight signs of Crockford's alphabet. There is no check digit: whether the
    code exists, only the register knows.
    """
    signs = _squeeze(text).translate(_CODE_LOOKALIKES)
    if len(signs) != _CODE_CHARS or any(sign not in _CROCKFORD for sign in signs):
        raise BadNumber("shape", text)
    return f"{signs[:4]}-{signs[4:]}"


def _check_digits(body: str) -> str:
    """Check digits of a body without hyphens, by ISO/IEC 7064 MOD 97-10 (letters as two figures, A=10)."""
    figures = "".join(str(int(sign, 36)) for sign in body)
    return f"{98 - int(figures) * 100 % 97:02d}"


def _squeeze(text: str) -> str:
    """Capitals without blanks, dashes and invisible signs; whatever else was typed stays and fails later."""
    if len(text) > _LONGEST_INPUT:
        raise BadNumber("shape", text)
    plain = unicodedata.normalize("NFKC", text).upper().strip()
    plain = _LEADING_WORD.sub("", plain, count=1) if plain.startswith("SỐ") else plain
    plain = plain.translate(_FOLD)
    return "".join(sign for sign in plain if unicodedata.category(sign) not in ("Pd", "Zs", "Zl", "Zp", "Cc", "Cf"))

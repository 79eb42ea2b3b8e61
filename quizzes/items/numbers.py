"""Pure: numbers as people in Việt Nam write them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, localcontext

from msgspec import Struct

LONGEST = 60  # letters of a typed number with its unit
_SIGNS = str.maketrans({"−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
_TYPED = re.compile(r"([-+]?)\s*([0-9][0-9., ]*)([^0-9].*)?", re.DOTALL)
_GROUPS = {sign: re.compile(rf"[1-9][0-9]{{0,2}}(?:{re.escape(sign)}[0-9]{{3}})+") for sign in (".", ",", " ")}


class Quantity(Struct, frozen=True):
    """A number and what stands behind it, without spaces around it."""

    value: Decimal
    unit: str = ""


def read_quantity(typed: str) -> Quantity | None:
    """The number at the beginning of what was typed, and the rest as its unit; None where it is no number.

    The comma parts whole and fraction, dots and spaces part thousands: 1.234,5 and 1 234,5. A dot that cannot part
    thousands parts the fraction (12.5); of dot and comma together the last one does (1,234.5).
    """
    if len(typed) > LONGEST:
        return None
    text = unicodedata.normalize("NFC", typed).translate(_SIGNS).strip()
    match = _TYPED.fullmatch(text)
    if match is None or not match[2].isascii():
        return None
    value = _value(match[2].rstrip(" .,"))
    if value is None:
        return None
    return Quantity(-value if match[1] == "-" else value, " ".join((match[3] or "").split()))


def _value(digits: str) -> Decimal | None:
    if " " in digits:
        whole, *fraction = re.split("[.,]", digits)
        if len(fraction) > 1 or not _GROUPS[" "].fullmatch(whole) or not all(f.isdigit() for f in fraction):
            return None
        return Decimal(whole.replace(" ", "") + ("." + fraction[0] if fraction else ""))
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return Decimal(digits)
    sign, other = digits[last], "," if digits[last] == "." else "."
    whole, fraction_text = digits[:last], digits[last + 1 :]
    if other in whole:  # both: the last one parts the fraction
        if sign in whole or not _GROUPS[other].fullmatch(whole) or not fraction_text.isdigit():
            return None
        return Decimal(whole.replace(other, "") + "." + fraction_text)
    if digits.count(sign) > 1 or sign == ".":
        if _GROUPS[sign].fullmatch(digits):
            return Decimal(digits.replace(sign, ""))
        if digits.count(sign) > 1:
            return None
    if not whole.isdigit() or not fraction_text.isdigit():
        return None
    return Decimal(f"{whole}.{fraction_text}")


def read_value(text: str) -> Decimal | None:
    """A value as an author's data hold it: 12, -3.5; None where it is none."""
    return Decimal(text) if re.fullmatch(r"[-+]?[0-9]{1,15}(\.[0-9]{1,12})?", text) else None


def within(given: Decimal, value: Decimal, tolerance: Decimal) -> bool:
    """Whether a number lies no further from a value than its tolerance; exactly, without rounding."""
    with localcontext(prec=2 * LONGEST):
        return abs(given - value) <= tolerance


def written(value: Decimal) -> str:
    """A number as it is written here: 1.234,5."""
    whole, _dot, fraction = f"{value:f}".partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(whole):,}".replace(",", ".")
    fraction = fraction.rstrip("0")
    return sign + grouped + ("," + fraction if fraction else "")

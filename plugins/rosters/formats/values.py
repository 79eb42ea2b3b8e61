"""What is in the cells: names, dates, telephone and citizens' numbers as people write them and as Excel spoils them.

Each reader takes the cell's text and returns the value, None for an empty cell, or `Wrong` with a suggestion where the
text can only have meant one thing that must not be taken for granted.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from msgspec import Struct

from lms.api.people import fold, nfc, normal_phone

_PARTS = re.compile(r"([^'’‘ʼ`\-‐‑.]+)")
_NAME = re.compile(r"[^\W\d_]+(?:['’.\-‑][^\W\d_]+)*['’.]?", re.UNICODE)
_NUMBERED = re.compile(r"^\s*\d{1,4}\s*[.)/]\s*")
_TITLES = re.compile(r"^(ông|bà|anh|chị|cô|chú|bác|em|cháu)\s*[:.]\s*", re.IGNORECASE)
EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar, from March 1900 on
MOST_NAME = 120


class Wrong(Struct, frozen=True):
    """A cell that must be mended: as it was typed, and what it may have meant."""

    typed: str
    suggestion: str = ""


def read_name(text: str) -> str | Wrong | None:
    """A person's name. In capitals or small letters throughout it gets its proper form; any other casing is kept."""
    name = nfc(text)
    if not name.isalpha():
        name = _TITLES.sub("", _NUMBERED.sub("", name)).strip(" ,;:*")
    if not name:
        return None
    if name.isupper() or name.islower():
        name = proper(name)
    if len(name) > MOST_NAME or not all(_NAME.fullmatch(word) for word in name.split()):
        return Wrong(text.strip()[:MOST_NAME])
    return name


def proper(name: str) -> str:
    """NGUYỄN THỊ MAI → Nguyễn Thị Mai, H'HEN NIÊ → H'Hen Niê, Y-BHĂM → Y-Bhăm, K'BRẾU → K'Brếu."""
    if name.replace(" ", "").isalpha():
        return " ".join([word.capitalize() for word in name.split()])
    return " ".join("".join(part.capitalize() for part in _PARTS.split(word)) for word in name.split())


_YEAR = re.compile(r"(19|20)\d\d")
_DMY = re.compile(r"(\d{1,2})\D{1,3}(\d{1,2})\D{1,3}(\d{4}|\d{2})(?:\D+0?0:00.*)?")
_YMD = re.compile(r"((?:19|20)\d\d)\D(\d{1,2})\D(\d{1,2})(?:[ T].*)?")
_MY = re.compile(r"(\d{1,2})\s*[/\-.]\s*((?:19|20)\d\d)")
_WORDS = re.compile(r"\b(ngày|tháng|năm|sinh|ngay|thang|nam)\b\.?", re.IGNORECASE)


def read_birth(text: str, today: date) -> date | int | Wrong | None:
    """A birth date, or a year where the list knows no more.

    Day before month, as everywhere in Việt Nam; two digits of a year mean the last hundred years; a bare number may be
    Excel's own count of days.
    """
    typed = " ".join(text.split())
    if not typed or fold(typed) in ("khong ro", "khong biet", ""):
        return None
    if found := _YMD.fullmatch(typed):
        return _dated(typed, int(found[3]), int(found[2]), int(found[1]), today)
    plain = _WORDS.sub(" ", typed) if not typed[0].isdigit() or "á" in typed or "ă" in typed else typed
    plain = re.sub(r"[.,]0+$", "", " ".join(plain.split())).strip(" .,;'")
    if plain.isdigit():
        return _bare(typed, plain, today)
    if found := _DMY.fullmatch(plain):
        year = _century(int(found[3]), today) if len(found[3]) == 2 else int(found[3])
        return _dated(typed, int(found[1]), int(found[2]), year, today)
    if (found := _MY.fullmatch(plain)) and 1 <= int(found[1]) <= 12:
        return _year(typed, int(found[2]), today)
    return Wrong(typed[:60])


def _bare(typed: str, digits: str, today: date) -> date | int | Wrong:
    if len(digits) == 4:
        return _year(typed, int(digits), today)
    if len(digits) == 2:
        return _year(typed, _century(int(digits), today), today)
    if len(digits) == 5 and int(digits) >= 366:
        made = EPOCH + timedelta(days=int(digits))
        return made if made <= today else Wrong(typed)
    if len(digits) in (7, 8):  # 12031960, or 2031960 where Excel has eaten the zero
        digits = digits.zfill(8)
        return _dated(typed, int(digits[:2]), int(digits[2:4]), int(digits[4:]), today)
    return Wrong(typed[:60])


def _century(year: int, today: date) -> int:
    return 2000 + year if 2000 + year <= today.year - 4 else 1900 + year


def _year(typed: str, year: int, today: date) -> int | Wrong:
    return year if 1900 <= year <= today.year else Wrong(typed[:60])


def _dated(typed: str, day: int, month: int, year: int, today: date) -> date | int | Wrong:
    if not 1900 <= year <= today.year:
        return Wrong(typed[:60])
    if day == 0 or month == 0:
        return year  # "00/00/1960": papers of those whose day nobody wrote down
    try:
        found = date(year, month, day)
    except ValueError:
        swapped = day <= 12 < month <= 31
        return Wrong(typed[:60], f"{month:02d}/{day:02d}/{year}" if swapped else str(year))
    return found if found <= today else Wrong(typed[:60])


# Prefixes of eleven-digit mobile numbers and what they became in 2018 (decision 798/QĐ-BTTTT).
_MOVED = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038",
    "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
_SCIENCE = re.compile(r"(\d)[.,](\d+)E\+?(\d{1,2})", re.IGNORECASE)
_EMPTY = {"", "0", "-", "x", "khong", "khong co", "k", "ko", "chua co", "khong co so"}


def read_phone(text: str) -> str | Wrong | None:
    """A telephone number as +84…; the first one where a cell holds several."""
    typed = text.strip()
    if typed.isascii() and typed.isdigit():
        found = normal_phone(typed if typed[0] in "08" else "0" + typed)
        if found:
            return found
    if not typed or fold(typed) in _EMPTY:
        return None
    if re.search(r"\d[^\W\d_]+\d", typed) and not _SCIENCE.fullmatch(typed):
        return Wrong(typed[:60])  # a letter among the digits
    for piece in re.split(r"[/;,|\n]| - |\bhoặc\b|\bhoac\b|  +", typed):
        digits = _digits(piece)
        if digits and (found := normal_phone(digits)):
            return found
    digits = _digits(typed)
    if len(digits) == 11 and digits[:4] in _MOVED:
        return Wrong(typed[:60], _MOVED[digits[:4]] + digits[4:])
    return Wrong(typed[:60])


def _digits(text: str) -> str:
    whole = _whole(text)
    digits = "".join(c for c in whole if c.isdigit())
    if whole.lstrip().startswith("+84") or digits.startswith("0084"):
        digits = "0" + digits.removeprefix("00").removeprefix("84").removeprefix("0")
    elif len(digits) == 11 and digits.startswith("84"):
        digits = "0" + digits[2:]
    elif len(digits) == 9 and digits[0] != "0":
        digits = "0" + digits
    return digits


def _whole(text: str) -> str:
    """A number that Excel turned into 912345678.0 or 9.12345678E+8, as its digits."""
    stripped = text.strip()
    if re.fullmatch(r"\d+[.,]0+", stripped):
        return re.split(r"[.,]", stripped)[0]
    if found := _SCIENCE.fullmatch(stripped):
        # Only where every digit is still there: 9.12E+08 has lost what nobody can give back.
        return found[1] + found[2] if len(found[2]) == int(found[3]) else text
    return text


def read_number(text: str, birth_year: int | None) -> str | Wrong | None:
    """A citizen's number (12 digits) or an old one (9), with the zeros at its head that Excel has eaten.

    Of 12 digits the first three are the province (001 to 096), the fourth tells century and sex, the fifth and sixth
    the year of birth (Circular 59/2021/TT-BCA, article 4): by that a number that lost its zeros is known again.
    """
    typed = text.strip()
    if not typed or fold(typed) in _EMPTY:
        return None
    if not (typed.isascii() and typed.isdigit()):
        whole = _whole(typed)
        if re.search(r"[^\d\s.\-']", whole):
            return Wrong(typed[:60])
        typed_digits = "".join(c for c in whole if c.isdigit())
    else:
        typed_digits = typed
    if len(typed_digits) == 12 or len(typed_digits) == 9:
        return Wrong(typed[:60]) if len(set(typed_digits)) == 1 else typed_digits
    if len(typed_digits) in (10, 11):
        full = typed_digits.zfill(12)
        if birth_year is not None and _fits(full, birth_year):
            return full
        return Wrong(typed[:60], full if _fits(full, birth_year) else "")
    return Wrong(typed[:60])


def _fits(number: str, birth_year: int | None) -> bool:
    if not 1 <= int(number[:3]) <= 96:
        return False
    year = 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])
    return birth_year is None or year == birth_year


_GROUPS = (
    ("officials", ("can bo", "cong chuc", "vien chuc", "cbcc", "cbccvc", "ccvc", "giao vien", "luc luong vu trang")),
    ("students", ("hoc sinh", "sinh vien", "hssv", "hs", "sv", "hoc sinh sinh vien")),
    ("workers", ("cong nhan", "nguoi lao dong", "lao dong", "nguoi lao dong trong doanh nghiep", "nld")),
    (
        "citizens",
        ("nguoi dan", "cong dan", "dan", "nong dan", "nhan dan", "nguoi cao tuoi", "noi tro", "nguoi dan toc"),
    ),
)


def read_group(text: str) -> str | Wrong | None:
    """The target group that a word names."""
    words = fold(text)
    if not words:
        return None
    for key, names in _GROUPS:
        if words == key or any(words == name or words.startswith(name + " ") for name in names):
            return key
    return Wrong(text.strip()[:60])

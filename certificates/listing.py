"""Lists of people who are to get a Giấy chứng nhận: read, and each line matched to somebody who is here.

Nobody is entered here. Whoever the list names is found by telephone or sign-in name among the people of the officer's
units, and the name must be theirs; of everybody else the line says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from certificates.lawful import words_refused
from lms.api.people import Known, fold, known_by_phone, known_by_username, nation_id, nfc, normal_phone, normal_username
from lms.api.sheets import EMPTY, OLE, Sheet, read_csv, read_text, read_workbook
from lms.api.work import Invalid, Text, _, settings

MOST: Final = 10_000  # lines of one list
FIELDS: Final = ("name", "birth", "unit", "feat", "phone", "login")
NAME, BIRTH, UNIT, FEAT, PHONE, LOGIN = FIELDS
_HEADS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        (LOGIN, r"\b(ten dang nhap|tai khoan|username|login)\b"),
        (PHONE, r"\b(dien thoai|di dong|sdt|so dt|phone|mobile)\b"),
        (BIRTH, r"\b(ngay sinh|nam sinh|ngay thang nam sinh|sinh ngay)\b"),
        (FEAT, r"\b(thanh tich|giai thuong|giai|ket qua|noi dung|xep loai)\b"),
        (UNIT, r"\b(don vi|lop|truong|thon|xa|noi cong tac|dia chi)\b"),
        (NAME, r"\b(ho (va )?ten|ho ten|hoc vien|thi sinh)\b"),
    )
)
HEADS: Final = ("Họ và tên", "Ngày sinh", "Số điện thoại", "Tên đăng nhập", "Đơn vị", "Thành tích")
LONGEST: Final = {NAME: 120, UNIT: 160, FEAT: 160}  # letters that a paper has room for
MISSING, BAD_BIRTH, NOBODY, OTHER_NAME, OTHER_BIRTH, TWICE, TOO_LONG, NO_LOGIN, WORDS = (
    "missing", "birth", "nobody", "other_name", "other_birth", "twice", "long", "login", "words",
)  # fmt: skip
PROBLEMS: Final[dict[str, Text]] = {
    MISSING: _("There is no name in this line."),
    NO_LOGIN: _("There is neither a telephone number nor a sign-in name, so nobody can be found by this line."),
    NOBODY: _(
        "Nobody of your units has this telephone number or sign-in name. Please enter the person first, or correct it."
    ),
    OTHER_NAME: _("Whoever has this telephone number or sign-in name is called otherwise. Please compare the two."),
    BAD_BIRTH: _("The birth date cannot be read. Please write it as day/month/year, e.g. 20/11/1960."),
    OTHER_BIRTH: _("The birth date differs from the one that is kept of this person. Please compare the two."),
    TWICE: _("The same person stands in an earlier line of this list."),
    WORDS: _(
        "The achievement holds words that cannot stand on these papers: an award of the State, a seal, a heading."
    ),
    TOO_LONG: _("The name, the unit or the achievement is too long for a paper. Please shorten it."),
}
NO_HEADS = _(
    "No heads were found in this list. It needs a row of heads with “Họ và tên” and “Số điện thoại” or “Tên đăng nhập”."
)


class Named(Struct, frozen=True):
    """A line of a list: what it says, whom it means, and what hinders it. `line` counts as Excel does."""

    line: int
    name: str
    birth: str
    unit: str
    feat: str
    phone: str
    login: str
    born: date | None = None
    year: int | None = None
    account_id: int | None = None
    problem: str = ""

    def said(self) -> dict[str, Any]:
        """What is kept of it until its paper is issued."""
        return {
            "name": self.name, "birth": self.birth, "unit": self.unit, "feat": self.feat,
            "login": self.phone or self.login, "birth_date": self.born.isoformat() if self.born else None,
        }  # fmt: skip


def read_file(content: bytes) -> Sheet:
    """The rows of an uploaded list, .xlsx or text. Raises Invalid saying what to do."""
    if not content.strip():
        raise Invalid(EMPTY)
    return read_workbook(content, _likeness) if content.startswith((b"PK", OLE)) else read_csv(content, _likeness)


def read_paste(text: str) -> Sheet:
    """The rows of a list that was pasted. Raises Invalid saying what to do."""
    if not text.strip():
        raise Invalid(EMPTY)
    return read_text(text.strip("\r\n"), _likeness)


def _field(head: str) -> str | None:
    folded = fold(head)
    return next((field for field, pattern in _HEADS if pattern.search(folded)), None)


def _likeness(rows: list[list[str]]) -> int:
    return max((sum(_field(cell) is not None for cell in row) for row in rows[:40]), default=0)


def people_in(sheet: Sheet, units: Collection[int]) -> list[Named]:
    """The lines of a list, matched to the people of these units; a few statements however many they are.

    Raises Invalid where there are no heads, no lines, or too many.
    """
    lines = [_checked(one) for one in _lines(sheet)]
    if not lines:
        raise Invalid(EMPTY)
    if len(lines) > MOST:
        raise Invalid(_("This list has more than {most} lines. Please split it.", most=MOST))
    phones = known_by_phone({p for one in lines if (p := normal_phone(one.phone))}, units)
    logins = known_by_username({n for one in lines if (n := normal_username(one.login))}, units)
    everywhere = nation_id() in units  # whoever belongs to no unit belongs to the nation
    seen: set[int] = set()
    found = []
    for one in lines:
        known = phones.get(normal_phone(one.phone) or "") or logins.get(normal_username(one.login) or "")
        matched = one if one.problem else _matched(one, known, everywhere, seen)
        if matched.account_id is not None and not matched.problem:
            seen.add(matched.account_id)
        found.append(matched)
    return found


def _lines(sheet: Sheet) -> list[Named]:
    heads: dict[int, str] = {}
    found: list[Named] = []
    for number, row in enumerate(sheet.rows, 1):
        if not heads:
            fields = {place: field for place, cell in enumerate(row) if (field := _field(cell))}
            if NAME in fields.values() and {PHONE, LOGIN} & set(fields.values()):
                for place, field in fields.items():
                    if field not in heads.values():
                        heads[place] = field
            continue
        said = {field: _text(row[place]) if place < len(row) else "" for place, field in heads.items()}
        if any(said.values()):
            name, birth, unit, feat, phone, login = (said.get(key, "") for key in FIELDS)
            found.append(Named(number, name, birth, unit, feat, phone, login))
    if not heads:
        raise Invalid(NO_HEADS)
    return found


def _text(cell: str) -> str:
    return " ".join(nfc(cell).split())


def _checked(one: Named) -> Named:
    """The line with its birth date read, and what is wrong with it whoever it means."""
    born, year, bad = _birth(one.birth)
    one = replace(one, born=born, year=year)
    if not one.name:
        return replace(one, problem=MISSING)
    if not (one.phone or one.login):
        return replace(one, problem=NO_LOGIN)
    if any(len(getattr(one, field)) > most for field, most in LONGEST.items()):
        return replace(one, problem=TOO_LONG, name=one.name[:200], unit=one.unit[:200], feat=one.feat[:200])
    if next(words_refused(one.feat, settings().issuer_is_state, None), None) is not None:
        return replace(one, problem=WORDS)
    return replace(one, problem=BAD_BIRTH) if bad else one


def day_of(text: str) -> date:
    """A day as people type it: 20/11/1968. Raises Invalid."""
    day, _year, bad = _birth(" ".join(text.split()))
    if day is None or bad:
        raise Invalid(_("Please enter the date as day/month/year, e.g. 20/11/1960."))
    return day


def _birth(text: str) -> tuple[date | None, int | None, bool]:
    """(day, year, whether it could not be read); a year alone is enough."""
    if not text:
        return None, None, False
    if re.fullmatch(r"(19|20)\d\d", text):
        return None, int(text), False
    numbers = re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", text)
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?: 00:00:00)?", text)
    parts = (numbers[3], numbers[2], numbers[1]) if numbers else iso.groups() if iso else None
    try:
        day = date(*(int(part) for part in parts)) if parts else None
    except ValueError:
        day = None
    return day, day.year if day else None, day is None


def _matched(one: Named, known: Known | None, everywhere: bool, seen: Collection[int]) -> Named:
    if known is None or not (known.near or everywhere):  # of people elsewhere not even that they are here may be learnt
        return replace(one, problem=NOBODY)
    if fold(known.full_name) != fold(one.name):
        return replace(one, problem=OTHER_NAME)
    kept = known.birth_date
    if (kept and one.born and kept != one.born) or (known.birth_year and one.year and known.birth_year != one.year):
        return replace(one, problem=OTHER_BIRTH)
    return replace(one, account_id=known.id, problem=TWICE if known.id in seen else "")


def template() -> Sequence[Sequence[str]]:
    """A list to begin with: the heads, and one line that shows how."""
    return [HEADS, ("Nguyễn Thị Mẫu", "20/11/1968", "0912345678", "", "Thôn Na Hối Tày", "Giải Nhất")]

"""From rows of cells to people: which lines are people, and what each says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from lms.api.people import fold, nfc
from lms.api.sheets import Sheet
from plugins.rosters.formats.columns import (
    BIRTH,
    DAY,
    FAMILY,
    FULL_NAME,
    GIVEN,
    GROUP,
    MONTH,
    NUMBER,
    PHONE,
    VILLAGE,
    Layout,
)
from plugins.rosters.formats.values import Wrong, read_birth, read_group, read_name, read_number, read_phone

# Held against the words with their marks: Tống, Tô and Lang are families, tổng, tổ and làng are not.
_SUM = re.compile(r"^(tổng|cộng)\b")
_FOOT = re.compile(
    r"^(người lập|lập biểu|lập bảng|thủ trưởng|xác nhận|ký tên|\(?ký,? ?(và)? ?ghi"
    r"|t/?m\b.*(ubnd|ủy ban|uỷ ban)|kt\b.*chủ tịch"
    r"|(phó )?chủ tịch|trưởng (thôn|bản|xóm|ấp|buôn|khu|phòng|ban)|hiệu trưởng|giám đốc|danh sách (này|trên)"
    r"|ấn định danh sách)\b|\bngày\b.*\btháng\b.*\bnăm\b"
)
_SECTION = re.compile(
    r"^([ivx]+|[a-h]|\d{1,2})?[\s.)/-]*(thôn|xóm|ấp|bản|buôn|làng|khu|khu phố|tổ|phum|sóc|khóm|lớp)\b"
)


@dataclass
class Entry:
    """One person as a line tells it. `wrong` holds what could not be read, by field."""

    line: int  # as Excel counts: from 1
    full_name: str = ""
    birth_date: date | None = None
    birth_year: int | None = None
    phone: str | None = None
    number: str | None = None
    village: str = ""
    group: str | None = None
    wrong: dict[str, Wrong] = field(default_factory=dict)


@dataclass
class Found:
    """The people of a list, and the lines that were not taken for people."""

    entries: list[Entry]
    left_out: list[int]


def read_people(sheet: Sheet, layout: Layout, fields: Mapping[str, str], today: date) -> Found:
    """Every line below the heads that tells of a person; sums, headings and signatures are left out and named."""
    columns: dict[str, list[int]] = {}
    for column, name in sorted(fields.items(), key=lambda pair: int(pair[0])):
        columns.setdefault(name, []).append(int(column))
    names = columns.get(FULL_NAME, []) + columns.get(FAMILY, []) + columns.get(GIVEN, [])
    found = Found([], [])
    heads = [fold(label) for label in layout.labels]
    section = ""
    for index in range(layout.first, len(sheet.rows)):
        row = sheet.rows[index]
        filled = [i for i, cell in enumerate(row) if cell]
        if not filled:
            continue
        kind = _kind(row, filled, names, columns, heads, len(fields))
        if kind == "foot":
            found.left_out += [i + 1 for i in range(index, len(sheet.rows)) if any(sheet.rows[i])]
            break
        if kind == "section":
            section = nfc(row[filled[0]])
        if kind != "person":
            found.left_out.append(index + 1)
            continue
        entry = read_entry(index + 1, _Cells(row, columns), today)
        if not entry.village and VILLAGE not in columns:
            entry.village = section
        found.entries.append(entry)
    return found


class _Cells:
    def __init__(self, row: list[str], columns: Mapping[str, list[int]]) -> None:
        self._row, self._columns, self._width = row, columns, len(row)

    def of(self, name: str) -> str:
        """The first cell of a field that is not empty."""
        for column in self._columns.get(name, ()):
            if column < self._width and (cell := self._row[column]):
                return cell
        return ""


def _kind(
    row: list[str], filled: list[int], names: list[int], columns: Mapping[str, list[int]], heads: list[str], known: int
) -> str:
    """What a line is: "person", "section" (a village's name), "foot", "sum", "heads" again, or "nothing"."""
    named = any(i in names for i in filled)
    if any(_SUM.search(nfc(row[i]).lower()) for i in filled[:2] if row[i][:1] in "TCtc"):
        return "sum"
    if named and len(filled) > 1 and (row[filled[0]].rstrip(".").isdigit() or _has_data(row, columns)):
        return "person"  # the usual case, told cheaply: a name with a number before it or data beside it
    words = [nfc(row[i]).lower() for i in filled]
    if any(_FOOT.search(w) for w in words):
        return "foot"
    if len(filled) == 1 and known > 1 and _SECTION.search(words[0]):
        return "section"
    if not named:
        return "person" if len(filled) >= 3 or _has_data(row, columns) else "nothing"
    if sum(i < len(heads) and heads[i] == fold(row[i]) for i in filled) >= 3:
        return "heads"
    return "person"


def _has_data(row: list[str], columns: Mapping[str, list[int]]) -> bool:
    return any(i < len(row) and row[i][:1].isdigit() for key in (BIRTH, PHONE, NUMBER) for i in columns.get(key, ()))


def read_entry(line: int, cells: _Cells, today: date) -> Entry:
    """One line as a person."""
    entry = Entry(line)
    typed = cells.of(FULL_NAME) or f"{cells.of(FAMILY)} {cells.of(GIVEN)}".strip()
    name = read_name(typed)
    if isinstance(name, str):
        entry.full_name = name
    else:
        entry.wrong[FULL_NAME] = name or Wrong("")
    set_birth(entry, _birth(cells), today)
    set_phone(entry, cells.of(PHONE))
    set_number(entry, cells.of(NUMBER))
    entry.village = cells.of(VILLAGE)
    group = read_group(cells.of(GROUP))
    if isinstance(group, Wrong):
        entry.wrong[GROUP] = group
    else:
        entry.group = group
    return entry


def _birth(cells: _Cells) -> str:
    year, day, month = cells.of(BIRTH), cells.of(DAY), cells.of(MONTH)
    return f"{day}/{month}/{year}" if year and day and month else year


def set_birth(entry: Entry, text: str, today: date) -> None:
    """Reads a birth date or year into the entry."""
    birth = read_birth(text, today)
    if isinstance(birth, Wrong):
        entry.wrong[BIRTH] = birth
    elif isinstance(birth, int):
        entry.birth_date, entry.birth_year = None, birth
    else:
        entry.birth_date, entry.birth_year = birth, birth.year if birth else None


def set_phone(entry: Entry, text: str) -> None:
    """Reads a telephone number into the entry."""
    phone = read_phone(text)
    if isinstance(phone, Wrong):
        entry.wrong[PHONE] = phone
    else:
        entry.phone = phone


def set_number(entry: Entry, text: str) -> None:
    """Reads a citizen's number into the entry; the birth year, read before, helps where zeros are lost."""
    number = read_number(text, entry.birth_year)
    if isinstance(number, Wrong):
        entry.wrong[NUMBER] = number
    else:
        entry.number = number

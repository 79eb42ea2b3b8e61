"""What the columns of a list are: found by their heads, in one row or in two with merged cells above."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from lms.api.people import fold, nfc
from lms.api.work import Text, _

FULL_NAME, FAMILY, GIVEN, BIRTH, DAY, MONTH, PHONE, NUMBER, VILLAGE, GROUP = (
    "full_name", "family", "given", "birth", "day", "month", "phone", "number", "village", "group",
)  # fmt: skip
FIELDS: Mapping[str, Text] = {
    FULL_NAME: _("Full name"),
    FAMILY: _("Family and middle name"),
    GIVEN: _("Given name"),
    BIRTH: _("Birth date or year"),
    DAY: _("Day of birth"),
    MONTH: _("Month of birth"),
    PHONE: _("Telephone"),
    NUMBER: _("Citizen's number (CCCD)"),
    VILLAGE: _("Village, hamlet or group of households"),
    GROUP: _("Target group"),
}
TWICE = frozenset({BIRTH})  # may stand over two columns: years of men, years of women

MOST_ABOVE = 40  # rows in which the heads are looked for
NO_HEADS = _(
    "No column of names was found in this list. It needs a row of heads with “Họ và tên”, or “Họ đệm” and “Tên”."
)

# Whose name it is, if not the person's own.
_OTHERS = re.compile(
    r"\b(cha|chu ho|giam ho|nguoi than|phu huynh|giao vien|phu trach|lien he khi|ngay cap|noi cap|thoi han)\b"
    r"|\bten (me|bo|vo|chong|don vi|lop|truong)\b|^(me|bo|vo|chong)\b"
)
_HEADS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        (FAMILY, r"^(ho (va )?(ten )?(dem|lot|chu lot|chu dem)|ho va|ho|ho dem va ho|ho, dem)$"),
        (FULL_NAME, r"^(ho (va )?(chu dem va )?ten|ten (nguoi|hoc vien|hoc sinh|cong dan)|hoc vien)\b"),
        (FULL_NAME, r"\bho (va )?ten\b"),
        (GIVEN, r"^ten$"),
        (DAY, r"^ngay$"),
        (MONTH, r"^thang$"),
        (BIRTH, r"^(ngay |thang |nam |sinh ){1,3}(sinh|ngay|nam)\b|^(ns|sinh nhat)\b|\b(ngay|nam) sinh\b"),
        (NUMBER, r"\b(cccd|cmnd|cmt|ddcn|can cuoc|dinh danh|chung minh|giay to tuy than)\b"),
        (PHONE, r"\b(dien thoai|di dong|sdt|so dt|dt|zalo|phone|mobile)\b|^tel\b"),
        (GROUP, r"\bdoi tuong\b|^nhom\b"),
        (VILLAGE, r"^(ten )?(thon|xom|ap|ban|buon|lang|khu|to|phum|soc|khom|kp|tdp)\b"),
        (VILLAGE, r"\b(to dan pho|khu pho|thon|xom)\b"),
    )
)  # fmt: skip
_SUBHEADS = {"nam", "nu", "ho", "ten", "ho dem", "ho va dem", "ho lot", "ngay", "thang", "so", "ngay cap", "noi cap"}


class Layout(Struct, frozen=True):
    """Where the list is: the heads of its columns, the first row of people, and what each column is taken to be."""

    labels: tuple[str, ...]
    first: int  # index of the first row below the heads
    fields: dict[str, str]  # column (as text) → field; columns that say nothing to us are left out
    known: int  # how many heads were understood

    @property
    def fingerprint(self) -> str:
        """What lists made with the same form have in common: their heads."""
        return fingerprint(self.labels)


def fingerprint(labels: Sequence[str]) -> str:
    """32 hexadecimal digits for a row of heads."""
    return hashlib.sha256("\n".join(fold(label) for label in labels).encode()).hexdigest()[:32]


def field_of(label: str) -> str | None:
    """The field that a head names, or None. Heads of two rows come as "above / below"."""
    above, slash, below = label.partition(" / ")
    if not slash:
        return _one(above)
    if below.strip().lower() in ("nam", "nữ", "nu") and _one(above) == BIRTH:
        return BIRTH  # the year stands under the sex
    return _one(f"{above} {below}") if fold(below) == "sinh" else (_below(above, below))


def _below(above: str, below: str) -> str | None:
    found, over = _one(below), _one(above)
    if over == BIRTH and nfc(below).lower() in ("năm", "nam sinh", "year"):
        return BIRTH
    if over == BIRTH and found in (DAY, MONTH):
        return found
    if over in (NUMBER, PHONE):
        return over if fold(below) in ("so", "") or found == over else None  # "ngày cấp", "nơi cấp" say other things
    if over in (FULL_NAME, FAMILY) and found is None:
        return over if not below else None
    return found


def _one(label: str) -> str | None:
    words = fold(label)
    if not words or _OTHERS.search(words) or len(words) > 60:
        return None
    return next((field for field, pattern in _HEADS if pattern.search(words)), None)


def likeness(rows: list[list[str]]) -> int:
    """How much these first rows look like a list of people: the number of heads that are understood."""
    return max((_known(row) for row in rows), default=0)


def _known(row: Sequence[str]) -> int:
    found = {field for cell in row if cell and (field := _one(nfc(cell)))}
    return len(found) + (1 if found & {FULL_NAME, GIVEN} else 0)


def layout(rows: list[list[str]]) -> Layout | None:
    """Finds the heads; None where no row holds any. The first row of a sheet may also be one of people already."""
    head = rows[:MOST_ABOVE]
    best = max(range(len(head)), key=lambda i: (_known(head[i]), -i))
    if not _known(head[best]):
        return None
    labels, first = _labels(rows, best)
    fields: dict[str, str] = {}
    for column, label in enumerate(labels):
        field = field_of(label)
        if field and (field in TWICE or field not in fields.values()):
            fields[str(column)] = field
    if FULL_NAME in fields.values() and {FAMILY, GIVEN} & set(fields.values()):
        # "Họ và tên" merged over two columns: the column below it without a head is the given name.
        keep = {FULL_NAME} if not {FAMILY, GIVEN} <= set(fields.values()) else {FAMILY, GIVEN}
        drop = {FULL_NAME, FAMILY, GIVEN} - keep
        fields = {c: f for c, f in fields.items() if f not in drop}
    return Layout(tuple(labels), first, fields, _known(head[best]))


def _labels(rows: list[list[str]], best: int) -> tuple[list[str], int]:
    """The heads with those of a second row below them, and the index of the row after both."""
    above = [nfc(cell) for cell in rows[best]]
    first = best + 1
    below = [nfc(cell) for cell in rows[first]] if first < len(rows) else []
    width = max(len(above), len(below)) if _is_second(above, below) else len(above)
    labels = [above[i] if i < len(above) else "" for i in range(width)]
    if _is_second(above, below):
        first += 1
        over = ""
        for i in range(width):
            over = labels[i] or over
            under = below[i] if i < len(below) else ""
            if under:
                labels[i] = f"{over} / {under}" if over else under
    while labels and not labels[-1]:
        labels.pop()
    if first < len(rows) and _is_numbering(rows[first]):
        first += 1
    return labels, first


def _is_second(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row is the lower half of the heads: only words, most of them known."""
    under = [cell for cell in below if cell]
    if not under or any(re.search(r"\d", cell) for cell in under):
        return False
    known = sum(fold(cell) in _SUBHEADS or _one(cell) not in (None, VILLAGE) for cell in under)
    return 2 * known >= len(under) and (known > 1 or len(above) > len(under))


def _is_numbering(row: Sequence[str]) -> bool:
    """The row "(1) (2) (3) …", or "A B 1 2", that forms have below their heads."""
    cells = [re.sub(r"[()\[\]\s]", "", cell) for cell in row if cell]
    if len(cells) < 3 or not all(re.fullmatch(r"\d{1,2}|[A-Za-z]", cell) for cell in cells):
        return False
    numbers = [int(c) for c in cells if c.isdigit()]
    return len(numbers) >= 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))

"""Who in a list is in it twice, and who is here already. Sets notes, problems and decisions on rows about to be stored.

Told apart by the keyed hash of the citizen's number, the telephone, or name and birth year in the same units. What is
certain is decided here; what is not is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from lms.api.people import Known, fold, known_by_name, known_by_number, known_by_phone

Row = dict[str, Any]  # a RosterRow by column; `number` holds the digits while they are known
AT_ONCE = 1000
NEW, SAME, QUEUE, SKIP = "new", "same", "queue", "skip"
# Notes: what was done without asking, in words for the clerk.
REPEATED, SHARED_PHONE, PHONE_ELSEWHERE, NUMBER_ELSEWHERE = "repeated", "phone2", "phone-taken", "number-taken"


def add_to(row: Row, column: str, code: str) -> None:
    """Adds a problem or a note."""
    if f",{code}," not in row[column]:
        row[column] = f"{row[column] or ','}{code},"


def drop_from(row: Row, column: str, code: str) -> None:
    """Removes a problem or a note."""
    left = [c for c in row[column].strip(",").split(",") if c and c != code]
    row[column] = f",{','.join(left)}," if left else ""


class Index:
    """The rows of a list by what tells people apart."""

    def __init__(self) -> None:
        self._numbers: dict[str, Row] = {}
        self._phones: dict[str, Row] = {}
        self._names: dict[tuple[str, Any, Any], Row] = {}

    def add(self, row: Row) -> None:
        """Remembers a row; an earlier one with the same signs stays the one that later rows repeat."""
        if row["number_key"]:
            self._numbers.setdefault(row["number_key"], row)
        if row["phone"]:
            self._phones.setdefault(row["phone"], row)
        if row["full_name"]:
            self._names.setdefault(_name_key(row), row)

    def compare(self, row: Row) -> None:
        """Says of a row whether an earlier one is the same person, or has the same number or telephone."""
        name = fold(row["full_name"])
        if row["number_key"] and (earlier := self._numbers.get(row["number_key"])):
            row["twin_line"] = earlier["line"]
            if fold(earlier["full_name"]) == name:
                self._repeats(row)
            else:
                self._number_twice(row)
        if row["phone"] and (earlier := self._phones.get(row["phone"])):
            row["twin_line"] = row["twin_line"] or earlier["line"]
            if _same(earlier["full_name"], row["full_name"]) and not _differ(row, earlier):
                self._repeats(row)
            else:
                row["phone"] = None
                add_to(row, "notes", SHARED_PHONE)
                if fold(earlier["full_name"]) == name and not _differ(row, earlier):
                    add_to(row, "problems", "twin")  # Mai and Mái: two sisters, or one name in two spellings
        elif row["full_name"] and not row["decision"]:
            earlier = self._names.get(_name_key(row))
            if earlier and not _differ(row, earlier) and not (row["phone"] and earlier["phone"]):
                row["twin_line"] = earlier["line"]
                add_to(row, "problems", "twin")

    @staticmethod
    def _repeats(row: Row) -> None:
        row["decision"] = SKIP
        add_to(row, "notes", REPEATED)

    @staticmethod
    def _number_twice(row: Row) -> None:
        row["typed"] = {**row["typed"], "number": [row.get("number") or "", ""]}
        row["number_key"] = row["number_tail"] = None
        add_to(row, "problems", "number")


def _same(name: str, other: str) -> bool:
    """Whether two names are one, capitals apart. Marks count: Mai and Mái share many a telephone."""
    return name.casefold() == other.casefold()


def _name_key(row: Row) -> tuple[str, Any, Any]:
    return fold(row["full_name"]), row["birth_date"] or row["birth_year"], row["org_id"]


def _differ(row: Row, other: Row | Known) -> bool:
    """Whether something says that two with one name are two people."""
    if isinstance(other, Known):
        number = other.identity_key.hex() if other.identity_key else None
        birth, year = other.birth_date, other.birth_year
    else:
        number, birth, year = other["number_key"], other["birth_date"], other["birth_year"]
    if row["number_key"] and number and row["number_key"] != number:
        return True
    if row["birth_date"] and birth:
        return bool(row["birth_date"] != birth)
    return bool(row["birth_year"] and year and row["birth_year"] != year)


def compare_within(rows: Iterable[Row], index: Index) -> None:
    """Looks for those whom the list has twice."""
    for row in rows:
        index.compare(row)
        if row["decision"] != SKIP:
            index.add(row)


def compare_with_people(rows: Sequence[Row], org_id: int, units: Collection[int]) -> None:
    """Looks for those who are here already: three statements for a thousand rows. `units`: where one may see whom."""
    for start in range(0, len(rows), AT_ONCE):
        part = [r for r in rows[start : start + AT_ONCE] if r["decision"] != SKIP]
        numbers = known_by_number({bytes.fromhex(r["number_key"]) for r in part if r["number_key"]}, units)
        phones = known_by_phone({r["phone"] for r in part if r["phone"]}, units)
        born = {(r["full_name"], r["birth_year"]) for r in part if r["full_name"] and r["birth_year"]}
        names = known_by_name(born, [org_id])
        for row in part:
            _compare_one(row, numbers, phones, names)


def _compare_one(
    row: Row, numbers: dict[bytes, Known], phones: dict[str, Known], names: dict[str, list[Known]]
) -> None:
    row["match_id"], row["match_how"] = None, ""
    by_number = numbers.get(bytes.fromhex(row["number_key"])) if row["number_key"] else None
    if by_number is not None:
        _matches(row, by_number, "number", certain=fold(by_number.full_name) == fold(row["full_name"]))
        return
    by_phone = phones.get(row["phone"]) if row["phone"] else None
    if by_phone is not None:
        if by_phone.near and not _differ(row, by_phone):
            _matches(row, by_phone, "phone", certain=_same(by_phone.full_name, row["full_name"]))
        else:  # somebody of whom the clerk may know nothing, or surely another person
            row["phone"] = None
            add_to(row, "notes", PHONE_ELSEWHERE)
        return
    for known in names.get(fold(row["full_name"]), ()):
        if row["birth_year"] and known.birth_year == row["birth_year"] and not _differ(row, known):
            _matches(row, known, "name", certain=False)
            return


def _matches(row: Row, known: Known, how: str, certain: bool) -> None:
    row["match_id"], row["match_how"] = known.id, how
    if certain:
        row["decision"] = SAME
        drop_from(row, "problems", "twin")
    elif row["decision"] != NEW:
        add_to(row, "problems", "known")

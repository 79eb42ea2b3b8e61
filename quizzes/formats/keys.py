"""The answer key of a question paper: "1A 2B", "Câu 3: C", tables in every customary form. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lms.api.texts import fold
from quizzes.formats.question import line_of

_NUMBER = re.compile(r"(?:(?:câu|bài)\s*)?(\d{1,3})\s*[.):]?", re.IGNORECASE)
_PAIR = re.compile(r"(?:(?:câu|bài)\s*)?(\d{1,3})\s*[.:)\-–/]?\s*([A-J](?:\s*[,;&]\s*[A-J])*)(?![\w])", re.IGNORECASE)
_LEFT = re.compile(r"[\s,;.|\-–/]*")
_TRUTH = re.compile(r"đúng|sai|true|false|[ĐDSTF]", re.IGNORECASE)
_LABELLED = re.compile(r"(?<!\w)([a-h])\s*[).:\-–]?\s*(đúng|sai|true|false|[đdstf])(?!\w)", re.IGNORECASE)
_HEADS = ("cau", "cau hoi", "cau so", "stt", "tt", "so", "dap an", "da", "dap so", "tra loi", "chon", "ma de", "y", "")

Pair = tuple[int, str]


def number_in(cell: str) -> int | None:
    """The number of a question that a cell holds, and nothing else."""
    found = _NUMBER.fullmatch(cell.strip())
    return int(found[1]) if found else None


def letters(text: str) -> list[str] | None:
    """The letters of right answers: "B", "A, C", "AC"; None where it is something else."""
    bare = re.sub(r"[\s,;&.+/]|và", "", text.strip())
    return sorted(set(bare)) if re.fullmatch(r"[A-J]{1,10}", bare) else None


def truths(text: str, count: int) -> list[bool] | None:
    """Right or not for each of so many statements: "ĐSĐS", "a) Đ b) S"; None where it does not fit."""
    labelled = {found[0].lower(): found[1] for found in _LABELLED.findall(text)}
    expected = [chr(ord("a") + n) for n in range(count)]
    if labelled and sorted(labelled) == expected:
        said = [labelled[letter] for letter in expected]
    else:
        bare = re.sub(r"[\s,;.\-–/|]", "", text)
        said = _TRUTH.findall(bare)
        if "".join(said) != bare:
            return None
    return [one.lower()[0] in "đdt" for one in said] if len(said) == count else None


def pairs_in_line(text: str) -> list[Pair]:
    """Pairs like "1A 2.B 3-C"; none where the line holds anything else."""
    if _LEFT.fullmatch(_PAIR.sub("", text)) is None:
        return []
    return [(int(number), said.upper()) for number, said in _PAIR.findall(text)]


def pairs_in_table(rows: Sequence[Sequence[str]]) -> tuple[list[Pair], int]:
    """The pairs of a table of answers, and how many of its cells fit nowhere."""
    cells = [[line_of(cell) for cell in row] for row in rows]
    for reading in (_together, _truth_rows, _below, _beside):
        found = list(reading(cells))
        if found:
            used = sum(1 if reading is _together else 2 for _pair in found)
            if reading is _truth_rows:
                used = sum(1 + len(row) - 1 for row in cells[1:])
            filled = sum(1 for row in cells for cell in row if cell and not _is_head(cell))
            return [(n, said) for n, said in found if said], max(0, filled - used) + sum(not said for _n, said in found)
    return [], 0


def _is_head(cell: str) -> bool:
    return fold(cell) in _HEADS or re.fullmatch(r"[a-h][).]?", cell) is not None


def _together(rows: list[list[str]]) -> Iterator[Pair]:
    """Cells that hold number and answer: "1A", "Câu 1: A"."""
    filled = [cell for row in rows for cell in row if cell and not _is_head(cell)]
    found = [pairs_in_line(cell) for cell in filled]
    if filled and sum(map(bool, found)) * 2 > len(filled):
        for pairs in found:
            yield from pairs


def _truth_rows(rows: list[list[str]]) -> Iterator[Pair]:
    """A head of a, b, c, d, then a row for each question."""
    head = [re.sub(r"[).]", "", cell).strip().lower() for cell in rows[0]] if rows else []
    places = [n for n, cell in enumerate(head) if re.fullmatch(r"[a-h]", cell)]
    if len(places) < 2:
        return
    for row in rows[1:]:
        number = number_in(row[0]) if row else None
        said = [row[n] if n < len(row) else "" for n in places]
        if number is not None:
            yield number, " ".join(said).strip()


def _below(rows: list[list[str]]) -> Iterator[Pair]:
    """A row of numbers and the answers below them."""
    at = 0
    while at + 1 < len(rows):
        numbers = [number_in(cell) for cell in rows[at]]
        filled = [cell for cell in rows[at] if cell and not _is_head(cell)]
        under = [number_in(cell) for cell in rows[at + 1]]
        known = sum(n is not None for n in numbers)
        if not filled or known < len(filled) or not known or sum(n is not None for n in under) > known // 2:
            at += 1
            continue
        for place, number in enumerate(numbers):
            if number is not None:
                yield number, rows[at + 1][place] if place < len(rows[at + 1]) else ""
        at += 2


def _beside(rows: list[list[str]]) -> Iterator[Pair]:
    """Columns of numbers with the answers at their right."""
    wide = max((len(row) for row in rows), default=0)
    for place in range(wide - 1):
        column = [row[place] if place < len(row) else "" for row in rows]
        numbers = [number_in(cell) for cell in column]
        filled = [cell for cell in column if cell and not _is_head(cell)]
        if filled and sum(n is not None for n in numbers) == len(filled):
            for number, row in zip(numbers, rows, strict=True):
                said = row[place + 1] if place + 1 < len(row) else ""
                if number is not None and (said or number_in(said) is None):
                    yield number, said

"""What the other side says: read from a file, all of it or none, or brought by a carrier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, insert, update

from certificates.api import Outcome
from lms.api.people import fold
from lms.api.sheets import read_csv, read_workbook
from lms.api.work import Invalid, Text, _, audit, clock, connection
from plugins.handover.models import ACCEPTED, PREPARED, REFUSED, SENT, VOID, Answer, Record
from plugins.handover.queries import RecordRow, records_by_numbers
from plugins.handover.records import split_id

R, A = Record.__table__, Answer.__table__
MaySee = Callable[[RecordRow], bool]
MOST = 20_000  # answers in one file
MOST_BYTES = 20 * 1024 * 1024
LONGEST_REASON, LONGEST_REFERENCE = 1_000, 80
SAID = {
    ACCEPTED: ("accepted", "da tiep nhan", "tiep nhan", "chap nhan", "dong y", "ok", "1"),
    REFUSED: ("refused", "rejected", "tu choi", "khong tiep nhan", "loi", "0"),
}
HEADS = {
    "id": ("ma ho so", "id", "record_id"),
    "state": ("ket qua", "result", "state", "trang thai"),
    "reason": ("ly do", "reason", "message"),
    "reference": ("ma tiep nhan", "reference", "ma bien nhan"),
}
_SET = (
    update(R)
    .where(R.c.id == bindparam("row"))
    .values(
        state=bindparam("now"), reason=bindparam("why"), reference=bindparam("theirs"), changed_at=bindparam("when"),
        tries=0,
    )
)  # fmt: skip


class Line(Struct, frozen=True):
    """An answer as a file has it; `place` is the line or the position in which it stands."""

    place: int
    id: str
    state: str
    reason: str
    reference: str


class Problem(Struct, frozen=True):
    """What is wrong with a line."""

    place: int
    id: str
    text: Text


class Taken(Struct, frozen=True):
    """What came of a file. `older`: answers to an edition that was told anew since."""

    accepted: int = 0
    refused: int = 0
    same: int = 0
    older: int = 0


class Refused(Exception):  # noqa: N818
    """Nothing of the file was taken in: these lines are wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.place}: {p.text.msgid}" for p in problems[:5]))
        self.problems = problems


def read(content: bytes) -> list[Line]:
    """The answers of a file: JSON, Excel or CSV, told apart by what they hold. Raises Invalid for what is none."""
    if len(content) > MOST_BYTES:
        raise _wrong(_("This file is larger than 20 MB, so it is no file of answers. Please choose the right one."))
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    lines = _from_json(content) if start in (b"{", b"[") else _from_table(content)
    if not lines:
        raise _wrong(_("There are no answers in this file."))
    if len(lines) > MOST:
        raise _wrong(_("There are more than 20,000 answers in this file. Please send it in parts."))
    return lines


def _wrong(words: Text) -> Invalid:
    return Invalid(words, file=words)


def _from_json(content: bytes) -> list[Line]:
    try:
        whole = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise _wrong(_("This file is damaged: it begins like JSON and does not end like it.")) from None
    rows = whole.get("answers") if isinstance(whole, dict) else whole
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _wrong(_('A file of answers in JSON has a list "answers" of objects with "id" and "state".'))
    return [
        Line(n, *(_cell(row.get(key)) for key in ("id", "state", "reason", "reference")))
        for n, row in enumerate(rows, 1)
    ]


def _cell(value: Any) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def _likeness(rows: list[list[str]]) -> int:
    return max((len(_columns(row)) for row in rows[:40]), default=0)


def _columns(row: Sequence[str]) -> dict[str, int]:
    heads = [fold(cell).strip() for cell in row]
    return {key: heads.index(fold(name)) for key, names in HEADS.items() for name in names if fold(name) in heads}


def _from_table(content: bytes) -> list[Line]:
    sheet = (
        read_workbook(content, _likeness) if content.startswith((b"PK", b"\xd0\xcf")) else read_csv(content, _likeness)
    )
    heads = ((n, _columns(row)) for n, row in enumerate(sheet.rows[:40]))
    at, columns = next(((n, found) for n, found in heads if {"id", "state"} <= found.keys()), (0, {}))
    if not columns:
        raise _wrong(_("A list of answers needs a row with the heads “Mã hồ sơ” and “Kết quả”."))

    def cell(row: Sequence[str], key: str) -> str:
        place = columns.get(key, len(row))
        return row[place].strip().removeprefix("'") if place < len(row) else ""

    return [
        Line(at + 2 + n, *(cell(row, key) for key in ("id", "state", "reason", "reference")))
        for n, row in enumerate(sheet.rows[at + 1 :])
        if any(value.strip() for value in row)
    ]


def take(lines: Sequence[Line], may_see: MaySee, by_id: int) -> Taken:
    """Takes the answers of a file in, all or none, in the caller's unit of work; sending it twice is once.

    `may_see(record)`: whether the record is one of this official's; others are not known to them. Raises Refused.
    """
    problems: list[Problem] = []
    known: list[tuple[Line, str, int, str]] = []
    seen: dict[str, int] = {}
    for line in lines:
        split, state = split_id(line.id), _state(line.state)
        if split is None:
            problems.append(
                Problem(line.place, line.id, _("This is no code of a record; it looks like HVS-XN-2026-000123-36/1."))
            )
        elif state is None:
            problems.append(Problem(line.place, line.id, _("The result is neither “Đã tiếp nhận” nor “Từ chối”.")))
        elif state == REFUSED and not line.reason:
            problems.append(Problem(line.place, line.id, _("It is refused without a reason.")))
        elif line.id in seen:
            problems.append(Problem(line.place, line.id, _("It stands in line {line} already.", line=seen[line.id])))
        else:
            seen[line.id] = line.place
            known.append((line, *split, state))
    rows = records_by_numbers({number for _line, number, _edition, _state in known})
    for line, number, edition, _said in known:
        row = rows.get(number)
        if row is None or not may_see(row):
            problems.append(Problem(line.place, line.id, _("No record of your units has this code.")))
        elif edition > row.edition or (edition == row.edition and row.state in (PREPARED, VOID)):
            problems.append(
                Problem(
                    line.place,
                    line.id,
                    _("This record was not handed over yet, as far as is known here. Note its file as sent first."),
                )
            )
    if problems:
        raise Refused(sorted(problems, key=lambda problem: problem.place))
    taken = _apply([(rows[n], e, s, ln.reason, ln.reference) for ln, n, e, s in known], by_id)
    audit.record(by_id, "handover.answered", "handover:file", accepted=taken.accepted, refused=taken.refused)
    return taken


def note(outcomes: Sequence[Outcome]) -> None:
    """What a carrier brought: answers to what was sent. What it says of others, or of older editions, is left out."""
    said = {outcome.id: outcome for outcome in outcomes if outcome.state in (ACCEPTED, REFUSED)}
    numbers = {split[0] for name in said if (split := split_id(name)) is not None}
    rows = [
        row
        for row in records_by_numbers(numbers).values()
        if row.name in said and row.state in (SENT, ACCEPTED, REFUSED)
    ]
    _apply(
        [(row, row.edition, said[row.name].state, said[row.name].reason, said[row.name].reference) for row in rows],
        None,
    )


def _apply(found: Sequence[tuple[RecordRow, int, str, str, str]], by_id: int | None) -> Taken:
    now, changed, answers = clock.seconds(), [], []
    accepted = refused = same = older = 0
    for row, edition, state, why, theirs in found:
        why, theirs = why[:LONGEST_REASON], theirs[:LONGEST_REFERENCE]
        if edition < row.edition:
            older += 1
            continue
        if (row.state, row.reason, row.reference) == (state, why, theirs):
            same += 1
            continue
        accepted, refused = accepted + (state == ACCEPTED), refused + (state == REFUSED)
        changed.append({"row": row.id, "now": state, "why": why, "theirs": theirs, "when": now})
        answers.append(
            {
                "record_id": row.id,
                "edition": edition,
                "state": state,
                "reason": why,
                "reference": theirs,
                "at": now,
                "by_id": by_id,
            }
        )
    if changed:
        connection().execute(_SET, changed)
        connection().execute(insert(A), answers)
    return Taken(accepted, refused, same, older)


def _state(text: str) -> str | None:
    said = fold(text).strip(" .!")
    return next((state for state, words in SAID.items() if said in map(fold, words)), None)


def words_of(taken: Taken) -> Mapping[str, int]:
    """The figures of a report."""
    return {"accepted": taken.accepted, "refused": taken.refused, "same": taken.same, "older": taken.older}

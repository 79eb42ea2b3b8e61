"""Papers made into what the signs go by: words to read, wrong answers to compare, when answers came, which device."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from lms.api.packages import syllables
from lms.api.work import connection
from plugins.integrity.models import KnownDevice
from plugins.integrity.rules import Sheet
from quizzes.api import ITEM_TYPES, WHOLE, Given, Graded, Worded, answers, worded

D = KnownDevice.__table__
# Types that are answered from what is there: several wrong answers are possible, and an equal one says something.
CHOSEN = frozenset({"single_choice", "multiple_choice", "ordering", "matching", "hotspot", "thread"})
LEAST_CHOICES = 3  # with two, every wrong answer is equal
LONGEST = 60


def sheets_of(found: Sequence[Graded]) -> list[Sheet]:
    """These papers, in the same order; five statements however many they are."""
    given = answers([paper.id for paper in found])
    asked = worded({version for paper in found for version in paper.versions})
    devices = _devices(found)
    words = {version_id: words_of(version) for version_id, version in asked.items()}
    comparable = {version_id for version_id, version in asked.items() if _is_compared(version)}
    return [_sheet(paper, given[paper.id], words, comparable, devices.get(paper.id)) for paper in found]


def _sheet(
    paper: Graded, given: Mapping[int, Given], words: Mapping[int, int], comparable: Collection[int],
    device: bytes | None,
) -> Sheet:  # fmt: skip
    counted = [mark for mark in paper.marks if mark is not None]
    wrong = {
        version: key_of(given[place].answer)
        for place, (version, mark) in enumerate(zip(paper.versions, paper.marks, strict=True))
        if mark is not None and mark < WHOLE and version in comparable and place in given and given[place].answer
    }
    return Sheet(
        id=paper.id,
        person=paper.account_id,
        started_at=paper.started_at,
        submitted_at=paper.submitted_at,
        supervised=paper.session is not None,
        passed=bool(paper.passed),
        score=sum(counted) / (WHOLE * len(counted)) if counted else 0.0,
        versions=paper.versions,
        syllables=tuple(words.get(version, 0) for version in paper.versions),
        wrong=wrong,
        saved={place: one.first_at for place, one in given.items()},
        device=device,
    )


def words_of(version: Worded) -> int:
    """How many syllables have to be read to answer: the question, its message, and half of the answers.

    Half, because whoever finds the right one early reads no further.
    """
    kind, body = ITEM_TYPES.find(version.type), version.body
    options = kind.texts(body["data"]) if kind is not None else ()
    message = body.get("message") or {}
    told = [str(body.get("stem", "")), *(str(v) for k, v in message.items() if k in ("text", "body"))]
    return sum(syllables(text) for text in told) + sum(syllables(text) for text in options) // 2


def _is_compared(version: Worded) -> bool:
    kind = ITEM_TYPES.find(version.type)
    return kind is not None and version.type in CHOSEN and kind.size(version.body["data"]) >= LEAST_CHOICES


def key_of(answer: Sequence[Any]) -> str:
    """An answer by the numbers that its author gave the options: however they were shuffled it is the same."""
    text = json.dumps(list(answer), separators=(",", ":"), ensure_ascii=False)
    return text if len(text) <= LONGEST else hashlib.blake2b(text.encode(), digest_size=24).hexdigest()


def _devices(found: Iterable[Graded]) -> dict[int, bytes]:
    """By paper the device on which its person had signed in last when it was begun."""
    papers = list(found)
    rows = (
        connection()
        .execute(
            select(D.c.account_id, D.c.device, D.c.at)
            .where(
                D.c.account_id.in_({p.account_id for p in papers}),
                D.c.at <= max((p.started_at for p in papers), default=0),
            )
            .order_by(D.c.at, D.c.id)
        )
        .all()
    )
    seen: dict[int, list[tuple[int, bytes]]] = {}
    for row in rows:
        seen.setdefault(row.account_id, []).append((row.at, bytes(row.device)))
    known = {}
    for paper in papers:
        before = [device for at, device in seen.get(paper.account_id, ()) if at <= paper.started_at]
        if before:
            known[paper.id] = before[-1]
    return known

"""What search finds, kept beside what is published: the passages of each lesson's newest revision, by language."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, text

from courses.blocks.passages import BlockWords, passages_of
from courses.models import Passage, Revision, Word, WordPart
from courses.searching import LONGEST_WORD, folded, parts_of
from lms.api.data import Statement
from lms.api.learning import Activity
from lms.api.plugins import Projection
from lms.api.work import Periodic, connection, unit_of_work

A, R, P, W, WP = Activity.__table__, Revision.__table__, Passage.__table__, Word.__table__, WordPart.__table__
VIETNAMESE = "vi"
AT_ONCE = 200  # lessons that one run of the worker indexes

_COUNTED: Statement[Any] = Statement(
    {
        "sqlite": text(
            "INSERT INTO courses_word (word, passages) SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')"
            " FROM json_each(:rows) WHERE true"
            " ON CONFLICT (word) DO UPDATE SET passages = MAX(0, courses_word.passages + excluded.passages)"
        ),
        "postgresql": text(
            "INSERT INTO courses_word (word, passages) SELECT one ->> 0, CAST(one ->> 1 AS INTEGER)"
            " FROM jsonb_array_elements(CAST(:rows AS jsonb)) AS each(one)"
            " ON CONFLICT (word) DO UPDATE SET passages = GREATEST(0, courses_word.passages + excluded.passages)"
        ),
    }
)
_PARTS: Statement[Any] = Statement(
    {
        "sqlite": text(
            "INSERT INTO courses_word_part (part, word) SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')"
            " FROM json_each(:rows) WHERE true ON CONFLICT (part, word) DO NOTHING"
        ),
        "postgresql": text(
            "INSERT INTO courses_word_part (part, word) SELECT one ->> 0, one ->> 1"
            " FROM jsonb_array_elements(CAST(:rows AS jsonb)) AS each(one) ON CONFLICT (part, word) DO NOTHING"
        ),
    }
)


def index(activity_id: int, lang: str, title: str, found: Sequence[BlockWords]) -> None:
    """Puts a lesson's passages in one language in place of those it had. Inside a unit of work."""
    gone = _forget(activity_id, lang)
    rows = _rows(activity_id, lang, title, found)
    database = connection()
    if rows:
        database.execute(insert(P), rows)
        if database.dialect.name == "sqlite":
            database.execute(
                text(
                    "INSERT INTO courses_passage_fts (rowid, heading, folded) SELECT id, heading, folded"
                    " FROM courses_passage WHERE activity_id = :activity AND lang = :lang"
                ),
                {"activity": activity_id, "lang": lang},
            )
    come = _counts(f"{row['heading']} {row['folded']}" for row in rows)
    moved = Counter({word: come[word] - gone[word] for word in come.keys() | gone.keys() if come[word] != gone[word]})
    _learn(moved, [word for word in come if word not in gone])


def _rows(activity_id: int, lang: str, title: str, found: Sequence[BlockWords]) -> list[dict[str, Any]]:
    heading = folded(title)
    return [
        {
            "activity_id": activity_id, "lang": lang, "block": one.block, "position": one.position,
            "words": one.words, "heading": heading, "folded": folded(one.words),
        }
        for one in found
    ]  # fmt: skip


def _learn(counts: Mapping[str, int], new: Sequence[str] | None = None) -> None:
    """Counts words up or down, and keeps the parts of those that are new (None: of all)."""
    if counts:
        _COUNTED.run(rows=json.dumps(sorted(counts.items()), ensure_ascii=False))
    rows = [[part, word] for word in sorted(counts if new is None else new) for part in sorted(parts_of(word))]
    if rows:
        _PARTS.run(rows=json.dumps(rows, ensure_ascii=False))


def _counts(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each word stands."""
    found: Counter[str] = Counter()
    for one in texts:
        found.update({word[:LONGEST_WORD] for word in one.split()})
    return found


def _forget(activity_id: int, lang: str) -> Counter[str]:
    database = connection()
    held = and_here(activity_id, lang)
    gone = _counts(f"{r.heading} {r.folded}" for r in database.execute(select(P.c.heading, P.c.folded).where(*held)))
    if not gone:
        return gone
    if database.dialect.name == "sqlite":
        database.execute(
            text(
                "INSERT INTO courses_passage_fts (courses_passage_fts, rowid, heading, folded)"
                " SELECT 'delete', id, heading, folded FROM courses_passage"
                " WHERE activity_id = :activity AND lang = :lang"
            ),
            {"activity": activity_id, "lang": lang},
        )
    database.execute(delete(P).where(*held))
    return gone


def and_here(activity_id: int, lang: str) -> tuple[Any, Any]:
    """The passages of a lesson in one language."""
    return P.c.activity_id == activity_id, P.c.lang == lang


def index_lesson(activity_id: int, body: Mapping[str, Any]) -> None:
    """Indexes what has just been published of a lesson. Inside a unit of work."""
    index(activity_id, VIETNAMESE, body["title"], passages_of(body))


def index_track(activity_id: int, lang: str, told: Mapping[str, Any]) -> None:
    """Indexes what a lesson tells in another language: `told` is the lesson as its track tells it.

    What the track leaves in Vietnamese is found by the Vietnamese lesson.
    """
    own = {block.get("id", "") for block in told["blocks"] if block.get("lang") == lang}
    found = [one for one in passages_of(told) if (one.block in own if one.block else told["promise_lang"] == lang)]
    index(activity_id, lang, told["title"], found)


def _newest() -> Any:
    return (
        select(R.c.activity_id, func.max(R.c.id).label("id"))
        .join(A, A.c.id == R.c.activity_id)
        .where(A.c.kind == "lesson")
        .group_by(R.c.activity_id)
        .subquery()
    )


def index_missing() -> None:
    """Indexes lessons that were published before there was an index; periodic."""
    newest = _newest()
    indexed = select(P.c.activity_id).where(P.c.lang == VIETNAMESE)
    wanted = select(newest.c.activity_id, newest.c.id).where(newest.c.activity_id.not_in(indexed)).limit(AT_ONCE)
    for activity_id, revision_id in connection().execute(wanted).all():
        body = connection().execute(select(R.c.body).where(R.c.id == revision_id)).scalar_one()
        with unit_of_work():
            index_lesson(activity_id, body)


def astray() -> list[str]:
    """One line for each lesson whose passages are not what its newest revision says; for `lms rebuild --check`."""
    database, newest = connection(), _newest()
    held: dict[int, list[tuple[str, int, str]]] = {}
    for row in database.execute(select(P).where(P.c.lang == VIETNAMESE).order_by(P.c.position)):
        held.setdefault(row.activity_id, []).append((row.block, row.position, row.folded))
    lines = []
    for activity_id, body in _bodies(newest):
        wanted = [(one.block, one.position, folded(one.words)) for one in passages_of(body)]
        if held.pop(activity_id, []) != wanted:
            lines.append(f"search: the passages of lesson {body['slug']} are not those of its newest revision")
    return lines + [f"search: passages of activity {activity_id}, which is not published" for activity_id in held]


def _bodies(newest: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The newest body of each lesson, one at a time: a thousand lessons are not held in memory together."""
    database = connection()
    for activity_id, revision_id in database.execute(select(newest.c.activity_id, newest.c.id)).all():
        yield activity_id, database.execute(select(R.c.body).where(R.c.id == revision_id)).scalar_one()


def rebuild_index() -> None:
    """Makes the passages of all lessons anew, and the words of all passages. Inside a unit of work.

    Passages in other languages stay: they are made where their track is published.
    """
    database = connection()
    database.execute(delete(P).where(P.c.lang == VIETNAMESE))
    for table in (W, WP):
        database.execute(delete(table))
    for activity_id, body in _bodies(_newest()):
        database.execute(insert(P), _rows(activity_id, VIETNAMESE, body["title"], passages_of(body)))
    if database.dialect.name == "sqlite":
        database.execute(text("INSERT INTO courses_passage_fts (courses_passage_fts) VALUES ('rebuild')"))
    _learn(_counts(f"{row.heading} {row.folded}" for row in database.execute(select(P.c.heading, P.c.folded))))


projections = (Projection("courses.search", astray, rebuild_index),)
periodic = (Periodic("courses.index-what-is-missing", 600, index_missing),)

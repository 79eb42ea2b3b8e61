"""Search over what is published: at most six statements, however many lessons there are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import text

from courses import searching
from courses.searching import Candidate, Group
from lms.api.data import Statement
from lms.api.work import connection

MOST_CANDIDATES, MOST_SHOWN, MOST_ALIKE = 120, 20, 400

_COUNTS: Statement[tuple[str, int]] = Statement(
    {
        "sqlite": text("SELECT word, passages FROM courses_word WHERE word IN (SELECT value FROM json_each(:words))"),
        "postgresql": text(
            "SELECT word, passages FROM courses_word WHERE word IN"
            " (SELECT jsonb_array_elements_text(CAST(:words AS jsonb)))"
        ),
    },
    lambda word, passages: (word, passages),
)
_ALIKE: Statement[str] = Statement(
    {
        "sqlite": text(
            "SELECT word FROM courses_word_part WHERE part IN (SELECT value FROM json_each(:parts))"
            " GROUP BY word ORDER BY count(*) DESC, word LIMIT :most"
        ),
        "postgresql": text(
            "SELECT word FROM courses_word_part WHERE part IN"
            " (SELECT jsonb_array_elements_text(CAST(:parts AS jsonb)))"
            " GROUP BY word ORDER BY count(*) DESC, word LIMIT :most"
        ),
    },
    lambda word: word,
)
# Only what stands in a course's newest syllabus: what a reader can open.
_OPEN = (
    " AND EXISTS (SELECT 1 FROM lms_syllabus_entry AS entry JOIN lms_syllabus AS held ON held.id = entry.syllabus_id"
    " WHERE entry.activity_id = passage.activity_id)"
)
_FOUND: Statement[Candidate] = Statement(
    {
        "sqlite": text(
            "SELECT passage.activity_id, passage.lang, passage.block, passage.words, passage.heading, passage.folded"  # noqa: S608
            " FROM courses_passage_fts JOIN courses_passage AS passage ON passage.id = courses_passage_fts.rowid"
            f" WHERE courses_passage_fts MATCH :asked{_OPEN}"
            " ORDER BY bm25(courses_passage_fts, 3.0, 1.0), passage.id LIMIT :most"
        ),
        "postgresql": text(
            "SELECT passage.activity_id, passage.lang, passage.block, passage.words, passage.heading, passage.folded"  # noqa: S608
            " FROM courses_passage AS passage, to_tsquery('simple', :asked) AS asked"
            f" WHERE to_tsvector('simple', heading || ' ' || folded) @@ asked{_OPEN}"
            " ORDER BY ts_rank_cd(setweight(to_tsvector('simple', heading), 'A')"
            " || to_tsvector('simple', folded), asked, 1) DESC, passage.id LIMIT :most"
        ),
    },
    Candidate,
)
_STANDS: Statement[tuple[int, str, str, str, str]] = Statement(
    {
        kind: text(
            "SELECT entry.activity_id, lesson.slug, lesson.title, course.slug, course.title"  # noqa: S608
            " FROM lms_syllabus_entry AS entry JOIN lms_syllabus AS syllabus ON syllabus.id = entry.syllabus_id"
            " JOIN lms_activity AS course ON course.id = syllabus.course_id"
            " JOIN lms_activity AS lesson ON lesson.id = entry.activity_id"
            f" WHERE entry.activity_id IN (SELECT {each})"
            " AND NOT EXISTS (SELECT 1 FROM lms_syllabus AS newer WHERE newer.course_id = syllabus.course_id"
            " AND newer.revision > syllabus.revision) ORDER BY syllabus.id"
        )
        for kind, each in (
            ("sqlite", "value FROM json_each(:ids)"),
            ("postgresql", "CAST(jsonb_array_elements_text(CAST(:ids AS jsonb)) AS BIGINT)"),
        )
    },
    lambda *row: row,
)


class Hit(Struct, frozen=True):
    """A lesson that was found: the passage in pieces, each with whether it was asked for, and where it stands."""

    slug: str
    title: str
    course: str
    course_title: str
    lang: str
    block: str
    pieces: tuple[tuple[str, bool], ...]


class Found(Struct, frozen=True):
    """What a question found. `meant`: the words that were taken for mistyped ones, as (typed, meant)."""

    hits: tuple[Hit, ...]
    meant: tuple[tuple[str, str], ...] = ()


def find(typed: str) -> Found:
    """The lessons in which something stands that was asked for, likeliest first, each with its passage."""
    words = searching.asked_words(typed)
    if not words:
        return Found(())
    counts = dict(_COUNTS.all(words=_json(words)))
    fixes = _fixes([word for word in words if not counts.get(word) and len(word) > 2 and not word.isdigit()])
    groups = searching.groups_of(words, counts, fixes)
    found = _candidates(groups, True)
    if not found and len(groups) > 1:
        found = _candidates(searching.rarest(groups, counts), False)
    ranked = searching.ranked(found, groups, typed)
    stands = {row[0]: row for row in _STANDS.all(ids=_json([one.activity_id for one in ranked]))} if ranked else {}
    hits = [
        Hit(*stands[one.activity_id][1:], one.lang, one.block, tuple(searching.shown(one.words, groups)))
        for one in ranked
        if one.activity_id in stands
    ]
    meant = tuple((word, fixes[word][0]) for word in words if fixes.get(word)) if hits else ()
    return Found(tuple(hits[:MOST_SHOWN]), meant)


def _json(values: Sequence[Any]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _fixes(unknown: Sequence[str]) -> dict[str, list[str]]:
    """For words that stand nowhere: those they may have been meant for. One statement for all."""
    if not unknown:
        return {}
    parts = sorted(
        {part for word in unknown for w in (word, searching.untyped(word)) for part in searching.parts_of(w)}
    )
    known = _ALIKE.all(parts=_json(parts), most=MOST_ALIKE)
    return {word: searching.corrections(word, known) for word in unknown}


def _candidates(groups: Sequence[Group], every: bool) -> list[Candidate]:
    if not groups:
        return []
    word = searching.for_sqlite if connection().dialect.name == "sqlite" else searching.for_postgresql
    return _FOUND.all(asked=word(groups, every), most=MOST_CANDIDATES)

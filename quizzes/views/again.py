"""What to look at again after an exam: skills and their lessons. Nothing of the questions, which others are asked.

The reason of an answer, what puts it right, or that a single answer was right would tell the key to whoever collects
them. So a learner is told which skills to learn again, in the order of how much was missed, and where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine

from lms.api.competency import skills, teaching
from lms.api.learning import enrollment, newest_syllabus, places
from lms.api.web import address
from lms.api.work import connection
from quizzes.drawing import lies_under
from quizzes.items.contract import DROPPED, ITEM_TYPES, WHOLE, waits
from quizzes.queries import AttemptRow, VersionRow
from quizzes.views.ways import Way

_names: dict[Engine, dict[str, str]] = {}


class Again(Struct, frozen=True):
    """A skill that was missed, with the lessons that teach it."""

    title: str
    lessons: tuple[Way, ...]


def is_secret(version: VersionRow, mark: int | None) -> bool:
    """Whether the result page is silent about a question: an exam question that was counted and marked by its key."""
    kind = ITEM_TYPES.find(version.type)
    return version.pool == "exam" and kind is not None and mark is not None and not waits(kind)


def name_of(code: str) -> str:
    """What a skill is called; its code where no framework has it."""
    engine = connection().engine
    for held in (_names.get(engine, {}), None):
        names = {row.code: row.name for row in skills()} if held is None else held
        _names[engine] = names
        if code in names:
            return names[code]
    names[code] = code  # asked for once; a framework that is read later makes new questions, with other codes
    return code


def again(
    found: Sequence[VersionRow],
    marks: Sequence[int | None],
    draw: Sequence[Mapping[str, Any]],
    row: AttemptRow,
    course: str,
) -> list[Again]:
    """The skills of the questions that were not wholly right, those first of which most was missed.

    With the lessons that the questions name; where they name none, those that teach the skill. Only such as stand
    in the course as the learner takes it: others would be closed to them.
    """
    asked = [code for line in draw for code in line["from"]]
    missed: dict[str, list[int]] = {}
    named: dict[str, set[str]] = {}
    for version, mark in zip(found, marks, strict=True):
        if not is_secret(version, mark) or mark in (WHOLE, DROPPED):
            continue
        codes = version.body["skills"]
        own = next((c for c in codes if any(lies_under(c, area) for area in asked)), codes[0] if codes else "")
        if not own:
            continue
        missed.setdefault(own, []).append(WHOLE - max(0, mark or 0))
        if version.body["lesson"]:
            named.setdefault(own, set()).add(version.body["lesson"])
    if not missed:
        return []
    order = sorted(missed, key=lambda code: (-sum(missed[code]), code))
    held = enrollment(row.account_id, row.course_id)
    syllabus_id = held.syllabus_id if held else newest_syllabus(row.course_id)
    lessons = [place for place in places(syllabus_id or 0) if place.kind == "lesson"]
    taught = teaching(order, [lesson.activity_id for lesson in lessons])

    def ways(code: str) -> tuple[Way, ...]:
        chosen = [lesson for lesson in lessons if lesson.slug in named.get(code, ())]
        chosen = chosen or [lesson for lesson in lessons if lesson.activity_id in taught.get(code, ())]
        return tuple(Way(one.title, address("courses.lesson", course=course, lesson=one.slug)) for one in chosen)

    return [Again(name_of(code), ways(code)) for code in order]

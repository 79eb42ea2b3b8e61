"""What to look at again after an exam: skills and their lessons. Nothing of the questions, which others are asked.

The reason of an answer, what puts it right, or that a single answer was right would tell the key to whoever collects
them. So a learner is told which skills to learn again, in the order of how much was missed, and where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from lms.api.competency import skills
from lms.api.learning import activity
from lms.api.web import address
from lms.api.work import connection
from quizzes.drawing import lies_under
from quizzes.items.contract import DROPPED, ITEM_TYPES, WHOLE, waits
from quizzes.queries import VersionRow
from quizzes.views.ways import Way

_names: dict[Engine, dict[str, str]] = {}


@dataclass(frozen=True)
class Again:
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
    found: Sequence[VersionRow], marks: Sequence[int | None], draw: Sequence[Mapping[str, Any]], course: str
) -> list[Again]:
    """The skills of the questions that were not wholly right, those first of which most was missed."""
    asked = [code for line in draw for code in line["from"]]
    missed: dict[str, list[int]] = {}
    taught: dict[str, dict[str, None]] = {}
    for version, mark in zip(found, marks, strict=True):
        if not is_secret(version, mark) or mark in (WHOLE, DROPPED):
            continue
        codes = version.body["skills"]
        own = next((c for c in codes if any(lies_under(c, area) for area in asked)), codes[0] if codes else "")
        if not own:
            continue
        missed.setdefault(own, []).append(WHOLE - max(0, mark or 0))
        if version.body["lesson"]:
            taught.setdefault(own, {})[version.body["lesson"]] = None
    order = sorted(missed, key=lambda code: (-sum(missed[code]), code))
    return [Again(name_of(code), _lessons(taught.get(code, {}), course)) for code in order]


def _lessons(slugs: Mapping[str, None], course: str) -> tuple[Way, ...]:
    rows = [row for slug in slugs if (row := activity("lesson", slug)) is not None]
    return tuple(Way(row.title, address("courses.lesson", course=course, lesson=row.slug)) for row in rows)

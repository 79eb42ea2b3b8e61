"""Practice questions asked one by one on others' pages: shown, read, graded, counted. Never an exam question."""

from __future__ import annotations

from collections.abc import Collection

from markupsafe import Markup
from sqlalchemy import insert
from werkzeug.datastructures import MultiDict

from lms.api.work import NotFound, Text, clock, connection
from quizzes import queries
from quizzes.drawing import Candidate
from quizzes.items.contract import ITEM_TYPES, Answer
from quizzes.models import PracticeAnswer
from quizzes.services.attempts import practice_order
from quizzes.showing import drawn, read_answer, refusal_of

TAPPED = frozenset({"single_choice", "true_false"})  # answered with one tap, nothing to type


def practice_cards(types: Collection[str] = TAPPED) -> list[Candidate]:
    """Every practice question in use of these types, with its skills, level and twins."""
    return list(queries.cards("practice", None, frozenset(types) & queries.types_in_use()))


def _version(version_id: int) -> queries.VersionRow:
    (found,) = queries.versions([version_id])
    if found.pool != "practice":
        raise NotFound
    return found


def asked(version_id: int, name: str) -> Markup:
    """The question as a piece of a form; `name` is its own on the page. Its key is not in it."""
    version = _version(version_id)
    return Markup(drawn(version, practice_order(version), None, name))  # noqa: S704  a template's own output


def read(version_id: int, form: MultiDict[str, str]) -> Answer | None:
    """The answer in a posted form; None where nothing fit was chosen."""
    version = _version(version_id)
    return read_answer(version, practice_order(version), form)


def refused(version_id: int, form: MultiDict[str, str]) -> Text | None:
    """What is wrong with what was typed, where its type can say it."""
    return refusal_of(_version(version_id), form)


def graded(version_id: int, answer: Answer) -> int:
    """The mark in parts of a point, 0 to WHOLE."""
    version = _version(version_id)
    return ITEM_TYPES.get(version.type).grade(version.spec, answer).parts


def counted(version_id: int, account_id: int | None, right: bool) -> None:
    """Keeps the answer among those to the practice question. It does not count as practised in any lesson."""
    row = {"item_id": _version(version_id).item_id, "pool": "practice", "account_id": account_id, "right": right}
    connection().execute(insert(PracticeAnswer).values(**row, at=clock.seconds()))

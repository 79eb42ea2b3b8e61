"""Practice questions that were answered on phones without a network."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from lms.api.learning import Happening, Synced
from lms.api.work import Invalid, NotFound, _
from quizzes import queries
from quizzes.items.contract import ITEM_TYPES
from quizzes.returning import day_said
from quizzes.services.attempts import keep_practice, practice_order

Said = Annotated[str, Meta(max_length=200)]
Chosen = Annotated[list[Said], Meta(max_length=20)]


class CheckAnswered(Struct, forbid_unknown_fields=True):
    """An answer: what was chosen on the page that showed this version of the question."""

    item: Annotated[str, Meta(min_length=1, max_length=64)]
    version: int
    fields: Annotated[dict[Annotated[str, Meta(max_length=64)], Chosen], Meta(max_length=20)]


def take_answer(happening: Happening, said: CheckAnswered) -> None:
    """One more answer, marked here against the version that was seen. What the phone thought of it is not asked."""
    [version] = queries.versions([said.version])
    if version.slug != said.item or version.pool != "practice":
        raise NotFound
    kind = ITEM_TYPES.find(version.type)
    answer = kind.read(said.fields, version.spec, practice_order(version)) if kind else None
    if kind is None or answer is None:
        raise Invalid(_("This answer does not fit its question."))
    right = kind.grade(version.spec, answer).right
    keep_practice(version, happening.account_id, right, day_said(happening.t, happening.at))


synced = (Synced("check.answered", CheckAnswered, take_answer),)

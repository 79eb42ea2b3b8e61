"""A question as templates show it: never its key."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from lms.api.packages import render_inline
from quizzes.items.contract import ITEM_TYPES, Answer, keys
from quizzes.queries import VersionRow

MISSING = "quizzes/items/missing.html"


@dataclass(frozen=True)
class Option:
    """An option: its key says only where it stands."""

    key: str
    text: str


@dataclass(frozen=True)
class Message:
    """A message shown above the question."""

    sender: str
    text: str


@dataclass(frozen=True)
class Question:
    """What a template may know of a question."""

    id: str
    type: str
    template: str
    stem_html: Markup
    message: Message | None
    options: list[Option]
    chosen: list[str]
    lang: str = ""


@functools.lru_cache(maxsize=4000)
def html_of(stem: str) -> Markup:
    """A question's wording as HTML. Cleaning costs more than the whole rest of the page, so it is done once."""
    return Markup(render_inline(stem))  # noqa: S704  render_inline() cleans


def in_use(version: VersionRow) -> bool:
    """Whether the question can be shown and answered: its type may have gone with its plugin."""
    return ITEM_TYPES.find(version.type) is not None


def question(version: VersionRow, order: Sequence[int], answer: Answer | None, page_id: str) -> Question:
    """A question with its options in this paper's order."""
    kind = ITEM_TYPES.find(version.type)
    if kind is None:
        return Question(page_id, version.type, MISSING, html_of(version.body["stem"]), None, [], [])
    texts = kind.texts(version.spec)
    said: Mapping[str, Any] | None = version.body.get("message")
    names = keys(len(order)) if kind.shuffles(version.spec) else ["true", "false"]
    return Question(
        page_id,
        version.type,
        kind.template,
        html_of(version.body["stem"]),
        Message(said["sender"], said["text"]) if said else None,
        [Option(key, texts[i]) for key, i in zip(names, order, strict=False)],
        kind.chosen(answer, order) if answer else [],
    )


def read_answer(version: VersionRow, order: Sequence[int], form: MultiDict[str, str]) -> Answer | None:
    """The answer in a posted form, validated against the paper; None where nothing fit was chosen."""
    kind = ITEM_TYPES.find(version.type)
    return kind.read(dict(form.lists()), version.spec, order) if kind else None

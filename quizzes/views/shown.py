"""A question as templates show it: never its key."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from lms.api.packages import render_inline
from lms.api.web import render_fragment, renderer_key
from lms.api.work import connection
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


_drawn: dict[tuple[Any, ...], list[str]] = {}
MOST_DRAWN = 4000
_HOLE = re.compile("\ue000(.*?)\ue001")  # signs of nobody's script, which no author's text keeps


def drawn(version: VersionRow, order: Sequence[int], answer: Answer | None, page_id: str) -> str:
    """A question as a piece of HTML, the same for whoever has these options in this order.

    It is drawn once for each way in which its places are chosen, with holes for the options' texts and for its own
    name on the page; what is in them differs from paper to paper.
    """
    kind = ITEM_TYPES.find(version.type)
    if kind is None:
        return render_fragment(MISSING, q=question(version, order, answer, page_id))
    chosen = tuple(kind.chosen(answer, order)) if answer else ()
    key = (connection().engine, version.id, chosen, *renderer_key())
    pieces = _drawn.get(key)
    if pieces is None:
        q = question(version, order, answer, "\ue000id\ue001")
        q = replace(q, options=[Option(o.key, f"\ue000{n}\ue001") for n, o in enumerate(q.options)])
        pieces = _HOLE.split(render_fragment(q.template, q=q))
        if len(_drawn) >= MOST_DRAWN:
            _drawn.clear()
        _drawn[key] = pieces
    texts = kind.texts(version.spec)
    fill = {str(n): escape(texts[i]) for n, i in enumerate(order)} | {"id": page_id}
    return "".join([fill[piece] if n % 2 else piece for n, piece in enumerate(pieces)])


def read_answer(version: VersionRow, order: Sequence[int], form: MultiDict[str, str]) -> Answer | None:
    """The answer in a posted form, validated against the paper; None where nothing fit was chosen."""
    kind = ITEM_TYPES.find(version.type)
    return kind.read(dict(form.lists()), version.spec, order) if kind else None

"""A question as templates show it: never its key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from markupsafe import Markup, escape
from msgspec import Struct, field
from msgspec.structs import replace
from werkzeug.datastructures import MultiDict

from lms.api.learning import RUNNERS
from lms.api.web import address, render_fragment, renderer_key
from lms.api.work import Text, connection
from quizzes.items.contract import (
    ITEM_TYPES,
    Answer,
    Faced,
    Recalling,
    Refusing,
    asked_now,
    has_shape,
    keys,
    runs,
    typed,
)
from quizzes.queries import Answers, AttemptRow, VersionRow
from quizzes.services.running import answer_of, is_gone, ticket_of
from quizzes.speaking import spoken
from quizzes.stems import html_of, more_of

__all__ = ["drawn", "html_of", "in_use", "question", "read_answer", "run_of"]
MOST_SHOWN = 10_000  # letters of what is shown again
MISSING = "quizzes/items/missing.html"


class Picture(Struct, frozen=True):
    """A picture of a question, as small as a phone needs it."""

    url: str
    alt: str
    width: int
    height: int
    srcset: str = ""


class Option(Struct, frozen=True):
    """An option: its key says only where it stands."""

    key: str
    text: str
    picture: Picture | None = None


class Message(Struct, frozen=True):
    """A message shown above the question."""

    sender: str
    text: str


class Running(Struct, frozen=True):
    """What a question asks to run: its title, where, and whether it has been done."""

    title: str
    url: str
    done: bool


class Question(Struct, frozen=True):
    """What a template may know of a question."""

    id: str
    type: str
    template: str
    stem_html: Markup
    message: Message | None
    options: list[Option]
    chosen: list[str]
    lang: str = ""
    more_html: str = ""
    picture: Picture | None = None
    face: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)  # by the file's name
    run: Running | None = None


def in_use(version: VersionRow) -> bool:
    """Whether the question can be shown and answered: its type, or what it runs, may have gone with its plugin."""
    kind = ITEM_TYPES.find(version.type)
    return kind is not None and asked_now(kind) and not is_gone(version)


def picture_of(body: Mapping[str, Any], named: Mapping[str, Any] | None) -> Picture | None:
    """A picture that a question names; None where its file is not there."""
    facts = (body.get("files") or {}).get(named["file"]) if named else None
    if not named or not facts:
        return None
    sizes = [facts, *facts.get("variants", ())]
    urls = {size["width"]: address("courses.file", key=size["key"], ending=size["ending"]) for size in sizes}
    srcset = ", ".join(f"{url} {width}w" for width, url in sorted(urls.items())) if len(urls) > 1 else ""
    return Picture(urls[facts["width"]], named["alt"], facts["width"], facts["height"], srcset)


def running_of(version: VersionRow, ticket: UUID, return_to: str, done: bool) -> Running | None:
    """What a question asks to run under a ticket; None for one that runs nothing, or whose thing is gone."""
    kind = runs(ITEM_TYPES.find(version.type))
    runner = RUNNERS.find(kind.runner) if kind else None
    if kind is None or runner is None:
        return None
    slug = kind.thing(version.spec)
    title = runner.title(slug)
    return Running(title, runner.url(slug, ticket, return_to), done) if title is not None else None


def spoken_of(version: VersionRow, order: Sequence[int]) -> str:
    """HTML of what the page's voice reads of a question, for whom that was arranged; seen by nobody."""
    kind = ITEM_TYPES.find(version.type)
    said = spoken(kind, version.body, order) if kind else []
    return f"<p hidden data-spoken>{escape(chr(10).join(said))}</p>" if said else ""


def run_of(row: AttemptRow, answers: Answers, n: int, version: VersionRow) -> Running | None:
    """What the question at place n (from 1) of a paper asks to run, and whether it has been; most ask for nothing."""
    if runs(ITEM_TYPES.find(version.type)) is None:
        return None
    done = n - 1 in answers or answer_of(version, row.uuid, n - 1, row.account_id) is not None
    back = address("quizzes.question", attempt=row.uuid, n=n)
    return running_of(version, ticket_of(row.uuid, n - 1), back, done)


def question(
    version: VersionRow, order: Sequence[int], answer: Answer | None, page_id: str, run: Running | None = None
) -> Question:
    """A question with its options in this paper's order."""
    kind = ITEM_TYPES.find(version.type)
    if kind is None or not asked_now(kind) or (run is None and runs(kind)):
        return Question(page_id, version.type, MISSING, html_of(version.body["stem"]), None, [], [])
    texts, spec, body = kind.texts(version.spec), version.spec, version.body
    said: Mapping[str, Any] | None = body.get("message")
    names = ["true", "false"] if version.type == "true_false" else keys(len(order))
    rows = spec.get("options") or ()
    options = [
        Option(key, texts[i], picture_of(body, rows[i].get("picture")) if i < len(rows) else None)
        for key, i in zip(names, order, strict=False)
    ]
    face = kind.face(spec, order) if isinstance(kind, Faced) else {}
    return Question(
        page_id,
        version.type,
        kind.template,
        html_of(body["stem"]),
        Message(said["sender"], said["text"]) if said else None,
        options,
        _chosen(kind, spec, answer, order),
        more_html=more_of(body["stem"]),
        picture=picture_of(body, body.get("picture")),
        face=face,
        pictures={
            name: shown
            for name in body.get("files") or ()
            if (shown := picture_of(body, {"file": name, "alt": _alt(face, name)})) is not None
        },
        run=run,
    )


def _alt(face: Mapping[str, Any], name: str) -> str:
    named = face.get("picture") or {}
    return str(named.get("alt", "")) if named.get("file") == name else ""


def _chosen(kind: object, spec: Mapping[str, Any], answer: Answer | None, order: Sequence[int]) -> list[str]:
    if not answer:
        return []
    if has_shape(kind, Recalling):
        return cast(Recalling, kind).chosen_in(spec, answer, order)
    return kind.chosen(answer, order)  # type: ignore[attr-defined,no-any-return]


_drawn: dict[tuple[Any, ...], list[str]] = {}
MOST_DRAWN = 4000
_HOLE = re.compile("\ue000(.*?)\ue001")  # signs of nobody's script, which no author's text keeps


def drawn(
    version: VersionRow, order: Sequence[int], answer: Answer | None, page_id: str, run: Running | None = None
) -> str:
    """A question as a piece of HTML, the same for whoever has these options in this order.

    It is drawn once for each way in which its places are chosen, with holes for the options' texts and for its own
    name on the page; what is in them differs from paper to paper.
    """
    kind = ITEM_TYPES.find(version.type)
    if kind is None or not asked_now(kind) or runs(kind) or (answer and typed(kind)):
        q = question(version, order, answer, page_id, run)
        return render_fragment(q.template, q=q)
    chosen = tuple(_chosen(kind, version.spec, answer, order))
    mixed = tuple(order) if version.body.get("files") or getattr(kind, "face_by_order", False) else ()
    key = (connection().engine, version.id, chosen, mixed, *renderer_key())
    pieces = _drawn.get(key)
    if pieces is None:
        q = question(version, order, answer, "\ue000id\ue001")
        q = replace(q, options=[replace(o, text=f"\ue000{n}\ue001") for n, o in enumerate(q.options)])
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


def refusal_of(version: VersionRow, form: MultiDict[str, str]) -> Text | None:
    """What is wrong with what was typed, where its type can say it."""
    kind: object = ITEM_TYPES.find(version.type)
    return kind.refusal(dict(form.lists()), version.spec) if isinstance(kind, Refusing) else None


def typed_in(version: VersionRow, form: MultiDict[str, str]) -> list[str]:
    """What was typed and could not be taken, to be shown again for mending."""
    kind: object = ITEM_TYPES.find(version.type)
    return [form["answer"][:MOST_SHOWN]] if isinstance(kind, Refusing) and form.get("answer") else []

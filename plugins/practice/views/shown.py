"""What a practice looks like: rows for the templates, and the law for the script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

from lms.api.packages import render_inline
from lms.api.web import address, say
from lms.api.work import Text, _
from plugins.practice.format.stepping import (
    ALONE,
    EXAM,
    GUIDED,
    MODES,
    WATCH,
    Practice,
    State,
    Told,
    is_over,
    screen_of,
    told,
)
from plugins.practice.format.widgets import inputs_on

SLUGS = {WATCH: "xem", GUIDED: "chi-dan", ALONE: "tu-lam", EXAM: "kiem-tra"}
NAMES: dict[str, Text] = {
    WATCH: _("Watch"),
    GUIDED: _("Do it with hints"),
    ALONE: _("Do it alone"),
    EXAM: _("Test yourself"),
}
ABOUT: dict[str, Text] = {
    WATCH: _("The machine shows each step. {Ban} only press “Next”."),
    GUIDED: _("{Ban} press, with a hint at each step."),
    ALONE: _("{Ban} press by yourself. A hint comes only when it is needed."),
    EXAM: _("No hints. The result comes at the end."),
}
GENERAL: dict[str, Text] = {
    "miss": _("This is not the place yet. Nothing is lost, please try again."),
    "values": _("Something is not filled in rightly yet. Please look at it once more."),
    "trap": _("Careful: in real life this is where money is lost."),
    "back": _("Go back and do it the safe way"),
}


def mode_of(slug: str) -> str | None:
    """The mode that an address names."""
    return next((mode for mode in MODES if SLUGS[mode] == slug), None)


def inline(text: str) -> Markup:
    """A text of the author's, with its bold words."""
    return Markup(render_inline(text))  # noqa: S704  cleaned


class ScreenRow(Struct, frozen=True):
    """A screen with its widgets, each with what its macro names."""

    id: str
    name: str
    widgets: tuple[Mapping[str, Any], ...]


def screens(body: Practice) -> list[ScreenRow]:
    """Every screen of a practice."""
    return [
        ScreenRow(screen["id"], screen["name"], tuple(_widget(body, widget) for widget in screen["view"]))
        for screen in body["screens"]
    ]


def _widget(body: Practice, widget: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = widget["w"]
    if kind in ("text", "result"):
        return {**widget, "html": inline(widget["text"])}
    if kind == "message":
        return {
            **widget,
            "sender": widget["from"],
            "html": Markup("<br>").join(map(escape, widget["text"].split("\n"))),
        }
    if kind == "scene":
        entry = body["files"].get(widget["src"], {})
        return {
            **widget,
            "url": file_url(body, widget["src"]),
            "width": entry.get("width") or 720,
            "height": entry.get("height") or 420,
        }
    return widget


def file_url(body: Practice, name: str) -> str:
    """Where a file of a practice is served; empty for one that is not there."""
    entry = body["files"].get(name)
    return address("courses.file", key=entry["key"], ending=entry["ending"]) if entry and "key" in entry else ""


class Coach(Struct, frozen=True):
    """What stands in the coach's box.

    note: what is said of the last tap ("" for nothing), kind: of what sort it is. say: what is to be done.
    back: the words of the button that leads back from a mistake.
    """

    kind: str
    say: Markup
    note: Markup
    hint: Markup
    ring: str
    may: tuple[str, ...]
    back: str
    audio: str


def coach(body: Practice, state: State) -> Coach:
    """What is said where the learner stands."""
    said = told(body, state)
    step = body["steps"][state.step] if not is_over(body, state) else None
    note = inline(said.text or _general(said)) if said.kind in ("miss", "values", "trap", "astray") else Markup()
    task = body["task"] if state.mode == EXAM else ""
    wish = inline(task or step["say"]) if step is not None and said.kind != "astray" else Markup()
    back = step["branch"][state.away]["back"] if step is not None and state.away else ""
    audio = file_url(body, step["audio"]) if step is not None and step["audio"] and state.mode != EXAM else ""
    return Coach(
        said.kind, wish, note, inline(said.hint), said.ring, said.may, back or say(GENERAL["back"]), audio
    )  # fmt: skip


def _general(said: Told) -> str:
    return say(GENERAL[said.kind])


class Shown(Struct, frozen=True):
    """The screen in front of the learner, and what is filled in on it."""

    screen: ScreenRow
    values: Mapping[str, str]


def shown(body: Practice, state: State, typed: Mapping[str, str] | None = None) -> Shown:
    """The screen where the learner stands. Who only watches sees it filled in."""
    at = screen_of(body, state)
    screen = next(row for row in screens(body) if row.id == at)
    secret = {w["id"] for w in screen.widgets if w["w"] == "field" and w["type"] == "password"}
    values = {name: value for name, value in (typed or {}).items() if name not in secret}
    if state.mode == WATCH and not is_over(body, state):
        values = dict(body["steps"][state.step]["want"][0]["values"])
    return Shown(screen, values)


def law(body: Practice, mode: str) -> Markup:
    """What the script needs to play by itself, as JSON: the steps, and every text that may be said, drawn.

    It is for the text of an element, where quotation marks, of which JSON is full, may stand as they are.
    """
    views = {screen["id"]: screen["view"] for screen in body["screens"]}
    text = json.dumps(
        {
            "mode": mode,
            "task": str(inline(body["task"])),
            "steps": [_step(body, step, views[step["screen"]]) for step in body["steps"]],
            "words": {kind: say(text) for kind, text in GENERAL.items()},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;"))  # noqa: S704  nothing of it is markup now


def _step(body: Practice, step: Mapping[str, Any], view: Any) -> dict[str, Any]:
    kinds = {name: widget["w"] for name, widget in inputs_on(view).items()}
    found: dict[str, Any] = {
        "screen": step["screen"],
        "say": str(inline(step["say"])),
        "want": [
            {
                "tap": want["tap"],
                "values": {name: [value, kinds.get(name, "field")] for name, value in want["values"].items()},
                "exact": want["exact"],
            }
            for want in step["want"]
        ],
        "hint": str(inline(step["hint"])),
        "miss": {name: str(inline(text)) for name, text in step["miss"].items()},
        "traps": {name: str(inline(text)) for name, text in step["traps"].items()},
        "branch": {
            name: {"screen": one["screen"], "say": str(inline(one["say"])), "back": one["back"]}
            for name, one in step["branch"].items()
        },
        "audio": file_url(body, step["audio"]) if step["audio"] else "",
    }
    return found

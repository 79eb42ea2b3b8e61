"""A question for whoever writes, reviews or compares it: told field by field, and as a learner sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from lms.api.packages import ITEM_READERS, item_text
from lms.api.packages import render as markdown
from lms.api.reviewing import Told
from lms.api.web import say
from lms.api.work import Text, _
from quizzes.item_forms import Shown, is_special, shown
from quizzes.items.contract import ITEM_TYPES, Explained, Formed, runs
from quizzes.queries import VersionRow
from quizzes.scoring import in_points
from quizzes.showing import Question, Running, question

THINKING_TITLES: Mapping[str, Text] = {
    "know": _("To know it again"),
    "understand": _("To understand it"),
    "apply": _("To apply it"),
    "extend": _("To apply it to something new"),
}


def told(kind: str, body: Mapping[str, Any]) -> Told:
    """Every field of a question that says something: name → (label, text), as two wordings are laid side by side."""
    message = body.get("message") or {}
    thinking = body.get("thinking", "")
    rows = {
        "stem": (_("The question"), body["stem"]),
        "sender": (_("Sender"), message.get("sender", "")),
        "message": (_("The message, as it looks on the phone"), message.get("text", "")),
        "picture": (_("A picture below the question, if you like"), _picture(body.get("picture"), body)),
        **dict(_own(kind, body)),
        "skills": (_("Skills it is about"), ", ".join(body.get("skills", ()))),
        "lesson": (_("The lesson that teaches it: its name in the address"), body.get("lesson") or ""),
        "fix": (_("What puts it right in twenty seconds"), body.get("fix", "")),
        "level": (_("Level of the framework"), str(body.get("level") or "")),
        "thinking": (
            _("What it asks of the learner"), say(THINKING_TITLES[thinking]) if thinking in THINKING_TITLES else ""
        ),
        "twins": (_("Twins: a name that questions share of which a paper may hold one"), body.get("twins", "")),
        "source": (_("Where it comes from"), body.get("source", "")),
    }  # fmt: skip
    return {name: (say(label), str(text)) for name, (label, text) in rows.items() if text}


def as_text(kind: str, body: Mapping[str, Any]) -> str:
    """The same as one text, to be compared by eye."""
    return "\n".join(f"{label}: {text}" for label, text in told(kind, body).values())


def _own(kind: str, body: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Text | str, str]]]:
    """The type's own keys, as its form calls them; each row of a list is one field."""
    type_: object = ITEM_TYPES.find(kind)
    reader, data = ITEM_READERS.find(kind), body.get("data") or {}
    if not isinstance(type_, Formed):
        text = item_text(reader.write(data)) if reader is not None and data else ""
        yield "own", (_("As a package writes it"), text)
        return
    for one in shown(type_.form, data, {}):
        if one.part.kind != "rows":
            if not one.part.aside or is_special([one]):
                yield f"own-{one.id}", (one.part.label, _value(one, body))
            continue
        for row in one.rows:
            called = say(one.part.row or one.part.label).replace("{n}", str(row.number))
            inner = [*row.fields, *(f for f in row.aside if is_special([f]))]
            yield f"own-{row.id}", (called, "\n".join(line for line in _lines(inner, body) if line))


def _lines(fields: list[Shown], body: Mapping[str, Any]) -> Iterator[str]:
    for number, one in enumerate(fields):
        text = _value(one, body)
        if one.part.kind in ("tick", "only"):
            yield f"✓ {say(one.part.label)}" if one.value else ""
        elif text:
            yield text if number == 0 else f"{say(one.part.label)}: {text}"


def _value(one: Shown, body: Mapping[str, Any]) -> str:
    kind, value = one.part.kind, one.value
    if kind in ("tick", "only"):
        return say(_("Yes")) if value else ""
    if kind == "choice":
        return str({v: say(label) for v, label in one.part.choices}.get(value, value or ""))
    if kind == "ticks":
        return ", ".join(say(label) for v, label in one.part.choices if v in (value or ()))
    if kind == "picture":
        return _picture(value, body)
    return str(value) if value not in (None, [], {}) else ""


def _picture(named: Mapping[str, Any] | None, body: Mapping[str, Any]) -> str:
    """A picture with the beginning of its hash, so that another one under the same name differs."""
    if not named or not named.get("file"):
        return ""
    key = (body.get("files") or {}).get(named["file"], {}).get("key", "")
    return f"{named['file']} ({key[:8]}): {named.get('alt', '')}"


def previewed(version: VersionRow, key: str = "") -> Question:
    """A question as a learner sees it before the answer, with its options as the author wrote them."""
    kind = ITEM_TYPES.get(version.type)
    runner = runs(kind)
    run = Running(runner.thing(version.spec), "#", False) if runner else None
    return question(version, list(range(kind.size(version.spec))), None, key or version.slug, run)


def said_to(version: VersionRow) -> list[dict[str, Any]]:
    """What is said to each answer that learners are likely to give: its words, how much it is worth, the reason."""
    kind = ITEM_TYPES.get(version.type)
    rows = []
    for text, answer in kind.tried(version.spec) if isinstance(kind, Explained) else ():
        mark = kind.grade(version.spec, answer)
        html = Markup(markdown(mark.why))  # noqa: S704  cleaned
        rows.append({"text": text, "right": mark.right, "points": in_points(mark.parts), "html": html})
    return rows

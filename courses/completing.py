"""What a lesson asks for before it is complete, and what of it is left. Pure.

The author's rule is a list of asks: read, listened, answered, practised, done, confirmed. From it and the lesson's
blocks follow the things to do, each with the block where it is done. Whoever has done all of them has completed the
lesson, in whatever order and wherever they did it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

READ, LISTENED, ANSWERED, PRACTISED, DONE, CONFIRMED = ASKS = (
    "read", "listened", "answered", "practised", "done", "confirmed",
)  # fmt: skip
DEFAULT = (READ,)
QUESTION, TASK = "check", "task"  # kinds of activities that stand in lessons as blocks
SOUNDS = frozenset({"audio", "podcast", "video"})  # blocks that are heard


class Thing(Struct, frozen=True):
    """One thing that a lesson asks for: `kind` and `slug` are those of the activity, or of the lesson itself.

    `block` is the id of the block where it is done; empty where the whole lesson is meant.
    """

    ask: str
    kind: str
    slug: str
    block: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What is kept of a person who has done it. A task that must be confirmed is another thing than one done."""
        return (f"{self.kind}+" if self.ask == CONFIRMED else self.kind), self.slug


def rule_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The asks of a lesson's body, in their order; a lesson that says nothing asks to be read."""
    said = body.get("completion") or DEFAULT
    return tuple(ask for ask in ASKS if ask in said) or DEFAULT


def asks_more(body: Mapping[str, Any]) -> bool:
    """Whether a lesson asks for more than to be read."""
    return rule_of(body) != DEFAULT


def activity_in(block: Mapping[str, Any]) -> tuple[str, str] | None:
    """(kind, slug) of the activity that a block holds; None for a block of words, pictures or sound."""
    data = block["data"]
    if block["kind"] == "embed":
        return (data.get("kind", ""), data["slug"]) if data.get("slug") else None
    slug = data.get("item") if block["kind"] == QUESTION else data.get("slug")
    return (block["kind"], slug) if isinstance(slug, str) and slug else None


def things(body: Mapping[str, Any]) -> tuple[Thing, ...]:
    """What a lesson asks for, in the order in which a learner meets it; what is read and heard stands first."""
    rule, slug = rule_of(body), body["slug"]
    found = [Thing(READ, "lesson", slug)] if READ in rule else []
    if LISTENED in rule:
        sound = next((b.get("id", "") for b in body["blocks"] if b["kind"] in SOUNDS), "")
        found.append(Thing(LISTENED, "listened", slug, sound))
    for block in body["blocks"]:
        held = activity_in(block)
        if held is None:
            continue
        for ask in rule:
            if _fits(ask, held[0]):
                found.append(Thing(ask, *held, block.get("id", "")))
    return tuple({(t.ask, *t.key): t for t in reversed(found)}.values())[::-1]


def _fits(ask: str, kind: str) -> bool:
    """Whether an activity of this kind is what is asked for."""
    if ask == ANSWERED:
        return kind == QUESTION
    if ask in (DONE, CONFIRMED):
        return kind == TASK
    return ask == PRACTISED and kind not in (QUESTION, TASK, "quiz", "lesson", "course")


def left(asked: Sequence[Thing], done: Collection[tuple[str, str]]) -> tuple[Thing, ...]:
    """What of it has not been done; `done` are the keys of what has. Nothing: the lesson is complete."""
    return tuple(thing for thing in asked if thing.key not in done)


def is_complete(asked: Sequence[Thing], done: Collection[tuple[str, str]]) -> bool:
    """Whether nothing is left."""
    return not left(asked, done)


def unmeetable(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The asks that nobody can meet, because the lesson holds nothing to do it with."""
    met = {thing.ask for thing in things(body)}
    return tuple(ask for ask in rule_of(body) if ask not in met)

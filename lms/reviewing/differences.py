"""Two bodies side by side, as pages show them: what changed word by word, with pictures."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from lms.reviewing.words import Piece, words
from lms.text import Text, _
from lms.web.rendering import say

STATES: dict[str, Text] = {
    "added": _("New"), "removed": _("Removed"), "changed": _("Changed"), "same": _("Unchanged"),
}  # fmt: skip


class Part(Struct, frozen=True):
    """One field of a place, or one fact: both sides in pieces. `label` is said already; it may be empty."""

    label: str
    before: list[Piece]
    after: list[Piece]


class Shown(Struct, frozen=True):
    """A file: its name, and where it is seen if it is a picture; 0 where its size in pixels is not known."""

    name: str
    picture: str
    width: int
    height: int


class Row(Struct, frozen=True):
    """A place in two bodies. `state`: added, removed, changed, same; `before`/`after`: whether it is there."""

    key: str
    title: str
    icon: str
    state: str
    state_words: str
    moved: bool
    parts: list[Part]
    files_before: list[Shown] = field(default_factory=list)
    files_after: list[Shown] = field(default_factory=list)

    @property
    def before(self) -> bool:
        return self.state != "added"

    @property
    def after(self) -> bool:
        return self.state != "removed"


class Naming(Struct, frozen=True):
    """What the places of a body are called. In the sentences, `{n}` is how many."""

    heading: Text
    in_order: Text
    added: Text
    changed: Text
    removed: Text


BLOCKS = Naming(
    _("Blocks"), _("Blocks, in order"), _("new blocks: {n}"), _("changed blocks: {n}"), _("removed blocks: {n}")
)


class Difference(Struct, frozen=True):
    """Everything that differs, and how many places are the same. `blocks`: the places, called as `named` says."""

    facts: list[Row]
    blocks: list[Row]
    named: Naming = BLOCKS

    @property
    def is_empty(self) -> bool:
        return not self.facts and all(row.state == "same" and not row.moved for row in self.blocks)

    @property
    def same(self) -> int:
        return sum(row.state == "same" and not row.moved for row in self.blocks)

    @property
    def counted(self) -> dict[str, int]:
        """How many places were added, removed, changed, and how many facts."""
        found = {state: sum(row.state == state for row in self.blocks) for state in ("added", "removed", "changed")}
        return {**found, "facts": len(self.facts)}

    @property
    def heading(self) -> str:
        """What the places are called."""
        return say(self.named.heading)

    @property
    def short(self) -> list[str]:
        """What changed, counted, in a few words each."""
        told = (
            (self.named.added, self.counted["added"]),
            (self.named.changed, self.counted["changed"]),
            (self.named.removed, self.counted["removed"]),
            (_("changed facts: {n}"), self.counted["facts"]),
        )
        return [say(Text(text.msgid, {"n": n})) for text, n in told if n]


def fact_row(name: str, title: str, before: str, after: str) -> Row:
    """A fact of two bodies as a row; both as text, empty where it is not there."""
    state = "added" if not before else "removed" if not after else "changed"
    return Row(f"fact-{name}", title, "info", state, say(STATES[state]), False, [Part("", *words(before, after))])


Told = Mapping[str, tuple[str, str]]  # the fields of a place: name → (label, text), said already


def told_parts(before: Told, after: Told) -> list[Part]:
    """The fields of a place on both sides, those of the first before those that are new; what is empty is left out."""
    names = {**dict.fromkeys(before), **dict.fromkeys(after)}
    parts = []
    for name in names:
        (label, old), (newer, new) = before.get(name, ("", "")), after.get(name, ("", ""))
        if old or new:
            parts.append(Part(newer or label, *words(old, new)))
    return parts


def told_row(key: str, title: str, icon: str, before: Told | None, after: Told | None, moved: bool = False) -> Row:
    """A place of two bodies, told field by field; None where it is not there."""
    state = "added" if before is None else "removed" if after is None else "same" if before == after else "changed"
    return Row(key, title, icon, state, say(STATES[state]), moved, told_parts(before or {}, after or {}))


def text_row(key: str, title: str, icon: str, before: str | None, after: str | None) -> Row:
    """A place of two bodies that is told as one text; None where it is not there."""
    old, new = ({"": ("", text)} if text is not None else None for text in (before, after))
    return told_row(key, title, icon, old, new)

"""Pure: what the studio asks for when a question of a type is written, field by field."""

from __future__ import annotations

from msgspec import Struct

from lms.api.work import Text, _


class Part(Struct, frozen=True):
    """A field of a type's own keys. `key` is the key in the package; a dot leads into a mapping ("unit.name").

    `kind` is one of: line, box (several lines), number, tick, choice (of `choices`), ticks (any of `choices`),
    lines (a list of texts, one a line), words (a list of lists: one a line, with semicolons), gaps (the answers of a
    blank, one a line), picture, thing (the name of what a Runner runs), and rows: a list of mappings whose fields are
    `parts`, from `least` to `most` of them, called `row` ("Answer {n}").
    A tick of `rows` that only one row may have is an `only`.
    """

    key: str
    kind: str
    label: Text
    hint: Text | None = None
    most: int = 1000
    choices: tuple[tuple[str, Text], ...] = ()
    default: str = ""
    parts: tuple[Part, ...] = ()
    least: int = 0
    row: Text | None = None
    tall: int = 2  # lines of a box
    aside: bool = False  # seldom needed: folded away
    only_for: tuple[str, ...] = ()  # asked for where the row's own `kind` is one of these


WHY = _("What is said to whoever chooses it")


def scoring(*choices: tuple[str, Text]) -> Part:
    """How the point is shared out; the first is the default."""
    return Part("scoring", "choice", _("How the point is counted"), choices=choices, default=choices[0][0], aside=True)

"""The twelve parts that a screen is made of: their keys, what can be tapped on them, what can be filled in. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

KeyKind = Literal["line", "box", "id", "choice", "flag", "file", "table", "pair"]
Widget = Mapping[str, Any]


class Key(Struct, frozen=True):
    """One key of a widget.

    line, box: a text of one or several lines. id: what steps call it by. choice: one of `known`, the first where
    nothing is said. flag: yes or no. file: the name of a picture beside the practice. table: a list of lists, whose
    columns `columns` names. pair: one such list, or none.
    """

    name: str
    kind: KeyKind = "line"
    required: bool = True
    known: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    least_columns: int = 0
    most: int = 300

    @property
    def empty(self) -> Any:
        """The value where nothing is written."""
        if self.kind == "choice":
            return self.known[0]
        return {"flag": False, "table": [], "pair": []}.get(self.kind, "")


FIELD_TYPES = ("text", "number", "password", "search", "tel")
BUTTON_KINDS = ("plain", "primary", "danger")
RESULT_STATES = ("good", "bad", "info")

WIDGETS: Mapping[str, tuple[Key, ...]] = {
    "heading": (Key("text"),),
    "text": (Key("text", "box", most=1000),),
    "panel": (Key("label"), Key("value")),
    "apps": (Key("items", "table", columns=("id", "icon", "label"), least_columns=3),),
    "list": (Key("items", "table", columns=("id", "title", "note"), least_columns=2),),
    "button": (Key("id", "id"), Key("text"), Key("kind", "choice", False, BUTTON_KINDS)),
    "field": (
        Key("id", "id"),
        Key("label"),
        Key("type", "choice", False, FIELD_TYPES),
        Key("hint", required=False),
    ),
    "amount": (Key("id", "id"), Key("label")),
    "choice": (
        Key("id", "id"),
        Key("label"),
        Key("options", "table", columns=("id", "label"), least_columns=2),
    ),
    "message": (
        Key("id", "id", required=False),
        Key("from", required=False),
        Key("text", "box", most=1000),
        Key("link", "pair", required=False, columns=("id", "text"), least_columns=2),
        Key("mine", "flag", required=False),
    ),
    "scene": (
        Key("src", "file"),
        Key("alt"),
        Key("spots", "table", required=False, columns=("id", "x", "y", "w", "h", "name"), least_columns=6),
    ),
    "result": (
        Key("state", "choice", False, RESULT_STATES),
        Key("title"),
        Key("text", "box", required=False, most=1000),
    ),
}


def taps(widget: Widget) -> Iterator[str]:
    """What can be tapped on a widget, by its ids."""
    kind = widget["w"]
    if kind in ("apps", "list"):
        yield from (row[0] for row in widget["items"])
    elif kind == "scene":
        yield from (row[0] for row in widget["spots"])
    elif kind == "button":
        yield widget["id"]
    elif kind == "message":
        if widget["id"]:
            yield widget["id"]
        if widget["link"]:
            yield widget["link"][0]


def inputs(widget: Widget) -> Iterator[str]:
    """What can be filled in on a widget, by its ids."""
    if widget["w"] in ("field", "amount", "choice"):
        yield widget["id"]


def taps_on(view: Sequence[Widget]) -> list[str]:
    """Everything that can be tapped on a screen, in order."""
    return [one for widget in view for one in taps(widget)]


def inputs_on(view: Sequence[Widget]) -> dict[str, Widget]:
    """Everything that can be filled in on a screen."""
    return {one: widget for widget in view for one in inputs(widget)}

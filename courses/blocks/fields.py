"""What a block type asks for in the editor: plain fields, so that every block, a plugin's too, has a form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

from msgspec import Struct

from lms.api.work import Text

FieldKind = Literal["line", "box", "markdown", "lines", "upload", "choice", "activity", "address"]


class BlockField(Struct, frozen=True):
    """One field of a block's form, kept under `name` in the block's data.

    line, address: one line of text, the latter a web address. box: plain text of several lines. markdown: text in the
    Markdown subset. lines: a list, one entry a line. upload: the name of a file of the lesson, of one of the kinds
    that `takes` names (picture, drawing, sound, video, document, captions). choice: one of `choices`. activity: the
    slug of an activity of the kind `activity`, which can be searched for; where `activity` is empty, of the kind that
    the block's own field `kind` says.
    """

    name: str
    kind: FieldKind
    label: Text
    hint: Text | None = None
    required: bool = True
    most: int = 500
    rows: int = 4
    takes: tuple[str, ...] = ()
    choices: tuple[tuple[str, Text], ...] = ()
    activity: str = ""


@runtime_checkable
class WithForm(Protocol):
    """A block type that is written in a form. One without it is written as its package's text."""

    @property
    def icon(self) -> str: ...

    @property
    def fields(self) -> tuple[BlockField, ...]: ...


@runtime_checkable
class Checked(Protocol):
    """A block type that knows what it still lacks before its lesson may be published.

    For what the law on accessibility asks (a picture's words, a video's captions) and for what would be broken. What
    would only be nicer belongs to the advice beside the editor.
    """

    def lacks(self, data: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Text]]:
        """(name of the field, what to do), for each thing that is missing. `files` are the lesson's, by name."""


def lacking(
    block_type: object, data: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, Text]]:
    """What a block lacks; nothing where its type does not say."""
    return block_type.lacks(data, files) if isinstance(block_type, Checked) else []


def fields_of(block_type: object) -> tuple[BlockField, ...]:
    """The fields of a block's form; none where its type is written as its package's text."""
    return block_type.fields if isinstance(block_type, WithForm) else ()


def icon_of(block_type: object) -> str:
    """The drawing of a block's kind."""
    return block_type.icon if isinstance(block_type, WithForm) else "puzzle"


def empty_data(block_type: object) -> dict[str, Any]:
    """What a new block of this type holds."""
    return {field.name: _empty(field) for field in fields_of(block_type)}


def _empty(field: BlockField) -> Any:
    if field.kind == "lines":
        return []
    return field.choices[0][0] if field.kind == "choice" and field.choices else ""

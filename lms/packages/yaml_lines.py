"""YAML with the line of every key and value; only mappings, lists and plain values.

What an author writes is what is read: the type of a value is asked by whoever needs it (`1.10` as a text stays `1.10`).
Anchors, aliases, tags, duplicate keys and several documents in one file are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from lms.packages.problems import Where, _, quoted
from lms.packages.source import odd_character

DEEPEST = 20
MOST_NODES = 1_000_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,8})")
_NUMBER = re.compile(r"[-+]?[0-9]{1,9}(\.[0-9]{1,9})?")


@dataclass(slots=True)
class Scalar:
    text: str
    plain: bool
    line: int

    @property
    def empty(self) -> bool:
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")

    @property
    def flag(self) -> bool | None:
        return {"true": True, "false": False}.get(self.text.lower()) if self.plain else None

    @property
    def whole(self) -> int | None:
        return int(self.text) if self.plain and _WHOLE.fullmatch(self.text) else None

    @property
    def number(self) -> float | None:
        return float(self.text) if self.plain and _NUMBER.fullmatch(self.text) else None


@dataclass(slots=True)
class Mapped:
    line: int
    entries: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Listed:
    line: int
    items: list[Node] = field(default_factory=list)


Node = Scalar | Mapped | Listed


class _StopError(Exception):
    """The file cannot be read any further."""


def load(text: str, where: Where) -> Node | None:
    """The one document in `text`, or None when there is none; `where.line` is the line before its first."""
    try:
        return _Reader(where).read(text)
    except _StopError:
        return None
    except yaml.YAMLError as error:
        _report(error, where)
        return None


def _report(error: yaml.YAMLError, where: Where) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "")
    there = where.at(where.line + (mark.line if mark else 0) + 1)
    if "mapping values are not allowed" in reason:
        there.problem("yaml", _('A text that contains ": " needs quotes around it: key: "one: two".'))
    elif "cannot start any token" in reason:
        there.problem(
            "yaml",
            _("A text cannot begin with this character (or a tab). Put quotes around the text, indent with spaces."),
        )
    else:
        there.problem(
            "yaml",
            _(
                "This line cannot be read as YAML ({reason}). Check the "
                "indentation, colons and quotes here and just above."
            ),
            reason=quoted(reason),
        )


class _Reader:
    def __init__(self, where: Where) -> None:
        self.where = where
        self.base = where.line + 1
        self.nodes = 0

    def read(self, text: str) -> Node | None:
        events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        stack: list[Mapped | Listed] = []
        keys: list[tuple[str, int] | None] = []  # the key that waits for its value, for each open mapping
        root: Node | None = None
        documents = 0
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                line = event.start_mark.line + self.base
                self._plain_only(event, line)
                node: Node = self._scalar(event, line)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                line = event.start_mark.line + self.base
                self._plain_only(event, line)
                node = Mapped(line) if kind is yaml.MappingStartEvent else Listed(line)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                stack.pop()
                keys.pop()
                continue
            elif kind is yaml.AliasEvent:
                line = event.start_mark.line + self.base
                self.where.at(line).problem(
                    "yaml-alias",
                    _(
                        "Anchors and aliases (& and *) are not used here: write "
                        "the value itself, or put quotes around it."
                    ),
                )
                node = Scalar("", True, line)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self.where.at(event.start_mark.line + self.base).problem(
                        "yaml-documents", _("There is a second document (---) in this file. Make it a file of its own.")
                    )
                    raise _StopError
                continue
            else:
                continue
            self.nodes += 1
            if self.nodes > MOST_NODES:
                self.where.at(line).problem("yaml-size", _("This file holds too much. Divide it into several files."))
                raise _StopError
            if not stack:
                root = node
            else:
                self._put(stack[-1], keys, node)
            if not isinstance(node, Scalar):
                if len(stack) >= DEEPEST:
                    self.where.at(line).problem(
                        "yaml-depth", _("Lists and mappings stand too deep inside one another here. Make it flatter.")
                    )
                    raise _StopError
                stack.append(node)
                keys.append(None)
        return root

    def _put(self, parent: Mapped | Listed, keys: list[tuple[str, int] | None], node: Node) -> None:
        if isinstance(parent, Listed):
            parent.items.append(node)
            return
        waiting = keys[-1]
        if waiting is None:
            if isinstance(node, Scalar):
                name = node.text
            else:
                self.where.at(node.line).problem("yaml-key", _("A key must be a word, not a list or a mapping."))
                name = ""
            if name in parent.entries:
                self.where.at(node.line).problem(
                    "duplicate-key", _("The key `{key}` stands twice here. Keep one."), key=quoted(name)
                )
            keys[-1] = (name, node.line)
            return
        name, line = waiting
        keys[-1] = None
        if name not in parent.entries:
            parent.entries[name] = node
            parent.lines[name] = line

    def _plain_only(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self.where.at(line).problem(
                "yaml-alias",
                _("Anchors and aliases (& and *) are not used here: write the value itself, or put quotes around it."),
            )
        if event.tag is not None:
            self.where.at(line).problem(
                "yaml-tag", _("Tags (!) are not used here. Put quotes around a text that begins with “!”.")
            )

    def _scalar(self, event: Any, line: int) -> Scalar:
        text: str = event.value
        style = event.style
        if style == '"':
            text = unicodedata.normalize("NFC", text)
            odd = odd_character(text)
            if odd is not None:
                self.where.at(line).problem(
                    "character",
                    _("There is an invisible character ({character}) here. Type this text again."),
                    character=f"U+{ord(text[odd]):04X}",
                )
                text = ""
        return Scalar(text, style is None or style == "", line)

"""XML of strangers as a small tree with line numbers: no document types, no entities of its own, bounded. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from lms.api.texts import _
from lms.api.work import Invalid

DEEPEST = 60
MOST_NODES = 600_000


@dataclass
class Node:
    """An element: its name, attributes, the text before its first child, its children, and its line."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Node]:
        """The children of this name."""
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Node | None:
        """The first child of this name."""
        return next(self.all(tag), None)

    def said(self, tag: str, inner: str = "") -> str:
        """The text of the first child of this name (and of its first child `inner`); "" where there is none."""
        found = self.first(tag)
        if found is not None and inner:
            found = found.first(inner) or found
        return found.text.strip() if found is not None else ""


class _StopError(Exception):
    pass


def parse(content: bytes) -> Node:
    """The tree. Raises Invalid with the line, for torn XML and for whatever defines entities or nests without end."""
    reader = expat.ParserCreate(namespace_separator=None)
    reader.buffer_text = True
    root = Node("", {}, 0)
    stack = [root]
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > DEEPEST or count > MOST_NODES:
            raise _StopError
        node = Node(tag, attributes, reader.CurrentLineNumber)
        stack[-1].children.append(node)
        stack.append(node)

    def end(_tag: str) -> None:
        stack.pop()

    def data(text: str) -> None:
        stack[-1].text += text

    def doctype(*_args: object) -> None:
        raise _StopError

    reader.StartElementHandler, reader.EndElementHandler, reader.CharacterDataHandler = start, end, data
    reader.StartDoctypeDeclHandler = reader.EntityDeclHandler = doctype
    try:
        reader.Parse(content, True)
    except _StopError as error:
        raise Invalid(
            _("This XML defines entities or is nested without end (line {line}). It is not read.",
              line=reader.CurrentLineNumber)
        ) from error  # fmt: skip
    except (expat.ExpatError, ValueError, UnicodeError, LookupError) as error:
        raise Invalid(
            _("This XML is torn at line {line}. Export it again, then choose it again.",
              line=getattr(error, "lineno", 1))
        ) from error  # fmt: skip
    return root

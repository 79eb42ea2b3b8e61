"""A page as a tree, read strictly: a tag that is not closed, or closed out of turn, is a mistake in the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
UNSEEN = frozenset({"script", "style", "template", "head"})


@dataclass(eq=False)
class Node:
    """An element with its attributes and what is inside: elements and pieces of text."""

    tag: str
    attrs: dict[str, str]
    parent: Node | None = None
    inside: list[Node | str] = field(default_factory=list)

    def __repr__(self) -> str:
        shown = "".join(f' {k}="{v}"' for k, v in self.attrs.items() if k != "class")
        return f"<{self.tag}{shown}>{self.text[:80]}"

    def walk(self) -> Iterator[Node]:
        """This element and every element in it, in the order of the page."""
        yield self
        for part in self.inside:
            if isinstance(part, Node):
                yield from part.walk()

    def all(self, *tags: str) -> list[Node]:
        """Every element in this one with one of these tags."""
        return [n for n in self.walk() if n is not self and n.tag in tags]

    def first(self, tag: str) -> Node | None:
        """The first element in this one with this tag."""
        return next(iter(self.all(tag)), None)

    def up(self, tag: str) -> Node | None:
        """The nearest element around this one with this tag."""
        around = self.parent
        while around is not None and around.tag != tag:
            around = around.parent
        return around

    def by_id(self, name: str) -> Node | None:
        """The element in this one with this id."""
        return next((n for n in self.walk() if n.attrs.get("id") == name), None)

    @property
    def source(self) -> str:
        """The text inside exactly as it was sent."""
        return "".join(p if isinstance(p, str) else p.source for p in self.inside)

    @property
    def text(self) -> str:
        """The words inside as a reader meets them, with single spaces."""
        return " ".join(self._words().split())

    def _words(self) -> str:
        if self.tag in UNSEEN or "hidden" in self.attrs:
            return ""
        joint = "" if self.tag in _INLINE else " "
        return joint + "".join(p if isinstance(p, str) else p._words() for p in self.inside) + joint


_INLINE = frozenset({"b", "i", "em", "strong", "a", "span", "small", "u", "sup", "sub"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("", {})
        self.mistakes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open(tag, attrs)
        if tag not in VOID:
            last = self.at.inside[-1]
            assert isinstance(last, Node), "it was put there a line above"
            self.at = last

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open(tag, attrs)

    def _open(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        self.mistakes += [f"<{tag}> has {n} twice" for n in sorted(set(names)) if names.count(n) > 1]
        self.at.inside.append(Node(tag, {k: v or "" for k, v in attrs}, self.at))

    def handle_endtag(self, tag: str) -> None:
        if tag == self.at.tag and self.at.parent is not None:
            self.at = self.at.parent
        else:
            line, column = self.getpos()
            self.mistakes.append(f"</{tag}> closes <{self.at.tag}> in line {line}, column {column}")

    def handle_data(self, data: str) -> None:
        self.at.inside.append(data)


def read(html: str) -> tuple[Node, list[str]]:
    """The tree of a page, and the mistakes in how it is written."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.at is not reader.root:
        reader.mistakes.append(f"<{reader.at.tag}> is never closed")
    return reader.root, reader.mistakes

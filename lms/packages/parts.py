"""What a plugin adds to the content package: readers of block directives and of item types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct, field

from lms.packages.fields import Fields
from lms.packages.problems import Where
from lms.text import Text

TEXT = "text"  # the block between directives
_ESCAPED = re.compile(r"^([ \t]*)\\(\\*:::)", re.MULTILINE)
_TO_ESCAPE = re.compile(r"^([ \t]*)(\\*:::)", re.MULTILINE)


@runtime_checkable
class BlockReader(Protocol):
    """One block type. `read` says its problems at `where` (the directive's line; the body begins on the next)."""

    @property
    def directive(self) -> str: ...

    @property
    def container(self) -> bool: ...

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]: ...

    def write(self, data: Mapping[str, Any]) -> str: ...


@runtime_checkable
class ItemReader(Protocol):
    """One item type. `read` takes its own keys from the item's fields; a key that nobody takes is a problem."""

    @property
    def type(self) -> str: ...

    def read(self, fields: Fields) -> dict[str, Any]: ...

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]: ...


@runtime_checkable
class FolderReader(Protocol):
    """A folder of packages that a plugin adds, for activities of its own kind.

    `<folder>/<slug>.yaml` is one; files that end in one of `endings` stand beside it in `<folder>/<slug>/`. `read` says
    its problems by the fields' lines, and leaves no key untaken; `write` gives the text of the file.
    """

    @property
    def folder(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def endings(self) -> tuple[str, ...]: ...

    def read(self, slug: str, fields: Fields, files: Mapping[str, bytes]) -> dict[str, Any]: ...

    def write(self, data: Mapping[str, Any]) -> str: ...

    def advise(self, data: Mapping[str, Any]) -> Sequence[tuple[str, Text]]:
        """What would make it better: where, and what to do."""


class Parts(Struct, frozen=True):
    blocks: Mapping[str, BlockReader]
    items: Mapping[str, ItemReader]
    folders: Mapping[str, FolderReader] = field(default_factory=dict)

    @classmethod
    def of(cls, readers: Iterable[BlockReader | ItemReader | FolderReader]) -> Parts:
        blocks: dict[str, BlockReader] = {}
        items: dict[str, ItemReader] = {}
        folders: dict[str, FolderReader] = {}
        for reader in readers:
            if isinstance(reader, FolderReader):
                if folders.setdefault(reader.folder, reader) is not reader:
                    raise ValueError(
                        f"two readers of the folder {reader.folder}: {folders[reader.folder]!r}, {reader!r}"
                    )
            elif isinstance(reader, BlockReader):
                if blocks.setdefault(reader.directive, reader) is not reader:
                    raise ValueError(
                        f"two readers of the directive {reader.directive}: {blocks[reader.directive]!r}, {reader!r}"
                    )
            elif items.setdefault(reader.type, reader) is not reader:
                raise ValueError(f"two readers of the item type {reader.type}: {items[reader.type]!r}, {reader!r}")
        return cls(blocks, items, folders)

    def plus(self, *readers: BlockReader | ItemReader | FolderReader) -> Parts:
        return Parts.of((*self.blocks.values(), *self.items.values(), *self.folders.values(), *readers))


def tidy(text: str) -> str:
    """A text of several lines in its one written form: no blank lines at its ends, no spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def escaped(text: str) -> str:
    """A line of text that looks like a directive is written with a backslash before it."""
    return _TO_ESCAPE.sub(r"\1\\\2", text)


def unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1\2", text)


def directive_line(name: str, *args: str) -> str:
    """`:::name file.svg "quoted text"`: a first word without spaces stands bare, everything else in quotes."""
    words = [arg if re.fullmatch(r"[A-Za-z0-9._-]+", arg) else quote(arg) for arg in args[:1]] + [
        quote(arg) for arg in args[1:]
    ]
    return " ".join([f":::{name}", *words])


def container(name: str, body: str, *args: str) -> str:
    line = " ".join([f":::{name}", *map(quote, args)])
    return f"{line}\n{escaped(body)}\n:::"


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""The keys of one mapping in a package, taken one by one: whatever was not taken in the end is an unknown key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from lms.packages.problems import Where, _, listed, nearest, quoted
from lms.packages.source import is_slug
from lms.packages.yaml_lines import Listed, Mapped, Node, Scalar, load

Path = tuple[str | int, ...]

LONGEST_TEXT = 20_000
MOST_ENTRIES = 20_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Fields:
    def __init__(self, node: Mapped, where: Where) -> None:
        self._node = node
        self._taken: list[str] = []
        self.where = where.at(node.line)

    @classmethod
    def of(cls, node: Node | None, where: Where) -> Fields | None:
        """The fields of a node that must be a mapping."""
        if isinstance(node, Mapped):
            return cls(node, where)
        if node is None or (isinstance(node, Scalar) and node.empty):
            where.problem("empty", _("There is nothing here. Write `key: value` lines."))
        else:
            where.at(node.line).problem("not-a-mapping", _("Here `key: value` lines are needed."))
        return None

    @classmethod
    def load(cls, text: str, where: Where) -> Fields | None:
        """The fields of a YAML text; `where.line` is the line before its first."""
        before = len(where.problems)
        node = load(text, where)
        if node is None and len(where.problems) > before:
            return None
        return cls.of(node, where.at(node.line if node else where.line + 1))

    def at(self, key: str) -> Where:
        return self.where.at(self._node.lines.get(key, self._node.line))

    def has(self, key: str) -> bool:
        return self._peek(key) is not None

    def names(self) -> tuple[str, ...]:
        """Every key that is written, in order: for a mapping whose keys are the author's own."""
        return tuple(self._node.entries)

    def _peek(self, key: str) -> Node | None:
        node = self._node.entries.get(key)
        return None if node is None or (isinstance(node, Scalar) and node.empty) else node

    def _take(self, key: str, required: bool) -> Node | None:
        self._taken.append(key)
        node = self._peek(key)
        if node is None and required:
            self.at(key).problem("missing-key", _("`{key}` is missing or empty. Add it."), key=key)
        return node

    def text(
        self, key: str, *, required: bool = True, most: int = LONGEST_TEXT, one_line: bool = False, default: str = ""
    ) -> str:
        node = self._take(key, required)
        if node is None:
            return default
        return read_text(node, key, self.at(key), most=most, one_line=one_line)

    def slug(self, key: str, *, required: bool = True) -> str:
        node = self._take(key, required)
        return "" if node is None else read_slug(node, key, self.at(key))

    def choice(self, key: str, known: Sequence[str], *, default: str | None = None) -> str:
        node = self._take(key, required=default is None)
        if node is None:
            return default or ""
        return read_choice(node, key, known, self.at(key))

    def choices(self, key: str, known: Sequence[str]) -> tuple[str, ...]:
        chosen = [
            read_choice(node, key, known, self.where.at(node.line)) for node in self.list_of(key, most=len(known))
        ]
        self._once(key, chosen)
        return tuple(chosen)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        node = self._take(key, required=default is None)
        if node is None:
            return bool(default)
        found = node.flag if isinstance(node, Scalar) else None
        if found is None:
            self.at(key).problem("flag", _("`{key}` is `true` or `false`."), key=key)
        return bool(found)

    def whole(
        self, key: str, least: int, most: int, *, default: int | None = None, required: bool = True
    ) -> int | None:
        node = self._take(key, required=required and default is None)
        if node is None:
            return default
        found = node.whole if isinstance(node, Scalar) else None
        if found is None or not least <= found <= most:
            self.at(key).problem(
                "number", _("`{key}` is a whole number from {least} to {most}."), key=key, least=least, most=most
            )
            return default
        return found

    def number(self, key: str, least: float, most: float, *, default: float) -> float:
        node = self._take(key, required=False)
        if node is None:
            return default
        found = node.number if isinstance(node, Scalar) else None
        if found is None or not least <= found <= most:
            self.at(key).problem(
                "number", _("`{key}` is a number from {least} to {most}."), key=key, least=least, most=most
            )
            return default
        return found

    def day(self, key: str, *, required: bool = False) -> date | None:
        node = self._take(key, required)
        if node is None:
            return None
        if isinstance(node, Scalar) and _DAY.fullmatch(node.text):
            try:
                return date.fromisoformat(node.text)
            except ValueError:
                pass
        self.at(key).problem("day", _("`{key}` is a day written year-month-day, such as 2026-11-20."), key=key)
        return None

    def list_of(self, key: str, *, least: int = 1, most: int = MOST_ENTRIES) -> list[Node]:
        node = self._take(key, required=least > 0)
        if node is None:
            return []
        if not isinstance(node, Listed):
            self.at(key).problem(
                "not-a-list",
                _("`{key}` is a list: write `[one, two]`, or each entry on a line that begins with `- `."),
                key=key,
            )
            return []
        if not least <= len(node.items) <= most:
            self.at(key).problem(
                "length",
                _("`{key}` holds {count} entries; it needs {least} to {most}."),
                key=key,
                count=len(node.items),
                least=least,
                most=most,
            )
        return node.items[:most]

    def texts(
        self,
        key: str,
        *,
        least: int = 0,
        most: int = 100,
        longest: int = 2_000,
        one_line: bool = False,
        once: bool = True,
    ) -> tuple[str, ...]:
        found = [
            read_text(node, key, self.where.at(node.line), most=longest, one_line=one_line)
            for node in self.list_of(key, least=least, most=most)
        ]
        if once:
            self._once(key, found)
        return tuple(found)

    def references(self, key: str, kind: str, *, least: int = 0, most: int = 50) -> tuple[str, ...]:
        """A list of names that must exist in the package."""
        found = []
        for node in self.list_of(key, least=least, most=most):
            there = self.where.at(node.line)
            name = read_text(node, key, there, most=64, one_line=True)
            if name:
                there.refer(kind, name)
                found.append(name)
        self._once(key, found)
        return tuple(found)

    def reference(self, key: str, kind: str, *, required: bool = True) -> str:
        name = self.text(key, required=required, most=64, one_line=True)
        if name:
            self.at(key).refer(kind, name)
        return name

    def rows(self, key: str, *, least: int = 1, most: int = MOST_ENTRIES) -> list[Fields]:
        """A list whose entries are mappings."""
        found = (Fields.of(node, self.where.at(node.line)) for node in self.list_of(key, least=least, most=most))
        return [fields for fields in found if fields is not None]

    def table(
        self, key: str, *, least: int, most: int, required: bool = True, longest: int = 300
    ) -> list[tuple[Where, tuple[str, ...]]]:
        """A list whose entries are lists of texts, `least` to `most` each: where each stands, and its texts."""
        found = []
        for node in self.list_of(key, least=1 if required else 0):
            there = self.where.at(node.line)
            row = read_row(node, key, there, least=least, most=most, longest=longest)
            if row:
                found.append((there, row))
        return found

    def row(self, key: str, *, least: int, most: int, required: bool = True, longest: int = 300) -> tuple[str, ...]:
        """One list of `least` to `most` texts; none where nothing is written."""
        node = self._take(key, required)
        return () if node is None else read_row(node, key, self.at(key), least=least, most=most, longest=longest)

    def inner(self, key: str, *, required: bool = True) -> Fields | None:
        node = self._take(key, required)
        return None if node is None else Fields.of(node, self.at(key))

    def _once(self, key: str, found: Sequence[str]) -> None:
        seen: set[str] = set()
        for name in found:
            if name and name in seen:
                self.at(key).problem(
                    "twice", _("“{name}” stands twice in `{key}`. Keep one."), name=quoted(name), key=key
                )
                return
            seen.add(name)

    def finish(self) -> None:
        """Every key that nobody took is a problem."""
        for key in self._node.entries:
            if key not in self._taken and not self.where.problems.full:
                unknown(key, self._taken, self.at(key))


def plain_fields(data: Mapping[str, object], where: Where) -> tuple[Fields, list[Path]]:
    """The fields of plain values, as a form holds them, and the path of each value: that of line 1 comes first.

    What is empty stands there as empty, so that a problem with it is said where it is.
    """
    paths: list[Path] = []

    def node_of(value: object, path: Path) -> Node:
        paths.append(path)
        line = len(paths)
        if isinstance(value, Mapping):
            node = Mapped(line)
            for key, inner in value.items():
                node.lines[key] = len(paths) + 1
                node.entries[key] = node_of(inner, (*path, key))
            return node
        if isinstance(value, list | tuple) and value:
            return Listed(line, [node_of(inner, (*path, n)) for n, inner in enumerate(value)])
        if isinstance(value, bool | int | float | Decimal):
            return Scalar(f"{value:f}" if isinstance(value, Decimal) else str(value).lower(), True, line)
        text = "" if value in (None, [], ()) else str(value)
        return Scalar(text, not text, line)

    node = node_of(data, ())
    assert isinstance(node, Mapped)
    return Fields(node, where), paths


def unknown(key: str, known: Iterable[str], where: Where) -> None:
    meant = nearest(key, known)
    if meant:
        where.problem("unknown-key", _("Unknown key `{key}`. Did you mean `{meant}`?"), key=quoted(key), meant=meant)
    else:
        where.problem(
            "unknown-key",
            _("Unknown key `{key}`. Remove it; the keys here are: {known}."),
            key=quoted(key),
            known=listed(known),
        )


def read_text(node: Node, key: str, where: Where, *, most: int = LONGEST_TEXT, one_line: bool = False) -> str:
    if not isinstance(node, Scalar):
        where.problem(
            "not-a-text", _("`{key}` is one text. Put quotes around it if it holds `: `, `[` or `{{`."), key=key
        )
        return ""
    text = "" if node.empty else node.text.strip()
    if not text:
        where.problem("empty-text", _("A text of `{key}` is empty. Write it or remove it."), key=key)
    elif one_line and "\n" in text:
        where.problem("one-line", _("`{key}` must stand on one line."), key=key)
    elif len(text) > most:
        where.problem(
            "too-long",
            _("`{key}` has {count} characters; at most {most} are allowed. Shorten it."),
            key=key,
            count=len(text),
            most=most,
        )
        return text[:most]
    return text


def read_row(node: Node, key: str, where: Where, *, least: int, most: int, longest: int) -> tuple[str, ...]:
    if not isinstance(node, Listed) or not least <= len(node.items) <= most:
        where.problem("row", _("Here a list of {least} to {most} texts is needed: [one, two]."), least=least, most=most)
        return ()
    return tuple(
        ""
        if place >= least and isinstance(one, Scalar) and not one.text.strip()
        else read_text(one, key, where.at(one.line), most=longest, one_line=True)
        for place, one in enumerate(node.items)
    )


def read_slug(node: Node, key: str, where: Where) -> str:
    text = node.text.strip() if isinstance(node, Scalar) else ""
    if not is_slug(text):
        where.problem("slug", _("`{key}` must be lower-case letters a–z, digits and hyphens, at most 64."), key=key)
        return ""
    return text


def read_choice(node: Node, key: str, known: Sequence[str], where: Where) -> str:
    text = node.text.strip() if isinstance(node, Scalar) else ""
    if text not in known:
        meant = nearest(text, known)
        if meant:
            where.problem(
                "unknown-value",
                _("`{value}` is not known for `{key}`. Did you mean `{meant}`?"),
                value=quoted(text),
                key=key,
                meant=meant,
            )
        else:
            where.problem(
                "unknown-value",
                _("`{value}` is not known for `{key}`. Write one of: {known}."),
                value=quoted(text),
                key=key,
                known=listed(known),
            )
        return ""
    return text

"""What is wrong with a package, and where: every problem names a file and a line and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from msgspec import Struct

MOST_PROBLEMS = 1_000


def _(message: str) -> str:
    """Marks a text for translation; the text itself is translated when it is shown."""
    return message


def identity(message: str) -> str:
    return message


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    file: str
    line: int
    template: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict, compare=False)

    def text(self, translate: Callable[[str], str] = identity) -> str:
        return translate(self.template).format_map(self.values)

    @property
    def message(self) -> str:
        return self.text()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text()}"


class PackageInvalid(Exception):  # noqa: N818 - the name says what it is
    """The package has problems; nothing of it may be imported."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems[:20]))


class Problems:
    """Collects problems, at most MOST_PROBLEMS of them: nobody reads more, and a hostile file may hold millions."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self.full = False

    def add(self, file: str, line: int, code: str, template: str, /, **values: object) -> None:
        if self.full:
            return
        if len(self._found) >= MOST_PROBLEMS:
            self.full = True
            code, template, values = "more", _("There are more problems. Correct these first."), {}
        short = {name: shortened(value) for name, value in values.items()}
        self._found.append(Problem(printable(file), max(line, 1), template, code, short))

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._found, key=lambda problem: (problem.code == "more", problem.file, problem.line)))

    def raise_if_any(self) -> None:
        if self._found:
            raise PackageInvalid(self)


class Reference(Struct, frozen=True):
    """A name that must exist somewhere in the package: checked when everything has been read."""

    kind: str
    name: str
    file: str
    line: int


class Where(Struct, frozen=True):
    """A place in a package, handed to whoever reads what stands there."""

    file: str
    line: int
    problems: Problems
    references: list[Reference]

    def at(self, line: int) -> Where:
        return Where(self.file, line, self.problems, self.references)

    def problem(self, code: str, template: str, /, **values: object) -> None:
        self.problems.add(self.file, self.line, code, template, **values)

    def refer(self, kind: str, name: str) -> None:
        """Kinds: skill, code, lesson, quiz, task, item, practice_item, framework, course, rules, picture, sound."""
        self.references.append(Reference(kind, name, self.file, self.line))


def printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:300])


def shortened(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = printable(value)
    return text if len(text) <= 300 else text[:299] + "…"


def quoted(text: str) -> str:
    """A text of the author's as it stands in a message: one short line."""
    line = " ".join(text[:200].split())
    return line if len(line) <= 60 else line[:59] + "…"


def nearest(name: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """The known name that the author most likely meant, or nothing."""
    if len(name) > 80:
        return ""
    by_lower = {word.lower(): word for word in known}
    close = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=alike)
    return by_lower[close[0]] if close else ""


def listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))

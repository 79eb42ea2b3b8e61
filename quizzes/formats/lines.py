"""What a question paper is made of, whatever file it came from: lines of marked words, tables, pictures. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from quizzes.formats import markup

UNDERLINED, BOLD, ITALIC, COLORED, HIGHLIGHTED = "underline", "bold", "italic", "color", "highlight"


class Run(Struct, frozen=True):
    """Words with their marks."""

    text: str
    marks: frozenset[str] = frozenset()


@dataclass
class Line:
    """A paragraph: its words, the pictures in it as (name, alternative text), and where it stands, from 1."""

    runs: list[Run]
    number: int = 0
    pictures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The bare words."""
        return "".join(run.text for run in self.runs)

    def cut(self, start: int, end: int | None = None) -> Line:
        """The part of the line from one letter to another; the pictures stay with the last part."""
        end = len(self.text) if end is None else end
        at, kept = 0, []
        for run in self.runs:
            a, b = max(start, at), min(end, at + len(run.text))
            if a < b:
                kept.append(Run(run.text[a - at : b - at], run.marks))
            at += len(run.text)
        return Line(kept, self.number, list(self.pictures) if end >= at else [])

    def marks(self, start: int = 0, end: int | None = None) -> frozenset[str]:
        """The marks that all letters of a part have; blanks do not count."""
        found: frozenset[str] | None = None
        for run in self.cut(start, end).runs:
            if any(letter.isalnum() for letter in run.text):
                found = run.marks if found is None else found & run.marks
        return found or frozenset()

    def markdown(self) -> str:
        """The words with bold and italic kept, unless the whole line is so."""
        whole = self.marks()
        joined: list[Run] = []
        for run in self.runs:
            if joined and joined[-1].marks & {BOLD, ITALIC} == run.marks & {BOLD, ITALIC}:
                joined[-1] = Run(joined[-1].text + run.text, run.marks)
            else:
                joined.append(run)
        said = "".join(
            markup.marked(run.text, bold=BOLD in run.marks - whole, italic=ITALIC in run.marks - whole)
            for run in joined
        )
        return markup.line_starts(said.strip())


@dataclass
class Table:
    """A table: rows of cells, each of lines."""

    rows: list[list[list[Line]]]
    number: int = 0

    def words(self) -> list[list[str]]:
        """The bare words of its cells."""
        return [[" ".join(line.text.strip() for line in cell).strip() for cell in row] for row in self.rows]

    def lines(self) -> Iterator[Line]:
        """Its lines in reading order."""
        for row in self.rows:
            for cell in row:
                yield from cell


Piece = Line | Table


def plain_lines(texts: Sequence[str]) -> list[Line]:
    """Bare texts as lines."""
    return [Line([Run(text)], number) for number, text in enumerate(texts, 1)]

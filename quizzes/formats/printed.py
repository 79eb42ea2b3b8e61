"""A paper to print: questions, a sheet with bubbles to fill in, the key on a page of its own; in several codes. Pure.

The same questions, seed and words give the same bytes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from lms.api.packages import tokens_of
from quizzes.items.contract import ITEM_TYPES, writable

if TYPE_CHECKING:
    from lms.api.papers import Flow, Run

LETTERS = "ABCDEFGHIJ"
MOST_CODES = 24
FIRST_CODE = 101
A_LINE = 85  # letters, about


class Asked(Struct, frozen=True):
    """A question to print. `stem`: Markdown; `picture`: the facts of its file, None for none."""

    kind: str
    stem: str
    data: Mapping[str, Any]
    message: Mapping[str, str] | None = None
    picture: Mapping[str, Any] | None = None
    pictures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # of answers, by the file's name


class Words(Struct, frozen=True):
    """The words around the questions, in the reader's language."""

    title: str
    unit: str
    code: str
    name: str
    birth: str
    group: str
    date: str
    points: str
    question: str  # with {n} where its number goes
    sheet: str
    sheet_hint: str
    key: str
    key_warning: str
    end: str


class Printed(Struct, frozen=True):
    """A question as it stands in one code: its answers in this code's order, the right ones, lines to write on."""

    asked: Asked
    options: tuple[tuple[str, Mapping[str, Any] | None], ...]
    right: str  # as the key says it
    ask: str = ""
    lines: int = 0

    @property
    def bubbles(self) -> int:
        """How many bubbles it has on the sheet; none where its answer is written."""
        letters = re.fullmatch(r"[A-J](?:, [A-J])*", self.right)
        return len(self.options) if letters and not self.ask else 0


class Paper(Struct, frozen=True):
    """One code: its questions in its order."""

    code: str
    questions: tuple[Printed, ...]


def can_be_printed(kind: str) -> bool:
    """Whether questions of this type can be answered with a pen."""
    return writable(ITEM_TYPES.find(kind)) is not None


def codes(asked: Sequence[Asked], count: int, seed: int) -> list[Paper]:
    """So many codes of the same questions; the first keeps their order where there is only one."""
    found = []
    for number in range(max(1, min(count, MOST_CODES))):
        chance = random.Random(f"{seed}:{number}")  # noqa: S311  a shuffle that can be made again, no secret
        order = list(range(len(asked)))
        if count > 1:
            chance.shuffle(order)
        questions = tuple(_printed(asked[place], chance, mixed=count > 1) for place in order)
        found.append(Paper(str(FIRST_CODE + number) if count > 1 else "", questions))
    return found


def _printed(asked: Asked, chance: random.Random, *, mixed: bool) -> Printed:
    data = asked.data
    if asked.kind in ("single_choice", "multiple_choice"):
        order = list(range(len(data["options"])))
        if mixed and data.get("shuffle", True):
            chance.shuffle(order)
        rows = [data["options"][place] for place in order]
        right = ", ".join(letter for letter, row in zip(LETTERS, rows, strict=False) if row.get("correct"))
        pictured = [asked.pictures.get((row.get("picture") or {}).get("file", "")) for row in rows]
        return Printed(asked, tuple((row["text"], p) for row, p in zip(rows, pictured, strict=True)), right)
    kind = writable(ITEM_TYPES.find(asked.kind))
    assert kind is not None, "the caller asked can_be_printed"
    paper = kind.on_paper(data)
    lines = paper.lines or (1 if not paper.options and not paper.ask else 0)
    return Printed(asked, tuple((text, None) for text in paper.options), paper.answer, paper.ask, lines)


def pdf(papers: Sequence[Paper], words: Words, read: Callable[[str], bytes], *, with_key: bool) -> bytes:
    """The sheets. `read` fetches a file by its key; `with_key` adds the answers, behind everything else."""
    from lms.api.papers import Flow, Run  # ReportLab costs 25 MB: only where something is drawn

    flow = Flow(title=words.title, subject=words.unit, author="Học vụ số", footer=_footer(papers[0], words))
    for number, paper in enumerate(papers):
        if number:
            flow.restart(_footer(paper, words))
        _head(flow, paper, words)
        for place, question in enumerate(paper.questions, 1):
            _question(flow, place, question, words, read, is_last=place == len(paper.questions))
        flow.paragraph([Run(f"— {words.end} —", italic=True)])
        _sheet(flow, paper, words)
    if with_key:
        flow.restart(f"{words.key} · {words.title}")
        flow.heading(words.key, 1)
        flow.paragraph([Run(words.title, bold=True)])
        flow.paragraph([Run(words.key_warning, bold=True)])
        for paper in papers:
            if paper.code:
                flow.heading(f"{words.code} {paper.code}", 2)
            _key(flow, paper)
    return flow.finish()


def _footer(paper: Paper, words: Words) -> str:
    return f"{words.title} · {words.code} {paper.code}" if paper.code else words.title


def _head(flow: Flow, paper: Paper, words: Words) -> None:
    from lms.api.papers import Run

    flow.size = 12
    flow.paragraph([Run(words.unit)], size=11.0)
    flow.heading(words.title, 1)
    if paper.code:
        flow.paragraph([Run(f"{words.code}: {paper.code}", bold=True)])
    flow.paragraph([Run(f"{words.name}: {'…' * 30}")])
    flow.paragraph([Run(f"{words.birth}: {'…' * 10} {words.group}: {'…' * 13}")])
    flow.gap(4)


def _question(
    flow: Flow, number: int, question: Printed, words: Words, read: Callable[[str], bytes], *, is_last: bool
) -> None:
    from lms.api.papers import Run, photograph

    asked = question.asked
    flow.keep(
        1 + len(asked.stem) / A_LINE + 1.3 * min(len(question.options), 5) + (3 if asked.message else 0) + 2 * is_last
    )
    if asked.message:
        flow.begin_box(asked.message["sender"], (0.34, 0.31, 0.27))
        flow.paragraph([Run(asked.message["text"])])
        flow.end_box()
    flow.paragraph([Run(words.question.replace("{n}", str(number)) + ". ", bold=True), *runs_of(asked.stem)])
    if asked.picture is not None:
        made = photograph(read(asked.picture["key"]), str(asked.picture["ending"]))
        if made is not None:
            flow.picture(*made)
    if question.ask:
        flow.paragraph(runs_of(question.ask))
    for letter, (text, pictured) in zip(LETTERS, question.options, strict=False):
        flow.entry(f"{letter}.", [Run(text)])
        if pictured is not None:
            made = photograph(read(pictured["key"]), str(pictured["ending"]))
            if made is not None:
                flow.picture(*made)
    for _line in range(question.lines):
        flow.paragraph([Run("…" * 39)])
    flow.gap(3)


def _sheet(flow: Flow, paper: Paper, words: Words) -> None:
    """The sheet with a bubble for each answer, three columns of questions; what is written has a line."""
    from lms.api.papers import Run

    flow.page()
    flow.heading(words.sheet, 1)
    flow.paragraph([Run(words.title, bold=True)])
    if paper.code:
        flow.paragraph([Run(f"{words.code}: {paper.code}", bold=True)])
    flow.paragraph([Run(f"{words.name}: {'…' * 30}")])
    flow.paragraph([Run(f"{words.birth}: {'…' * 10} {words.group}: {'…' * 13}")])
    flow.paragraph([Run(f"{words.date}: {'…' * 12} {words.points}: {'…' * 13}")])
    flow.paragraph([Run(words.sheet_hint, italic=True)], size=11.0)
    bubbled = [(n, q.bubbles) for n, q in enumerate(paper.questions, 1) if q.bubbles]
    written = [n for n, q in enumerate(paper.questions, 1) if not q.bubbles and q.lines <= 1]
    flow.bubbles(bubbled)
    for number in written:
        flow.paragraph([Run(words.question.replace("{n}", str(number)) + ": ", bold=True), Run("…" * 33)])


def _key(flow: Flow, paper: Paper) -> None:
    from lms.api.papers import Run

    short: list[Run] = []
    for number, question in enumerate(paper.questions, 1):
        if len(question.right) <= 8:
            short += [Run(f"{number}.", bold=True), Run(f" {question.right}; ")]
    if short:
        flow.paragraph(short)
    for number, question in enumerate(paper.questions, 1):
        if len(question.right) > 8:
            flow.entry(f"{number}.", [Run(question.right)])


def runs_of(text: str) -> list[Run]:
    """A Markdown text of few lines as runs: paragraphs are ended by line feeds; tables stand row by row."""
    from lms.api.papers import Run

    found: list[Run] = []
    for token in tokens_of(_rows_of(text)):
        if token.type != "inline":
            continue
        if found:
            found.append(Run("\n"))
        bold = italic = 0
        for child in token.children or ():
            if child.type in ("strong_open", "strong_close"):
                bold += 1 if child.type == "strong_open" else -1
            elif child.type in ("em_open", "em_close"):
                italic += 1 if child.type == "em_open" else -1
            elif child.type in ("softbreak", "hardbreak"):
                found.append(Run("\n"))
            elif child.content:
                found.append(Run(child.content, bold > 0, italic > 0))
    return found


def _rows_of(text: str) -> str:
    """A pipe table as lines with bars between the cells; the line below its head is left out."""
    lines = []
    for line in text.split("\n"):
        if re.fullmatch(r"\s*\|(?:\s*:?-{3,}:?\s*\|)+\s*", line):
            continue
        row = re.fullmatch(r"\s*\|(.*)\|\s*", line)
        lines.append("  |  ".join(cell.strip() for cell in row[1].split("|")) if row else line)
    return "\n".join(lines)

"""Question papers for tests: [u]underlined[/u], [b]bold[/b], [c]colored[/c], [h]highlighted[/h] words in lines."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import Mm, RGBColor
from PIL import Image

from quizzes.formats import lines, paper, word
from quizzes.formats.lines import BOLD, COLORED, HIGHLIGHTED, UNDERLINED, Line, Run, Table
from quizzes.formats.question import Brought

Piece = str | list[list[str]] | bytes


def png(color: str = "red") -> bytes:
    """A small picture."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(made, "PNG")
    return made.getvalue()


def marked(paragraph: Any, text: str) -> None:
    """Writes a line's runs."""
    on: set[str] = set()
    for part in re.split(r"(\[/?[ubch]\])", text):
        if re.fullmatch(r"\[[ubch]\]", part):
            on.add(part[1])
        elif re.fullmatch(r"\[/[ubch]\]", part):
            on.discard(part[2])
        elif part:
            run = paragraph.add_run(part)
            run.underline = True if "u" in on else None
            run.bold = True if "b" in on else None
            if "c" in on:
                run.font.color.rgb = RGBColor(0xFF, 0, 0)
            if "h" in on:
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def document(*pieces: Piece) -> Any:
    """A document of lines, tables and pictures."""
    made = docx.Document()
    for piece in pieces:
        if isinstance(piece, bytes):
            made.add_picture(io.BytesIO(piece), width=Mm(20))
        elif isinstance(piece, str):
            marked(made.add_paragraph(), piece)
        else:
            table = made.add_table(rows=len(piece), cols=max(map(len, piece)))
            for row, cells in enumerate(piece):
                for column, text in enumerate(cells):
                    marked(table.cell(row, column).paragraphs[0], text)
    return made


def saved(made: Any) -> bytes:
    """The bytes of a document."""
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


_MARKS = {"u": UNDERLINED, "b": BOLD, "c": COLORED, "h": HIGHLIGHTED}


def line(text: str, number: int) -> Line:
    """A line with its marks, as a reader gives it."""
    runs, on = [], set()
    for part in re.split(r"(\[/?[ubch]\])", text):
        if re.fullmatch(r"\[/?[ubch]\]", part):
            (on.discard if "/" in part else on.add)(_MARKS[part[-2]])
        elif part:
            runs.append(Run(part, frozenset(on)))
    return Line(runs, number)


def brought(*pieces: Piece) -> Brought:
    """What a paper of these pieces gives, Word left out: thirty times as fast."""
    found, made = Brought(), list[lines.Piece]()
    for number, piece in enumerate(pieces, 1):
        if isinstance(piece, bytes):
            found.files["hinh.png"] = piece
            made.append(Line([], number, [("hinh.png", "")]))
        elif isinstance(piece, str):
            if piece.strip():
                made.append(line(piece, number))
        else:
            made.append(Table([[[line(cell, number)] if cell else [] for cell in row] for row in piece], number))
    paper.read(made, found)
    return found


def read(content: bytes) -> Brought:
    """What a paper gives."""
    found = Brought()
    paper.read(word.pieces(content, found), found)
    return found


def right(found: Brought) -> list[str]:
    """The letters of the right answers, question by question."""
    return [
        "".join("ABCDEFGHIJ"[n] for n, o in enumerate(q.data["options"]) if o.get("correct")) for q in found.questions
    ]


def said(found: Brought) -> str:
    """All that is told of a file and of its questions."""
    texts = [f"{t.text} [{t.where}]" for t in (*found.problems, *found.losses)]
    return "\n".join([*texts, *(f"{q.name}: {t}" for q in found.questions for t in (*q.problems, *q.losses))])

"""A question's wording as HTML: its first paragraph, and what follows it, tables among it. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from markupsafe import Markup

from lms.api.packages import plain, render, render_inline

_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\s*\|(\s*:?-+:?\s*\|)+\s*$")
_CELL = re.compile(r"(?<!\\)\|")


@functools.lru_cache(maxsize=4000)
def html_of(stem: str) -> Markup:
    """The question itself, on one line. Cleaning costs more than the whole rest of the page, so it is done once."""
    return Markup(render_inline(_parted(stem)[0]))  # noqa: S704  render_inline() cleans


@functools.lru_cache(maxsize=4000)
def more_of(stem: str) -> Markup:
    """What stands below the question's first paragraph: further paragraphs and tables; mostly nothing."""
    return Markup("").join(
        Markup(_table(piece) if _ROW.match(piece[0]) else render("\n".join(piece)))  # noqa: S704  both clean
        for piece in _parted(stem)[1]
    )


@functools.lru_cache(maxsize=4000)
def words_of(stem: str) -> str:
    """The question and what stands below it in plain words, on one line."""
    lines = [line for line in stem.split("\n") if not _RULE.match(line)]
    return " ".join(plain("\n".join(_cells_in_words(line) for line in lines)).split())


def _cells_in_words(line: str) -> str:
    return ", ".join(_cells(line)) + "." if _ROW.match(line) else line


def _parted(stem: str) -> tuple[str, list[list[str]]]:
    """The first paragraph, and the pieces that follow: runs of lines that are a table, or are none."""
    lines = stem.split("\n")
    at = next((n for n, line in enumerate(lines) if not line.strip() or _ROW.match(line)), len(lines))
    return "\n".join(lines[:at]), list(_pieces(lines[at:]))


def _pieces(lines: list[str]) -> Iterator[list[str]]:
    piece: list[str] = []
    for line in lines:
        if piece and bool(_ROW.match(line)) != bool(_ROW.match(piece[0])):
            if any(text.strip() for text in piece):
                yield piece
            piece = []
        piece.append(line)
    if any(text.strip() for text in piece):
        yield piece


def _cells(line: str) -> list[str]:
    return [cell.replace("\\|", "|").strip() for cell in _CELL.split(line.strip())[1:-1]]


def _table(lines: list[str]) -> str:
    """A pipe table: its first line is the head where a line of dashes follows it."""
    has_head = len(lines) > 1 and bool(_RULE.match(lines[1]))
    rows = [_cells(line) for line in lines if not _RULE.match(line)]
    head = _row(rows[0], "th") if has_head else ""
    body = "".join(_row(row, "td") for row in rows[has_head:])
    head = f"<thead>{head}</thead>" if head else ""
    return f'<div class="table" tabindex="0" role="group"><table>{head}<tbody>{body}</tbody></table></div>'


def _row(cells: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{render_inline(cell)}</{tag}>" for cell in cells) + "</tr>"

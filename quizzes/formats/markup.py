"""HTML, Markdown and plain words of other systems as the Markdown that questions hold, and as bare words. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser

from lms.api.packages import tokens_of
from quizzes.formats.question import clean

_SPECIAL = re.compile(r"([\\*_\[\]`<>])")
_STARTS = re.compile(r"^(\s*)(?:([#>+|-])|(\d{1,9})([.)]))(?=\s|$|#)", re.MULTILINE)
_BAR = re.compile(r"^(\s*)\|", re.MULTILINE)
_SMALL = {
    "sup": str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ"),
    "sub": str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}
_BLOCKS = frozenset(("p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section"))
_QUIET = frozenset(("script", "style", "head", "title", "template"))
_GONE = {"audio": "sound", "video": "video", "iframe": "frame", "object": "object", "embed": "object", "svg": "drawing",
         "math": "formula"}  # fmt: skip
_PLUGIN = re.compile(r"@@PLUGINFILE@@/?", re.IGNORECASE)


def escaped(text: str) -> str:
    """Plain words as Markdown that shows exactly them."""
    return _BAR.sub(r"\1\\|", _STARTS.sub(_start, _SPECIAL.sub(r"\\\1", text)))


def _start(found: re.Match[str]) -> str:
    space, sign, digits, after = found.groups()
    return f"{space}\\{sign}" if sign else f"{space}{digits}\\{after}"


def line_starts(markdown: str) -> str:
    """Markdown of plain paragraphs: signs at the beginning of a line that would make a list or a table stay signs."""
    return _BAR.sub(r"\1\\|", _STARTS.sub(_start, markdown))


def bare(markdown: str) -> str:
    """The words of a Markdown text; its line breaks stay."""
    lines: list[str] = []
    for token in tokens_of(markdown):
        if token.type == "inline":
            pieces = ["\n" if c.type in ("softbreak", "hardbreak") else c.content for c in token.children or ()]
            lines.append("".join(pieces))
    return clean("\n\n".join(lines))


def marked(text: str, *, bold: bool = False, italic: bool = False) -> str:
    """Words with their marks; blanks stay outside the marks, or the marks would be shown as signs."""
    words = text.strip()
    if not words:
        return text
    marks = "***" if bold and italic else "**" if bold else "*" if italic else ""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{marks}{_SPECIAL.sub(lambda m: chr(92) + m[1], words)}{marks}{after}"


def pipe_table(rows: Sequence[Sequence[str]]) -> str:
    """A table as stems hold it: one line a row, the first names the columns."""
    wide = max((len(row) for row in rows), default=0)
    lines = []
    for number, row in enumerate(rows):
        cells = [" ".join(cell.replace("|", "/").split()) for cell in (*row, *[""] * (wide - len(row)))]
        lines.append("| " + " | ".join(cells) + " |")
        if not number:
            lines.append("|" + " --- |" * wide)
    return "\n".join(lines)


class Html(HTMLParser):
    """Reads HTML into Markdown. `pictures`: (source, alternative text) in order; `gone`: what could not be kept."""

    def __init__(self, *, breaks: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[tuple[str, str]] = []
        self.gone: set[str] = set()
        self._breaks = breaks  # whether line feeds stand for themselves (Moodle's own format)
        self._out: list[str] = []
        self._bold = self._italic = self._quiet = 0
        self._small = ""
        self._links: list[tuple[str, int]] = []
        self._lists: list[int] = []
        self._tables: list[list[list[str]]] = []
        self._held: list[list[str]] = []

    def run(self, text: str) -> str:
        """The Markdown."""
        self.feed(text)
        self.close()
        while self._tables:
            self._end_table()
        joined = "".join(self._out)
        return clean(re.sub(r"\*\*(\s*)\*\*", r"\1", joined))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag in _QUIET or (tag in _GONE and tag in ("svg", "math", "object")):
            self._quiet += 1
        if tag in _GONE:
            self.gone.add(_GONE[tag])
        if self._quiet:
            return
        if tag in ("b", "strong"):
            self._bold += 1
        elif tag in ("i", "em"):
            self._italic += 1
        elif tag in _SMALL:
            self._small = tag
        elif tag == "br":
            self._put("\n")
        elif tag == "img":
            self.pictures.append((_PLUGIN.sub("", values.get("src", "")), clean(values.get("alt", ""))))
            self._put(" ")
        elif tag == "a":
            self._links.append((values.get("href", ""), len(self._out)))
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else 0)
            self._block()
        elif tag == "li":
            self._block(single=True)
            if self._lists and self._lists[-1]:
                self._put(f"{self._lists[-1]}\\) ")
                self._lists[-1] += 1
            else:
                self._put("• ")
        elif tag == "table":
            self._tables.append([])
            self._held.append(self._out)
            self._out = []
        elif tag == "tr" and self._tables:
            self._tables[-1].append([])
        elif tag in ("td", "th") and self._tables:
            self._end_cell()
            if not self._tables[-1]:
                self._tables[-1].append([])
            self._tables[-1][-1].append("")
            self._out = []
        elif tag in _BLOCKS:
            self._block()

    def handle_endtag(self, tag: str) -> None:
        if tag in _QUIET or (tag in _GONE and tag in ("svg", "math", "object")):
            self._quiet = max(0, self._quiet - 1)
            return
        if self._quiet:
            return
        if tag in ("b", "strong"):
            self._bold = max(0, self._bold - 1)
        elif tag in ("i", "em"):
            self._italic = max(0, self._italic - 1)
        elif tag in _SMALL:
            self._small = ""
        elif tag == "a" and self._links:
            self._end_link()
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._block()
        elif tag in ("td", "th", "tr") and self._tables:
            self._end_cell()
        elif tag == "table" and self._tables:
            self._end_table()
        elif tag in _BLOCKS and tag != "li":
            self._block()

    def handle_data(self, data: str) -> None:
        if self._quiet:
            return
        text = data if self._breaks else re.sub(r"\s+", " ", data)
        if self._small:
            small = text.translate(_SMALL[self._small])
            if any(c == d and not c.isspace() for c, d in zip(small, text, strict=True)):
                small = ("^" if self._small == "sup" else "_") + text
            text = small
        self._put(marked(text, bold=self._bold > 0, italic=self._italic > 0))

    def _put(self, text: str) -> None:
        self._out.append(text)

    def _block(self, *, single: bool = False) -> None:
        ends = "".join(self._out[-3:])
        if ends.strip(" ") and not ends.rstrip(" ").endswith("\n" if single else "\n\n"):
            self._put("\n" if single else "\n\n")

    def _end_link(self) -> None:
        target, at = self._links.pop()
        words = "".join(self._out[at:])
        if re.fullmatch(r"https://[^\s()<>]+", target) and words.strip():
            self._out[at:] = [f"[{words.strip()}]({target})"]
        elif target:
            self.gone.add("link")

    def _end_cell(self) -> None:
        rows = self._tables[-1]
        if rows and rows[-1] and not rows[-1][-1]:
            rows[-1][-1] = " ".join("".join(self._out).split())
        self._out = []

    def _end_table(self) -> None:
        self._end_cell()
        rows = [row for row in self._tables.pop() if any(row)]
        self._out = self._held.pop()
        if rows:
            self._block()
            self._put(pipe_table(rows) + "\n\n")


def looks_like_html(text: str) -> bool:
    """Whether there are tags or character references in it."""
    return re.search(r"</?[a-zA-Z][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,6});", text) is not None


def html_of(markdown: str) -> str:
    """A very small HTML of bare words, for places that know nothing else."""
    return html.escape(bare(markdown)).replace("\n", "<br>")

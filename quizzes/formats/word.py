"""A question paper in Word (.docx) as lines, tables and pictures; nothing outside the file is fetched. Pure."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from lms.api.texts import _
from lms.api.work import Invalid
from quizzes.formats.lines import BOLD, COLORED, HIGHLIGHTED, ITALIC, UNDERLINED, Line, Piece, Run, Table
from quizzes.formats.question import Brought, clean

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V = "{urn:schemas-microsoft-com:vml}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MOST_PICTURES = 120  # each is made small enough for a weak line while the sender waits
DEEPEST = 25  # tables and content controls inside one another
_SWITCHES = {"b": BOLD, "i": ITALIC}
_PLAIN_COLORS = frozenset(("", "auto", "000000", "FFFFFF"))

UNREADABLE = _("This Word file cannot be read. Open it in Word, save it again, then choose it again.")


def pieces(content: bytes, brought: Brought) -> list[Piece]:
    """What stands in the file, in reading order; pictures go to `brought.files`, what is left out is told there."""
    import docx  # 30 MB of memory: only where somebody brings a file
    from docx.opc.exceptions import OpcError

    try:
        return _Reader(docx.Document(io.BytesIO(content)), brought).run()
    except (OpcError, SyntaxError, KeyError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise Invalid(UNREADABLE) from error  # SyntaxError: what lxml says of XML that is torn or nested too deep


class _Reader:
    def __init__(self, document: Any, brought: Brought) -> None:
        self.document, self.part, self.brought = document, document.part, brought
        self.styles = _styles(document)
        self.levels, self.starts = _numbering(self.part)
        self.counted_styles = _counted_styles(document)
        self.counters: dict[tuple[str, int], int] = {}
        self.count = 0
        self.names: dict[bytes, str] = {}
        self.said: set[str] = set()

    def run(self) -> list[Piece]:
        return list(self._pieces(self.document.element.body, 0))

    def _pieces(self, container: Any, depth: int) -> Iterator[Piece]:
        if depth > DEEPEST:
            raise ValueError("nested without end")
        for child in container:
            if child.tag == _W + "p":
                yield from self._paragraph(child)
            elif child.tag == _W + "tbl":
                yield self._table(child, depth + 1)
            elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml", _W + "smartTag"):
                yield from self._pieces(child, depth + 1)

    def once(self, what: str, where: str = "") -> None:
        """Tells a kind of loss once: a paper may hold hundreds."""
        if what not in self.said:
            self.said.add(what)
            self.brought.lose(_LOSSES[what], where, self.count)

    # --- paragraphs ---------------------------------------------------------------------------------------------------

    def _paragraph(self, element: Any) -> Iterator[Line]:
        self.count += 1
        properties = element.find(_W + "pPr")
        style = _value(properties, "pStyle")
        base = self.styles.get(style, frozenset())
        line = Line([], self.count)
        label = self._label(properties, style)
        if label:
            own = properties.find(_W + "rPr") if properties is not None else None
            line.runs.append(Run(label + " ", self._marks(own, base)))
        self._runs(element, base, line, 0)
        for part in _broken(line):
            if part.text.strip() or part.pictures:
                yield part

    def _runs(self, element: Any, base: frozenset[str], line: Line, depth: int) -> None:
        if depth > DEEPEST:
            raise ValueError("nested without end")
        for child in element:
            tag = child.tag
            if tag == _W + "r":
                self._run(child, base, line)
            elif tag in (_W + "hyperlink", _W + "ins", _W + "smartTag", _W + "sdt", _W + "sdtContent",
                         _W + "fldSimple", _W + "moveTo"):  # fmt: skip
                self._runs(child, base, line, depth + 1)
            elif tag in (_M + "oMath", _M + "oMathPara"):
                line.runs.append(Run(_formula(child), base))
                self.once("formula", line.text)
            elif tag in (_W + "del", _W + "moveFrom"):
                self.once("deleted", line.text)

    def _run(self, run: Any, base: frozenset[str], line: Line) -> None:
        properties = run.find(_W + "rPr")
        marks = self._marks(properties, base | self.styles.get(_value(properties, "rStyle"), frozenset()))
        small = _value(properties, "vertAlign")
        for child in run:
            tag = child.tag
            if tag == _W + "t":
                line.runs.append(Run(_raised(child.text or "", small), marks))
            elif tag in (_W + "br", _W + "cr"):
                line.runs.append(Run("\n" if child.get(_W + "type") in (None, "textWrapping") else " ", marks))
            elif tag == _W + "tab":
                line.runs.append(Run("\t", marks))
            elif tag == _W + "noBreakHyphen":
                line.runs.append(Run("-", marks))
            elif tag == _W + "sym":
                line.runs.append(Run(_symbol(child), marks))
            elif tag == _W + "drawing":
                self._drawing(child, line)
            elif tag == _MC + "AlternateContent":
                choice = next(
                    (d for d in child.iter(_W + "drawing") if next(d.iter(_A + "blip"), None) is not None), None
                )
                if choice is not None:
                    self._drawing(choice, line)
                else:
                    self.once("box", "".join(t.text or "" for t in child.iter(_W + "t")))
            elif tag in (_W + "pict", _W + "object"):
                images = list(child.iter(_V + "imagedata"))
                for image in images:
                    self._related(image.get(_R + "id"), image.get("title") or "", line)
                if tag == _W + "object" and not images:
                    self.once("object", line.text)
            elif tag in (_W + "footnoteReference", _W + "endnoteReference"):
                self.once("notes", line.text)

    def _marks(self, properties: Any, base: frozenset[str]) -> frozenset[str]:
        if properties is None:
            return base
        marks = set(base)
        for name, mark in _SWITCHES.items():
            switch = properties.find(_W + name)
            if switch is not None:
                (marks.discard if switch.get(_W + "val") in ("0", "false", "off") else marks.add)(mark)
        underline = properties.find(_W + "u")
        if underline is not None:
            (marks.discard if underline.get(_W + "val") == "none" else marks.add)(UNDERLINED)
        color = properties.find(_W + "color")
        if color is not None:
            (marks.add if _is_color(color.get(_W + "val", "")) else marks.discard)(COLORED)
        highlight, shade = _value(properties, "highlight"), properties.find(_W + "shd")
        fill = "" if shade is None else shade.get(_W + "fill", "").upper()
        if highlight not in ("", "none", "white") or fill not in ("", "AUTO", "FFFFFF"):
            marks.add(HIGHLIGHTED)
        return frozenset(marks)

    # --- numbers that Word counts itself ------------------------------------------------------------------------------

    def _label(self, properties: Any, style: str) -> str:
        """The number that Word shows before a paragraph: "Câu 3:", "B.", "1."; nothing for dots."""
        number = None if properties is None else properties.find(_W + "numPr")
        which, level = self.counted_styles.get(style, ("", "0"))
        if number is not None:
            which, level = _value(number, "numId") or which, _value(number, "ilvl") or level
        if not which or which == "0" or not level.isdigit():
            return ""
        depth = int(level)
        about = self.levels.get((which, level))
        if about is None or about["fmt"] in ("bullet", "none"):
            return ""
        self.counters[which, depth] = self.counters.get((which, depth), self.starts.get((which, level), 1) - 1) + 1
        for other in [key for key in self.counters if key[0] == which and key[1] > depth]:
            del self.counters[other]

        def shown(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            value = self.counters.get((which, at), self.starts.get((which, str(at)), 1))
            return _counted(value, self.levels.get((which, str(at)), about)["fmt"])

        return re.sub(r"%(\d)", shown, about["text"])

    # --- pictures and tables ------------------------------------------------------------------------------------------

    def _drawing(self, drawing: Any, line: Line) -> None:
        about = next(iter(drawing.iter(_WP + "docPr")), None)
        alt = "" if about is None else clean(about.get("descr") or "")
        blips = list(drawing.iter(_A + "blip"))
        for blip in blips:
            if blip.get(_R + "embed"):
                self._related(blip.get(_R + "embed"), alt, line)
            else:
                self.once("outside", alt or line.text)
        if not blips:
            self.once("chart", line.text)

    def _related(self, key: str | None, alt: str, line: Line) -> None:
        relation = self.part.rels.get(key) if key else None
        if relation is None or relation.is_external:
            self.once("outside", alt or line.text)
            return
        content = relation.target_part.blob
        name = self.names.get(content)
        if name is None:
            if len(self.names) >= MOST_PICTURES:
                self.once("many", line.text)
                return
            name = self.names[content] = (
                f"{len(self.names) + 1}-{str(relation.target_part.partname).rpartition('/')[2]}"
            )
            self.brought.files[name] = content
        line.pictures.append((name, alt))

    def _table(self, element: Any, depth: int) -> Table:
        rows: list[list[list[Line]]] = []
        number = self.count + 1
        for row in element:
            if row.tag != _W + "tr":
                continue
            cells = []
            for cell in _cells(row):
                lines: list[Line] = []
                for piece in self._pieces(cell, depth + 1):
                    lines += [piece] if isinstance(piece, Line) else list(piece.lines())
                cells.append(lines)
            rows.append(cells)
        return Table(rows, number)


_LOSSES = {
    "formula": _("A formula became plain text. Please look at it."),
    "deleted": _("Words that were struck out by tracked changes are left out."),
    "box": _("A text box stands outside the text and is left out. Write its words into the text."),
    "object": _("An object of another program (a sheet, an equation, a file) is left out."),
    "notes": _("Footnotes are left out."),
    "outside": _("A picture lies outside the file and was not fetched. Add it from your device."),
    "chart": _("A chart or drawing of Word is left out. Add it as a picture."),
    "many": _("Only the first {most} pictures are kept.", most=MOST_PICTURES),
}


def _cells(row: Any) -> Iterator[Any]:
    for cell in row:
        if cell.tag == _W + "tc":
            yield cell
        elif cell.tag in (_W + "sdt", _W + "sdtContent"):
            yield from _cells(cell)


def _broken(line: Line) -> Iterator[Line]:
    """A paragraph with line feeds as several lines: teachers press Shift+Enter before answers."""
    text, at = line.text, 0
    for part in text.split("\n"):
        yield line.cut(at, at + len(part)) if at + len(part) < len(text) else line.cut(at)
        at += len(part) + 1


def _value(properties: Any, name: str) -> str:
    found = None if properties is None else properties.find(_W + name)
    return "" if found is None else str(found.get(_W + "val", ""))


def _is_color(value: str) -> bool:
    """Whether it is seen as a color: neither black nor white nor a gray."""
    value = value.upper()
    if value in _PLAIN_COLORS or not re.fullmatch(r"[0-9A-F]{6}", value):
        return value not in _PLAIN_COLORS and bool(value) and not re.fullmatch(r"[0-9A-F]{6}", value)
    red, green, blue = (int(value[n : n + 2], 16) for n in (0, 2, 4))
    return max(red, green, blue) - min(red, green, blue) > 60


_RAISED = {
    "superscript": str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"),
    "subscript": str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}


def _raised(text: str, small: str) -> str:
    return text.translate(_RAISED[small]) if small in _RAISED else text


_SYMBOLS = {"F0FC": "✓", "F0FE": "☑", "F0A8": "☐", "F0E0": "→", "F0AE": "→", "F0B0": "°", "F0D7": "×", "F0B8": "÷",
            "F0A3": "≤", "F0B3": "≥", "F0B9": "≠", "F0B1": "±"}  # fmt: skip


def _symbol(element: Any) -> str:
    return _SYMBOLS.get(element.get(_W + "char", "").upper(), "□")


def _formula(element: Any) -> str:
    """A formula on one line: a fraction as a/b, a power as a^b, an index as a_b, a root as √(a)."""
    tag = element.tag.removeprefix(_M)

    def part(name: str) -> str:
        found = element.find(_M + name)
        return "" if found is None else _formula(found)

    if tag == "t":
        return element.text or ""
    if tag == "f":
        return f"{_grouped(part('num'))}/{_grouped(part('den'))}"
    if tag == "sSup":
        return f"{part('e')}^{_grouped(part('sup'))}"
    if tag == "sSub":
        return f"{part('e')}_{_grouped(part('sub'))}"
    if tag == "rad":
        return f"√({part('e')})"
    return "".join(_formula(child) for child in element if child.tag.startswith((_M, _W)))


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _styles(document: Any) -> dict[str, frozenset[str]]:
    """The marks that each style gives, with those that it is made from."""
    own: dict[str, Any] = {}
    bases: dict[str, str] = {}
    for style in document.styles.element.iter(_W + "style"):
        key = style.get(_W + "styleId", "")
        own[key], bases[key] = style.find(_W + "rPr"), _value(style, "basedOn")
    found: dict[str, frozenset[str]] = {}
    for key in own:
        marks: set[str] = set()
        seen: set[str] = set()
        at = key
        while at in own and at not in seen:
            seen.add(at)
            properties = own[at]
            if properties is not None:
                marks |= {mark for name, mark in _SWITCHES.items()
                          if (node := properties.find(_W + name)) is not None
                          and node.get(_W + "val") not in ("0", "false", "off")}  # fmt: skip
                if _value(properties, "u") not in ("", "none"):
                    marks.add(UNDERLINED)
            at = bases[at]
        found[key] = frozenset(marks)
    return found


def _counted_styles(document: Any) -> dict[str, tuple[str, str]]:
    """The styles whose paragraphs Word counts: their list and level."""
    found = {}
    for style in document.styles.element.iter(_W + "style"):
        properties = style.find(_W + "pPr")
        number = None if properties is None else properties.find(_W + "numPr")
        if number is not None and _value(number, "numId"):
            found[style.get(_W + "styleId", "")] = (_value(number, "numId"), _value(number, "ilvl") or "0")
    return found


def _numbering(part: Any) -> tuple[dict[tuple[str, str], dict[str, str]], dict[tuple[str, str], int]]:
    """(list, level) → the format and the text of its numbers, and where they start."""
    try:
        element = part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}, {}
    kinds: dict[str, dict[str, tuple[str, str, int]]] = {}
    for kind in element.findall(_W + "abstractNum"):
        levels = kinds.setdefault(kind.get(_W + "abstractNumId", ""), {})
        for level in kind.findall(_W + "lvl"):
            start = _value(level, "start")
            levels[level.get(_W + "ilvl", "")] = (
                _value(level, "numFmt") or "decimal", _value(level, "lvlText"),
                int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1,
            )  # fmt: skip
    found: dict[tuple[str, str], dict[str, str]] = {}
    starts: dict[tuple[str, str], int] = {}
    for number in element.findall(_W + "num"):
        which = number.get(_W + "numId", "")
        for depth, (form, text, first) in kinds.get(_value(number, "abstractNumId"), {}).items():
            found[which, depth] = {"fmt": form, "text": text}
            starts[which, depth] = first
        for override in number.findall(_W + "lvlOverride"):
            start_text = _value(override, "startOverride")
            if start_text.isascii() and start_text.isdigit() and len(start_text) < 6:
                starts[which, override.get(_W + "ilvl", "")] = int(start_text)
    return found, starts


def _counted(value: int, form: str) -> str:
    """A number as a list of this format shows it."""
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (value - 1) % 26)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman"):
        roman, rest = "", min(max(value, 1), 3999)
        for sign, worth in (("M", 1000), ("CM", 900), ("D", 500), ("CD", 400), ("C", 100), ("XC", 90), ("L", 50),
                            ("XL", 40), ("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1)):  # fmt: skip
            roman += sign * (rest // worth)
            rest %= worth
        return roman if form == "upperRoman" else roman.lower()
    return f"{value:02}" if form == "decimalZero" else str(value)

"""A Word document (ECMA-376, WordprocessingML) as a draft, read by python-docx; nothing outside the file is fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from courses.formats.building import Brought, Builder, clean, marked, signs
from lms.api.work import Invalid, _

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V = "{urn:schemas-microsoft-com:vml}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_LINK = re.compile(r"https://[^\s()<>]+")
_SENTENCE_ENDS = (".", "!", "?", ":", ";", ",")


def read(name: str, content: bytes) -> Brought:
    """The draft that a .docx gives. Raises Invalid where Word itself could not open it."""
    import docx  # 30 MB of memory: only where somebody brings a file
    from docx.opc.exceptions import OpcError

    try:
        document = docx.Document(io.BytesIO(content))
        return _Reader(Builder(name), document).run()
    except (OpcError, SyntaxError, KeyError, ValueError, AttributeError, IndexError, RecursionError) as error:
        text = _("This Word file cannot be read. Open it in Word, save it again, then choose it again.")
        raise Invalid(text) from error  # SyntaxError: what lxml says of XML that is torn or nested too deep


class _Reader:
    def __init__(self, builder: Builder, document: Any) -> None:
        self.to = builder
        self.document = document
        self.part = document.part
        self.numbering = _numbering(self.part)
        self.styles = _styles(document)

    def run(self) -> Brought:
        body = self.document.element.body
        for element in _blocks(body):
            if element.tag == _W + "p":
                self.paragraph(element)
            else:
                self.table(element)
        self.whole(body)
        return self.to.finish()

    # --- one paragraph ------------------------------------------------------------------------------------------------

    def paragraph(self, element: Any) -> None:
        markdown, words, all_bold, pictures = self.inline(element)
        style = self.style_of(element)
        plain = clean(words)
        if plain:
            level = self.heading_level(style)
            number = self.number_of(element, style)
            if style.startswith("caption") and self.to.caption(plain):
                pass
            elif style == "title":
                self.to.heading(plain, 1)
            elif style == "subtitle":
                self.to.paragraph(markdown, words)
            elif level:
                self.to.heading(plain, level)
            elif number == "bullet":
                self.to.bullet(markdown, words, self.depth_of(element))
            elif number:
                self.to.step(markdown, words)
            elif all_bold and len(plain) <= 60 and not plain.endswith(_SENTENCE_ENDS):
                self.to.heading(plain, 1 if not self.to.title else 2)
            else:
                self.to.paragraph(markdown, words)
        for content, alt in pictures:
            self.to.picture(content, alt)

    def inline(self, element: Any) -> tuple[str, str, bool, list[tuple[bytes, str]]]:
        """(Markdown, bare words, whether all of it is bold, pictures) of a paragraph."""
        pieces: list[tuple[str, bool, bool, str]] = []  # words, bold, italic, target
        pictures: list[tuple[bytes, str]] = []
        self._runs(element, "", pieces, pictures)
        joined: list[tuple[str, bool, bool, str]] = []
        for words, bold, italic, target in pieces:
            if joined and joined[-1][1:] == (bold, italic, target):
                joined[-1] = (joined[-1][0] + words, bold, italic, target)
            else:
                joined.append((words, bold, italic, target))
        text = "".join(words for words, *_rest in joined)
        spoken = [(words, bold) for words, bold, *_rest in joined if words.strip()]
        all_bold = bool(spoken) and all(bold for _words, bold in spoken)
        lines = [self._piece(*piece, plain_bold=all_bold) for piece in joined]
        markdown = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(lines)).strip()
        markdown = re.sub(r"[^\S\n]+", " ", markdown)
        markdown = re.sub(r"^([#>+-]|\d{1,9}[.)])(?=\s|$)", r"\\\1", markdown, flags=re.MULTILINE)
        return re.sub(r"\n{2,}", "\n", markdown), text, all_bold, pictures

    def _piece(self, words: str, bold: bool, italic: bool, target: str, *, plain_bold: bool) -> str:
        said = marked(words, bold=bold and not plain_bold, italic=italic)
        if not target or not words.strip():
            return said
        if is_kept_link(target):
            return f"[{signs(clean(words))}]({target})"
        self.to.lose(_("A link is left out: only addresses that begin with https:// are kept."), f"{words}: {target}")
        return said

    def _runs(self, element: Any, target: str, pieces: list[Any], pictures: list[tuple[bytes, str]]) -> None:
        for child in element:
            tag = child.tag
            if tag == _W + "r":
                self._run(child, target, pieces, pictures)
            elif tag == _W + "hyperlink":
                self._runs(child, self.target_of(child), pieces, pictures)
            elif tag in (_W + "ins", _W + "smartTag", _W + "sdt", _W + "sdtContent", _W + "fldSimple"):
                self._runs(child, target, pieces, pictures)
            elif tag in (_W + "del", _W + "moveFrom"):
                self.to.count("deleted", _("Words that were struck out by tracked changes are left out: {n} places."))
            elif tag in (_M + "oMath", _M + "oMathPara"):
                words = "".join(node.text or "" for node in child.iter(_M + "t"))
                pieces.append((words, False, False, ""))
                self.to.lose(_("A formula became plain text. Please look at it."), words)

    def _run(self, run: Any, target: str, pieces: list[Any], pictures: list[tuple[bytes, str]]) -> None:
        bold, italic = self.is_on(run, "b"), self.is_on(run, "i")
        for child in run:
            tag = child.tag
            if tag == _W + "t":
                pieces.append((child.text or "", bold, italic, target))
            elif tag in (_W + "br", _W + "cr"):
                pieces.append(("\n" if child.get(_W + "type") in (None, "textWrapping") else " ", bold, italic, target))
            elif tag in (_W + "tab", _W + "noBreakHyphen"):
                pieces.append((" " if tag.endswith("tab") else "-", bold, italic, target))
            elif tag == _W + "drawing":
                self._drawing(child, pictures)
            elif tag == _MC + "AlternateContent":
                self._alternate(child, pictures)
            elif tag == _W + "pict":
                for image in child.iter(_V + "imagedata"):
                    self._related(image.get(_R + "id"), "", pictures)
                self._boxes(child)
            elif tag == _W + "object":
                self.to.lose(
                    _("An object of another program (a sheet, an equation, a file) is left out."), self.to.last
                )
            elif tag in (_W + "footnoteReference", _W + "endnoteReference"):
                self.to.count("notes", _("Footnotes are left out: {n}. Write what is needed into the text."))
            elif tag == _W + "commentReference":
                self.to.count("comments", _("Comments beside the text are left out: {n}."))

    def _alternate(self, element: Any, pictures: list[tuple[bytes, str]]) -> None:
        choice = next(iter(element.iter(_W + "drawing")), None)
        if choice is not None and next(iter(choice.iter(_A + "blip")), None) is not None:
            self._drawing(choice, pictures)
        else:
            self._boxes(element)

    def _drawing(self, drawing: Any, pictures: list[tuple[bytes, str]]) -> None:
        about = next(iter(drawing.iter(_WP + "docPr")), None)
        alt = "" if about is None else (about.get("descr") or "")
        found = False
        for blip in drawing.iter(_A + "blip"):
            found = True
            if blip.get(_R + "embed"):
                self._related(blip.get(_R + "embed"), alt, pictures)
            else:
                self.to.lose(_("A picture lies outside the file and was not fetched. Add it from your device."), alt)
        if not found:
            self.to.lose(_("A chart or drawing of Word is left out. Add it as a picture."), alt or self.to.last)

    def _related(self, key: str | None, alt: str, pictures: list[tuple[bytes, str]]) -> None:
        relation = self.part.rels.get(key) if key else None
        if relation is None or relation.is_external:
            self.to.lose(_("A picture lies outside the file and was not fetched. Add it from your device."), alt)
            return
        pictures.append((relation.target_part.blob, alt))

    def _boxes(self, element: Any) -> None:
        inner = next(iter(element.iter(_W + "txbxContent")), element)
        words = clean(" ".join(node.text or "" for node in inner.iter(_W + "t")))
        if words:
            self.to.lose(_("A text box stands outside the text and is left out. Write its words into the text."), words)

    def target_of(self, link: Any) -> str:
        key = link.get(_R + "id")
        relation = self.part.rels.get(key) if key else None
        return str(relation.target_ref) if relation is not None and relation.is_external else ""

    # --- styles and numbers -------------------------------------------------------------------------------------------

    def is_on(self, run: Any, name: str) -> bool:
        properties = run.find(_W + "rPr")
        switch = None if properties is None else properties.find(_W + name)
        return switch is not None and switch.get(_W + "val") not in ("0", "false", "off")

    def style_of(self, element: Any) -> str:
        """The name of a paragraph's style, in small letters."""
        properties = element.find(_W + "pPr")
        style = None if properties is None else properties.find(_W + "pStyle")
        key = "" if style is None else style.get(_W + "val", "")
        return self.styles.get(key, key).lower()

    def heading_level(self, style: str) -> int:
        found = re.fullmatch(r"(?:heading|tiêu đề|đầu đề)\s*(\d)", style)
        return int(found[1]) if found else 0

    def number_of(self, element: Any, style: str) -> str:
        """What stands before a paragraph: "bullet", a number's format, or nothing."""
        properties = element.find(_W + "pPr")
        number = None if properties is None else properties.find(_W + "numPr")
        if number is not None:
            key, level = number.find(_W + "numId"), number.find(_W + "ilvl")
            which = "" if key is None else key.get(_W + "val", "")
            if which == "0":
                return ""
            return self.numbering.get((which, "0" if level is None else level.get(_W + "val", "0")), "bullet")
        if style.startswith("list bullet"):
            return "bullet"
        return "decimal" if style.startswith("list number") else ""

    def depth_of(self, element: Any) -> int:
        level = next(iter(element.iter(_W + "ilvl")), None)
        return int(level.get(_W + "val", "0")) if level is not None else 0

    # --- tables, and the rest of the file -----------------------------------------------------------------------------

    def table(self, element: Any) -> None:
        rows, pictures = [], []
        for row in element.iter(_W + "tr"):
            cells = []
            for cell in row.findall(_W + "tc"):
                lines = []
                for paragraph in cell.iter(_W + "p"):
                    _markdown, words, _bold, found = self.inline(paragraph)
                    lines.append(clean(words))
                    pictures += found
                cells.append(" ".join(line for line in lines if line))
            rows.append(cells)
        self.to.table(rows)
        for content, alt in pictures:
            self.to.picture(content, alt)

    def whole(self, body: Any) -> None:
        """What stands in the file but in no paragraph."""
        kinds = {relation.reltype.rpartition("/")[2] for relation in self.part.rels.values()}
        if "vbaProject" in kinds:
            self.to.lose(_("Macros are left out."))
        heads = {"header", "footer"} & kinds
        if heads and any(_words_of(relation) for relation in self.part.rels.values()
                         if relation.reltype.rpartition("/")[2] in heads):  # fmt: skip
            self.to.lose(_("Words at the top and bottom of the pages are left out."))


def is_kept_link(target: str) -> bool:
    """Whether a lesson may lead there."""
    return _LINK.fullmatch(target) is not None


def _blocks(container: Any) -> Iterator[Any]:
    """Paragraphs and tables in reading order, those inside content controls too."""
    for child in container:
        if child.tag in (_W + "p", _W + "tbl"):
            yield child
        elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml"):
            yield from _blocks(child)


def _words_of(relation: Any) -> str:
    if relation.is_external:
        return ""
    element = getattr(relation.target_part, "element", None)
    return "" if element is None else clean("".join(node.text or "" for node in element.iter(_W + "t")))


def _styles(document: Any) -> dict[str, str]:
    """Style names by key; a style made from a heading counts as that heading."""
    names: dict[str, str] = {}
    bases: dict[str, str] = {}
    for style in document.styles.element.iter(_W + "style"):
        key, name, base = style.get(_W + "styleId", ""), style.find(_W + "name"), style.find(_W + "basedOn")
        names[key] = "" if name is None else name.get(_W + "val", "")
        bases[key] = "" if base is None else base.get(_W + "val", "")
    for key in names:
        seen, above = {key}, bases.get(key, "")
        while above and above not in seen and not re.match(r"(?i)(heading|title|list|caption)", names[key]):
            seen.add(above)
            if re.match(r"(?i)(heading \d|title$|list bullet|list number|caption)", names.get(above, "")):
                names[key] = names[above]
            above = bases.get(above, "")
    return names


def _numbering(part: Any) -> dict[tuple[str, str], str]:
    """(list, level) → the format of its numbers, as the document's numbering says."""
    try:
        element = part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}
    formats: dict[tuple[str, str], str] = {}
    for kind in element.findall(_W + "abstractNum"):
        for level in kind.findall(_W + "lvl"):
            form = level.find(_W + "numFmt")
            formats[kind.get(_W + "abstractNumId", ""), level.get(_W + "ilvl", "")] = (
                "decimal" if form is None else form.get(_W + "val", "decimal")
            )
    found = {}
    for number in element.findall(_W + "num"):
        kind = number.find(_W + "abstractNumId")
        for (which, level), form in formats.items():
            if kind is not None and which == kind.get(_W + "val", ""):
                found[number.get(_W + "numId", ""), level] = "bullet" if form in ("bullet", "none") else form
    return found

"""Sheets of PDF. The only module that knows ReportLab; lengths in points from the lower left corner.

Whatever could differ from one run or machine to the next is fixed here: no clock, no settings file, no
SOURCE_DATE_EPOCH, a document ID made from the title, our own font files. Another release of ReportLab or zlib may write
other bytes for the same drawing; both are pinned with the product.

What is the same on every sheet is made once a process: each face is embedded as one fixed subset of all Vietnamese
letters, without hinting and already compressed, and so are background drawings. A letter outside that subset gets a
second, small one.
"""

import hashlib
import struct
import unicodedata
import zlib
from collections.abc import Mapping
from functools import cache, lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

from msgspec import Struct
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontFile, TTFontMaker
from reportlab.pdfgen.canvas import Canvas

from lms.papers.archive import metadata, srgb
from lms.papers.fonts import FACE_FILES, Face

Rgb = tuple[float, float, float]


class Box(NamedTuple):
    """A place on the sheet, in points."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom


class TextMark(Struct, frozen=True):
    """A line that was drawn, and the box it had to stay in: tests measure the letters against it."""

    text: str
    face: Face
    size: float
    x: float
    baseline: float
    width: float
    box: Box


# --- fonts ------------------------------------------------------------------------------------------------------------

_FONT_NAMES: Final[dict[Face, str]] = {
    "regular": "LiberationSerif",
    "bold": "LiberationSerif-Bold",
    "italic": "LiberationSerif-Italic",
}
_MARK_GAP: Final = 60  # between a letter and a mark set by hand, in 2048ths of the size


def _repertoire() -> list[int]:
    """Code points of the fixed subset: ASCII in its own places, 0 unused, the rest filled up. At most 256."""
    tones = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    vietnamese = [unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in tones] + ["đ"]
    others = "–—‘’“”…·₫\u00a0" + "čƀĕĭŏŭñ"  # quotation marks; letters of Ê Đê, Ba Na, Gia Rai, Cơ Ho, M'Nông
    letters = [letter for letter in "".join(vietnamese) + others if ord(letter) > 126]
    letters += [letter.upper() for letter in letters if letter.upper() != letter and len(letter.upper()) == 1]
    codes = [0] * 32 + list(range(32, 127))
    free = [127, *range(128, 256), *range(1, 32)]
    codes += [32] * (256 - len(codes))
    for place, letter in zip(free, letters, strict=False):
        codes[place] = ord(letter)
    return codes


_REPERTOIRE: Final = _repertoire()
_PLACES: Final = {code: place for place, code in reversed(list(enumerate(_REPERTOIRE))) if code}
_PLACES_OF_LETTERS: Final = {chr(code): place for code, place in _PLACES.items()}


class _Alike(pdfdoc.PDFObject):  # type: ignore[misc]
    """A part of a font: written alike in every PDF in which what it leads to has the same numbers."""

    key: tuple[object, ...] = ()  # what it is, where it is the same in all PDFs
    leads_to: tuple[Any, ...] = ()

    def format(self, document: Any) -> bytes:
        """As ReportLab writes it."""
        key = (*self.key, *(one.format(document) for one in self.leads_to))
        found = _written.get(key) if self.key else None
        if found is None:
            found = super().format(document)
            if self.key and len(_written) < 1_000:
                _written[key] = found
        return found


_written: Final[dict[tuple[object, ...], bytes]] = {}


class _Descriptor(_Alike, pdfdoc.PDFDictionary):  # type: ignore[misc]
    pass


class _TrueType(_Alike, pdfdoc.PDFTrueTypeFont):  # type: ignore[misc]
    pass


class _Font(TTFont):  # type: ignore[misc]  # ReportLab has no types
    """A face whose first subset is always the same, and therefore made once."""

    def state_of(self, document: Any) -> Any:
        """What ReportLab remembers about this face in one document."""
        try:
            return self.state[document]
        except KeyError:
            state = self.state[document] = TTFont.State(True)
            state.assignments = dict(_PLACES)
            state.subsets = [list(_REPERTOIRE)]
            state.nextCode = 256
            return state

    def encoded(self, text: str, document: Any) -> list[tuple[str, bytes]]:
        """The text as (name of the font in the PDF, codes) runs."""
        state = self.state_of(document)
        try:
            return [(self.getSubsetInternalName(0, document), bytes(map(_PLACES_OF_LETTERS.__getitem__, text)))]
        except KeyError:
            state.frozen = 0
        runs = self.splitString(text, document)
        return [(self.getSubsetInternalName(number, document), codes) for number, codes in runs]

    def addObjects(self, doc: Any) -> None:  # noqa: N802  # ReportLab's name
        """Write the font objects; called by ReportLab at the end of the document."""
        state = self.state_of(doc)
        for number, subset in enumerate(state.subsets):
            name = f"{'ABCDEFGHIJ'[number % 10] * 6}+{self.fontName}"
            parts = _subset(self.fontName, None) if number == 0 else _subset(self.fontName, tuple(subset))
            program = doc.Reference(_packed(parts.program, Length1=parts.program_length), f"file:{name}")
            descriptor = _Descriptor(
                {
                    "Type": "/FontDescriptor",
                    "Ascent": self.face.ascent,
                    "CapHeight": self.face.capHeight,
                    "Descent": self.face.descent,
                    "Flags": (self.face.flags & ~32) | 4,
                    "FontBBox": pdfdoc.PDFArray(self.face.bbox),
                    "FontName": pdfdoc.PDFName(name),
                    "ItalicAngle": self.face.italicAngle,
                    "StemV": self.face.stemV,
                    "FontFile2": program,
                }
            )
            font = _TrueType()
            internal = self.getSubsetInternalName(number, doc)[1:]
            font.Name = internal
            font.BaseFont = name
            font.FirstChar = 0
            font.LastChar = len(subset) - 1
            font.Widths = parts.widths
            font.ToUnicode = doc.Reference(_packed(parts.to_unicode), f"unicode:{name}")
            font.FontDescriptor = doc.Reference(descriptor, f"descriptor:{name}")
            if number == 0:  # the fixed subset
                descriptor.key, descriptor.leads_to = ("descriptor", name), (program,)
                font.key, font.leads_to = ("font", name, internal), (font.ToUnicode, font.FontDescriptor)
            doc.Reference(font, internal)
            doc.idToObject["BasicFonts"].dict[internal] = font
        del self.state[doc]


class _Subset(NamedTuple):
    program: bytes
    program_length: int
    to_unicode: bytes
    widths: str


#: ReportLab's font reader keeps its place in the file: one thread at a time.
_reading: Final = Lock()


@lru_cache(maxsize=64)
def _subset(font_name: str, codes: tuple[int, ...] | None) -> _Subset:
    """The compressed parts of a subset; None means the fixed one."""
    subset = list(codes or _REPERTOIRE)
    face = pdfmetrics.getFont(font_name).face
    with _reading:
        program = _without_hints(face.makeSubset(subset))
    lines = ["/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap"]
    lines += ["/CMapName /Adobe-Identity-UCS def", "/CMapType 2 def"]
    lines += ["1 begincodespacerange", "<00> <FF>", "endcodespacerange"]
    pairs = [f"<{place:02X}> <{code:04X}>" for place, code in enumerate(subset) if code]
    for start in range(0, len(pairs), 100):  # the most that one block may hold
        block = pairs[start : start + 100]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    widths = " ".join(f"{face.getCharWidth(code):.0f}" for code in subset)
    return _Subset(zlib.compress(program, 9), len(program), zlib.compress("\n".join(lines).encode(), 9), f"[{widths}]")


def _without_hints(program: bytes) -> bytes:
    """A TrueType program with only the tables and glyph data that a PDF needs (half the size)."""
    count = struct.unpack_from(">H", program, 4)[0]
    tables: dict[str, bytes] = {}
    for index in range(count):
        tag, _, offset, length = struct.unpack_from(">4sLLL", program, 12 + 16 * index)
        tables[tag.decode("ascii")] = program[offset : offset + length]
    long_offsets = struct.unpack_from(">h", tables["head"], 50)[0]
    form, factor = (">%dL", 1) if long_offsets else (">%dH", 2)
    loca = struct.unpack(form % (len(tables["loca"]) // (4 if long_offsets else 2)), tables["loca"])
    glyphs, offsets = bytearray(), [0]
    for start, end in pairwise(loca):
        glyphs += _glyph_without_hints(tables["glyf"][start * factor : end * factor])
        glyphs += b"\0" * (-len(glyphs) % 4)
        offsets.append(len(glyphs))
    maker = TTFontMaker()
    for tag in ("hhea", "hmtx", "maxp", "cmap", "post"):
        maker.add(tag, tables[tag])
    maker.add("head", tables["head"][:50] + struct.pack(">h", 0) + tables["head"][52:])
    maker.add("glyf", bytes(glyphs))
    maker.add("loca", struct.pack(f">{len(offsets)}H", *(offset // 2 for offset in offsets)))
    return bytes(maker.makeStream())


def _glyph_without_hints(glyph: bytes) -> bytes:
    """One record of the glyf table, its instructions left out (OpenType specification, glyf)."""
    if len(glyph) < 10:
        return b""
    contours = struct.unpack_from(">h", glyph, 0)[0]
    if contours >= 0:
        at = 10 + 2 * contours
        length = struct.unpack_from(">H", glyph, at)[0]
        return glyph[:at] + b"\0\0" + glyph[at + 2 + length :]
    out, at, flags = bytearray(glyph), 10, 0x20
    while flags & 0x20:  # more components follow
        flags = struct.unpack_from(">H", out, at)[0]
        struct.pack_into(">H", out, at, flags & ~0x100)  # instructions follow: not any more
        at += 4 + (4 if flags & 0x01 else 2)
        at += 2 if flags & 0x08 else 4 if flags & 0x40 else 8 if flags & 0x80 else 0
    return bytes(out[:at])


@cache
def _font(face: Face) -> Any:
    font = _Font(_FONT_NAMES[face], str(FACE_FILES[face]), asciiReadable=True)
    pdfmetrics.registerFont(font)
    return font


@cache
def advances(face: Face) -> Mapping[int, float]:
    """Width of each letter (by code point) in thousandths of the type size. Parses the font once a process."""
    widths: Mapping[int, float] = _font(face).face.charWidths
    return widths


@cache
def _advances_of_letters(face: Face) -> Mapping[str, float]:
    return {chr(code): width for code, width in advances(face).items()}


def advance_of(text: str, face: Face) -> float:
    """Width of a line of text in thousandths of the type size. KeyError for a letter the face lacks."""
    return sum(map(_advances_of_letters(face).__getitem__, text))


def missing_letters(text: str, face: Face = "regular") -> frozenset[str]:
    """Letters of the text (after NFC) that the face cannot draw."""
    glyphs = _font(face).face.charToGlyph
    return frozenset(letter for letter in set(unicodedata.normalize("NFC", text)) if ord(letter) not in glyphs)


@cache
def letters_of(path: Path) -> frozenset[int]:
    """Code points that any font file can draw."""
    return frozenset(TTFontFile(str(path)).charToGlyph)


def text_width(text: str, face: Face, size: float) -> float:
    """Advance of a line of text in points. Raises KeyError for a letter the face lacks (see missing_letters)."""
    return advance_of(text, face) * size / 1000


@cache
def glyph_bounds(face: Face, letter: str) -> tuple[float, float, float, float]:
    """Ink of a letter in parts of the type size: left, bottom, right, top, from its origin. Zeros for a blank."""
    program = _font(face).face
    index = program.charToGlyph[ord(letter)]
    start, end = program.glyphPos[index], program.glyphPos[index + 1]
    if end - start < 10:
        return (0.0, 0.0, 0.0, 0.0)
    record = program.get_table("glyf")[start : start + 10]
    left, bottom, right, top = (value / program.unitsPerEm for value in struct.unpack(">4h", record[2:]))
    return (left, bottom, right, top)


# --- the sheet --------------------------------------------------------------------------------------------------------


class _Ready(pdfdoc.PDFStream):  # type: ignore[misc]
    """A stream that is compressed already."""

    def format(self, document: Any) -> bytes:
        """As ReportLab writes it; in an archive's PDF its end stands on a line of its own (ISO 19005-1, 6.1.7)."""
        if not document.archive:
            written: bytes = super().format(document)
            return written
        entries = pdfdoc.PDFDictionary({**self.dictionary.dict, "Length": len(self.content)})
        head: bytes = entries.format(document)
        whole: bytes = head + b"\nstream\n" + self.content + b"\nendstream\n"
        return whole


def _packed(data: bytes, **entries: Any) -> _Ready:
    dictionary = pdfdoc.PDFDictionary({"Filter": pdfdoc.PDFName("FlateDecode"), **entries})
    return _Ready(dictionary, data, [])


class _Information(pdfdoc.PDFInfo):  # type: ignore[misc]
    """Document information without dates: the date of the paper is on the paper."""

    def format(self, document: Any) -> bytes:
        entries = {"Title": self.title, "Author": self.author, "Subject": self.subject}
        entries |= {"Creator": self.creator, "Producer": self.producer}
        written: bytes = pdfdoc.PDFDictionary({k: pdfdoc.PDFString(v) for k, v in entries.items()}).format(document)
        return written


@cache
def _packed_srgb() -> bytes:
    return zlib.compress(srgb(), 9)


class Picture(Struct, frozen=True):
    """A drawing prepared once: PDF operators, compressed. `name` is unique on a sheet, letters and digits."""

    name: str
    packed: bytes


def picture(name: str, operators: str) -> Picture:
    """Prepare a drawing that many sheets share."""
    return Picture(name, zlib.compress(operators.encode("ascii"), 9))


class Sheet:
    """Pages being drawn, one after another. finish() gives the bytes, once; `marks` lists every line of text drawn."""

    def __init__(
        self, width: float, height: float, *, title: str, subject: str, author: str, archive: bool = False
    ) -> None:
        """`archive`: the PDF is PDF/A-1b (ISO 19005-1) and says so. Designs published without it never get it."""
        self._file = BytesIO()
        self._archive = archive
        for face in _FONT_NAMES:
            _font(face)
        self._canvas = Canvas(
            self._file,
            pagesize=(width, height),
            pageCompression=0,
            invariant=1,
            initialFontName=_FONT_NAMES["regular"],
            initialFontSize=12,
            pdfVersion=(1, 4) if archive else (1, 7),
            lang="vi",
        )
        self._size = (width, height)
        self._document = self._canvas._doc
        self._document._ID = _document_id(title)
        self._document.archive = archive
        information = self._document.info = _Information()
        information.title, information.subject, information.author = title, subject, author
        information.creator = information.producer = "Học vụ số"
        self._canvas.setViewerPreference("DisplayDocTitle", "true")
        if archive:
            self._declare({"Title": title, "Author": author, "Subject": subject})
        self._code: list[str] = []
        self._pages: list[str] = []
        self.marks: list[TextMark] = []

    def _declare(self, said: dict[str, str]) -> None:
        """What an archive asks for beside the pages: the same words as metadata, and what colours mean."""
        catalog, maker = self._document.Catalog, self._document.info.producer
        words = metadata(1, {**said, "Creator": maker, "Producer": maker})
        kinds = {"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")}
        catalog.Metadata = _Ready(pdfdoc.PDFDictionary(kinds), words, [])
        intent = {
            "Type": pdfdoc.PDFName("OutputIntent"),
            "S": pdfdoc.PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": pdfdoc.PDFString("sRGB"),
            "Info": pdfdoc.PDFString("sRGB IEC61966-2-1"),
            "RegistryName": pdfdoc.PDFString("http://www.color.org"),
            "DestOutputProfile": self._document.Reference(_packed(_packed_srgb(), N=3), "srgb"),
        }
        catalog.OutputIntents = pdfdoc.PDFArray([pdfdoc.PDFDictionary(intent)])
        catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]

    def text(self, text: str, face: Face, size: float, x: float, baseline: float, colour: Rgb, box: Box) -> None:
        """Draw one line from its left end. The box is only recorded: fitting is the design's work."""
        font = _font(face)
        code = [f"{colour_numbers(colour)} rg BT {number_text(x)} {number_text(baseline)} Td"]
        for base, mark in _marked(text):
            for name, codes in font.encoded(base, self._document):
                code.append(f"{name} {number_text(size)} Tf <{codes.hex()}> Tj")
            if mark:
                code.append(self._mark_code(font, face, size, base[-1], mark))
        line = " ".join([*code, "ET"])
        if any(map(unicodedata.combining, text)):  # marks set by hand would be read out of order
            spoken = text.encode("utf-16-be").hex()
            line = f"/Span <</ActualText <feff{spoken}>>> BDC {line} EMC"
        self._code.append(line)
        self.marks.append(TextMark(text, face, size, x, baseline, text_width(text, face, size), box))

    def _mark_code(self, font: Any, face: Face, size: float, letter: str, mark: str) -> str:
        """A combining mark that has no letter of its own in Unicode, set over (or under) the letter just drawn."""
        left, bottom, right, top = glyph_bounds(face, letter)
        mark_left, mark_bottom, mark_right, mark_top = glyph_bounds(face, mark)
        advance, own = (advances(face)[ord(sign)] / 1000 for sign in (letter, mark))
        gap = _MARK_GAP / 2048
        rise = bottom - gap - mark_top if unicodedata.combining(mark) < 230 else top + gap - mark_bottom
        back = advance - (left + right) / 2 + (mark_left + mark_right) / 2
        [(name, codes)] = font.encoded(mark, self._document)
        return (
            f"{number_text(rise * size)} Ts {name} {number_text(size)} Tf "
            f"[{number_text(back * 1000)} <{codes.hex()}> {number_text((own - back) * 1000)}] TJ 0 Ts"
        )

    def operators(self, code: str) -> None:
        """Add PDF drawing operators; graphics state is saved around them."""
        self._code.append(f"q\n{code}\nQ")

    def picture(self, picture: Picture) -> None:
        """Add a prepared drawing over the whole sheet."""
        stream = _packed(
            picture.packed,
            Type=pdfdoc.PDFName("XObject"),
            Subtype=pdfdoc.PDFName("Form"),
            BBox=pdfdoc.PDFArray([0, 0, *map(number_text, self._size)]),
            Resources=pdfdoc.PDFDictionary({}),
        )
        self._document.addForm(picture.name, stream)
        self._canvas._formsinuse.append(picture.name)
        self._code.append(f"/{pdfdoc.xObjectName(picture.name)} Do")

    def image(self, name: str, jpeg: bytes, width: int, height: int, box: Box) -> None:
        """Add a photograph: JPEG in RGB, its size in pixels. `name` is unique on a sheet, letters and digits."""
        stream = _Ready(
            pdfdoc.PDFDictionary(
                {
                    "Type": pdfdoc.PDFName("XObject"),
                    "Subtype": pdfdoc.PDFName("Image"),
                    "Width": width,
                    "Height": height,
                    "ColorSpace": pdfdoc.PDFName("DeviceRGB"),
                    "BitsPerComponent": 8,
                    "Filter": pdfdoc.PDFName("DCTDecode"),
                }
            ),
            jpeg,
            [],
        )
        self._document.addForm(name, stream)
        self._canvas._formsinuse.append(name)
        place = " ".join(map(number_text, (box.width, 0, 0, box.height, box.left, box.bottom)))
        self._code.append(f"q {place} cm /{pdfdoc.xObjectName(name)} Do Q")

    def pixels(self, name: str, png: bytes, box: Box) -> None:
        """Add a drawing of few colours: a PNG with a palette, one layer, as `logo` of lms.papers.photographs
        makes it. Its data are taken over as they are. `name` is unique on a sheet, letters and digits.
        """
        width, height, bits, palette, data = _palette_png(png)
        entries = {
            "Type": pdfdoc.PDFName("XObject"),
            "Subtype": pdfdoc.PDFName("Image"),
            "Width": width,
            "Height": height,
            "ColorSpace": f"[/Indexed /DeviceRGB {len(palette) // 3 - 1} <{palette.hex()}>]",
            "BitsPerComponent": bits,
            "Filter": pdfdoc.PDFName("FlateDecode"),
            "DecodeParms": f"<< /Predictor 15 /Colors 1 /BitsPerComponent {bits} /Columns {width} >>",
        }
        self._document.addForm(name, _Ready(pdfdoc.PDFDictionary(entries), data, []))
        self._canvas._formsinuse.append(name)
        place = " ".join(map(number_text, (box.width, 0, 0, box.height, box.left, box.bottom)))
        self._code.append(f"q {place} cm /{pdfdoc.xObjectName(name)} Do Q")

    def link(self, url: str, box: Box) -> None:
        """Make a box lead to an address when the PDF is read on a screen."""
        printed = {"F": 4} if self._archive else {}
        self._canvas.linkURL(url, tuple(box), relative=0, thickness=0, **printed)

    def turn(self) -> None:
        """End the page and begin the next."""
        self._canvas._code = self._code
        self._canvas.showPage()
        self._pages.append("\n".join(self._code))
        self._code = []

    def finish(self) -> bytes:
        """End the last page and give the PDF."""
        self.turn()
        for number, code in enumerate(self._pages, 1):
            page = self._document.idToObject[f"Page{number}"]
            page.Contents = _packed(zlib.compress(code.encode("ascii"), 6))
        self._canvas.save()
        return self._file.getvalue()


def _document_id(title: str) -> bytes:
    half = hashlib.sha256(title.encode()).hexdigest()[:32]
    return f"\n[<{half}><{half}>]\n".encode("ascii")


def _palette_png(png: bytes) -> tuple[int, int, int, bytes, bytes]:
    """Width, height, bits a pixel, palette and packed rows of a PNG with a palette. ValueError for another picture."""
    parts: dict[bytes, bytes] = {}
    at = 8
    while png.startswith(b"\x89PNG\r\n\x1a\n") and at + 12 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        parts[kind] = parts.get(kind, b"") + png[at + 8 : at + 8 + length]
        at += 12 + length
    if parts.get(b"IHDR", b"")[9:] != b"\x03\0\0\0" or not parts.get(b"PLTE") or b"tRNS" in parts:
        raise ValueError("a drawing of pixels is a PNG with a palette, without transparency")
    width, height, bits = struct.unpack_from(">IIB", parts[b"IHDR"])
    return width, height, bits, parts[b"PLTE"], parts.get(b"IDAT", b"")


def _marked(text: str) -> list[tuple[str, str]]:
    """The text cut after each combining mark: (letters, mark), the last mark empty."""
    if not any(map(unicodedata.combining, text)):
        return [(text, "")]
    parts: list[tuple[str, str]] = []
    letters = ""
    for letter in text:
        if unicodedata.combining(letter) and letters:
            parts.append((letters, letter))
            letters = ""
        else:
            letters += letter
    return [*parts, (letters, "")] if letters else parts


def colour_numbers(colour: Rgb) -> str:
    """A colour as PDF operators want it."""
    return " ".join(number_text(part) for part in colour)


def number_text(value: float) -> str:
    """A number as PDF operators want it: at most two decimals, no exponent, never "-0"."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text

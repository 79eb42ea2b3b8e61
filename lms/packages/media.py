"""Whether a picture or a sound is what its name says, judged from its bytes, and how large it is."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from lms.packages.problems import Where, _, quoted
from lms.packages.source import odd_character

MOST_PIXELS = 40_000_000
DEEPEST_SVG = 60
MOST_SVG_ELEMENTS = 50_000
MOST_SVG_BYTES = 2 * 1024 * 1024

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
# fmt: off
_SVG_ELEMENTS = frozenset((
    "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline",
    "polygon", "text", "tspan", "textPath", "linearGradient", "radialGradient", "stop", "clipPath", "mask",
    "pattern", "marker", "style", "filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite",
    "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR", "feGaussianBlur", "feMerge",
    "feMergeNode", "feMorphology", "feOffset",
))
# fmt: on
_URL = re.compile(r"url\s*\(\s*[\"']?\s*([^\"')\s]*)", re.IGNORECASE)
_BAD_CSS = re.compile(
    r"@import|@font-face|@namespace|expression\s*\(|javascript:|image-set|image\s*\(|-moz-binding|behavior\s*:|\\",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?:px)?\s*")


def check_picture(name: str, data: bytes, where: Where) -> None:
    extension = name.rpartition(".")[2]
    wanted = {"jpg": "jpeg"}.get(extension, extension)
    found = kind_of(data)
    if found != wanted:
        where.problem(
            "picture-kind", _("This is not a real {wanted} picture. Save it again as {wanted}."), wanted=wanted
        )
        return
    if found == "svg":
        check_svg(data, where)
        return
    size = {"png": png_size, "jpeg": jpeg_size, "webp": webp_size}[found](data)
    if size is None or 0 in size:
        where.problem("picture-damaged", _("This picture is damaged. Save it again."))
    else:
        check_pixels(*size, where)


def check_pixels(width: float, height: float, where: Where) -> None:
    if width * height > MOST_PIXELS:
        where.problem(
            "picture-size",
            _("This picture is {width} × {height}; at most {most} million pixels are allowed. Make it smaller."),
            width=int(width),
            height=int(height),
            most=MOST_PIXELS // 1_000_000,
        )


def kind_of(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    return "svg" if start.startswith(b"<") else ""


def png_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR" or len(data) < 33 or b"IDAT" not in data or b"IEND" not in data[-64:]:
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    if b"\xff\xd9" not in data:
        return None
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            position += 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if position + 9 > len(data):
                return None
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        if marker in (0xD9, 0xDA) or length < 2:
            return None
        position += 2 + length
    return None


def webp_size(data: bytes) -> tuple[int, int] | None:
    kind, body = data[12:16], data[20:30]
    if len(body) < 10 or int.from_bytes(data[4:8], "little") + 8 > len(data):
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return None


def check_sound(data: bytes, where: Where) -> None:
    if not (data[:3] == b"ID3" or (len(data) > 4 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 and data[1] & 0x06)):
        where.problem("sound-kind", _("This is not a real mp3 sound. Save it again as mp3."))


def check_video(data: bytes, where: Where) -> None:
    if data[4:8] != b"ftyp":
        where.problem("video-kind", _("This is not a real mp4 video. Save it again as mp4."))


def check_document(data: bytes, where: Where) -> None:
    if b"%PDF-" not in data[:1024] or b"%%EOF" not in data[-2048:]:
        where.problem("document-kind", _("This is not a whole PDF document. Save it again as PDF."))


def check_captions(data: bytes, where: Where) -> None:
    if not data.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") or b"-->" not in data:
        where.problem("captions-kind", _("These are not real captions. The file begins with WEBVTT."))


def check_svg(data: bytes, where: Where) -> None:
    """Only drawing: no script, foreign content, links, animation, styles or references that lead outside, entities."""
    if len(data) > MOST_SVG_BYTES:
        where.problem(
            "picture-size",
            _("This drawing has more than {limit} KiB. Simplify it, or save it as png."),
            limit=MOST_SVG_BYTES // 1024,
        )
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where.at(data.count(b"\n", 0, error.start) + 1).problem(
            "encoding", _("This line is not UTF-8 text. Save the file as UTF-8.")
        )
        return
    odd = odd_character(text)
    if odd is not None:
        where.at(text.count("\n", 0, odd) + 1).problem(
            "character",
            _("There is an invisible character ({character}) here. Type this text again."),
            character=f"U+{ord(text[odd]):04X}",
        )
        return
    _SvgCheck(where).run(text)


class _StopError(Exception):
    pass


class _SvgCheck:
    def __init__(self, where: Where) -> None:
        self.where = where
        self.depth = 0
        self.elements = 0
        self.style: list[str] | None = None
        self.open_ids: list[str] = []
        self.inside: dict[str, int] = {}  # how many elements stand inside the element with an id
        self.uses: dict[str, list[str]] = {}  # which ids it draws again by <use>
        self.parser: Any = expat.ParserCreate("utf-8", namespace_separator=" ")

    def run(self, text: str) -> None:
        parser = self.parser
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype
        parser.ProcessingInstructionHandler = self.instruction
        try:
            parser.Parse(text.encode(), True)
        except _StopError:
            return
        except (expat.ExpatError, ValueError) as error:
            line = getattr(error, "lineno", 1)
            self.where.at(line).problem("svg", _("This drawing is not well-formed XML. Save it again as plain SVG."))
            return
        if self.elements and self.expanded() > MOST_SVG_ELEMENTS:
            self.where.problem(
                "svg-use", _("<use> in this drawing repeats too much or refers to itself. Draw the shapes themselves.")
            )

    def bad(self, code: str, template: str, /, **values: object) -> None:
        self.where.at(self.parser.CurrentLineNumber).problem(code, template, **values)

    def doctype(self, *_args: object) -> None:
        self.bad("svg-doctype", _("A drawing must not have a DOCTYPE or entities. Save it as plain SVG."))
        raise _StopError

    def instruction(self, target: str, data: str) -> None:
        self.bad(
            "svg-instruction",
            _("A drawing must not refer to a style sheet (<?{target}?>). Remove that line."),
            target=quoted(target),
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > DEEPEST_SVG or self.elements > MOST_SVG_ELEMENTS:
            self.bad("svg-size", _("This drawing has too many or too deep elements. Simplify it, or save it as png."))
            raise _StopError
        space, _sep, element = name.rpartition(" ")
        if space != _SVG or element not in _SVG_ELEMENTS:
            self.bad(
                "svg-element",
                _("<{element}> is not allowed in a drawing. Remove it, or save as plain SVG."),
                element=quoted(element),
            )
        if self.depth == 1:
            if element != "svg":
                raise _StopError
            self.size(attributes)
        if element == "style":
            self.style = []
        self.open_ids.append(attributes.get("id", ""))
        for holder in set(self.open_ids):
            self.inside[holder] = self.inside.get(holder, 0) + 1
        for key, value in attributes.items():
            self.attribute(element, key, value)

    def attribute(self, element: str, key: str, value: str) -> None:
        space, _sep, name = key.rpartition(" ")
        if name.lower().startswith("on"):
            self.bad(
                "svg-script", _("`{name}` runs script and is not allowed in a drawing. Remove it."), name=quoted(name)
            )
        elif name in ("href", "src", "base"):
            if not value.strip().startswith("#"):
                self.bad(
                    "svg-reference",
                    _("`{name}` leads outside the drawing. Only #parts of the drawing itself are allowed."),
                    name=name,
                )
            elif element == "use":
                for holder in set(self.open_ids):
                    self.uses.setdefault(holder, []).append(value.strip()[1:])
        elif space not in ("", _XLINK, _XML):
            self.bad(
                "svg-attribute",
                _("`{name}` comes from a drawing program and is not allowed. Save as plain SVG."),
                name=quoted(name),
            )
        else:
            self.css(value, is_style=name == "style")

    def css(self, value: str, *, is_style: bool) -> None:
        if (is_style and _BAD_CSS.search(value)) or any(not target.startswith("#") for target in _URL.findall(value)):
            self.bad(
                "svg-reference",
                _("This style leads outside the drawing. Only url(#part) of the drawing itself is allowed."),
            )

    def characters(self, data: str) -> None:
        if self.style is not None:
            self.style.append(data)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.open_ids.pop()
        if self.style is not None and name.rpartition(" ")[2] == "style":
            self.css("".join(self.style), is_style=True)
            self.style = None

    def size(self, attributes: dict[str, str]) -> None:
        width, height = (_LENGTH.fullmatch(attributes.get(key, "")) for key in ("width", "height"))
        if width and height:
            check_pixels(float(width[1]), float(height[1]), self.where)
        if "viewBox" not in attributes and not (width and height):
            self.bad(
                "svg-viewbox", _('The drawing does not say how large it is. Add viewBox="0 0 width height" to <svg>.')
            )

    def expanded(self) -> int:
        """How many elements are drawn, all told: each <use> draws again what stands inside its target."""
        sizes: dict[str, int] = {}
        visiting: set[str] = set()
        stack: list[tuple[str, Iterator[str]]] = []

        def enter(name: str) -> None:
            visiting.add(name)
            sizes[name] = self.inside.get(name, 1)
            stack.append((name, iter(self.uses.get(name, ()))))

        for root in list(self.uses):
            if root in sizes:
                continue
            enter(root)
            while stack:
                name, targets = stack[-1]
                target = next(targets, None)
                if target is None:
                    stack.pop()
                    visiting.discard(name)
                    if stack:
                        sizes[stack[-1][0]] += sizes[name]
                elif target in visiting:
                    return MOST_SVG_ELEMENTS + 1
                elif target in sizes:
                    sizes[name] += sizes[target]
                else:
                    enter(target)
        return max(sizes.values(), default=0)

"""The paper of State bodies, version 1: A4 landscape, quốc hiệu and tiêu ngữ at the right, issuer and number at the
left.

Where the layout follows Nghị định 30/2020/NĐ-CP, Phụ lục I (to be checked against the decree's text by a reader who has
it): quốc hiệu in capitals, bold, 13 pt; tiêu ngữ bold, 14 pt, hyphens with blanks, a rule as long as the line; issuer
in capitals, the body itself bold with a short rule of a third to a half of its width; number under the issuer; place
and date in italics above the signature; the letter face of Times New Roman's measures. The decree does not prescribe
this paper itself: border, colours, order of the middle part, QR code and lamp are this product's own default.

Never drawn: a seal, a handwritten signature, a national emblem. Lacquer red is the frame of a Giấy xác nhận, rice green
that of a Giấy chứng nhận, so that nobody mistakes one for the other.
"""

import unicodedata
from dataclasses import dataclass, fields
from functools import cache
from math import cos, pi, sin
from typing import Any, Final

from certificates.designs.paper import CannotDraw, Paper, PaperKind
from lms.api.papers import (
    ASCENT,
    DESCENT,
    MARK_ASCENT,
    Box,
    Face,
    Picture,
    Rgb,
    Sheet,
    TextMark,
    advances,
    colour_numbers,
    missing_letters,
    picture,
)
from lms.api.papers import number_text as n
from lms.api.qr import qr_runs

MM: Final = 72 / 25.4
PAGE_WIDTH: Final = 297 * MM
PAGE_HEIGHT: Final = 210 * MM

_BLACK: Final[Rgb] = (0.09, 0.08, 0.07)
_GREY: Final[Rgb] = (0.34, 0.31, 0.27)
_GOLD: Final[Rgb] = (0.72, 0.53, 0.17)
_LAMP: Final[Rgb] = (0.953, 0.714, 0.184)
_FAINT: Final[Rgb] = (0.968, 0.94, 0.885)
_RED: Final[Rgb] = (0.651, 0.149, 0.11)
_GREEN: Final[Rgb] = (0.047, 0.302, 0.212)
_ACCENT: Final[dict[PaperKind, Rgb]] = {"attainment": _RED, "course": _GREEN}
_INTRO: Final[dict[PaperKind, str]] = {"attainment": "Xác nhận ông/bà", "course": "Chứng nhận ông/bà"}

_QUOC_HIEU: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_TIEU_NGU: Final = "Độc lập - Tự do - Hạnh phúc"


def _mm_box(left: float, bottom: float, right: float, top: float) -> Box:
    return Box(left * MM, bottom * MM, right * MM, top * MM)


# Where things stand, in millimetres from the lower left corner.
_ISSUER_BOX: Final = _mm_box(24, 170, 130, 191)
_NUMBER_BOX: Final = _mm_box(24, 157, 130, 169)
_STATE_BOX: Final = _mm_box(154, 176, 273, 191)
_TITLE_BOX: Final = _mm_box(45, 141, 252, 157)
_MIDDLE_BOX: Final = _mm_box(36, 67, 261, 134)
_QR_BOX: Final = _mm_box(25, 35, 53, 63)
_QR_TEXT_BOX: Final = _mm_box(25, 18.8, 72, 31)
_SOURCE_BOX: Final = _mm_box(75, 19, 163, 40)
_DATE_BOX: Final = _mm_box(168, 57, 275, 64)
_POST_BOX: Final = _mm_box(168, 43, 275, 56.5)
_SIGN_BOX: Final = _mm_box(178, 30, 265, 42)
_NAME_BOX: Final = _mm_box(168, 19, 275, 29)
_LAMP_PLACE: Final = (148.5 * MM, 137.5 * MM)


@dataclass(frozen=True, slots=True)
class _Line:
    """A text of a stack before it is fitted: `keep` is how small one line may become before it is wrapped instead."""

    text: str
    face: Face
    size: float
    colour: Rgb = _BLACK
    gap: float = 0.0
    keep: float = 0.85


@dataclass(frozen=True, slots=True)
class _Set:
    """A text fitted into lines at a size."""

    line: _Line
    lines: tuple[str, ...]
    size: float


class StateDesign:
    """Draws Giấy xác nhận and Giấy chứng nhận on A4 landscape, one page, fonts embedded."""

    name = "state"
    version = 1

    def draw(self, paper: Paper) -> bytes:
        """The PDF. Raises CannotDraw for letters outside the font, ValueError if the address does not fit a QR code."""
        return self.draw_with_marks(paper)[0]

    def draw_with_marks(self, paper: Paper) -> tuple[bytes, tuple[TextMark, ...]]:
        """The PDF and every line of text in it with the box it had to stay in."""
        paper = _composed(paper)
        accent = _ACCENT[paper.kind]
        sheet = Sheet(
            PAGE_WIDTH,
            PAGE_HEIGHT,
            title=f"{paper.title} {paper.number}",
            subject=paper.statement_lines[0] if paper.statement_lines else paper.title,
            author=paper.issuer_lines[-1] if paper.issuer_lines else "Học vụ số",
        )
        sheet.picture(_background(paper.kind))
        self._head(sheet, paper)
        _put(sheet, [_Line(paper.title, "bold", 38, accent, keep=0.5)], _TITLE_BOX, valign="middle")
        _put(sheet, _middle_lines(paper, accent), _MIDDLE_BOX, valign="spread")
        self._verify(sheet, paper)
        self._sign(sheet, paper, accent)
        return sheet.finish(), tuple(sheet.marks)

    @staticmethod
    def _head(sheet: Sheet, paper: Paper) -> None:
        if paper.national_heading:
            state = [_Line(_QUOC_HIEU, "bold", 13), _Line(_TIEU_NGU, "bold", 14, gap=1)]
            motto = _put(sheet, state, _STATE_BOX, valign="top")[-1]
            sheet.operators(_rule(motto.x, motto.x + motto.width, motto.baseline - 5, 0.8, _BLACK))

        above = [_Line(text, "regular", 12.5, keep=0.75) for text in paper.issuer_lines[:-1]]
        body = [_Line(text, "bold", 13, keep=0.75) for text in paper.issuer_lines[-1:]]
        number_top = _ISSUER_BOX.top
        if paper.issuer_lines:
            last = _put(sheet, above + body, _ISSUER_BOX, valign="top")[-1]
            middle, half = last.x + last.width / 2, last.width * 0.2
            y = last.baseline - 6
            sheet.operators(_rule(middle - half, middle + half, y, 0.8, _BLACK))
            number_top = y - 3
        book = [_Line(paper.book_line, "regular", 11.5, gap=1)] if paper.book_line else []
        box = Box(_NUMBER_BOX.left, _NUMBER_BOX.bottom, _NUMBER_BOX.right, max(number_top, _NUMBER_BOX.top))
        _put(sheet, [_Line(f"Số: {paper.number}", "regular", 13), *book], box, valign="top")

    @staticmethod
    def _verify(sheet: Sheet, paper: Paper) -> None:
        sheet.operators(_qr_operators(paper.verify_url))
        sheet.link(paper.verify_url, _QR_BOX)
        lines = [
            _Line("Quét mã để kiểm tra, hoặc vào", "regular", 9.5),
            _Line(paper.verify_domain, "bold", 10, keep=0.8),
            _Line(f"Mã tra cứu: {paper.check_code}", "bold", 10),
        ]
        _put(sheet, lines, _QR_TEXT_BOX, valign="top", align="left")
        source = [
            _Line(text, "italic", 9.5, _GREY, gap=1.5) for text in (paper.identity_line, paper.provenance_line) if text
        ]
        _put(sheet, source, _SOURCE_BOX, valign="bottom", align="left")

    @staticmethod
    def _sign(sheet: Sheet, paper: Paper, accent: Rgb) -> None:
        _put(sheet, [_Line(paper.place_and_date, "italic", 13.5)], _DATE_BOX, valign="top")
        posts, name = paper.signatory_lines, ""
        if len(posts) > 1:
            posts, name = posts[:-1], posts[-1]
        _put(sheet, [_Line(text, "bold", 13) for text in posts], _POST_BOX, valign="top")
        if paper.unsigned_notice:
            notice = _Line(paper.unsigned_notice, "italic", 14, accent)
            mark = _put(sheet, [notice], _SIGN_BOX, valign="middle")[0]
            sheet.operators(_notice_rules(mark))
        if name:
            _put(sheet, [_Line(name, "bold", 13.5)], _NAME_BOX, valign="bottom")


DESIGN: Final = StateDesign()


def _middle_lines(paper: Paper, accent: Rgb) -> list[_Line]:
    """What stands between the title and the foot, in reading order."""
    lines: list[_Line] = []
    if paper.subtitle:
        lines.append(_Line(paper.subtitle, "bold", 16, keep=0.9))
    lines.append(_Line(paper.intro_line or _INTRO[paper.kind], "italic", 14, gap=3))
    lines.append(_Line(paper.full_name, "bold", 31, gap=3, keep=0.68))
    facts = []
    if paper.birth_date:
        facts.append(f"Sinh ngày: {paper.birth_date}" if "/" in paper.birth_date else f"Năm sinh: {paper.birth_date}")
    if paper.unit_name:
        facts.append(f"Đơn vị: {paper.unit_name}")
    lines += [_Line(fact, "regular", 14, gap=3, keep=0.9) for fact in facts]
    for index, text in enumerate(paper.statement_lines):
        lines.append(_Line(text, "bold" if index == 0 else "regular", 17 if index == 0 else 14, gap=0 if index else 7))
    lines += [_Line(text, "italic", 12, gap=3) for text in (paper.framework_line, paper.rules_line) if text]
    lines += [_Line(text, "bold", 12.5, accent, gap=4) for text in paper.notes]
    return lines


# --- fitting text -----------------------------------------------------------------------------------------------------


def _composed(paper: Paper) -> Paper:
    """The paper with every text in NFC, blanks made plain; raises CannotDraw for letters no face has."""
    changes: dict[str, Any] = {}
    for field in fields(paper):
        value = getattr(paper, field.name)
        if isinstance(value, tuple):
            changes[field.name] = tuple(text for text in map(_plain, value) if text)
        elif isinstance(value, str) and field.name not in ("kind", "verify_url"):
            changes[field.name] = _plain(value)
    missing = missing_letters("".join("".join(value) for value in changes.values()))
    if missing:
        raise CannotDraw(missing)
    return Paper(kind=paper.kind, verify_url=paper.verify_url, **changes)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _put(sheet: Sheet, lines: list[_Line], box: Box, *, valign: str, align: str = "centre") -> list[TextMark]:
    """Fit a stack of texts into a box, shrinking all of it alike until it fits, and draw it."""
    scale = 1.0
    while True:
        stack = [_fit(line, line.size * scale, box.width) for line in lines]
        height = _height(stack, scale)
        if height <= box.height:
            break
        scale *= 0.96
    spare = box.height - height
    stretch = 0.0
    top = box.top
    if valign == "middle":
        top -= spare / 2
    elif valign == "bottom":
        top -= spare
    elif valign == "spread" and len(stack) > 1:
        stretch = min(spare / (len(stack) + 1), 7.0)
        top -= (spare - stretch * (len(stack) - 1)) / 2
    marks: list[TextMark] = []
    y = top
    for index, fitted in enumerate(stack):
        if index:
            y -= fitted.line.gap * scale + stretch
        for text in fitted.lines:
            width = _units(text, fitted.line.face) * fitted.size / 1000
            x = box.left if align == "left" else box.left + (box.width - width) / 2
            y -= _ascent(text) * fitted.size
            sheet.text(text, fitted.line.face, fitted.size, x, y, fitted.line.colour, box)
            marks.append(sheet.marks[-1])
            y -= DESCENT * fitted.size
    return marks


def _height(stack: list[_Set], scale: float) -> float:
    text = sum((_ascent(text) + DESCENT) * fitted.size for fitted in stack for text in fitted.lines)
    return text + scale * sum(fitted.line.gap for fitted in stack[1:])


def _ascent(text: str) -> float:
    return ASCENT + MARK_ASCENT if any(map(unicodedata.combining, text)) else ASCENT


def _fit(line: _Line, size: float, width: float) -> _Set:
    """One line if it fits at `keep` of its size or more, else as few lines as needed, of even length."""
    units = _units(line.text, line.face)
    one = min(size, width * 1000 / units * 0.999) if units else size
    if one >= size * line.keep:
        return _Set(line, (line.text,), one)
    size *= (1 + line.keep) / 2
    return _Set(line, tuple(_wrap(line.text, line.face, width * 1000 / size * 0.999)), size)


def _wrap(text: str, face: Face, width: float) -> list[str]:
    """Lines no wider than `width` (thousandths of the size), as few as possible, then as even as possible."""
    words = [piece for word in text.split(" ") for piece in _pieces(word, face, width)]
    widths = [_units(word, face) for word in words]
    blank = advances(face)[0x20]
    fewest = len(_fill(widths, blank, width))
    low, high = sum(widths) / fewest, width
    for _ in range(6):
        middle = (low + high) / 2
        if middle >= max(widths) and len(_fill(widths, blank, middle)) == fewest:
            high = middle
        else:
            low = middle
    lines = []
    start = 0
    for end in _fill(widths, blank, high):
        lines.append(" ".join(words[start:end]))
        start = end
    return lines


def _fill(widths: list[float], blank: float, width: float) -> list[int]:
    """Where each line ends when words are put on lines one after the other."""
    ends: list[int] = []
    used = 0.0
    for index, word in enumerate(widths):
        if index and used + blank + word > width:
            ends.append(index)
            used = word
        else:
            used += (blank if index else 0) + word
    return [*ends, len(widths)]


def _pieces(word: str, face: Face, width: float) -> list[str]:
    """A word, cut only if it is longer than a whole line."""
    if _units(word, face) <= width:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and _units(pieces[-1] + letter, face) > width and not unicodedata.combining(letter):
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _units(text: str, face: Face) -> float:
    """Width in thousandths of the type size."""
    widths = advances(face)
    return sum([widths[ord(letter)] for letter in text])


# --- drawing ----------------------------------------------------------------------------------------------------------


def _stroke(colour: Rgb) -> str:
    return f"{colour_numbers(colour)} RG"


def _fill_colour(colour: Rgb) -> str:
    return f"{colour_numbers(colour)} rg"


def _rule(left: float, right: float, y: float, weight: float, colour: Rgb) -> str:
    return f"{_stroke(colour)} {n(weight)} w {n(left)} {n(y)} m {n(right)} {n(y)} l S"


def _notice_rules(mark: TextMark) -> str:
    """A fine gold rule above and below the notice: said clearly, not shouted."""
    left, right = mark.x - 14, mark.x + mark.width + 14
    high, low = mark.baseline + mark.size * 1.12, mark.baseline - mark.size * 0.55
    return " ".join(_rule(left, right, y, 0.5, _GOLD) for y in (high, low))


def _qr_operators(url: str) -> str:
    """White ground with the quiet zone of four modules, then every dark run in one path."""
    side, runs = qr_runs(url)
    module = _QR_BOX.width / side
    quiet = 4 * module
    code = [
        "1 1 1 rg",
        " ".join(map(n, (_QR_BOX.left - quiet, _QR_BOX.bottom - quiet, *[_QR_BOX.width + 2 * quiet] * 2))) + " re f",
        "0 0 0 rg",
        f"{module:.5f} 0 0 {-module:.5f} {n(_QR_BOX.left)} {n(_QR_BOX.top)} cm",
    ]
    code += [f"{x} {y} {width} 1 re" for x, y, width in runs]
    code.append("f")
    return "\n".join(code)


@cache
def _background(kind: PaperKind) -> Picture:
    """Watermark, border and lamp: always the same, so made once a process."""
    return picture(f"state{kind}", "\n".join(f"q {part} Q" for part in (_drum(), _border(_ACCENT[kind]), _lamp())))


def _border(accent: Rgb) -> str:
    """Two rules of the accent colour with a band of gold hồi văn (key pattern) between them."""
    code = [_stroke(accent)]
    for inset, weight in ((8.0, 2.4), (15.6, 0.9)):
        code.append(f"{n(weight)} w {_rectangle(inset)} S")
    code.append(f"{_stroke(_GOLD)} 0.4 w {_rectangle(9.2)} S {_rectangle(14.7)} S {_rectangle(16.6)} S")
    # the band: square spirals, each in a cell as high as the band
    inner, outer = 14.1, 9.8
    cell = inner - outer
    code.append(f"0.75 w 0 J 0 j {_keys(outer, cell)} S")
    return "\n".join(code)


def _rectangle(inset: float) -> str:
    edge = inset * MM
    return f"{n(edge)} {n(edge)} {n(PAGE_WIDTH - 2 * edge)} {n(PAGE_HEIGHT - 2 * edge)} re"


def _keys(inset: float, cell: float) -> str:
    """The hồi văn along the four sides; corner cells hold a small square in a square."""
    spiral = ((0, 0), (1, 0), (1, 1), (0.2, 1), (0.2, 0.25), (0.75, 0.25), (0.75, 0.72), (0.45, 0.72), (0.45, 0.5))
    path: list[str] = []
    for along_x, length, across in ((True, 297.0, 210.0), (False, 210.0, 297.0)):
        run = length - 2 * (inset + cell)
        count = round(run / (cell * 1.18))
        step = run / count
        wide = step * 0.86
        for far in (False, True):
            for index in range(count):
                start = inset + cell + step * index + (step - wide) / 2
                points = []
                for u, v in spiral:
                    mirrored = 1 - u if index % 2 else u
                    a, b = start + mirrored * wide, inset + v * cell
                    b = across - b if far else b
                    points.append((a, b) if along_x else (b, a))
                path.append(_polyline(points))
    for x in (inset, 297 - inset - cell):
        for y in (inset, 210 - inset - cell):
            for margin in (0.0, 0.3):
                edge, size = margin * cell, cell * (1 - 2 * margin)
                path.append(f"{n((x + edge) * MM)} {n((y + edge) * MM)} {n(size * MM)} {n(size * MM)} re")
    return "\n".join(path)


def _polyline(points: list[tuple[float, float]]) -> str:
    (first, *rest) = [f"{n(x * MM)} {n(y * MM)}" for x, y in points]
    return f"{first} m " + " ".join(f"{point} l" for point in rest)


def _drum() -> str:
    """A very faint star and rings after the face of a Đông Sơn drum, behind the name."""
    x, y = 148.5 * MM, 100 * MM
    code = [_stroke(_FAINT), _fill_colour(_FAINT), "0.8 w"]
    rings = (17.0, 18.5, 27.0, 28.0, 39.0, 40.2, 50.0, 51.0, 52.4)
    code += [f"{_circle(x, y, radius * MM)} S" for radius in rings]
    star = []
    for index in range(28):
        radius = (15.5 if index % 2 == 0 else 5.0) * MM
        angle = pi / 2 + index * pi / 14
        star.append(f"{n(x + radius * cos(angle))} {n(y + radius * sin(angle))} {'l' if index else 'm'}")
    code.append(" ".join(star) + " h f")
    for count, near, far in ((56, 19.5, 26.0), (112, 41.4, 48.8)):
        teeth = []
        for index in range(count):
            angle, half = index * 2 * pi / count, pi / count * 0.62
            one, two = _polar(x, y, near, angle - half), _polar(x, y, near, angle + half)
            teeth.append(f"{one} m {_polar(x, y, far, angle)} l {two} l h")
        code.append(" ".join(teeth) + " f")
    for index in range(36):
        angle = index * pi / 18
        code.append(f"{_circle(x + 33.5 * MM * cos(angle), y + 33.5 * MM * sin(angle), 1.9 * MM)} S")
    return "\n".join(code)


def _polar(x: float, y: float, radius: float, angle: float) -> str:
    return f"{n(x + radius * MM * cos(angle))} {n(y + radius * MM * sin(angle))}"


def _circle(x: float, y: float, radius: float) -> str:
    k = 0.5523 * radius
    r = radius
    return (
        f"{n(x + r)} {n(y)} m {n(x + r)} {n(y + k)} {n(x + k)} {n(y + r)} {n(x)} {n(y + r)} c "
        f"{n(x - k)} {n(y + r)} {n(x - r)} {n(y + k)} {n(x - r)} {n(y)} c "
        f"{n(x - r)} {n(y - k)} {n(x - k)} {n(y - r)} {n(x)} {n(y - r)} c "
        f"{n(x + k)} {n(y - r)} {n(x + r)} {n(y - k)} {n(x + r)} {n(y)} c"
    )


def _lamp() -> str:
    """The lamp of the evening classes between two gold rules: a flame of pixels over a small base."""
    x, y = _LAMP_PLACE
    code = [_rule(x - 150, x - 16, y, 0.7, _GOLD), _rule(x + 16, x + 150, y, 0.7, _GOLD)]
    for side in (-1, 1):
        tip = x + side * 16
        code.append(
            f"{_fill_colour(_GOLD)} {n(tip)} {n(y - 2)} m {n(tip + side * 5)} {n(y)} l {n(tip)} {n(y + 2)} l "
            f"{n(tip - side * 5)} {n(y)} l h f"
        )
    pixel = 1.9
    flame = ("..#..", ".##..", ".###.", "##o##", "#ooo#", ".#o#.")
    top = y + 9.5
    for row, signs in enumerate(flame):
        for column, sign in enumerate(signs):
            if sign != ".":
                colour = _LAMP if sign == "o" else _RED
                left, low = x + (column - 2.5) * pixel, top - (row + 1) * pixel
                code.append(f"{_fill_colour(colour)} {n(left)} {n(low)} {n(pixel)} {n(pixel)} re f")
    base = top - len(flame) * pixel - 1.6
    code.append(
        f"{_fill_colour(_GOLD)} {n(x - 7)} {n(base)} m {n(x + 7)} {n(base)} l {n(x + 3.4)} {n(base - 4.4)} l "
        f"{n(x - 3.4)} {n(base - 4.4)} l h f"
    )
    return "\n".join(code)

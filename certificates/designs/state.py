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

from functools import cache
from math import cos, pi, sin
from typing import Final

from msgspec.structs import replace

from certificates.designs.paper import PLAIN, Look, Paper, PaperKind
from certificates.designs.setting import (
    BLACK,
    MM,
    Line,
    circle,
    composed,
    fill_colour,
    polar,
    polyline,
    put,
    rule,
    stroke,
)
from lms.api.papers import Box, Picture, Rgb, Sheet, TextMark, picture
from lms.api.papers import number_text as n
from lms.api.qr import qr_runs

PAGE_WIDTH: Final = 297 * MM
PAGE_HEIGHT: Final = 210 * MM

_GREY: Final[Rgb] = (0.34, 0.31, 0.27)
_GOLD: Final[Rgb] = (0.72, 0.53, 0.17)
_LAMP: Final[Rgb] = (0.953, 0.714, 0.184)
_FAINT: Final[Rgb] = (0.968, 0.94, 0.885)
_RED: Final[Rgb] = (0.651, 0.149, 0.11)
_GREEN: Final[Rgb] = (0.047, 0.302, 0.212)
_ACCENT: Final[dict[PaperKind, Rgb]] = {"attainment": _RED, "course": _GREEN}
_INTRO: Final[dict[PaperKind, str]] = {"attainment": "Xác nhận ông/bà", "course": "Chứng nhận ông/bà"}

QUOC_HIEU: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
TIEU_NGU: Final = "Độc lập - Tự do - Hạnh phúc"


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


class StateDesign:
    """Draws Giấy xác nhận and Giấy chứng nhận on A4 landscape, one page, fonts embedded."""

    name = "state"
    version = 1

    def draw(self, paper: Paper, look: Look = PLAIN) -> bytes:  # noqa: ARG002  # this version knows no looks
        """The PDF. Raises CannotDraw for letters outside the font, ValueError if the address does not fit a QR code."""
        return self.draw_with_marks(paper)[0]

    def draw_with_marks(self, paper: Paper) -> tuple[bytes, tuple[TextMark, ...]]:
        """The PDF and every line of text in it with the box it had to stay in."""
        # This version drew quốc hiệu on every paper, meant or not. Those papers exist, and stay what they are.
        paper = replace(composed(paper), national_heading=True)
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
        put(sheet, [Line(paper.title, "bold", 38, accent, keep=0.5)], _TITLE_BOX, valign="middle")
        put(sheet, _middle_lines(paper, accent), _MIDDLE_BOX, valign="spread")
        self._verify(sheet, paper)
        self._sign(sheet, paper, accent)
        return sheet.finish(), tuple(sheet.marks)

    @staticmethod
    def _head(sheet: Sheet, paper: Paper) -> None:
        if paper.national_heading:
            state = [Line(QUOC_HIEU, "bold", 13), Line(TIEU_NGU, "bold", 14, gap=1)]
            motto = put(sheet, state, _STATE_BOX, valign="top")[-1]
            sheet.operators(rule(motto.x, motto.x + motto.width, motto.baseline - 5, 0.8, BLACK))

        above = [Line(text, "regular", 12.5, keep=0.75) for text in paper.issuer_lines[:-1]]
        body = [Line(text, "bold", 13, keep=0.75) for text in paper.issuer_lines[-1:]]
        number_top = _ISSUER_BOX.top
        if paper.issuer_lines:
            last = put(sheet, above + body, _ISSUER_BOX, valign="top")[-1]
            middle, half = last.x + last.width / 2, last.width * 0.2
            y = last.baseline - 6
            sheet.operators(rule(middle - half, middle + half, y, 0.8, BLACK))
            number_top = y - 3
        book = [Line(paper.book_line, "regular", 11.5, gap=1)] if paper.book_line else []
        box = Box(_NUMBER_BOX.left, _NUMBER_BOX.bottom, _NUMBER_BOX.right, max(number_top, _NUMBER_BOX.top))
        put(sheet, [Line(f"Số: {paper.number}", "regular", 13), *book], box, valign="top")

    @staticmethod
    def _verify(sheet: Sheet, paper: Paper) -> None:
        sheet.operators(_qr_operators(paper.verify_url))
        sheet.link(paper.verify_url, _QR_BOX)
        lines = [
            Line("Quét mã để kiểm tra, hoặc vào", "regular", 9.5),
            Line(paper.verify_domain, "bold", 10, keep=0.8),
            Line(f"Mã tra cứu: {paper.check_code}", "bold", 10),
        ]
        put(sheet, lines, _QR_TEXT_BOX, valign="top", align="left")
        source = [
            Line(text, "italic", 9.5, _GREY, gap=1.5) for text in (paper.identity_line, paper.provenance_line) if text
        ]
        put(sheet, source, _SOURCE_BOX, valign="bottom", align="left")

    @staticmethod
    def _sign(sheet: Sheet, paper: Paper, accent: Rgb) -> None:
        put(sheet, [Line(paper.place_and_date, "italic", 13.5)], _DATE_BOX, valign="top")
        posts, name = paper.signatory_lines, ""
        if len(posts) > 1:
            posts, name = posts[:-1], posts[-1]
        put(sheet, [Line(text, "bold", 13) for text in posts], _POST_BOX, valign="top")
        if paper.unsigned_notice:
            notice = Line(paper.unsigned_notice, "italic", 14, accent)
            mark = put(sheet, [notice], _SIGN_BOX, valign="middle")[0]
            sheet.operators(_notice_rules(mark))
        if name:
            put(sheet, [Line(name, "bold", 13.5)], _NAME_BOX, valign="bottom")


DESIGN: Final = StateDesign()


def _middle_lines(paper: Paper, accent: Rgb) -> list[Line]:
    """What stands between the title and the foot, in reading order."""
    lines: list[Line] = []
    if paper.subtitle:
        lines.append(Line(paper.subtitle, "bold", 16, keep=0.9))
    lines.append(Line(paper.intro_line or _INTRO[paper.kind], "italic", 14, gap=3))
    lines.append(Line(paper.full_name, "bold", 31, gap=3, keep=0.68))
    facts = []
    if paper.birth_date:
        facts.append(f"Sinh ngày: {paper.birth_date}" if "/" in paper.birth_date else f"Năm sinh: {paper.birth_date}")
    if paper.unit_name:
        facts.append(f"Đơn vị: {paper.unit_name}")
    lines += [Line(fact, "regular", 14, gap=3, keep=0.9) for fact in facts]
    for index, text in enumerate(paper.statement_lines):
        lines.append(Line(text, "bold" if index == 0 else "regular", 17 if index == 0 else 14, gap=0 if index else 7))
    lines += [Line(text, "italic", 12, gap=3) for text in (paper.framework_line, paper.rules_line) if text]
    lines += [Line(text, "bold", 12.5, accent, gap=4) for text in paper.notes]
    return lines


# --- drawing ----------------------------------------------------------------------------------------------------------


def _notice_rules(mark: TextMark) -> str:
    """A fine gold rule above and below the notice: said clearly, not shouted."""
    left, right = mark.x - 14, mark.x + mark.width + 14
    high, low = mark.baseline + mark.size * 1.12, mark.baseline - mark.size * 0.55
    return " ".join(rule(left, right, y, 0.5, _GOLD) for y in (high, low))


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
    return picture(
        f"state{kind}", "\n".join(f"q {part} Q" for part in (drum(), _border(_ACCENT[kind]), lamp(*_LAMP_PLACE)))
    )


def _border(accent: Rgb) -> str:
    """Two rules of the accent colour with a band of gold hồi văn (key pattern) between them."""
    code = [stroke(accent)]
    for inset, weight in ((8.0, 2.4), (15.6, 0.9)):
        code.append(f"{n(weight)} w {_rectangle(inset)} S")
    code.append(f"{stroke(_GOLD)} 0.4 w {_rectangle(9.2)} S {_rectangle(14.7)} S {_rectangle(16.6)} S")
    # the band: square spirals, each in a cell as high as the band
    inner, outer = 14.1, 9.8
    cell = inner - outer
    code.append(f"0.75 w 0 J 0 j {keys(outer, cell)} S")
    return "\n".join(code)


def _rectangle(inset: float) -> str:
    edge = inset * MM
    return f"{n(edge)} {n(edge)} {n(PAGE_WIDTH - 2 * edge)} {n(PAGE_HEIGHT - 2 * edge)} re"


def keys(inset: float, cell: float) -> str:
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
                path.append(polyline(points))
    for x in (inset, 297 - inset - cell):
        for y in (inset, 210 - inset - cell):
            for margin in (0.0, 0.3):
                edge, size = margin * cell, cell * (1 - 2 * margin)
                path.append(f"{n((x + edge) * MM)} {n((y + edge) * MM)} {n(size * MM)} {n(size * MM)} re")
    return "\n".join(path)


def drum() -> str:
    """A very faint star and rings after the face of a Đông Sơn drum, behind the name."""
    x, y = 148.5 * MM, 100 * MM
    code = [stroke(_FAINT), fill_colour(_FAINT), "0.8 w"]
    rings = (17.0, 18.5, 27.0, 28.0, 39.0, 40.2, 50.0, 51.0, 52.4)
    code += [f"{circle(x, y, radius * MM)} S" for radius in rings]
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
            one, two = polar(x, y, near, angle - half), polar(x, y, near, angle + half)
            teeth.append(f"{one} m {polar(x, y, far, angle)} l {two} l h")
        code.append(" ".join(teeth) + " f")
    for index in range(36):
        angle = index * pi / 18
        code.append(f"{circle(x + 33.5 * MM * cos(angle), y + 33.5 * MM * sin(angle), 1.9 * MM)} S")
    return "\n".join(code)


def lamp(x: float, y: float) -> str:
    """The lamp of the evening classes between two gold rules: a flame of pixels over a small base."""
    code = [rule(x - 150, x - 16, y, 0.7, _GOLD), rule(x + 16, x + 150, y, 0.7, _GOLD)]
    for side in (-1, 1):
        tip = x + side * 16
        code.append(
            f"{fill_colour(_GOLD)} {n(tip)} {n(y - 2)} m {n(tip + side * 5)} {n(y)} l {n(tip)} {n(y + 2)} l "
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
                code.append(f"{fill_colour(colour)} {n(left)} {n(low)} {n(pixel)} {n(pixel)} re f")
    base = top - len(flame) * pixel - 1.6
    code.append(
        f"{fill_colour(_GOLD)} {n(x - 7)} {n(base)} m {n(x + 7)} {n(base)} l {n(x + 3.4)} {n(base - 4.4)} l "
        f"{n(x - 3.4)} {n(base - 4.4)} l h f"
    )
    return "\n".join(code)

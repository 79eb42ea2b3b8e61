"""The papers on A4 landscape of the second generation: of State bodies, of Party bodies, for courses, for contests.

The layout of the State's paper follows Nghị định 30/2020/NĐ-CP, Phụ lục I, as `state` (version 1) says; that of Party
bodies what their own documents show: the bodies at the left over a `*`, at the right ĐẢNG CỘNG SẢN VIỆT NAM underlined
in place of quốc hiệu and tiêu ngữ. Neither prescribes such papers: frame, colours, order of the middle, QR code and
lamp are this product's own default. All are PDF/A-1b.

Never drawn: a seal, a handwritten signature, an emblem of the State or the Party. Each kind of paper has a frame of its
own and colours that no other kind may take, so that none is mistaken for another.
"""

from collections.abc import Callable
from functools import cache
from math import cos, pi, sin
from typing import Final

from msgspec import Struct

from certificates.designs import ACCENTS, DEFAULT_ACCENT
from certificates.designs.paper import PLAIN, Look, Paper, PaperKind
from certificates.designs.setting import BLACK, MM, Line, fill_colour, polyline, put, rule, stroke
from certificates.designs.setting import composed as composed_paper
from certificates.designs.state import QUOC_HIEU, TIEU_NGU, drum, keys, lamp
from lms.api.papers import Box, Picture, Rgb, Sheet, TextMark, picture
from lms.api.papers import number_text as n
from lms.api.qr import qr_runs, qr_runs_of

PAGE_WIDTH: Final = 297 * MM
PAGE_HEIGHT: Final = 210 * MM
PARTY: Final = "ĐẢNG CỘNG SẢN VIỆT NAM"

GREY: Final[Rgb] = (0.34, 0.31, 0.27)
GOLD: Final[Rgb] = (0.72, 0.53, 0.17)
INTRO: Final[dict[PaperKind, str]] = {
    "attainment": "Xác nhận ông/bà",
    "course": "Chứng nhận ông/bà",
    "contest": "Chứng nhận ông/bà",
}


def mm_box(left: float, bottom: float, right: float, top: float) -> Box:
    """A box from its edges in millimetres."""
    return Box(left * MM, bottom * MM, right * MM, top * MM)


# Where things stand, in millimetres from the lower left corner.
_ISSUER_BOX: Final = mm_box(25, 169, 132, 191)
_NUMBER_BOX: Final = mm_box(25, 156, 132, 168)
_LOGO_BOX: Final = mm_box(137, 169, 159, 191)
_HEAD_BOX: Final = mm_box(163, 176, 273, 191)
_TITLE_BOX: Final = mm_box(48, 140, 249, 156)
_MIDDLE_BOX: Final = mm_box(38, 68, 259, 134)
_QR_BOX: Final = mm_box(27, 34.5, 57, 64.5)
_QR_TEXT_BOX: Final = mm_box(25, 18.8, 78, 30.5)
_SOURCE_BOX: Final = mm_box(81, 19, 165, 42)
_DATE_BOX: Final = mm_box(168, 58, 273, 65)
_POST_BOX: Final = mm_box(168, 43.5, 273, 57.5)
_SIGN_BOX: Final = mm_box(178, 30, 263, 42.5)
_NAME_BOX: Final = mm_box(168, 19, 273, 29.5)
_LAMP_PLACE: Final = (148.5 * MM, 137 * MM)


class LandscapeDesign(Struct, frozen=True):
    """Draws a paper on A4 landscape, one page, fonts embedded, PDF/A-1b."""

    name: str
    version: int
    frame: Callable[[PaperKind, Rgb], str]
    party: bool = False

    def draw(self, paper: Paper, look: Look = PLAIN) -> bytes:
        """The PDF. Raises CannotDraw for letters outside the font, ValueError where the QR code gets too large."""
        return self.draw_with_marks(paper, look)[0]

    def draw_with_marks(self, paper: Paper, look: Look = PLAIN) -> tuple[bytes, tuple[TextMark, ...]]:
        """The PDF and every line of text in it with the box it had to stay in."""
        paper = composed_paper(paper)
        accent = colour_of(paper.kind, look.accent)
        sheet = Sheet(
            PAGE_WIDTH,
            PAGE_HEIGHT,
            title=f"{paper.title} {paper.number}",
            subject=paper.statement_lines[0] if paper.statement_lines else paper.title,
            author=paper.issuer_lines[-1] if paper.issuer_lines else "Học vụ số",
            archive=True,
        )
        sheet.picture(_background(self, paper.kind, accent))
        if look.logo:
            sheet.pixels("logo", look.logo, middle_of(look.logo, _LOGO_BOX))
        self._head(sheet, paper)
        put(sheet, [Line(paper.title, "bold", 38, accent, keep=0.5)], _TITLE_BOX, valign="middle")
        put(sheet, middle_lines(paper, accent), _MIDDLE_BOX, valign="spread")
        _verify(sheet, paper)
        _sign(sheet, paper, accent)
        return sheet.finish(), tuple(sheet.marks)

    def _head(self, sheet: Sheet, paper: Paper) -> None:
        if self.party:
            line = put(sheet, [Line(PARTY, "bold", 15)], _HEAD_BOX, valign="top")[0]
            sheet.operators(rule(line.x, line.x + line.width, line.baseline - 5, 0.9, BLACK))
        elif paper.national_heading:
            state = [Line(QUOC_HIEU, "bold", 13), Line(TIEU_NGU, "bold", 14, gap=1)]
            motto = put(sheet, state, _HEAD_BOX, valign="top")[-1]
            sheet.operators(rule(motto.x, motto.x + motto.width, motto.baseline - 5, 0.8, BLACK))

        above = [Line(text, "regular", 12.5, keep=0.75) for text in paper.issuer_lines[:-1]]
        body = [Line(text, "bold", 13, keep=0.75) for text in paper.issuer_lines[-1:]]
        star = [Line("*", "bold", 13)] if self.party and paper.issuer_lines else []
        top = _ISSUER_BOX.top
        if paper.issuer_lines:
            last = put(sheet, above + body + star, _ISSUER_BOX, valign="top")[-1]
            top = last.baseline - 2
            if not self.party:
                middle, half = last.x + last.width / 2, last.width * 0.2
                top = last.baseline - 6
                sheet.operators(rule(middle - half, middle + half, top, 0.8, BLACK))
        book = [Line(paper.book_line, "regular", 11.5, gap=1)] if paper.book_line else []
        box = Box(_NUMBER_BOX.left, _NUMBER_BOX.bottom, _NUMBER_BOX.right, max(top - 3, _NUMBER_BOX.top))
        put(sheet, [Line(f"Số: {paper.number}", "regular", 13), *book], box, valign="top")


def colour_of(kind: PaperKind, accent: str) -> Rgb:
    """The colour of a name, or the kind's own. A colour that belongs to another kind is never taken."""
    found = ACCENTS.get(accent)
    return (found if found is not None and found.kind == kind else ACCENTS[DEFAULT_ACCENT[kind]]).rgb


def middle_lines(paper: Paper, accent: Rgb) -> list[Line]:
    """What stands between the title and the foot, in reading order."""
    lines: list[Line] = []
    if paper.subtitle:
        lines.append(Line(paper.subtitle, "bold", 16, keep=0.9))
    lines.append(Line(paper.intro_line or INTRO[paper.kind], "italic", 14, gap=3))
    lines.append(Line(paper.full_name, "bold", 31, gap=3, keep=0.68))
    lines += [Line(fact, "regular", 14, gap=3, keep=0.9) for fact in person_lines(paper)]
    for index, text in enumerate(paper.statement_lines):
        lines.append(Line(text, "bold" if index == 0 else "regular", 17 if index == 0 else 14, gap=0 if index else 7))
    lines += [Line(text, "italic", 12, gap=3) for text in (paper.framework_line, paper.rules_line) if text]
    if paper.valid_until:
        lines.append(Line(term_line(paper.valid_until), "bold", 12.5, gap=4))
    lines += [Line(text, "bold", 12.5, accent, gap=4) for text in paper.notes]
    if paper.extra_line:
        lines.append(Line(paper.extra_line, "italic", 12.5, gap=4))
    return lines


def person_lines(paper: Paper) -> list[str]:
    """Birth and unit with their labels."""
    lines = []
    if paper.birth_date:
        lines.append(f"Sinh ngày: {paper.birth_date}" if "/" in paper.birth_date else f"Năm sinh: {paper.birth_date}")
    if paper.unit_name:
        lines.append(f"Đơn vị: {paper.unit_name}")
    return lines


def term_line(valid_until: str) -> str:
    """The term in words, from 2031-11-20."""
    year, month, day = valid_until.split("-")
    return f"Có giá trị đến hết ngày {day}/{month}/{year}"


def middle_of(png: bytes, box: Box) -> Box:
    """The largest box of a picture's shape in the middle of another."""
    wide, high = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    if not wide or not high:
        raise ValueError("a logo is a PNG with a palette, of some width and height")
    scale = min(box.width / wide, box.height / high)
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return Box(x - wide * scale / 2, y - high * scale / 2, x + wide * scale / 2, y + high * scale / 2)


def _verify(sheet: Sheet, paper: Paper) -> None:
    sheet.operators(qr_operators(paper, _QR_BOX))
    sheet.link("".join(paper.qr) or paper.verify_url, _QR_BOX)
    lines = [
        Line("Quét mã để kiểm tra, hoặc vào", "regular", 9.5),
        Line(paper.verify_domain, "bold", 10, keep=0.8),
        Line(f"Mã tra cứu: {paper.check_code}", "bold", 10),
    ]
    put(sheet, lines, _QR_TEXT_BOX, valign="top", align="left")
    said = (paper.identity_line, paper.provenance_line)
    put(sheet, [Line(t, "italic", 9.5, GREY, gap=1.5) for t in said if t], _SOURCE_BOX, valign="bottom", align="left")


def _sign(sheet: Sheet, paper: Paper, accent: Rgb) -> None:
    put(sheet, [Line(paper.place_and_date, "italic", 13.5)], _DATE_BOX, valign="top")
    posts, name = paper.signatory_lines, ""
    if len(posts) > 1:
        posts, name = posts[:-1], posts[-1]
    put(sheet, [Line(text, "bold", 13) for text in posts], _POST_BOX, valign="top")
    if paper.unsigned_notice:
        mark = put(sheet, [Line(paper.unsigned_notice, "italic", 14, accent)], _SIGN_BOX, valign="middle")[0]
        left, right = mark.x - 14, mark.x + mark.width + 14
        for y in (mark.baseline + mark.size * 1.12, mark.baseline - mark.size * 0.55):
            sheet.operators(rule(left, right, y, 0.5, GOLD))
    if name:
        put(sheet, [Line(name, "bold", 13.5)], _NAME_BOX, valign="bottom")


def qr_operators(paper: Paper, box: Box) -> str:
    """White ground with the quiet zone of four modules, then every dark run in one path."""
    side, runs = qr_runs_of(paper.qr) if paper.qr else qr_runs(paper.verify_url)
    module = box.width / side
    quiet = 4 * module
    code = [
        "1 1 1 rg",
        " ".join(map(n, (box.left - quiet, box.bottom - quiet, *[box.width + 2 * quiet] * 2))) + " re f",
        "0 0 0 rg",
        f"{module:.5f} 0 0 {-module:.5f} {n(box.left)} {n(box.top)} cm",
    ]
    code += [f"{x} {y} {width} 1 re" for x, y, width in runs]
    code.append("f")
    return "\n".join(code)


# --- frames -----------------------------------------------------------------------------------------------------------


@cache
def _background(design: LandscapeDesign, kind: PaperKind, accent: Rgb) -> Picture:
    return picture(f"{design.name}{design.version}{kind}", design.frame(kind, accent))


def _saved(*parts: str) -> str:
    return "\n".join(f"q {part} Q" for part in parts)


def _rectangle(inset: float) -> str:
    edge = inset * MM
    return f"{n(edge)} {n(edge)} {n(PAGE_WIDTH - 2 * edge)} {n(PAGE_HEIGHT - 2 * edge)} re"


def _rules(accent: Rgb, *weights: tuple[float, float]) -> str:
    return stroke(accent) + " " + " ".join(f"{n(weight)} w {_rectangle(inset)} S" for inset, weight in weights)


def _state_frame(_kind: PaperKind, accent: Rgb) -> str:
    """Two rules with a band of gold key pattern between them, and the face of a drum behind the name."""
    band = f"{stroke(GOLD)} 0.4 w {_rectangle(9.2)} S {_rectangle(14.7)} S {_rectangle(16.6)} S"
    return _saved(
        drum(),
        _rules(accent, (8.0, 2.4), (15.6, 0.9)),
        f"{band} 0.75 w 0 J 0 j {keys(9.8, 4.3)} S",
        lamp(*_LAMP_PLACE),
    )


def _party_frame(kind: PaperKind, accent: Rgb) -> str:
    """Plain rules, a thick one and two fine ones; corners of gold. What tells kinds apart stands beside the title."""
    parts = [_rules(accent, (9.0, 3.2), (11.6, 0.8)), f"{stroke(GOLD)} 0.6 w {_rectangle(15.5)} S"]
    corner = [(18.0, 23.0), (18.0, 18.0), (23.0, 18.0)]  # short of where text begins
    for mirror_x in (False, True):
        for mirror_y in (False, True):
            bent = [(297 - x if mirror_x else x, 210 - y if mirror_y else y) for x, y in corner]
            parts.append(f"{stroke(GOLD)} 1.6 w {polyline(bent)} S")
    if kind == "contest":
        parts.append(_laurels(accent))
    elif kind == "course":
        parts += [_brocade(accent, left, left + 28.8, 146) for left in (43.5, 224.7)]
    return _saved(*parts, _title_rule(accent))


def _course_frame(_kind: PaperKind, accent: Rgb) -> str:
    """A fine frame with bands of brocade left and right, as on the hems of the highlands' clothes."""
    parts = [_rules(accent, (8.0, 1.2), (9.4, 0.5))]
    for left in (10.4, 297 - 10.4 - 7):
        parts.append(_upright_brocade(accent, left, 7.0))
    return _saved(*parts, lamp(*_LAMP_PLACE))


def _contest_frame(_kind: PaperKind, accent: Rgb) -> str:
    """Bands of brocade above and below, laurels beside the title."""
    parts = [_rules(accent, (8.0, 2.0), (16.2, 0.6))]
    parts += [_brocade(accent, 9.4, 287.6, y) for y in (9.4, 210 - 9.4 - 5.6)]
    return _saved(*parts, _laurels(accent), _title_rule(accent))


def _title_rule(accent: Rgb) -> str:
    x, y = _LAMP_PLACE
    diamond = (
        f"{fill_colour(accent)} {n(x - 5)} {n(y)} m {n(x)} {n(y + 5)} l {n(x + 5)} {n(y)} l {n(x)} {n(y - 5)} l h f"
    )
    return f"{rule(x - 130, x - 12, y, 0.8, GOLD)} {rule(x + 12, x + 130, y, 0.8, GOLD)} {diamond}"


def _brocade(accent: Rgb, left: float, right: float, bottom: float) -> str:
    """A band of diamonds in diamonds, 5.6 mm high, between two edges (millimetres)."""
    high = 5.6
    count = round((right - left) / 7.2)
    step = (right - left) / count
    outer, inner = [], []
    for index in range(count):
        x, y = left + step * (index + 0.5), bottom + high / 2
        outer.append(_diamond(x, y, step / 2, high / 2))
        inner.append(_diamond(x, y, step / 5, high / 5))
    return f"{stroke(accent)} 0.7 w {' '.join(outer)} S {fill_colour(GOLD)} {' '.join(inner)} f"


def _upright_brocade(accent: Rgb, left: float, wide: float) -> str:
    count = 26
    step = (210 - 2 * 10.4) / count
    filled, hearts = [], []
    for index in range(count):
        x, y = left + wide / 2, 10.4 + step * (index + 0.5)
        filled.append(_diamond(x, y, wide / 2, step / 2))
        hearts.append(_diamond(x, y, wide / 4.4, step / 4.4))
    return f"{fill_colour(accent)} {' '.join(filled)} f {fill_colour(GOLD)} {' '.join(hearts)} f"


def _diamond(x: float, y: float, wide: float, high: float) -> str:
    return polyline([(x - wide, y), (x, y + high), (x + wide, y), (x, y - high)]) + " h"


def _laurels(accent: Rgb) -> str:
    """Two twigs of leaves that bend round the title from below."""
    code = [stroke(accent), "1 w"]
    for side in (-1, 1):
        x0, y0, radius = 148.5 + side * 86.0, 149.5, 14.0
        points = []
        for index in range(9):
            angle = -pi * 0.62 + index * pi * 0.105
            x, y = x0 + side * radius * cos(angle), y0 + radius * sin(angle)
            points.append((x, y))
            if index:
                code.append(_leaf(x, y, angle + pi / 2 - 0.6, side, GOLD if index % 2 else accent))
                code.append(_leaf(x, y, angle + pi / 2 + 0.7, side, accent if index % 2 else GOLD))
        code.append(f"{stroke(accent)} {polyline(points)} S")
    return "\n".join(code)


def _leaf(x: float, y: float, angle: float, side: int, colour: Rgb) -> str:
    """A leaf 5 mm long from a point, at an angle (mirrored for the left side)."""
    long, wide = 5.0, 1.3

    def at(along: float, across: float) -> str:
        dx = along * cos(angle) - across * sin(angle)
        dy = along * sin(angle) + across * cos(angle)
        return f"{n((x + side * dx) * MM)} {n((y + dy) * MM)}"

    return (
        f"{fill_colour(colour)} {at(0, 0)} m {at(long * 0.3, wide)} {at(long * 0.7, wide)} {at(long, 0)} c "
        f"{at(long * 0.7, -wide)} {at(long * 0.3, -wide)} {at(0, 0)} c f"
    )


STATE: Final = LandscapeDesign("state", 2, _state_frame)
PARTY_1: Final = LandscapeDesign("party", 1, _party_frame, party=True)
COURSE: Final = LandscapeDesign("course", 1, _course_frame)
CONTEST: Final = LandscapeDesign("contest", 1, _contest_frame)

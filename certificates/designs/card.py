"""The paper as a card for the holder's phone: portrait, 9 to 16, the same facts, the same number, a large QR code.

It is a second face of the paper, not a paper of its own: it says so, and whoever doubts it scans the code.
"""

from typing import Final

from certificates.designs.landscape import (
    GOLD,
    GREY,
    INTRO,
    colour_of,
    middle_of,
    mm_box,
    person_lines,
    qr_operators,
    term_line,
)
from certificates.designs.paper import PLAIN, Look, Paper, PaperKind
from certificates.designs.setting import MM, Line, composed, fill_colour, put, rule
from lms.api.papers import Rgb, Sheet, TextMark
from lms.api.papers import number_text as n

WIDTH: Final = 90 * MM
HEIGHT: Final = 160 * MM
PIXELS: Final = 1080  # across, as a picture

_WHITE: Final[Rgb] = (1, 1, 1)
_ISSUER_BOX: Final = mm_box(8, 138.5, 82, 156)
_ISSUER_BESIDE: Final = mm_box(26, 138.5, 82, 156)
_LOGO_BOX: Final = mm_box(8, 139.5, 23.5, 155)
_TITLE_BOX: Final = mm_box(6, 125.5, 84, 135)
_MIDDLE_BOX: Final = mm_box(6, 71.5, 84, 119.5)
_QR_BOX: Final = mm_box(26.5, 29, 63.5, 66)
_FOOT_BOX: Final = mm_box(6, 3.5, 84, 24.5)


class CardDesign:
    """Draws the card, one page, fonts embedded, PDF/A-1b."""

    name = "card"
    version = 1

    def draw(self, paper: Paper, look: Look = PLAIN) -> bytes:
        """The PDF. Raises CannotDraw for letters outside the font, ValueError where the QR code gets too large."""
        return self.draw_with_marks(paper, look)[0]

    def draw_with_marks(self, paper: Paper, look: Look = PLAIN) -> tuple[bytes, tuple[TextMark, ...]]:
        """The PDF and every line of text in it with the box it had to stay in."""
        paper = composed(paper)
        accent = colour_of(paper.kind, look.accent)
        sheet = Sheet(
            WIDTH,
            HEIGHT,
            title=f"{paper.title} {paper.number}",
            subject=paper.statement_lines[0] if paper.statement_lines else paper.title,
            author=paper.issuer_lines[-1] if paper.issuer_lines else "Học vụ số",
            archive=True,
        )
        sheet.operators(_ground(paper.kind, accent))
        if look.logo:
            sheet.pixels("logo", look.logo, middle_of(look.logo, _LOGO_BOX))
        bodies = [Line(text, "regular", 8.5, keep=0.75) for text in paper.issuer_lines[:-1]]
        bodies += [Line(text, "bold", 9.5, keep=0.75) for text in paper.issuer_lines[-1:]]
        put(sheet, bodies, _ISSUER_BESIDE if look.logo else _ISSUER_BOX, valign="middle")
        put(sheet, [Line(paper.title, "bold", 21, _WHITE, keep=0.5)], _TITLE_BOX, valign="middle")
        put(sheet, _middle(paper, accent), _MIDDLE_BOX, valign="spread")
        sheet.operators(qr_operators(paper, _QR_BOX))
        sheet.link("".join(paper.qr) or paper.verify_url, _QR_BOX)
        foot = [
            Line(f"Số: {paper.number}", "bold", 10.5),
            Line(f"{paper.place_and_date}", "italic", 8.5, gap=1),
            *([Line(paper.book_line, "regular", 8, gap=0.5)] if paper.book_line else []),
            Line(f"Kiểm tra: {paper.verify_domain}", "bold", 8.5, gap=1.5),
            Line(f"Mã tra cứu: {paper.check_code}", "bold", 8.5, gap=0.5),
            Line("Bản thu gọn cho điện thoại của giấy cùng số", "italic", 8, GREY, gap=1),
        ]
        if paper.unsigned_notice:
            foot.append(Line(paper.unsigned_notice, "italic", 8.5, accent, gap=0.5))
        put(sheet, foot, _FOOT_BOX, valign="middle")
        return sheet.finish(), tuple(sheet.marks)


def _middle(paper: Paper, accent: Rgb) -> list[Line]:
    lines = [Line(paper.subtitle, "bold", 10.5)] if paper.subtitle else []
    lines.append(Line(paper.intro_line or INTRO[paper.kind], "italic", 9.5, gap=1.5))
    lines.append(Line(paper.full_name, "bold", 18, gap=1.5, keep=0.62))
    lines += [Line(fact, "regular", 9.5, gap=1) for fact in person_lines(paper)]
    for index, text in enumerate(paper.statement_lines):
        lines.append(Line(text, "regular" if index else "bold", 9.5 if index else 11, gap=0.5 if index else 3))
    said = (paper.framework_line, paper.rules_line, paper.identity_line, paper.provenance_line)
    lines += [Line(text, "italic", 8, GREY, gap=0.8, keep=0.75) for text in said if text]
    if paper.valid_until:
        lines.append(Line(term_line(paper.valid_until), "bold", 9, gap=1.5))
    lines += [Line(text, "bold", 9, accent, gap=1.5) for text in paper.notes]
    if paper.extra_line:
        lines.append(Line(paper.extra_line, "italic", 8.5, gap=1.5))
    if paper.signatory_lines:
        lines.append(Line(", ".join(paper.signatory_lines), "regular", 8.5, gap=1.5))
    return lines


def _ground(kind: PaperKind, accent: Rgb) -> str:
    """A band of the paper's colour behind the title, and beside it what tells the kinds apart."""
    band = f"{fill_colour(accent)} 0 {n(124.5 * MM)} {n(WIDTH)} {n(11.5 * MM)} re f"
    edge = {"attainment": 0, "course": 1, "contest": 2}[kind]
    rules = [rule(0, WIDTH, (124.5 - 1.3 * (index + 0.7)) * MM, 1.4, GOLD) for index in range(edge + 1)]
    foot = f"{fill_colour(accent)} 0 0 {n(WIDTH)} {n(2 * MM)} re f"
    return "\n".join([band, *rules, foot])


DESIGN: Final = CardDesign()

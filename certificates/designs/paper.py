"""What a certificate says, ready to be drawn: every text already worded, nothing looked up, nothing left to decide."""

from typing import Literal, Protocol

from msgspec import Struct

PaperKind = Literal["attainment", "course", "contest"]


class Paper(Struct, frozen=True, kw_only=True):
    """One certificate in words. Designs draw it; they add labels ("Sinh ngày:") but no facts.

    Texts may be in any Unicode form; designs normalise to NFC. A line that is None is not drawn and leaves no gap.
    """

    #: "attainment" for Giấy xác nhận, "course" and "contest" for Giấy chứng nhận: no two may look the same.
    kind: PaperKind
    #: In capitals: GIẤY XÁC NHẬN or GIẤY CHỨNG NHẬN.
    title: str
    #: Canonical, without label: VN-XN-2026-000123-35.
    number: str
    #: The issuing body; the last line is the body itself (bold), lines before it are the bodies above it.
    issuer_lines: tuple[str, ...]
    #: As in the identity source, or as the learner declared it.
    full_name: str
    #: What was attained; the first line is the main one.
    statement_lines: tuple[str, ...]
    #: "Thiện Tín, ngày 10 tháng 02 năm 2026".
    place_and_date: str
    #: Posts of the signer, one a line; with two lines or more the last is the signer's name. May be empty.
    signatory_lines: tuple[str, ...]
    #: What the QR code holds, exactly.
    verify_url: str
    #: Printed under the QR code so that a reader can type it and can see a false address.
    verify_domain: str
    #: Short code, e.g. 7K3M-90QD.
    check_code: str

    #: The entry in the book of certificates, already worded: "Vào sổ số: 123/2026".
    book_line: str | None = None
    #: Under the title, e.g. "Hoàn thành mức độ phổ cập kỹ năng số".
    subtitle: str | None = None
    #: The words before the name; None gives "Xác nhận ông/bà" or "Chứng nhận ông/bà" by kind.
    intro_line: str | None = None
    #: Without label: 20/11/1968, or only the year.
    birth_date: str | None = None
    #: Without label: where the learner belongs.
    unit_name: str | None = None
    #: Which framework, which version.
    framework_line: str | None = None
    #: Which rule set, and that it is the system's default where it is.
    rules_line: str | None = None
    #: "Họ tên do người học tự khai", or who compared the papers.
    identity_line: str | None = None
    #: How the result came about, e.g. which part was done with a helper.
    provenance_line: str | None = None
    #: "Bản tra cứu, chưa ký số"; None once a digital signature stands behind the paper.
    unsigned_notice: str | None = None
    #: Whether quốc hiệu and tiêu ngữ stand at the top: only a State body's paper carries them.
    national_heading: bool = True
    #: The last day on which it is valid, as 2031-11-20; None where it has no term. Designs word it.
    valid_until: str | None = None
    #: What the QR code holds in its segments where it holds more than `verify_url`: an address, then figures.
    qr: tuple[str, ...] = ()
    #: Restrictions a reader must see, e.g. "Chương trình rút gọn, chưa xác nhận phổ cập".
    notes: tuple[str, ...] = ()
    #: A line of the issuer's own, below all else.
    extra_line: str | None = None
    #: The look with which it was issued: its row, the name of its colour, the SHA-256 of its logo's file.
    look: int | None = None
    accent: str = ""
    logo: str = ""


class Look(Struct, frozen=True):
    """What of a paper is not words. `accent` is a name of `designs.ACCENTS`, empty for the design's own; `logo` a PNG
    with a palette, empty for none.
    """

    accent: str = ""
    logo: bytes = b""


PLAIN = Look()


class PaperDesign(Protocol):
    """A way to draw papers. A published (name, version) never changes its output: fonts and code are frozen with it."""

    name: str
    version: int

    def draw(self, paper: Paper, look: Look = PLAIN) -> bytes:
        """The PDF. Same paper and look, same bytes."""
        ...


class CannotDraw(ValueError):  # noqa: N818
    """The design's fonts lack a letter of the text; ``letters`` holds those missing. Drawing a blank box would be
    worse.
    """

    def __init__(self, letters: frozenset[str]) -> None:
        super().__init__("no glyph for " + " ".join(f"U+{ord(letter):04X}" for letter in sorted(letters)))
        self.letters = letters

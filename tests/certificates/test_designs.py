"""Papers of the second generation, and the card: nothing sticks out or overlaps, kinds differ, the same for ever."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from itertools import combinations
from pathlib import Path
from pkgutil import resolve_name

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from certificates.designs import ACCENTS, DEFAULT_ACCENT, card, landscape
from certificates.designs.paper import CannotDraw, Look, Paper, PaperKind
from certificates.published import PUBLISHED
from lms.api.papers import Box, TextMark, logo
from lms.api.qr import qr_runs_of
from tests.certificates.test_paper import (
    LETTERS,
    LONG_NAMES,
    PAPER,
    ZLIB_VERSION,
    check_inside,
    ink,
    papers,
    require_tool,
    run,
    short_texts,
)

KINDS: tuple[PaperKind, ...] = ("attainment", "course", "contest")
QR = ("https://hocvuso.example.vn/v#", "1" + "4" * 402)
FULL = replace(
    PAPER,
    qr=QR,
    valid_until="2031-11-20",
    extra_line="Giấy này không thay cho văn bằng, chứng chỉ của hệ thống giáo dục quốc dân",
    notes=("Chương trình rút gọn, chưa xác nhận phổ cập",),
)
OF_KIND = {
    "attainment": FULL,
    "course": replace(FULL, kind="course", title="GIẤY CHỨNG NHẬN"),
    "contest": replace(FULL, kind="contest", title="GIẤY CHỨNG NHẬN"),
}
DRAWN = [
    (design.name, design.version, kind)
    for design in PUBLISHED
    for kind in design.kinds
    if (design.name, design.version) != ("state", 1)  # test_paper.py holds that one
]
PEOPLE = [
    *LONG_NAMES, "Y-Bhăm Êban", "Ro Đam Hơ Bia", "Nông Thị Ẽn", "K'Brếu K'Srông", "H'Mrưi Ŏng", "Ă", "Đ" * 120,
    "NGUYỄN PHƯỚC QUÝ NHƯ " * 5,
]  # fmt: skip


def drawer(name: str, version: int) -> landscape.LandscapeDesign:
    [found] = [one for one in PUBLISHED if (one.name, one.version) == (name, version)]
    made: landscape.LandscapeDesign = resolve_name(found.drawer)
    return made


def a_logo(width: int = 300, height: int = 120) -> bytes:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
    svg += f'<rect width="{width}" height="{height}" fill="#00ff00"/><circle cx="60" cy="60" r="20"/></svg>'
    made = logo(svg.encode())
    assert made is not None
    return made


def check_card(marks: tuple[TextMark, ...]) -> None:
    """As `check_inside`, for a card, which has no frame: every line in its box, and boxes' lines apart."""
    edges = [(mark, ink(mark)) for mark in marks]
    for mark, (_left, bottom, _right, top) in edges:
        assert mark.x >= mark.box.left - 0.01, mark
        assert mark.x + mark.width <= mark.box.right + 0.01, mark
        assert bottom >= mark.box.bottom - 0.01, mark
        assert top <= mark.box.top + 0.01, mark
        assert mark.size > 0.5
    for (one, a), (other, b) in combinations(edges, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 0.01 or b[3] <= a[1] + 0.01
        assert apart, (one, other)


def check(name: str, marks: tuple[TextMark, ...]) -> None:
    (check_card if name == "card" else check_inside)(marks)
    place: Box = card._QR_BOX if name == "card" else landscape._QR_BOX
    quiet = place.width / 57 * 4
    for mark in marks:
        left, bottom, right, top = ink(mark)
        clear = (
            right <= place.left - quiet or left >= place.right + quiet or top <= place.bottom - quiet + 0.01
            or bottom >= place.top + quiet - 0.01
        )  # fmt: skip
        assert clear, mark


@st.composite
def wilder(draw: st.DrawFn) -> Paper:
    """Papers with all that the second generation adds: more lines of issuers, a term, an issuer's line, a long code."""
    kind = draw(st.sampled_from(KINDS))
    return replace(
        draw(papers()),
        kind=kind,
        issuer_lines=tuple(draw(st.lists(short_texts, min_size=1, max_size=6))),
        full_name=draw(st.sampled_from(PEOPLE)),
        valid_until=draw(st.none() | st.just("2031-11-20")),
        extra_line=draw(st.none() | short_texts),
        qr=draw(st.just(()) | st.just(QR)),
        national_heading=draw(st.booleans()),
    )


@pytest.mark.parametrize(("name", "version"), sorted({(name, version) for name, version, _kind in DRAWN}))
def test_no_text_leaves_its_box_or_lies_on_another(name: str, version: int) -> None:
    design = drawer(name, version)

    @settings(max_examples=20, deadline=None)
    @given(wilder(), st.booleans())
    def holds(paper: Paper, pictured: bool) -> None:
        look = Look(DEFAULT_ACCENT[paper.kind], a_logo()) if pictured else Look()
        check(name, design.draw_with_marks(paper, look)[1])

    holds()


@pytest.mark.parametrize(("name", "version", "kind"), DRAWN)
def test_names_of_every_length_and_people(name: str, version: int, kind: PaperKind) -> None:
    for person in PEOPLE:
        marks = drawer(name, version).draw_with_marks(replace(OF_KIND[kind], full_name=person))[1]
        check(name, marks)
        written = "".join(mark.text for mark in marks).replace(" ", "")
        assert unicodedata.normalize("NFC", person).replace(" ", "") in written


@pytest.mark.parametrize(("name", "version", "kind"), DRAWN)
def test_everything_said_is_drawn(name: str, version: int, kind: PaperKind) -> None:
    paper = OF_KIND[kind]
    said = " ".join(mark.text for mark in drawer(name, version).draw_with_marks(paper)[1])
    whole = re.sub(r"\s", "", said)
    for text in (
        *paper.issuer_lines, paper.number, paper.title, paper.full_name, "Sinh ngày: 20/11/1968", paper.unit_name,
        *paper.statement_lines, paper.framework_line, paper.rules_line, *paper.notes, paper.identity_line,
        paper.provenance_line, paper.place_and_date, *paper.signatory_lines, paper.unsigned_notice, paper.book_line,
        paper.verify_domain, paper.check_code, paper.extra_line, "Có giá trị đến hết ngày 20/11/2031",
    ):  # fmt: skip
        assert text is not None
        assert re.sub(r"\s", "", text) in whole, text


def words(design: landscape.LandscapeDesign, paper: Paper) -> list[str]:
    return [mark.text for mark in design.draw_with_marks(paper)[1]]


def test_headings_are_of_those_who_may_carry_them() -> None:
    assert landscape.QUOC_HIEU in words(landscape.STATE, FULL)
    assert landscape.PARTY not in words(landscape.STATE, FULL)
    plain = replace(FULL, national_heading=False)
    for kind, design in (("attainment", landscape.STATE), ("course", landscape.COURSE), ("contest", landscape.CONTEST)):
        assert landscape.QUOC_HIEU in words(design, OF_KIND[kind])
        assert landscape.QUOC_HIEU not in words(design, replace(plain, kind=kind))  # type: ignore[arg-type]
    for kind in KINDS:
        said = words(landscape.PARTY_1, OF_KIND[kind])
        assert landscape.PARTY in said
        assert "*" in said
        assert landscape.QUOC_HIEU not in said
        assert landscape.TIEU_NGU not in said


#: A logo's colours are few, so the green of the sample may move by one.
GREENS = {(0, 254, 0), (0, 255, 0)}


def luminance(rgb: tuple[float, float, float]) -> float:
    """WCAG 2.2, relative luminance."""
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_can_be_read_and_belong_to_one_kind() -> None:
    for name, accent in ACCENTS.items():
        assert 1.05 / (luminance(accent.rgb) + 0.05) >= 4.5, name
    assert {ACCENTS[name].kind for name in DEFAULT_ACCENT.values()} == set(KINDS)
    assert len({accent.rgb for accent in ACCENTS.values()}) == len(ACCENTS)
    for kind, other in combinations(KINDS, 2):
        taken = landscape.colour_of(kind, DEFAULT_ACCENT[other])
        assert taken == ACCENTS[DEFAULT_ACCENT[kind]].rgb  # a colour of another kind is not taken


@pytest.mark.parametrize("name", ["party", "card"])
def test_two_kinds_never_look_the_same(name: str) -> None:
    """Even with the same words: what a frame draws differs."""
    design = drawer(name, 1)
    alike = [design.draw(replace(FULL, kind=kind, intro_line="Chứng nhận")) for kind in KINDS]
    assert len({inflated(data) for data in alike}) == len(KINDS)


def test_a_logo_is_drawn_and_stays_in_its_place(tmp_path: Path) -> None:
    pdftoppm = require_tool("pdftoppm")
    from PIL import Image

    for width, height in ((300, 120), (60, 300)):
        data = landscape.STATE.draw(FULL, Look("", a_logo(width, height)))
        (tmp_path / "paper.pdf").write_bytes(data)
        run(pdftoppm, "-r", "72", "-png", "-singlefile", tmp_path / "paper.pdf", tmp_path / "paper")
        seen = Image.open(tmp_path / "paper.png").convert("RGB")
        places = ((x, y) for x in range(seen.width) for y in range(seen.height // 3))
        green = [(x, y) for x, y in places if seen.getpixel((x, y)) in GREENS]
        left, right = (edge * landscape.MM for edge in (137, 159))
        assert len(green) > 300
        assert all(left - 1 <= x <= right + 1 for x, _y in green)
    with pytest.raises(ValueError, match="palette"):
        landscape.STATE.draw(FULL, Look("", b"\x89PNG\r\n\x1a\n" + bytes(40)))


@pytest.mark.parametrize(("name", "version", "kind"), [*DRAWN[:3], ("card", 1, "attainment")])
def test_the_long_code_reads_back(tmp_path: Path, name: str, version: int, kind: PaperKind) -> None:
    zbarimg, pdftoppm = require_tool("zbarimg"), require_tool("pdftoppm")
    (tmp_path / "paper.pdf").write_bytes(drawer(name, version).draw(OF_KIND[kind]))
    run(pdftoppm, "-r", "250", "-png", "-singlefile", tmp_path / "paper.pdf", tmp_path / "paper")
    read = run(zbarimg, "-q", "--raw", "-Sdisable", "-Sqrcode.enable", tmp_path / "paper.png").strip()
    assert read == "".join(QR)
    assert qr_runs_of(QR)[0] <= 57  # version 10
    assert landscape._QR_BOX.width >= 25 * landscape.MM


def test_every_letter_is_read_back(tmp_path: Path) -> None:
    pdftotext = require_tool("pdftotext")
    alphabet = "".join(LETTERS)
    paper = replace(FULL, full_name="H'Hen Niê, Y-Bhăm, K'Brếu, Ŏ, Ê\u0306", framework_line=alphabet[:67])
    for design in (landscape.COURSE, card.DESIGN):
        (tmp_path / "paper.pdf").write_bytes(design.draw(replace(paper, rules_line=alphabet[67:])))
        together = re.sub(r"\s", "", run(pdftotext, "-layout", tmp_path / "paper.pdf", "-"))
        for part in (alphabet[:67], alphabet[67:], "H'HenNiê,Y-Bhăm,K'Brếu,Ŏ,Ê\u0306"):
            assert part in together


@pytest.mark.parametrize(("name", "version", "kind"), DRAWN)
def test_the_longest_that_is_let_in_can_be_read(name: str, version: int, kind: PaperKind) -> None:
    """Name and unit of 120 letters, six bodies of 60: small, but print, not dust."""
    paper = replace(
        OF_KIND[kind],
        full_name=("Công Tằng Tôn Nữ Hoàng Thị Phương " * 4)[:120],
        unit_name=("Tổ dân phố Nà Hối, phường Bắc Hà, tỉnh Lào Cai, " * 3)[:120],
        issuer_lines=tuple(f"BAN CHỈ ĐẠO PHÁT TRIỂN KHOA HỌC, CÔNG NGHỆ, CHUYỂN ĐỔI SỐ {n}" for n in range(1, 7)),
    )
    marks = drawer(name, version).draw_with_marks(paper)[1]
    check(name, marks)
    least = 4.5 if name == "card" else 6.5  # points; a card is looked at on a screen
    assert min(mark.size for mark in marks) >= least, min(marks, key=lambda mark: mark.size)


def test_letters_that_no_font_has_are_refused() -> None:
    for design in (landscape.STATE, card.DESIGN):
        with pytest.raises(CannotDraw):
            design.draw(replace(FULL, full_name="ꪀꪱ Lò"))


def inflated(data: bytes) -> str:
    """Checksum of the PDF with its packed streams unpacked: the same under every release of zlib."""
    total = hashlib.sha256()
    for part in re.finditer(rb"(/Filter /FlateDecode)?[^>]*?>>\s*stream\n(.*?)\nendstream", data, re.DOTALL):
        total.update(zlib.decompressobj().decompress(part[2]) if part[2][:1] == b"x" else part[2])
    return total.hexdigest()


@pytest.mark.parametrize(("name", "version", "kind"), DRAWN)
def test_what_was_published_never_changes(name: str, version: int, kind: PaperKind) -> None:
    """Papers of these versions have been given to people. If this fails, make another version beside it instead."""
    look = Look(DEFAULT_ACCENT[kind], STRIPES)
    data = drawer(name, version).draw(OF_KIND[kind], look)
    assert data == drawer(name, version).draw(OF_KIND[kind], look)
    assert inflated(data)[:16] == SUMS[f"{name}/{version}/{kind}"]
    if zlib.ZLIB_RUNTIME_VERSION == ZLIB_VERSION:
        assert hashlib.sha256(data).hexdigest()[:16] == WHOLE[f"{name}/{version}/{kind}"]


def test_there_are_sums_of_all_that_was_published() -> None:
    assert {f"{name}/{version}/{kind}" for name, version, kind in DRAWN} == set(SUMS) == set(WHOLE)


#: A logo of three stripes: 3 × 3 pixels, written down so that no release of Pillow changes it.
STRIPES = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000300000003080300000061f6458d00000009504c54451c3373fffffff3b62f413c"
    "55d200000017494441547801010c00f3ff000000000001010100020202002a000a503e2ff50000000049454e44ae426082"
)
SUMS: dict[str, str] = {
    "state/2/attainment": "f446322b066cd2a9",
    "course/1/course": "d4458aa597c5cc57",
    "contest/1/contest": "272ca715f6f06b47",
    "party/1/attainment": "728b79f63b742dd8",
    "party/1/course": "cdea912e21ee78fd",
    "party/1/contest": "1cc7994b7608adc0",
    "card/1/attainment": "65923676e435ad97",
    "card/1/course": "1393fe7f48eafddd",
    "card/1/contest": "03769e01b8f4f589",
}
WHOLE: dict[str, str] = {
    "state/2/attainment": "2f246f274984cad2",
    "course/1/course": "6865e862967881ab",
    "contest/1/contest": "cf5e72d922e9c339",
    "party/1/attainment": "fa8d4d81a3a523cc",
    "party/1/course": "1b3d8b485b264c7d",
    "party/1/contest": "46fe517d068f4814",
    "card/1/attainment": "2fb735f4c454651d",
    "card/1/course": "61c9147e4dc0e31d",
    "card/1/contest": "adfe02ab70dc9eb5",
}

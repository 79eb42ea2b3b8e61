"""The certificate paper: nothing sticks out, every letter is drawn, the same paper gives the same bytes for ever."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import unicodedata
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from certificates.designs.paper import CannotDraw, Paper, PaperKind
from certificates.designs.state import DESIGN, PAGE_HEIGHT, PAGE_WIDTH
from lms.api.papers import FACE_FILES, FONT_FOLDER, Face, TextMark, glyph_bounds
from lms.api.qr import qr_runs

ROOT = Path(__file__).parents[2]

PAPER = Paper(
    kind="attainment",
    title="GIẤY XÁC NHẬN",
    number="VN-XN-2026-000123-35",
    issuer_lines=("ỦY BAN NHÂN DÂN TỈNH LÀO CAI", "ỦY BAN NHÂN DÂN XÃ THIỆN TÍN"),
    full_name="Nguyễn Thị Mai",
    statement_lines=("Đã hoàn thành mức độ phổ cập kỹ năng số cho người dân", "24 kỹ năng, 31 bài học"),
    place_and_date="Thiện Tín, ngày 20 tháng 11 năm 2026",
    signatory_lines=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Trần Văn Lợi"),
    verify_url="https://hocvuso.example.vn/k/7K3M-90QD",
    verify_domain="hocvuso.example.vn",
    check_code="7K3M-90QD",
    book_line="Vào sổ số: 123/2026",
    birth_date="20/11/1968",
    unit_name="Thôn Nà Hối, xã Thiện Tín, tỉnh Lào Cai",
    framework_line="Theo Khung kiến thức, kỹ năng số cơ bản (Quyết định 757/QĐ-BKHCN), bản dùng tạm của hệ thống",
    rules_line="Bộ quy tắc mặc định của hệ thống, phiên bản 1, chưa phải quy định",
    identity_line="Họ tên do người học tự khai",
    provenance_line="Kết quả ghi nhận qua bài kiểm tra trên hệ thống và một việc thật do người học tự khai",
    unsigned_notice="Bản tra cứu, chưa ký số",
)

VIETNAMESE = [
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in "aăâeêioôơuưy"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
] + ["đ"]
LETTERS = [letter for small in VIETNAMESE if ord(small) > 127 for letter in (small, small.upper())]

LONG_NAMES = [
    "Công Tằng Tôn Nữ Phương Nguyên Hoàng Thị Diễm Khuê Bảo Quỳnh Như Nguyệt",
    "H'Hen Niê",
    "Y-Bhăm K'Brếu Bkrông Ê\u0306čam",
    "K'Brếu",
    "Lê",
    "NGUYỄN THỊ PHƯƠNG ANH " * 6,
    "Ẵ" * 160,
]


def require_tool(name: str) -> str:
    """The path of a program; skips the test without it, fails it where LMS_TEST_STRICT=1."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("LMS_TEST_STRICT") == "1":
            pytest.fail(f"{name} is needed and not installed")
        pytest.skip(f"{name} is not installed")
    return path


def run(*command: str | Path) -> str:
    parts = [str(part) for part in command]
    return subprocess.run(parts, check=True, capture_output=True, encoding="utf-8").stdout


# --- letters and boxes ------------------------------------------------------------------------------------------------


@cache
def font(face: Face) -> Any:
    return TTFont(FACE_FILES[face])


def ink(mark: TextMark) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the ink on the sheet, measured from the font file, not by the code under test."""
    file = font(mark.face)
    names, glyphs, metrics = file.getBestCmap(), file["glyf"], file["hmtx"]
    scale = mark.size / file["head"].unitsPerEm
    x, edges, over = 0.0, [], 0
    for letter in mark.text:
        name = names[ord(letter)]
        glyph = glyphs[name]
        if unicodedata.combining(letter):
            edges.append((x, 0, x, over + 60 + glyph.yMax - glyph.yMin))
        elif glyph.numberOfContours:
            edges.append((x + glyph.xMin, glyph.yMin, x + glyph.xMax, glyph.yMax))
            over = glyph.yMax
        x += metrics[name][0]
    assert edges, mark.text
    left, bottom = min(edge[0] for edge in edges), min(edge[1] for edge in edges)
    right, top = max(edge[2] for edge in edges), max(edge[3] for edge in edges)
    return (mark.x + left * scale, mark.baseline + bottom * scale, mark.x + right * scale, mark.baseline + top * scale)


def check_inside(marks: tuple[TextMark, ...]) -> None:
    for mark in marks:
        left, bottom, right, top = ink(mark)
        # letters such as j and f reach over their own width: never more than a quarter of the size
        slack = mark.size * 0.26
        assert mark.x >= mark.box.left - 0.01, mark
        assert mark.x + mark.width <= mark.box.right + 0.01, mark
        assert left >= mark.box.left - slack, mark
        assert right <= mark.box.right + slack, mark
        assert bottom >= mark.box.bottom - 0.01, mark
        assert top <= mark.box.top + 0.01, mark
        assert mark.size > 0.5
    frame = 17 / 25.4 * 72
    for mark in marks:
        left, bottom, right, top = ink(mark)
        assert left > frame
        assert bottom > frame
        assert right < PAGE_WIDTH - frame
        assert top < PAGE_HEIGHT - frame
    for index, one in enumerate(marks):
        for other in marks[index + 1 :]:
            if one.box != other.box:
                a, b = ink(one), ink(other)
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 0.01 or b[3] <= a[1] + 0.01
                assert apart, (one, other)


letters = st.sampled_from(
    [*LETTERS, *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'-.,;:()/–čĕĭŏŭñ\u0306"]
)
words = st.text(letters, min_size=1, max_size=40)
texts = st.lists(words, min_size=1, max_size=30).map(" ".join)
short_texts = st.lists(words, min_size=1, max_size=8).map(" ".join)


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    kind: PaperKind = draw(st.sampled_from(["attainment", "course"]))
    optional = st.none() | texts
    return replace(
        PAPER,
        kind=kind,
        title=draw(st.sampled_from(["GIẤY XÁC NHẬN", "GIẤY CHỨNG NHẬN"]) | short_texts),
        number=draw(short_texts),
        issuer_lines=tuple(draw(st.lists(short_texts, max_size=4))),
        full_name=draw(st.sampled_from(LONG_NAMES) | texts),
        statement_lines=tuple(draw(st.lists(texts, max_size=4))),
        place_and_date=draw(short_texts),
        signatory_lines=tuple(draw(st.lists(short_texts, max_size=4))),
        verify_domain=draw(short_texts),
        check_code=draw(words),
        notes=tuple(draw(st.lists(texts, max_size=3))),
        book_line=draw(optional),
        subtitle=draw(optional),
        intro_line=draw(optional),
        birth_date=draw(optional),
        unit_name=draw(optional),
        framework_line=draw(optional),
        rules_line=draw(optional),
        identity_line=draw(optional),
        provenance_line=draw(optional),
        unsigned_notice=draw(optional),
    )


@settings(max_examples=60, deadline=None)
@given(papers())
def test_no_text_leaves_its_box(paper: Paper) -> None:
    data, marks = DESIGN.draw_with_marks(paper)
    check_inside(marks)
    assert data.startswith(b"%PDF-1.7")


@pytest.mark.parametrize("name", LONG_NAMES)
def test_names_of_every_length_and_people(name: str) -> None:
    data, marks = DESIGN.draw_with_marks(replace(PAPER, full_name=name))
    check_inside(marks)
    drawn = "".join(mark.text for mark in marks).replace(" ", "")
    assert unicodedata.normalize("NFC", name).replace(" ", "") in drawn
    assert len(data) <= 60_000


def test_an_ordinary_name_is_large_and_on_one_line() -> None:
    marks = DESIGN.draw_with_marks(PAPER)[1]
    assert [mark.size >= 28 for mark in marks if mark.text == "Nguyễn Thị Mai"] == [True]


def test_sixty_letters_stay_readable() -> None:
    name = "Công Tằng Tôn Nữ Hoàng Thị Phương Nguyên Diễm Khuê Bảo Quỳnh"
    sizes = [mark.size for mark in DESIGN.draw_with_marks(replace(PAPER, full_name=name))[1] if mark.text in name]
    assert min(sizes) >= 18


def test_everything_said_is_drawn() -> None:
    notes = ("Chương trình rút gọn, chưa xác nhận phổ cập",)
    marks = DESIGN.draw_with_marks(replace(PAPER, notes=notes, subtitle="Phổ cập kỹ năng số"))[1]
    drawn = " ".join(mark.text for mark in marks)
    for text in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        *PAPER.issuer_lines,
        f"Số: {PAPER.number}",
        "GIẤY XÁC NHẬN",
        "Phổ cập kỹ năng số",
        "Xác nhận ông/bà",
        "Sinh ngày: 20/11/1968",
        f"Đơn vị: {PAPER.unit_name}",
        *PAPER.statement_lines,
        PAPER.framework_line,
        PAPER.rules_line,
        *notes,
        PAPER.identity_line,
        PAPER.provenance_line,
        PAPER.place_and_date,
        *PAPER.signatory_lines,
        PAPER.unsigned_notice,
        PAPER.verify_domain,
        f"Mã tra cứu: {PAPER.check_code}",
    ):
        assert text is not None
        assert text in drawn


def test_what_is_not_said_is_not_drawn() -> None:
    signed = replace(PAPER, unsigned_notice=None, birth_date=None, unit_name=None, signatory_lines=())
    drawn = " ".join(mark.text for mark in DESIGN.draw_with_marks(signed)[1])
    assert "chưa ký số" not in drawn
    assert "Sinh" not in drawn
    assert "Đơn vị" not in drawn


def test_only_a_year_is_called_a_year() -> None:
    assert "Năm sinh: 1968" in [mark.text for mark in DESIGN.draw_with_marks(replace(PAPER, birth_date="1968"))[1]]


def test_the_two_kinds_never_look_the_same() -> None:
    other = replace(PAPER, kind="course")
    assert DESIGN.draw(PAPER) != DESIGN.draw(other)
    assert "Chứng nhận ông/bà" in [mark.text for mark in DESIGN.draw_with_marks(other)[1]]


def test_letters_outside_the_font_are_refused_not_drawn_as_boxes() -> None:
    with pytest.raises(CannotDraw) as caught:
        DESIGN.draw(replace(PAPER, full_name="ꪀꪱ Lò"))
    assert caught.value.letters == {"ꪀ", "ꪱ"}


def test_decomposed_text_draws_like_composed() -> None:
    parts = unicodedata.normalize("NFD", PAPER.full_name)
    assert parts != PAPER.full_name
    assert DESIGN.draw(replace(PAPER, full_name=f"  {parts}\n")) == DESIGN.draw(PAPER)


def test_every_face_holds_every_vietnamese_letter() -> None:
    assert len(LETTERS) == 134
    for face in FACE_FILES:
        names = font(face).getBestCmap()
        for letter in LETTERS:
            assert names.get(ord(letter), ".notdef") != ".notdef"
            assert font(face)["glyf"][names[ord(letter)]].numberOfContours != 0
            assert glyph_bounds(face, letter)[3] > 0.3


def test_every_letter_is_read_back(tmp_path: Path) -> None:
    pdftotext = require_tool("pdftotext")
    alphabet = "".join(LETTERS)
    paper = replace(
        PAPER,
        full_name=" ".join(LETTERS[:67]),
        framework_line=alphabet[67:],
        statement_lines=(alphabet[:67], alphabet[67:]),
        unit_name="H'Hen Niê, Y-Bhăm, K'Brếu, čĕĭŏŭñ, Ê\u0306 ê\u0306, Ł",
    )
    file = tmp_path / "paper.pdf"
    file.write_bytes(DESIGN.draw(paper))
    text = run(pdftotext, "-layout", file, "-")
    assert unicodedata.is_normalized("NFC", text)
    assert set(LETTERS) <= set(text)
    together = re.sub(r"\s", "", text)
    for part in (alphabet[:67], alphabet[67:], "H'HenNiê,Y-Bhăm,K'Brếu,čĕĭŏŭñ,Ê\u0306ê\u0306,Ł"):
        assert part in together
    assert "\ufffd" not in text


def test_fonts_are_embedded_subsets_with_unicode(tmp_path: Path) -> None:
    pdffonts = require_tool("pdffonts")
    file = tmp_path / "paper.pdf"
    file.write_bytes(DESIGN.draw(replace(PAPER, full_name="Łukasz Ё")))
    rows = run(pdffonts, file).splitlines()[2:]
    assert {row.split()[0].split("+")[1] for row in rows} == {
        "LiberationSerif",
        "LiberationSerif-Bold",
        "LiberationSerif-Italic",
    }
    for row in rows:
        assert row.split()[-5:-2] == ["yes", "yes", "yes"]


def test_title_language_and_no_dates(tmp_path: Path) -> None:
    pdfinfo = require_tool("pdfinfo")
    file = tmp_path / "paper.pdf"
    data = DESIGN.draw(PAPER)
    file.write_bytes(data)
    said = run(pdfinfo, file)
    assert f"GIẤY XÁC NHẬN {PAPER.number}" in said
    assert "Học vụ số" in said
    assert "Date" not in said
    assert re.search(r"Pages:\s+1\n", said)
    assert "A4" in said
    assert re.search(rb"/Lang \(vi\)", data)
    assert b"/DisplayDocTitle true" in data
    assert len(data) <= 60_000


# --- QR ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        PAPER.verify_url,
        "https://hocvuso.laocai.gov.vn/v#" + "1234567890" * 30,
        "https://học-vụ-số.vn/k/7K3M-90QD",
    ],
)
def test_the_qr_code_reads_back(tmp_path: Path, url: str) -> None:
    zbarimg, pdftoppm = require_tool("zbarimg"), require_tool("pdftoppm")
    (tmp_path / "paper.pdf").write_bytes(DESIGN.draw(replace(PAPER, verify_url=url)))
    run(pdftoppm, "-r", "200", "-png", "-singlefile", tmp_path / "paper.pdf", tmp_path / "paper")
    assert run(zbarimg, "-q", "--raw", "-Sdisable", "-Sqrcode.enable", tmp_path / "paper.png").strip() == url


def test_qr_runs_cover_the_finder_patterns() -> None:
    side, runs = qr_runs(PAPER.verify_url)
    assert (side - 17) % 4 == 0
    assert (0, 0, 7) in runs
    assert (side - 7, 0, 7) in runs
    assert all(x >= 0 and x + width <= side and 0 <= y < side and width > 0 for x, y, width in runs)


def test_an_address_too_long_for_a_code_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"fit|large|long"):
        qr_runs("x" * 5000)


# --- the same for ever ------------------------------------------------------------------------------------------------

_DRAW = (
    "import hashlib, sys; sys.path.insert(0, 'tests/certificates'); import test_paper as t; "
    "sys.stdout.write(hashlib.sha256(t.DESIGN.draw(t.PAPER)).hexdigest())"
)


def _sum_in_another_process(**environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("RL_")}
    clean |= {"PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-c", _DRAW]
    return subprocess.run(command, cwd=ROOT, env=clean, check=True, capture_output=True, text=True).stdout


def test_same_bytes_in_any_process() -> None:
    here = hashlib.sha256(DESIGN.draw(PAPER)).hexdigest()
    DESIGN.draw(replace(PAPER, full_name="Łukasz Ё"))  # another paper in between leaves no trace
    assert hashlib.sha256(DESIGN.draw(PAPER)).hexdigest() == here
    hanoi = _sum_in_another_process(TZ="Asia/Ho_Chi_Minh", PYTHONHASHSEED="1", SOURCE_DATE_EPOCH="1")
    apia = _sum_in_another_process(TZ="Pacific/Apia", PYTHONHASHSEED="77", RL_pageCompression="0", RL_useA85="0")
    assert {hanoi, apia} == {here}


def _inflated(data: bytes) -> str:
    """Checksum of the PDF with its streams unpacked: the same under every release of zlib."""
    total = hashlib.sha256()
    for part in re.finditer(rb"stream\n(.*?)endstream", data, re.DOTALL):
        total.update(zlib.decompressobj().decompress(part[1]))
    return total.hexdigest()


def test_version_1_never_changes() -> None:
    """Papers of this version have been given to people. If this fails, make version 2 beside it instead."""
    data = DESIGN.draw(PAPER)
    assert (DESIGN.name, DESIGN.version) == ("state", 1)
    assert _inflated(data) == INFLATED
    if zlib.ZLIB_RUNTIME_VERSION == ZLIB_VERSION:
        assert hashlib.sha256(data).hexdigest() == WHOLE


def test_font_files_never_change() -> None:
    for name, checksum in FONT_SUMS.items():
        assert hashlib.sha256((FONT_FOLDER / name).read_bytes()).hexdigest() == checksum


INFLATED = "cc2ce2b71b16218a04b4215d714125c2fc6298e32b63a08e24691b65a0aee689"
WHOLE = "880ee5eeb8e50b1c89704133223e60333176de0b3fe4e2a70f356f9f12d5b394"
ZLIB_VERSION = "1.2.13"
FONT_SUMS = {
    "BeVietnamPro-Bold.ttf": "9f48d57ed71bce0ed0482356b9b8cbab511ad0a2825c50fd3a034dab1e97ab79",
    "BeVietnamPro-Regular.ttf": "980393f6a5f967244d8b26991dcb1d8f9a4ebc90e2eb1636925536082e438df1",
    "LiberationSerif-Bold.ttf": "446a4421f297698427170fd7db20e59169a4188baaaf940e9bea58af6341a723",
    "LiberationSerif-Italic.ttf": "c1830c433ab41379f1139fac388989d37c9f08c81e1bd643efdcc7946db30753",
    "LiberationSerif-Regular.ttf": "29d12439831b7f59194efec85872f24f54eff05738933f9a860220d2abff88ba",
}

"""Cards on paper: looked at as pictures, squares read, nothing sticks out."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from lms.testing.pytest_plugin import missing
from plugins.cards.designs.sheet import (
    CARD_HEIGHT,
    CARD_WIDTH,
    MM,
    CannotPrint,
    PrintedCard,
    Words,
    draw,
    draw_with_marks,
)
from plugins.cards.numbering import card_number, secret_text, spoken
from tests.cards.conftest import RIGHT, Commune

WORDS = Words(
    "THẺ HỌC", "Học vụ số · Tỉnh Lào Cai", "Quét mã này",
    "Không có máy ảnh: gõ số thẻ tại hocvuso.example.vn/the", "Cần giúp, gọi 1900 1945",
)  # fmt: skip
NAMES = [
    "Hoàng Thị Lành", "Y Krông Niê Kđăm", "Công Tằng Tôn Nữ Phương Nguyên Hoàng Thị Diễm Khuê Bảo Quỳnh", "H'Hen Niê",
    "Nguyễn Ễ", "Thạch Thị Sa Rươl", "Nguyễn-Hoàng Ẵ", "Đặng Thị Sẵn", "Ksor Ŏ", "Lò Văn Phúc",
    "K’Brếu", "Ê̆ban Hmơk", "A" * 60,
]  # fmt: skip
LONG_UNIT = "Tổ dân phố số 12 khu đô thị mới Nam Trung Yên, phường Yên Hòa, thành phố Hà Nội"


def cards() -> list[PrintedCard]:
    return [
        PrintedCard(
            name,
            LONG_UNIT if n % 3 == 0 else "xã Bắc Hà, tỉnh Lào Cai" if n % 3 == 1 else "",
            spoken(card_number(n * 757)),
            f"https://hocvuso.langson.gov.example.vn/the/{secret_text(bytes([n]) * 16)}",
        )
        for n, name in enumerate(NAMES)
    ]


def test_iso_id_1() -> None:
    assert pytest.approx((85.6, 54)) == (CARD_WIDTH / MM, CARD_HEIGHT / MM)


def test_no_line_leaves_its_place() -> None:
    _pdf, marks = draw_with_marks(cards(), WORDS)
    assert len(marks) > 60
    for mark in marks:
        assert mark.x >= mark.box.left - 0.01, mark
        assert mark.x + mark.width <= mark.box.right + 0.01, mark
        assert mark.size >= 4.5, f"too small to read: {mark}"


def test_the_lines_of_a_card_do_not_overlap() -> None:
    for card in cards():
        _pdf, marks = draw_with_marks([card], WORDS)
        rows = sorted(
            (mark for mark in marks if mark.box.left < 200 and mark.text != WORDS.title), key=lambda m: m.baseline
        )
        for below, above in pairwise(rows):
            if abs(below.baseline - above.baseline) < 1:
                continue  # beside one another
            assert above.baseline - below.baseline > 0.7 * below.size, (below.text, above.text)


def test_the_same_cards_give_the_same_bytes() -> None:
    assert draw(cards(), WORDS) == draw(cards(), WORDS)


def test_neither_birth_date_nor_identity_number_is_asked_for() -> None:
    assert set(PrintedCard.__struct_fields__) == {"name", "unit", "number", "url"}


def test_a_letter_that_the_font_lacks_is_named() -> None:
    with pytest.raises(CannotPrint, match="漢"):
        draw([PrintedCard("漢", "", "", "https://x.vn/the/1")], WORDS)


def test_squares_are_read_and_ten_cards_stand_on_a_sheet(tmp_path: Path) -> None:
    for tool, package in (("pdftoppm", "poppler-utils"), ("zbarimg", "zbar-tools")):
        if shutil.which(tool) is None:
            missing(tool, f"apt-get install {package}")
    made = cards()
    (tmp_path / "cards.pdf").write_bytes(draw(made, WORDS))
    subprocess.run(["pdftoppm", "-r", "120", "-png", "cards.pdf", "page"], cwd=tmp_path, check=True)
    pages = sorted(tmp_path.glob("page*.png"))
    assert len(pages) == 2
    read = []
    for page in pages:
        with Image.open(page) as picture:
            assert abs(picture.width - 210 / 25.4 * 120) < 2
            assert abs(picture.height - 297 / 25.4 * 120) < 2
        found = subprocess.run(["zbarimg", "-q", "--raw", str(page)], capture_output=True, check=True, text=True)
        read += found.stdout.split()
    assert sorted(read) == sorted(card.url for card in made)


def test_the_card_that_a_helper_prints_leads_to_its_holder(lone: Commune, tmp_path: Path) -> None:
    for tool, package in (("pdftoppm", "poppler-utils"), ("zbarimg", "zbar-tools")):
        if shutil.which(tool) is None:
            missing(tool, f"apt-get install {package}")
    learner = lone.learners[0]
    lone.choose(learner)
    answer = lone.client(lone.helper).post("/can-bo/the/in", 200, person=lone.uuid(learner))
    (tmp_path / "card.pdf").write_bytes(answer.data)
    subprocess.run(["pdftoppm", "-r", "150", "-png", "card.pdf", "page"], cwd=tmp_path, check=True)
    [page] = tmp_path.glob("page*.png")
    read = subprocess.run(["zbarimg", "-q", "--raw", str(page)], capture_output=True, check=True, text=True).stdout
    assert read.startswith("https://hocvuso.example.vn/the/")
    client = lone.client()
    assert client.get(urlsplit(read.strip()).path, 303).location == "/the/hinh"
    assert client.press("/the/hinh", RIGHT).location == "/cua-toi"
    words = subprocess.run(
        ["pdftotext", "-layout", "card.pdf", "-"], cwd=tmp_path, capture_output=True, check=True, text=True
    ).stdout
    assert "Hoàng Thị Mận" in words
    assert "xã Bắc Hà" in words
    number = re.search(r"\d{4} \d{4} \d{4}", words)
    assert number is not None
    assert lone.client().post("/the", number=number[0]).location == "/the/hinh"

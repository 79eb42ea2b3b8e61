"""Files as communes have them, and files that are none."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.drawing.image import Image
from PIL import Image as Picture

from lms.api.work import Invalid
from lms.sheets import oldfont
from lms.sheets.sheet import MOST_ROWS
from plugins.rosters.formats.columns import layout
from plugins.rosters.formats.people import Entry, Found, read_people
from plugins.rosters.formats.reading import read_file, read_paste
from tests.rosters.conftest import HEADS, workbook

TODAY = date(2026, 11, 21)
TEXT = (
    "UBND XÃ BẮC HÀ;;;;\n;DANH SÁCH HỌC VIÊN;;;\nSTT;Họ và tên;Ngày sinh;SĐT;Thôn\n"
    "1;LÒ VĂN PHÚC;1960;912345678;Na Hối\n"
    "2;Lò Thị Bảy;01/02/1970;;Na Hối\nTổng cộng;2;;;\n;;;Người lập biểu;\n;;;Nguyễn Văn Lập;\n"
)


def people(content: bytes | str) -> Found:
    sheet = read_paste(content) if isinstance(content, str) else read_file(content)
    found = layout(sheet.rows)
    assert found is not None
    return read_people(sheet, found, found.fields, TODAY)


def names(content: bytes | str) -> list[str]:
    return [entry.full_name for entry in people(content).entries]


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        read_file(content)
    return str(refused.value.text)


def cp1258(text: str) -> bytes:
    """As Windows-1258 writes it: a letter, and its tone after it."""
    out = b""
    for char in unicodedata.normalize("NFC", text):
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = next(c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323")
            out += unicodedata.normalize("NFC", parts.replace(tone, "")).encode("cp1258") + tone.encode("cp1258")
    return out


def test_a_workbook_with_titles_and_signatures() -> None:
    found = people(
        workbook(
            [
                HEADS,
                (
                    1,
                    "NGUYỄN THỊ MAI",
                    date(1960, 3, 12),
                    "Nữ",
                    "001160001234",
                    912345678,
                    "Thôn Na Hối",
                    None,
                    None,
                ),
                (2, "Tống Văn Công", 1955, None, 10205001234.0, "0987 654 321", "Tổ 3", "Cán bộ", "Ghi chú"),
            ]
        )
    )
    mai, cong = found.entries
    assert mai == Entry(5, "Nguyễn Thị Mai", date(1960, 3, 12), 1960, "+84912345678", "001160001234", "Thôn Na Hối")
    assert (cong.full_name, cong.birth_year, cong.phone) == ("Tống Văn Công", 1955, "+84987654321")
    assert cong.group == "officials"
    assert cong.wrong["number"].typed == "10205001234", "born 1955, not 2005: asked about"
    assert found.left_out == [7, 8, 9, 10]


def test_heads_in_two_rows_with_merged_cells() -> None:
    content = workbook(
        [
            ("TT", "Họ và tên", None, "Năm sinh", None, "Số CMND/CCCD", None, "Địa chỉ"),
            (None, "Họ đệm", "Tên", "Nam", "Nữ", "Số", "Ngày cấp", None),
            ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"),
            (1, "GIÀNG A", "PÁO", 1980, None, "010080001234", "01/01/2021", "Na Hối"),
            (2, "GIÀNG THỊ", "MỶ", None, 1985, None, None, "Na Hối"),
        ],
        merge=("A4:A5", "B4:C4", "D4:E4", "F4:G4"),
    )
    pao, my = people(content).entries
    assert (pao.full_name, pao.birth_year, pao.number) == ("Giàng A Páo", 1980, "010080001234")
    assert (my.full_name, my.birth_year) == ("Giàng Thị Mỷ", 1985)


def test_family_and_given_names_under_one_merged_head_without_heads_of_their_own() -> None:
    rows = [("STT", "Họ đệm", "Tên", "Ngày", "Tháng", "Năm sinh"), (1, "Lò Văn", "Phúc", 12, 3, 1960)]
    (found,) = people(workbook(rows)).entries
    assert (found.full_name, found.birth_date) == ("Lò Văn Phúc", date(1960, 3, 12))


def test_villages_as_headings_between_the_rows() -> None:
    rows: Sequence[Sequence[object]] = [
        ("STT", "Họ và tên", "Năm sinh"),
        ("I. Thôn Na Hối",),
        (1, "Lò Văn Phúc", 1960),
        (2, "Tô Thị Sáu", None),
        ("II. Thôn Bản Phố",),
        (1, "Lang Văn Tám", 1970),
    ]
    found = people(workbook(rows))
    assert [(e.full_name, e.village) for e in found.entries] == [
        ("Lò Văn Phúc", "I. Thôn Na Hối"), ("Tô Thị Sáu", "I. Thôn Na Hối"), ("Lang Văn Tám", "II. Thôn Bản Phố"),
    ]  # fmt: skip


def test_the_sheet_with_the_list_is_found() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["Hướng dẫn điền biểu"])
    sheet = book.create_sheet("Danh sách")
    sheet.append(["Họ và tên", "Năm sinh"])
    sheet.append(["Lò Văn Phúc", 1960])
    out = io.BytesIO()
    book.save(out)
    read = read_file(out.getvalue())
    assert (read.name, read.others) == ("Danh sách", ("Sheet",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258", "tcvn3"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_text_in_every_encoding(encoding: str, mark: str) -> None:
    text = TEXT.replace(";", mark)
    if encoding == "cp1258":
        content = cp1258(text)
    elif encoding == "tcvn3":
        text = (
            text.replace("LÒ VĂN PHÚC", "Lò Văn Phúc").replace("UBND XÃ BẮC HÀ", "").replace("DANH SÁCH HỌC VIÊN", "")
        )
        content = text.translate(str.maketrans(oldfont._NEW, oldfont._OLD)).encode("latin-1")
    else:
        content = text.encode(encoding)
    assert names(content) == ["Lò Văn Phúc", "Lò Thị Bảy"]


def test_what_is_pasted_from_excel() -> None:
    assert names(unicodedata.normalize("NFD", TEXT.replace(";", "\t"))) == ["Lò Văn Phúc", "Lò Thị Bảy"]


def test_an_old_font_in_a_workbook() -> None:
    rows = [("Họ và tên", "Năm sinh"), ("Lò Văn Phúc", 1960)]
    old = str.maketrans(oldfont._NEW, oldfont._OLD)
    assert names(workbook([[str(c).translate(old) for c in row] for row in rows])) == ["Lò Văn Phúc"]


def test_formulas_are_not_worked_out() -> None:
    rows = [("Họ và tên", "Năm sinh"), ('=CONCATENATE("Lò"," ","Phúc")', 1960), ("=cmd|' /C calc'!A0", 1961)]
    found = people(workbook(rows)).entries
    assert [e.full_name for e in found] == ["", ""], "openpyxl kept no value, so there is none"
    assert all("full_name" in e.wrong for e in found)
    (typed,) = people("Họ và tên\tNăm sinh\n=1+1\t1960\n").entries
    assert typed.wrong["full_name"].typed == "=1+1"


def test_pictures_in_the_sheet_do_no_harm() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Họ và tên", "Năm sinh"])
    sheet.append(["Lò Văn Phúc", 1960])
    drawn = io.BytesIO()
    Picture.new("RGB", (40, 40), "red").save(drawn, "PNG")
    sheet.add_image(Image(drawn), "D4")
    out = io.BytesIO()
    book.save(out)
    assert names(out.getvalue()) == ["Lò Văn Phúc"]


def test_rows_that_are_only_formatted_end_the_list() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Họ và tên", "Năm sinh"])
    sheet.append(["Lò Văn Phúc", 1960])
    sheet["A60000"].number_format = "0.00"
    sheet["XFD2"].number_format = "0.00"
    out = io.BytesIO()
    book.save(out)
    assert names(out.getvalue()) == ["Lò Văn Phúc"]


def test_a_hundred_thousand_rows_are_refused_with_the_limit() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Họ và tên"])
    for _ in range(100_000):
        sheet.append(["Lò Văn Phúc"])
    out = io.BytesIO()
    book.save(out)
    assert f"{MOST_ROWS:,}".replace(",", ".") in refusal(out.getvalue())
    assert "20.000" in refusal(b"Ho ten\n" + b"Lo Van Phuc\n" * 100_000)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_bomb_is_not_unpacked(part: str) -> None:
    content = zipped({"xl/workbook.xml": b"<workbook/>", part: b" " * (80 * 1024 * 1024)})
    assert len(content) < 200_000
    assert "far larger" in refusal(content)


def test_a_bomb_that_lies_about_its_size() -> None:
    whole = zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b" " * (80 * 1024 * 1024)})
    lying = whole.replace(struct.pack("<L", 80 * 1024 * 1024), struct.pack("<L", 1000))
    assert "damaged" in refusal(lying)


def test_entities_do_not_grow() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    strings = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "ha">{laughs}]><sst><si><t>&l11;</t></si></sst>'
    whole = workbook([("Họ và tên",), ("Lò Văn Phúc",)])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert "damaged" in refusal(zipped({**parts, "xl/sharedStrings.xml": strings.encode()}))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "nothing in this list"),
        (b"   \n ", "nothing in this list"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old kind (.xls)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"%PDF-1.7 ...", "picture or a PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture or a PDF"),
        (b"<html><table><tr><td>Ho ten</td></tr></table></html>", "web page with another name"),
        (b"PK\x03\x04 broken", "damaged"),
        (zipped({"word/document.xml": b"<w/>"}), "not an Excel workbook"),
        (zipped({"xl/workbook.bin": b""}), ".xlsb"),
        (zipped({"content.xml": b"<x/>"}), ".ods"),
        (zipped({"xl/workbook.xml": b"<workbook"}), "damaged"),
        (bytes(range(256)) * 20, "not a list that can be read"),
    ],
)
def test_what_is_no_list_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in refusal(content)


def test_a_list_without_a_column_of_names() -> None:
    assert layout(read_paste("Mã\tSố lượng\n1\t2\n").rows) is None

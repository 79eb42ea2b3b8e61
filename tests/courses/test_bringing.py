"""What teachers bring becomes a draft: everything that can be kept stands in its place, everything else is told."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pptx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from courses.formats import opening, plain, slides, word
from courses.formats.building import Brought, Builder, as_picture, marked
from courses.services.bringing import Sent, read
from lms.api.packages import STANDARD_PARTS, render
from lms.api.work import Invalid


def png(colour: str = "red", size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, kind)
    return made.getvalue()


def saved(document: Any) -> bytes:
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def kinds(brought: Brought) -> list[str]:
    return [block["kind"] for block in brought.blocks]


def said(brought: Brought) -> str:
    return "\n".join(f"{loss.text} [{loss.where}]" for loss in brought.losses)


def link(paragraph: Any, words: str, target: str) -> None:
    key = paragraph.part.relate_to(
        target, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", is_external=True
    )
    element = OxmlElement("w:hyperlink")
    element.set(qn("r:id"), key)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = words
    run.append(text)
    element.append(run)
    paragraph._p.append(element)


def a_lesson() -> Any:
    document = docx.Document()
    document.add_heading("Tin nhắn dọa khóa tài khoản", 0)
    document.add_paragraph("Học xong bài này, bác biết nhận ra tin nhắn giả.")
    document.add_heading("Chuyện của cô Mỵ", 1)
    one = document.add_paragraph("Cô Mỵ ")
    one.add_run("giật mình").bold = True
    one.add_run(" vì 3*4 và _gạch_.")
    document.add_picture(io.BytesIO(png()), width=Mm(30))
    document.add_paragraph("Màn hình của cô Mỵ", style="Caption")
    document.add_paragraph("Giục gấp", style="List Bullet")
    document.add_paragraph("Có đường dẫn", style="List Bullet")
    for step in ("Không bấm.", "Gọi ngân hàng.", "Báo 156."):
        document.add_paragraph(step, style="List Number")
    document.add_paragraph("Ghi nhớ: ngân hàng không bao giờ hỏi mã OTP.")
    document.add_paragraph("Hướng dẫn giáo viên")
    document.paragraphs[-1].style = document.styles["Heading 1"]
    document.add_paragraph("Mang theo hai điện thoại.")
    return document


def test_a_word_file_becomes_blocks_in_reading_order() -> None:
    brought = word.read("bai.docx", saved(a_lesson()))
    assert brought.title == "Tin nhắn dọa khóa tài khoản"
    assert brought.promise == "Học xong bài này, bác biết nhận ra tin nhắn giả."
    assert kinds(brought) == ["text", "image", "text", "steps", "remember"]
    first, picture, bullets, steps, box = (block["data"] for block in brought.blocks)
    assert first["md"] == "## Chuyện của cô Mỵ\n\nCô Mỵ **giật mình** vì 3\\*4 và \\_gạch\\_."
    assert "<strong>giật mình</strong> vì 3*4 và _gạch_." in render(first["md"])
    assert picture == {"file": "anh-1.png", "alt": "", "caption": "Màn hình của cô Mỵ"}
    assert brought.files["anh-1.png"] == png()
    assert bullets["md"] == "- Giục gấp\n- Có đường dẫn"
    assert steps["items"] == ["Không bấm.", "Gọi ngân hàng.", "Báo 156."]
    assert box["md"] == "ngân hàng không bao giờ hỏi mã OTP."
    assert brought.guide == "Mang theo hai điện thoại."
    assert "without words for those who cannot see them: 1" in said(brought)


def test_lines_that_say_their_number_are_steps() -> None:
    document = docx.Document()
    document.add_heading("Trả tiền", 0)
    for line in ("Bước 1: Mở ứng dụng", "Bước 2: Quét mã"):
        document.add_paragraph(line)
    document.add_paragraph("2) Một dòng lẻ")
    assert [b["data"] for b in word.read("x.docx", saved(document)).blocks] == [
        {"items": ["Mở ứng dụng", "Quét mã", "Một dòng lẻ"]}
    ]


def test_a_bold_short_line_is_a_heading() -> None:
    document = docx.Document()
    document.add_paragraph().add_run("Gọi hình cho con").bold = True
    document.add_paragraph().add_run("Chuẩn bị").bold = True
    document.add_paragraph().add_run("Câu này đậm nhưng kết thúc bằng dấu chấm.").bold = True
    brought = word.read("x.docx", saved(document))
    assert brought.title == "Gọi hình cho con"
    assert brought.blocks[0]["data"]["md"].startswith("## Chuẩn bị\n\nCâu này đậm")


def test_links_of_https_stay_and_others_are_told() -> None:
    document = docx.Document()
    document.add_heading("Liên kết", 0)
    link(document.add_paragraph("Xem "), "Cổng Dịch vụ công", "https://dichvucong.gov.vn")
    link(document.add_paragraph("Không "), "bấm đây", "javascript:alert(1)")
    brought = word.read("x.docx", saved(document))
    assert brought.blocks[0]["data"]["md"] == "Xem [Cổng Dịch vụ công](https://dichvucong.gov.vn)\n\nKhông bấm đây"
    assert "https://" in said(brought)
    assert "javascript:alert(1)" in said(brought)


def test_a_table_becomes_a_list_and_is_told() -> None:
    document = docx.Document()
    document.add_heading("Số điện thoại", 0)
    table = document.add_table(rows=3, cols=2)
    for row, cells in enumerate([("Việc", "Số"), ("Báo lừa đảo", "156"), ("Cấp cứu", "115")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    brought = word.read("x.docx", saved(document))
    assert brought.blocks[0]["data"]["md"] == "- **Báo lừa đảo**: 156\n- **Cấp cứu**: 115"
    assert "A table became a list" in said(brought)


def test_what_word_hides_is_told_or_left_out() -> None:
    document = docx.Document()
    document.add_heading("Bài", 0)
    paragraph = document.add_paragraph("Còn lại. ")
    gone = OxmlElement("w:del")
    run = OxmlElement("w:r")
    text = OxmlElement("w:delText")
    text.text = "đã xóa"
    run.append(text)
    gone.append(run)
    paragraph._p.append(gone)
    document.sections[0].header.paragraphs[0].text = "Trường Tiểu học Thử Nghiệm"
    brought = word.read("x.docx", saved(document))
    assert brought.blocks[0]["data"]["md"] == "Còn lại."
    assert "tracked changes are left out: 1" in said(brought)
    assert "top and bottom of the pages" in said(brought)


def test_a_picture_that_lies_outside_is_not_fetched() -> None:
    document = docx.Document()
    document.add_heading("Bài", 0)
    document.add_picture(io.BytesIO(png()))
    key = document.part.relate_to(
        "http://127.0.0.1:9/x.png",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image",
        is_external=True,
    )
    for blip in document.element.body.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}blip"):
        del blip.attrib[qn("r:embed")]
        blip.set(qn("r:link"), key)
    brought = word.read("x.docx", saved(document))
    assert not brought.files
    assert "lies outside the file" in said(brought)


def test_decomposed_letters_are_composed_and_emoji_stay() -> None:
    document = docx.Document()
    document.add_heading("Tie\u0302\u0301ng Vie\u0323\u0302t", 0)
    document.add_paragraph("Cha\u0300o bác 👋🏽")
    brought = word.read("x.docx", saved(document))
    assert brought.title == "Tiếng Việt"
    assert brought.blocks[0]["data"]["md"] == "Chào bác 👋🏽"


def test_deep_nesting_is_refused_in_words() -> None:
    document = docx.Document()
    document.add_heading("Bài", 0)
    body = saved(document)
    deep = b"<w:sdt><w:sdtContent>" * 500 + b"<w:p/>" + b"</w:sdtContent></w:sdt>" * 500
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "word/document.xml":
                data = data.replace(b"<w:sectPr", deep + b"<w:sectPr", 1)
            new.writestr(part, data)
    with pytest.raises(Invalid, match="Open it in Word"):
        word.read("x.docx", made.getvalue())


def slide_deck() -> Any:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text = "Quét mã QR"
    first.placeholders[1].text = "Học xong bài này, bác biết trả tiền bằng mã QR."
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.shapes.title.text = "Bác làm thế này"
    second.placeholders[1].text = "Mở ứng dụng\nSoi mã"
    second.shapes.add_picture(io.BytesIO(png("blue")), Inches(1), Inches(5))
    second.notes_slide.notes_text_frame.text = "Cho từng người thử."
    third = deck.slides.add_slide(deck.slide_layouts[5])
    third.shapes.title.text = "Số liệu"
    data = CategoryChartData()
    data.categories = ["a"]
    data.add_series("s", (1,))
    third.shapes.add_chart(XL_CHART_TYPE.PIE, Inches(1), Inches(2), Inches(3), Inches(3), data)
    hidden = deck.slides.add_slide(deck.slide_layouts[5])
    hidden.shapes.title.text = "Ẩn"
    hidden._element.set("show", "0")
    return deck


def test_slides_become_headings_texts_and_a_guide() -> None:
    brought = slides.read("bai.pptx", saved(slide_deck()))
    assert brought.title == "Quét mã QR"
    assert brought.promise.startswith("Học xong bài này")
    assert brought.blocks[0]["data"]["md"] == "## Bác làm thế này\n\n- Mở ứng dụng\n- Soi mã"
    assert kinds(brought) == ["text", "image", "text"]
    assert brought.files["anh-1.png"] == png("blue")
    assert brought.guide == "**2.** Cho từng người thử."
    assert "A chart on slide 3" in said(brought)
    assert "Slide 4 is hidden" in said(brought)
    assert "Ẩn" not in str(brought.blocks)


MARKDOWN = """# Số điện thoại cần nhớ

Có ai gọi hỏi **mã OTP**, bác tắt máy.

![Thẻ ngân hàng](anh/the.png "Mặt sau")

1. Lấy thẻ
2. Tìm số

| Việc | Số |
|---|---|
| Báo lừa đảo | 156 |

> trích

`mã lệnh` và [trang](http://x.vn) và [cổng](https://dichvucong.gov.vn)

<script>alert(1)</script>

![ngoài](https://example.com/x.png)
"""


def test_markdown_keeps_what_lessons_have() -> None:
    brought = plain.read("so.md", MARKDOWN.encode(), {"the.png": png()}, STANDARD_PARTS)
    assert brought.title == "Số điện thoại cần nhớ"
    assert kinds(brought) == ["text", "image", "steps", "text"]
    assert brought.blocks[1]["data"] == {"file": "anh-1.png", "alt": "Thẻ ngân hàng", "caption": "Mặt sau"}
    assert brought.blocks[2]["data"]["items"] == ["Lấy thẻ", "Tìm số"]
    last = brought.blocks[3]["data"]["md"]
    assert "- **Báo lừa đảo**: 156" in last
    assert "[cổng](https://dichvucong.gov.vn)" in last
    assert "script" not in last
    for told in ("A table became a list", "http://x.vn", "HTML is left out", "lies outside the file", "Quotations"):
        assert told in said(brought)


def test_a_lesson_of_a_package_is_read_as_it_is() -> None:
    text = (
        "---\nslug: tin-nhan\ntitle: Tin nhắn giả\npromise: Học xong bài này, bác biết.\ngroups: [citizens]\n"
        'skills: [ND.4.3]\nminutes: 4\n---\n\nĐoạn một.\n\n:::image the.png "Thẻ"\n\n:::remember\nNhớ.\n:::\n'
    )
    brought = plain.read("lesson.md", text.encode(), {"the.png": png()}, STANDARD_PARTS)
    assert kinds(brought) == ["text", "image", "remember"]
    assert brought.facts["groups"] == ["citizens"]
    assert brought.facts["minutes"] == 4
    assert brought.files == {"the.png": png()}


def test_five_hundred_lists_in_one_another_do_no_harm() -> None:
    deep = "\n".join("  " * n + "- mục" for n in range(500))
    brought = plain.read("x.md", f"# Bài\n\n{deep}\n".encode(), {}, STANDARD_PARTS)
    assert brought.title == "Bài"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.docx", b"", "empty"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old kind"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.docx", b"PK\x03\x04" + b"\0" * 40, "damaged"),
        ("a.exe", b"MZ\0\0", "Please choose a Word"),
        ("a.md", b"\xff\xfe\x00a", "Please choose a Word"),
    ],
)
def test_what_is_no_text_is_refused_in_words(name: str, content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        opening.kind_of(name, content)


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return made.getvalue()


def test_a_name_that_leads_outside_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
        archive.writestr("../../etc/passwd", "x")
    with pytest.raises(Invalid, match="damaged"):
        opening.kind_of("a.docx", made.getvalue())


def test_a_packed_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = packed(word__document_dot_xml=b" " * (opening.MOST_XML + 1))
    assert len(bomb) < 100_000
    with pytest.raises(Invalid, match="holds too much"):
        opening.kind_of("a.docx", bomb)


def test_a_file_with_macros_is_refused_in_words() -> None:
    types = b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(Invalid, match="macros"):
        opening.kind_of("a.docm", made.getvalue())


def test_a_picture_too_large_to_open_is_no_picture() -> None:
    huge = png()[:16] + (50_000).to_bytes(4, "big") + (50_000).to_bytes(4, "big") + png()[24:]
    assert as_picture(huge) is None
    assert as_picture(png()[:60]) is None
    assert as_picture(b"GIF89a not really") is None


def test_a_picture_that_browsers_do_not_show_becomes_png() -> None:
    made = as_picture(png("green", kind="BMP"))
    assert made is not None
    assert made[0] == "png"
    assert Image.open(io.BytesIO(made[1])).size == (40, 30)


def test_one_text_at_a_time() -> None:
    one = Sent("a.md", b"# A\n\nx")
    with pytest.raises(Invalid, match="one text at a time"):
        read([one, Sent("b.md", b"# B\n\nx")], STANDARD_PARTS)
    with pytest.raises(Invalid, match="Please choose a Word"):
        read([Sent("a.png", png())], STANDARD_PARTS)
    assert read([one], STANDARD_PARTS).title == "A"


def test_marks_stand_at_the_words_not_at_the_blanks() -> None:
    assert marked(" chữ ", bold=True) == " **chữ** "
    assert marked("  ", bold=True) == "  "
    assert marked("a*b", italic=True) == "*a\\*b*"


def test_a_long_file_is_cut_and_told() -> None:
    to = Builder("dai.md")
    to.heading("Bài dài", 1)
    for number in range(400):
        to.paragraph(f"Nhớ: điều {number}", f"Nhớ: điều {number}")
    brought = to.finish()
    assert len(brought.blocks) == 150
    assert "what comes after block 150 is left out" in said(brought)


def test_a_teacher_brings_a_file_and_gets_a_draft_with_its_report(sign_in: Any) -> None:
    teacher = sign_in("instructor")
    form = {"file": (io.BytesIO(saved(a_lesson())), "bai giang.docx")}
    answer = teacher.post("/studio/dua-vao", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    report = teacher.get(answer.location)
    told = report.get_data(as_text=True)
    assert "Tin nhắn dọa khóa tài khoản" in told
    assert "Ảnh chưa có lời mô tả" in told
    slug = answer.location.rpartition("/")[2]
    editor = teacher.get(f"/studio/bai-hoc/{slug}").get_data(as_text=True)
    assert "giật mình" in editor
    assert "Không bấm." in editor
    assert sign_in("learner").get(answer.location).status_code == 404


def test_what_cannot_be_read_makes_no_draft(sign_in: Any) -> None:
    teacher = sign_in("instructor")
    before = teacher.get("/studio/bai-hoc").get_data(as_text=True).count("/studio/bai-hoc/")
    form = {"file": (io.BytesIO(b"%PDF-1.7"), "bai.pdf")}
    answer = teacher.post("/studio/dua-vao", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "PDF" in answer.get_data(as_text=True)
    assert teacher.get("/studio/bai-hoc").get_data(as_text=True).count("/studio/bai-hoc/") == before
    assert teacher.post("/studio/dua-vao", data={}).status_code == 422

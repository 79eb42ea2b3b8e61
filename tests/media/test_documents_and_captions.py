"""PDF as pages with their words; captions, strictly read."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from PIL import Image

from lms.errors import Invalid
from lms.media import captions
from lms.media.queries import MediaRow
from tests.media.conftest import stored

Taken = Callable[..., MediaRow]
FONT = Path(__file__).parents[2] / "lms" / "papers" / "fonts" / "BeVietnamPro-Regular.ttf"  # papers draw with another


def slides(*texts: str, extra: str = "", size: tuple[int, int] = (960, 540)) -> bytes:
    """A PDF of one page a text."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("ours", str(FONT)))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=size)
    canvas.setAuthor("NGUOI VIET BI MAT")
    for text in texts:
        canvas.setFont("ours", 36)
        canvas.drawString(60, 400, text)
        canvas.linkURL("https://example.vn/", (60, 300, 200, 340))
        canvas.showPage()
    if extra:
        canvas.setViewerPreference("HideToolbar", "true")
    canvas.save()
    return stream.getvalue()


def test_a_document_becomes_pictures_of_its_pages_with_their_words(app: Flask, taken: Taken) -> None:
    row = taken(slides("Giữ kín mã OTP", "Không đọc mã cho ai"), "bài giảng.pdf", "document")
    assert row.state == "ready", row.problem
    assert [page["text"] for page in row.facts["pages"]] == ["Giữ kín mã OTP", "Không đọc mã cho ai"]
    for page in row.facts["pages"]:
        widths = [v["width"] for v in page["variants"]]
        assert widths == [360, 720, 1080]
        assert Image.open(io.BytesIO(stored(app, page["key"]))).format == "WEBP"
        assert page["bytes"] < 40_000
    assert stored(app, row.facts["words"]["key"]).decode() == "Giữ kín mã OTP\n\nKhông đọc mã cho ai"
    copy = stored(app, row.facts["key"])
    assert len(pypdfium2.PdfDocument(copy)) == 2
    assert b"BI MAT" not in copy


def test_scripts_forms_and_attached_files_do_not_come_along(app: Flask, taken: Taken) -> None:
    clean = slides("Trang")
    script = b"<< /Type /Action /S /JavaScript /JS (app.alert\\(1\\)) >>"
    names = b" /Names << /JavaScript << /Names [(a) " + script + b"] >> >>"
    evil = clean.replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction " + script + names, 1)
    assert b"/JavaScript" in evil
    row = taken(evil, "x.pdf", "document")
    if row.state == "ready":
        copy = stored(app, row.facts["key"])
        assert b"JavaScript" not in copy
        assert b"OpenAction" not in copy
        assert b"example.vn" in copy, "a link to a page of another site stays"


def test_a_document_that_is_too_long_locked_or_torn_is_refused(taken: Taken) -> None:
    row = taken(slides(*["trang"] * 41), "dai.pdf", "document")
    assert row.state == "refused"
    assert "41 pages" in str(row.problem)
    with pytest.raises(Invalid) as refused:
        taken(slides("a")[:-900], "cut.pdf", "document")
    assert "not whole" in str(refused.value.text)
    torn = taken(b"%PDF-1.4\n" + bytes(4000) + b"\n%%EOF\n", "torn.pdf", "document")
    assert torn.state == "refused"
    assert "damaged" in str(torn.problem)
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(50, 50, "x")
    canvas.save()
    locked = taken(stream.getvalue(), "khoa.pdf", "document")
    assert "password" in str(locked.problem)


def test_a_page_as_large_as_a_field_is_drawn_small(taken: Taken) -> None:
    row = taken(slides("Rộng", size=(14_000, 9_000)), "rong.pdf", "document")
    assert row.state == "ready"
    assert max(v["width"] for v in row.facts["pages"][0]["variants"]) <= 1080


VTT = b"""WEBVTT - title

STYLE
::cue { background: url(https://evil.example/x) }

NOTE written by me

1
00:01.000 --> 00:03.500 align:start
<v Lan><b>Xin</b> ch\xc3\xa0o &amp; m\xe1\xbb\x9di b\xc3\xa0 con</v>

00:00:04.000 --> 01:00:05.000
<script>alert(1)</script>D\xc3\xb2ng hai
"""


def test_captions_are_written_anew_as_plain_words() -> None:
    cues = captions.read(VTT)
    assert [(c.start, c.end, c.text) for c in cues] == [
        (1000, 3500, "Xin chào & mời bà con"),
        (4000, 3_605_000, "alert(1)Dòng hai"),
    ]
    written = captions.written(cues).decode()
    assert written == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.500\nXin chào &amp; mời bà con\n\n"
        "00:00:04.000 --> 01:00:05.000\nalert(1)Dòng hai\n"
    )
    assert captions.read(written.encode()) == cues, "what we write we read the same"
    assert "evil" not in written


def test_srt_is_taken_too(app: Flask, taken: Taken) -> None:
    srt = "1\r\n00:00:02,500 --> 00:00:04,000\r\nXin chào\r\n\r\n2\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Trước</i>\r\n"
    row = taken(srt.encode("utf-8-sig"), "a.srt", "captions")
    assert row.facts["ending"] == "vtt"
    assert row.facts["text"] == "Trước Xin chào"
    assert stored(app, row.facts["key"]).startswith(b"WEBVTT\n\n00:00:01.000 --> ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"WEBVTT\n\n00:05.000 --> 00:01.000\nx\n", "line 3: it ends before it begins"),
        (b"WEBVTT\n\n00:xx.000 --> 00:01.000\nx\n", "line 3: the times"),
        (b"WEBVTT\n\n", "no captions"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"a" * 900, "more than 400 letters"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff\xfe", "UTF-8"),
        (b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nx\n\n" * 3001, "more than 3000"),
    ],
)
def test_captions_that_are_not_right_name_the_line(taken: Taken, content: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        taken(content, "a.vtt", "captions")
    assert words in refused.value.text.say()

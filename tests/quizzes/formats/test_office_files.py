"""Word and Excel files that mean harm or were made by others: refused with a reason, or read as far as they go."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import openpyxl
import pytest

from lms.api.work import Invalid
from lms.packages.importing import ITEM_READERS
from lms.testing.building import make_app
from quizzes.formats import checking, opening, word, workbook
from quizzes.formats.question import Brought, Question
from tests.quizzes.formats.papers import document, read, right, saved


@pytest.fixture(scope="module", autouse=True)
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The types' own readers stand in the application's registry."""
    folder = tmp_path_factory.mktemp("readers")
    with make_app(folder, f"sqlite:///{folder}/none.sqlite").app_context():
        assert ITEM_READERS.find("numeric")
        yield


PAPER = saved(document("Câu 1: Số nào?", "A. 113", "[u]B[/u]. 156"))


def changed(content: bytes, **parts: bytes | None) -> bytes:
    """An office file with some parts in another form, or more of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info.filename, old.read(info.filename))
        for name, data in parts.items():
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


TYPES = zipfile.ZipFile(io.BytesIO(PAPER)).read("[Content_Types].xml")
WITH_MACROS = TYPES.replace(b"document.main+xml", b"x.macroEnabled.main+xml")
MAIN = zipfile.ZipFile(io.BytesIO(PAPER)).read("word/document.xml")
HARM = {
    "macros": changed(PAPER, **{"[Content_Types].xml": WITH_MACROS}),
    "leads outside": changed(PAPER, **{"../../etc/x": b"x"}),
    "entities": changed(PAPER, **{"word/document.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + MAIN}),
    "grows": changed(PAPER, **{"word/big.xml": b" " * (opening.MOST_XML + 1)}),
    "not whole": PAPER[: len(PAPER) // 2],
    "torn": changed(PAPER, **{"word/document.xml": MAIN[: len(MAIN) // 2]}),
    "nests": changed(
        PAPER,
        **{"word/document.xml": MAIN.replace(b"<w:body>", b"<w:body>" + b"<w:sdt><w:sdtContent>" * 200
                                             + b"</w:sdtContent></w:sdt>" * 200)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARM)
def test_harmful_word_files_are_refused(name: str) -> None:
    def bring() -> None:
        assert opening.kind_of("de.docx", HARM[name]) == "word"
        word.pieces(HARM[name], Brought())

    with pytest.raises(Invalid):
        bring()


def test_what_lies_outside_a_word_file_is_never_fetched() -> None:
    made = document("Câu 1: Hình gì?", "A. một", "[u]B[/u]. hai")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    key = made.part.relate_to("http://127.0.0.1:9/x.png", kind, is_external=True)
    content = saved(made)
    drawing = (
        '<w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        f'r:embed="{key}"/></w:drawing></w:r></w:p>'
    )
    main = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").replace(b"</w:p>", drawing.encode(), 1)
    found = read(changed(content, **{"word/document.xml": main}))
    assert right(found) == ["B"]
    assert found.questions[0].picture is None
    assert "was not fetched" in str(found.losses[0].text)


def sheet(*rows: tuple[object, ...]) -> bytes:
    """A workbook of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_heads_of_others_are_known_wherever_they_stand() -> None:
    found = workbook.read(
        sheet(
            ("ĐỀ KIỂM TRA",), (),
            ("STT", "Nội dung câu hỏi", "Đáp án A", "Đáp án B", "Phương án C", "ĐÁP ÁN", "Mức độ", "Lời giải"),
            (1, "Số nào báo lừa đảo?", 113, 156, 115, "B", "Nhận biết", "Gọi được cả ngày."),
            (2, "Chọn hai.", "a", "b", "c", "A, c", "VDC", None), (),
            (3, "Trái đất tròn.", None, None, None, "Đúng", 2, None),
            (4, "Một tuần mấy ngày?", None, None, None, 7, None, None),
            (5, "Sai chữ.", "a", "b", None, "D", "lạ", None),
        ),
        checking.read_detail,
    )  # fmt: skip
    kinds = [(q.kind, q.line, q.thinking, q.level) for q in found.questions]
    assert kinds[:4] == [
        ("single_choice", 4, "know", 0), ("multiple_choice", 5, "extend", 0), ("true_false", 7, "", 2),
        ("numeric", 8, "", 0),
    ]  # fmt: skip
    assert found.questions[0].data["options"][1] == {"text": "156", "correct": True, "why": "Gọi được cả ngày."}
    problems = " ".join(map(str, found.questions[4].problems))
    assert "said to be D" in problems
    assert "“lạ” is no level" in problems


def test_the_template_reads_as_what_it_says() -> None:
    found = workbook.read(workbook.template(), checking.read_detail)
    assert [(q.kind, q.problems) for q in found.questions] == [
        ("single_choice", []), ("true_false", []), ("matching", []),
    ]  # fmt: skip


def test_nothing_written_is_ever_a_formula() -> None:
    evil = Question("true_false", '=HYPERLINK("http://x","y")', {"answer": True, "why_true": "", "why_false": ""}, "+1")
    content = workbook.write([evil], checking.text_of, checking.same, checking.read_detail).content
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    [again] = workbook.read(content, checking.read_detail).questions
    assert (again.stem, again.name) == (evil.stem, "+1")


def test_a_workbook_without_heads_says_what_it_needs() -> None:
    found = workbook.read(sheet(("a", "b"), (1, 2)), checking.read_detail)
    assert "“Câu hỏi”" in str(found.problems[0].text)
    with pytest.raises(Invalid):
        workbook.read(b"PK\x03\x04", checking.read_detail)

"""Vietnamese question papers as teachers write them in Word."""

from __future__ import annotations

import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from tests.quizzes.formats.papers import Piece, brought, document, png, read, right, said, saved

ONE = ("Câu 1: Số nào báo lừa đảo?", "A. 113", "B. 114", "C. 156", "D. 115")


def marked(letter: str, mark: str, whole: bool = False) -> tuple[str, ...]:
    rows = []
    for row in ONE[1:]:
        head, rest = row[:1], row[1:]
        if head == letter:
            row = f"[{mark}]{row}[/{mark}]" if whole else f"[{mark}]{head}[/{mark}]{rest}"
        rows.append(row)
    return (ONE[0], *rows)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("mark", ["u", "b", "c", "h"])
def test_an_answer_set_apart_by_its_letter_or_as_a_whole_is_the_right_one(mark: str, whole: bool) -> None:
    found = brought(*marked("C", mark, whole))
    assert right(found) == ["C"]
    assert [o["text"] for o in found.questions[0].data["options"]] == ["113", "114", "156", "115"]
    assert not found.questions[0].problems


def test_word_says_marks_tables_and_pictures() -> None:
    lines = [*marked("C", "u"), *marked("B", "b", True), *marked("A", "c"), *marked("D", "h", True)]
    for number, place in enumerate(range(0, 20, 5), 1):
        lines[place] = f"Câu {number}: Số nào báo lừa đảo?"
    found = read(
        saved(document(*lines, "Câu 5: Biển gì?", png(), [["A. Cấm", "B. Báo"]], "BẢNG ĐÁP ÁN", [["5"], ["B"]]))
    )
    assert right(found) == ["C", "B", "A", "D", "B"], said(found)
    picture = found.questions[4].picture
    assert picture is not None
    assert found.files[picture["file"]] == png()


@pytest.mark.parametrize("row", ["*C. 156", "* C. 156", "C*. 156", "C. 156*", "✓ C. 156", "C. 156 ✓"])
def test_a_star_says_it_too(row: str) -> None:
    found = brought(ONE[0], ONE[1], ONE[2], row, ONE[4])
    assert right(found) == ["C"]
    assert found.questions[0].data["options"][2]["text"] == "156"


@pytest.mark.parametrize(
    "line",
    ["Đáp án: C", "ĐÁP ÁN: C.", "Đáp án đúng là: C", "Đáp án đúng: C", "ĐA: C", "Chọn C", "Answer: C", "Key: C"],
)
def test_a_line_below_says_it_too(line: str) -> None:
    lines: tuple[Piece, ...] = (*ONE, "Lời giải", line) if line.startswith("Chọn") else (*ONE, line)
    assert right(brought(*lines)) == ["C"], said(brought(*lines))


@pytest.mark.parametrize(
    "start",
    ["Câu 1:", "Câu 1.", "Câu 1)", "CÂU 1:", "Câu 1 (0,25 điểm):", "Câu 1 -", "Câu hỏi 1:", "Bài 1:", "Bài 1.", "1.",
     "1)", "[b]Câu 1.[/b]", "Câu 01:", "Question 1:"],
)  # fmt: skip
def test_every_customary_beginning_of_a_question_is_known(start: str) -> None:
    found = brought(f"{start} Số nào báo lừa đảo?", "A. 113", "[u]B[/u]. 156")
    assert [(q.stem, q.kind) for q in found.questions] == [("Số nào báo lừa đảo?", "single_choice")]
    assert right(found) == ["B"]


def test_answers_may_share_lines_or_stand_behind_the_question() -> None:
    found = brought(
        "Câu 1: Chọn số.", "A. một\tB. hai   [u]C.[/u] ba\tD. bốn",
        "Câu 2: Chọn chữ.", "[u]A[/u]. a  B. b", "C. c  D. d",
        "Câu 3: 2 + 2 = ? A. 3   B. 5   [u]C[/u]. 4",
    )  # fmt: skip
    assert right(found) == ["C", "A", "C"]
    assert found.questions[2].stem == "2 + 2 = ?"
    assert [o["text"] for o in found.questions[1].data["options"]] == ["a", "b", "c", "d"]


def test_answers_in_the_cells_of_a_table_with_or_without_their_letters_apart() -> None:
    found = brought(
        "Câu 1: Chọn số.", [["A. một", "B. hai"], ["[u]C[/u]. ba", "D. bốn"]],
        "Câu 2: Chọn chữ.", [["A.", "anh"], ["[u]B.[/u]", "bác"]],
    )  # fmt: skip
    assert right(found) == ["C", "B"]
    assert [o["text"] for o in found.questions[1].data["options"]] == ["anh", "bác"]


def test_a_paper_set_in_a_table_is_read_like_one_that_is_not() -> None:
    found = brought([["Câu 1: Chọn số nào bây giờ?"], ["A. một"], ["[u]B[/u]. hai"]])
    assert [(q.stem, q.kind) for q in found.questions] == [("Chọn số nào bây giờ?", "single_choice")]
    assert right(found) == ["B"]


TWO = (*ONE, "Câu 2: Mã OTP dùng để làm gì?", "A. Xác nhận", "B. Chơi", "C. Bán", "D. Cho")
KEYS: list[tuple[Piece, ...]] = [
    ("BẢNG ĐÁP ÁN", [["1", "2"], ["C", "A"]]),
    ("ĐÁP ÁN", [["Câu", "1", "2"], ["Đáp án", "C", "A"]]),
    ("--- HẾT ---", [["Câu", "Đáp án"], ["1", "C"], ["2", "A"]]),
    ("BẢNG ĐÁP ÁN", [["1.C", "2.A"]]),
    ("BẢNG ĐÁP ÁN", [["Câu 1: C", "Câu 2: A"]]),
    ("ĐÁP ÁN", "1C 2A"),
    ("ĐÁP ÁN:", "1. C; 2. A"),
    ("Đáp án tham khảo", "1-C, 2-A"),
    ("ĐÁP ÁN", "Câu 1: C", "Câu 2: A"),
    ("HƯỚNG DẪN CHẤM", "1. C", "2. A"),
    ("ĐÁP ÁN VÀ HƯỚNG DẪN GIẢI", "Câu 1: Chọn C. Vì 156 là số của Bộ.", "Câu 2. Chọn A"),
    ([["Câu", "1", "2"], ["ĐA", "C", "A"]],),
]


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_every_customary_key_at_the_end_is_known(key: tuple[Piece, ...]) -> None:
    found = brought(*TWO, *key)
    assert right(found) == ["C", "A"], said(found)
    assert not found.problems
    assert found.questions[1].data["options"][3]["text"] == "Cho"


def test_solutions_become_what_is_said_wherever_they_stand() -> None:
    found = brought(
        *ONE, "Lời giải", "Chọn C. Vì 156 là số của Bộ.", "Gọi được cả ngày.",
        "Câu 2: Mã OTP dùng để làm gì?", "A. Xác nhận", "B. Chơi", "Hướng dẫn giải: Mã xác nhận là của mình.",
        "HẾT", "HƯỚNG DẪN GIẢI CHI TIẾT", "Câu 2: Chọn A", "Không đọc cho ai.",
    )  # fmt: skip
    assert right(found) == ["C", "A"], said(found)
    whys = [o["why"] for o in found.questions[0].data["options"]]
    assert set(whys) == {"Vì 156 là số của Bộ.\n\nGọi được cả ngày."}
    assert found.questions[1].data["options"][1]["why"] == "Mã xác nhận là của mình.\n\nKhông đọc cho ai."


def test_the_parts_of_the_national_paper_and_its_key() -> None:
    found = brought(
        "PHẦN I. Câu trắc nghiệm nhiều phương án lựa chọn. Thí sinh trả lời từ câu 1 đến câu 1.",
        "Câu 1. [NB] Chọn số.", "A. một", "B. hai",
        "PHẦN II. Câu trắc nghiệm đúng sai.",
        "Thí sinh trả lời câu 1. Trong mỗi ý a), b), c), d) ở mỗi câu, thí sinh chọn đúng hoặc sai.",
        "Câu 1. Về mã OTP:", "a) Là mã dùng một lần.", "b) Đọc được cho công an.", "c) Có hạn.", "d) Ai cũng biết.",
        "PHẦN III. Câu trắc nghiệm trả lời ngắn.",
        "Câu 1. [VDC] Một tuần có mấy ngày?", "Câu 2. Thủ đô là thành phố nào?",
        "--- HẾT ---", "ĐÁP ÁN",
        "PHẦN I", [["Câu", "1"], ["Đáp án", "B"]],
        "PHẦN II", "Câu 1: a) Đ b) S c) Đ d) S",
        "PHẦN III", "Câu 1: 7", "Câu 2: Hà Nội / Ha Noi",
    )  # fmt: skip
    assert [q.kind for q in found.questions] == ["single_choice", "fill_blanks", "numeric", "short_answer"], said(found)
    choice, truth, number, words = found.questions
    assert choice.name == "Câu I.1"
    assert choice.thinking == "know"
    assert number.thinking == "extend"
    assert choice.data["options"][1].get("correct")
    assert [[o.get("correct", False) for o in b["options"]] for b in truth.data["blanks"]] == [
        [True, False], [False, True], [True, False], [False, True],
    ]  # fmt: skip
    assert truth.data["text"].startswith("a) Là mã dùng một lần. [[1]]\n\nb) Đọc được")
    assert number.data == {"answers": [{"value": "7"}]}
    assert words.data == {"answers": [{"text": "Hà Nội"}, {"text": "Ha Noi"}]}
    assert not found.problems


@pytest.mark.parametrize(
    "rows",
    [
        ("a) Đất tròn. (Đ)", "b) Trời vuông. (S)"),
        ("a) Đất tròn. - Đúng", "b) Trời vuông. - Sai"),
        ("[u]a[/u]) Đất tròn.", "b) Trời vuông."),
        ("*a) Đất tròn.", "b) Trời vuông."),
        ("a) Đất tròn.", "b) Trời vuông.", "Đáp án: ĐS"),
        ("a) Đất tròn.", "b) Trời vuông.", "Đáp án: a) Đúng, b) Sai"),
    ],
)
def test_statements_say_whether_they_are_right(rows: tuple[str, ...]) -> None:
    found = brought("Câu 1: Đúng hay sai?", *rows)
    [question] = found.questions
    assert not question.problems, said(found)
    assert question.data["text"] == "a) Đất tròn. [[1]]\n\nb) Trời vuông. [[2]]"
    assert [b["options"][0].get("correct", False) for b in question.data["blanks"]] == [True, False]


def test_small_letters_before_answers_are_part_of_the_question() -> None:
    found = brought("Câu 1: Cho các ý:", "a) Một", "b) Hai", "Ý nào đúng?", "[u]A[/u]. a", "B. b")
    assert found.questions[0].stem == "Cho các ý:\n\na) Một\n\nb) Hai\nÝ nào đúng?"
    assert right(found) == ["A"]


def test_numbers_are_read_as_they_are_written_here() -> None:
    found = brought("Câu 1: Bao nhiêu tiền?", "Đáp án: 1.234,5 đồng", "Câu 2: Viết số.", "Đáp án: 12 000")
    assert found.questions[0].data == {
        "answers": [{"value": "1234.5"}], "unit": {"name": "đồng", "others": [], "needed": False},
    }  # fmt: skip
    assert found.questions[1].data == {"answers": [{"value": "12000"}]}


def test_an_essay_becomes_a_task() -> None:
    found = brought(
        *ONE[:3], "Đáp án: A", "II. PHẦN TỰ LUẬN (3 điểm)", "Câu 2: Kể một lần bác nhận tin nhắn lạ.",
        "Hướng dẫn giải: Nêu được người gửi và việc đã làm.",
    )  # fmt: skip
    task = found.questions[1]
    assert (task.kind, task.data) == ("task", {"asks": "text", "model": "Nêu được người gửi và việc đã làm."})


def test_pictures_and_tables_stay_with_their_question() -> None:
    found = brought(
        "Câu 1: Đây là biển gì?", png(), "[u]A[/u]. Cấm", "B. Báo",
        "Câu 2: Theo bảng sau, ai lớn tuổi hơn?", [["Tên", "Tuổi"], ["Mai", "60"], ["Lan | Cúc", "65"]], "A. Mai",
        "[u]B[/u]. Lan",
    )  # fmt: skip
    picture = found.questions[0].picture
    assert picture is not None
    assert found.files[picture["file"]] == png()
    assert found.questions[1].stem.split("\n") == [
        "Theo bảng sau, ai lớn tuổi hơn?", "", "| Tên | Tuổi |", "| --- | --- |", "| Mai | 60 |", "| Lan / Cúc | 65 |",
    ]  # fmt: skip


def test_a_picture_as_an_answer() -> None:
    made = document("Câu 1: Hình nào là ổ khóa?", "[u]A[/u]. ", "B. Không hình nào")
    made.paragraphs[1].add_run().add_picture(__import__("io").BytesIO(png()))
    found = read(saved(made))
    assert found.questions[0].data["options"][0]["picture"]["file"] in found.files
    assert found.questions[0].data["options"][0]["text"] == "Hình A"


def test_a_passage_for_several_questions_stands_in_each_of_them() -> None:
    found = brought(
        "Câu 1: Một?", "[u]A[/u]. a", "B. b", "Đọc đoạn sau và trả lời câu 2 đến câu 3:", "Bác Năm nhận tin nhắn lạ.",
        "Câu 2: Hai?", "[u]A[/u]. a", "B. b", "Câu 3: Ba?", "[u]A[/u]. a", "B. b", "Câu 4: Bốn?", "[u]A[/u]. a", "B. b",
    )  # fmt: skip
    assert [("Bác Năm" in q.stem) for q in found.questions] == [False, True, True, False]
    assert found.questions[0].data["options"][1]["text"] == "b"


def test_numbers_and_letters_that_word_counts_itself() -> None:
    made = document()
    numbering = made.part.numbering_part.element
    kind = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="decimal"/><w:lvlText w:val="Câu %1:"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/>'
        '<w:numFmt w:val="upperLetter"/><w:lvlText w:val="%2."/></w:lvl></w:abstractNum>'
    )
    numbering.insert(0, kind)
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for level, text in ((0, "Số nào?"), (1, "một"), (1, "hai"), (0, "Chữ nào?"), (1, "a"), (1, "b")):
        paragraph = made.add_paragraph(text)
        number = OxmlElement("w:numPr")
        for name, value in (("w:ilvl", level), ("w:numId", 77)):
            part = OxmlElement(name)
            part.set(qn("w:val"), str(value))
            number.append(part)
        paragraph._p.get_or_add_pPr().append(number)
    for text in ("BẢNG ĐÁP ÁN", "1B 2A"):
        made.add_paragraph(text)
    found = read(saved(made))
    assert [(q.name, q.stem) for q in found.questions] == [("Câu 1", "Số nào?"), ("Câu 2", "Chữ nào?")]
    assert right(found) == ["B", "A"]


def test_bold_that_is_only_emphasis_is_kept_as_emphasis() -> None:
    found = brought("[b]Câu 1:[/b] Việc nào [b]không[/b] nên làm, 3*4?", "A. Đọc mã [b]OTP[/b]", "[u]B[/u]. Cúp máy")
    assert found.questions[0].stem == "Việc nào **không** nên làm, 3\\*4?"
    assert right(found) == ["B"]


WRONG: list[tuple[tuple[Piece, ...], str]] = [
    (ONE, "No right answer is marked"),
    ((*ONE, "Đáp án: E"), "said to be E, but there is no such answer"),
    ((*ONE, "Đáp án: 156 mới đúng"), "which is no letter of an answer"),
    ((*marked("C", "u"), "BẢNG ĐÁP ÁN", "1B"), "The paper marks C, and B is said to be right"),
    ((ONE[0], "[h]A[/h]. 113", "[u]B[/u]. 114"), "marked in different ways: A and B"),
    (("Câu 1: Gì?", "A. một", "C. ba"), "After answer A comes C"),
    (("Câu 1: Gì?", "A. một", "[u]B[/u]. một"), "Two answers say the same"),
    (("Câu 1: Gì?", "[u]A[/u]. một", "B. "), "Answer B has no words"),
    (("Câu 1: Gì?", "Đáp án: "), "There are no answers"),
    (("Câu 1:", "[u]A[/u]. một", "B. hai"), "There are no words of the question"),
    ((*TWO, "BẢNG ĐÁP ÁN", [["1", "2"], ["C", ""]]), "The table of answers is uneven: 1"),
    ((*TWO, "BẢNG ĐÁP ÁN", "1C 2A 9B"), "not in the paper: 9"),
    ((*TWO, "BẢNG ĐÁP ÁN", "1C 2A 1D"), "two answers for question 1: C and D"),
    ((*TWO, "BẢNG ĐÁP ÁN", [["?", "!"], ["x", "y"]]), "A table of answers is not understood"),
    ((*ONE, *ONE), "two questions with the number 1"),
    (("Kính gửi các bác", "Thư này không có câu hỏi."), "No question was found"),
    (("Câu 1: Đúng hay sai?", "a) Một", "b) Hai", "Đáp án: Đ"), "does not say of 2 statements"),
]


@pytest.mark.parametrize(("pieces", "words"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said(pieces: tuple[Piece, ...], words: str) -> None:
    found = brought(*pieces)
    assert words in said(found)
    assert found.problems or any(q.problems for q in found.questions)

"""GIFT and Aiken as other systems and people write them."""

from __future__ import annotations

import pytest

from lms.api.work import Invalid
from quizzes.formats import aiken, gift, opening
from quizzes.formats.question import Question


def one(text: str) -> Question:
    """The only question of a text."""
    found = gift.read(text)
    assert not found.problems
    [question] = found.questions
    return question


def test_names_categories_tags_and_formats() -> None:
    found = gift.read(
        "// đầu tệp\n$CATEGORY: $course$/top/An toàn//số\n\n// [id:7] [tag:ND.4.3] [tag:hvs:level=2]\n"
        "::Mã\\: một::[html]<p>Ai <b>được</b> hỏi?</p><p>Ngân hàng &amp; bạn</p>{T#sai#đúng}\n"
    )
    [question] = found.questions
    assert (question.name, question.category, question.skills, question.level) == (
        "Mã: một", "top/An toàn/số", ["ND.4.3"], 2,
    )  # fmt: skip
    assert question.stem == "Ai **được** hỏi?\n\nNgân hàng & bạn"
    assert question.data == {"answer": True, "why_true": "đúng", "why_false": "sai"}
    assert question.line == 5


@pytest.mark.parametrize(
    ("inner", "answers"),
    [
        ("#115", [{"value": "115"}]),
        ("#3.14:0.01", [{"value": "3.14", "tolerance": "0.01"}]),
        ("#1..5", [{"value": "3", "tolerance": "2"}]),
        ("#-2,5", [{"value": "-2.5"}]),
        (
            "#=7:1#gần =%50%10:2",
            [{"value": "7", "tolerance": "1", "why": "gần"}, {"value": "10", "tolerance": "2", "share": 50}],
        ),
    ],
)  # fmt: skip
def test_numbers_with_tolerances_and_ranges(inner: str, answers: list[dict[str, object]]) -> None:
    assert one(f"Bao nhiêu? {{{inner}}}").data == {"answers": answers}


def test_weights_become_shares_or_a_rule() -> None:
    half = one("Chọn? {=đủ ~%50%một nửa ~%-25%hại ~không}")
    assert half.kind == "single_choice"
    assert [(o.get("correct"), o.get("share")) for o in half.data["options"]] == [
        (True, None), (None, 50), (None, -25), (None, None),
    ]  # fmt: skip
    each = one("Chọn? {~%50%a ~%50%b ~%-50%c}")
    assert (each.kind, each.data["scoring"]) == ("multiple_choice", "each")
    uneven = one("Chọn? {~%75%a ~%25%b ~%-100%c}")
    assert (uneven.data["scoring"], [o["share"] for o in uneven.data["options"]]) == ("shares", [75, 25, -100])
    free = one("Chọn? {~%50%a ~%50%b ~c}")
    assert free.data["scoring"] == "each"
    assert "took nothing away" in str(free.losses[0])


def test_words_around_the_answers_leave_a_gap() -> None:
    assert one("Thủ đô là {~Huế =Hà Nội} từ lâu.").stem == "Thủ đô là \\_\\_\\_\\_\\_ từ lâu."
    assert one("[markdown]Thủ đô *là* {=Hà Nội}.").stem == "Thủ đô *là* \\_\\_\\_\\_\\_."


def test_pairs_and_what_fits_nothing() -> None:
    data = one("Ghép {=113 -> Công an =114 -> Chữa cháy = -> Điện lực}").data
    assert [pair["left"] for pair in data["pairs"]] == ["113", "114"]
    assert data["others"] == ["Điện lực"]


def test_escapes_and_general_feedback() -> None:
    question = one("Dấu \\{ \\} \\: \\# \\= \\~ \\\\ là\\ngì? {=\\= bằng#vì \\# ~khác####Chung \\{1\\}}")
    assert question.stem == "Dấu { } : # = ~ \\\\ là\ngì?"
    assert question.data["options"] == [
        {"text": "= bằng", "correct": True, "why": "vì #\n\nChung {1}"}, {"text": "khác", "why": "Chung {1}"},
    ]  # fmt: skip


def test_a_stray_wild_card_is_what_is_said_to_all_other_answers() -> None:
    assert one("Ai? {=Bác#đúng =%0%*#sai rồi}").data == {
        "answers": [{"text": "Bác", "why": "đúng"}], "why_wrong": "sai rồi",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hỏi {=a ~b\n", "never closed"),
        ("Hỏi {a} và {b}", "one pair of braces"),
        ("Hỏi {a =b}", "not understood"),
        ("Hỏi {#mười}", "is not a number"),
        ("Hỏi {= ~b}", "has no words"),
        ("Hỏi {=a -> b =c}", "A pair needs ->"),
        ("{T}", "no words of the question"),
    ],
)
def test_what_is_wrong_is_said_of_its_question(text: str, words: str) -> None:
    assert words in " ".join(map(str, one(text).problems))


def test_a_question_that_is_never_closed_takes_no_other_with_it() -> None:
    found = gift.read("::a::Một {=x\n~y\n\n::b::Hai {T}\n\nĐọc đoạn sau.\n")
    assert [(q.name, bool(q.problems), q.line) for q in found.questions] == [("a", True, 1), ("b", False, 4)]
    assert [str(told.text) for told in found.losses] == ["A description asks nothing and is left out."]


@pytest.mark.parametrize(
    ("coding", "text"),
    [("utf-8", "Thủ đô? {=Hà Nội}"), ("utf-8-sig", "Thủ đô? {=Hà Nội}"), ("utf-16", "Thủ đô? {=Hà Nội}"),
     ("cp1252", "Où est l'été? {=été}")],
)  # fmt: skip
def test_letters_of_every_coding_are_read(coding: str, text: str) -> None:
    decoded, note = opening.decoded(text.encode(coding))
    assert decoded == text
    assert (note is None) == (coding != "cp1252")


def test_windows_vietnamese_is_told_from_windows_western() -> None:
    import unicodedata

    parts = unicodedata.normalize("NFD", "Thủ đô là đâu? Hà Nội").replace("o\u0302", "ô").replace("a\u0302", "â")
    content = parts.replace("o\u0323\u0302", "ô\u0323").encode("cp1258")
    text, note = opening.decoded(content)
    assert unicodedata.normalize("NFC", text) == "Thủ đô là đâu? Hà Nội"
    assert note is not None
    assert "Vietnamese" in str(note)


def test_aiken() -> None:
    found = aiken.read(
        "Câu này\nhai dòng *?\nA. một\nB) hai\nANSWER: B\n\nCâu hai?\nA. x\nB. y\nANSWER: D\n\nLẻ\nA. z\n"
    )
    first, second = found.questions
    assert first.stem == "Câu này\nhai dòng \\*?"
    assert [o.get("correct", False) for o in first.data["options"]] == [False, True]
    assert "said to be D" in str(second.problems[0])
    assert (found.problems[0].line, found.problems[0].where) == (12, "Lẻ")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"What?\nA. x\nB. y\nANSWER: A\n", "aiken"),
        ("a.txt", b"What? {=x ~y}\n", "gift"),
        ("a.bin", b"<?xml version='1.0'?><quiz/>", "xml"),
    ],
)
def test_a_file_is_known_by_its_content(name: str, content: bytes, kind: str) -> None:
    assert opening.kind_of(name, content) == kind


def test_nothing_but_questions_is_refused() -> None:
    for content in (b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", b"%PDF-1.4", b"\0\1\2", b"PK\x03\x04"):
        with pytest.raises(Invalid):
            opening.kind_of("a", content)

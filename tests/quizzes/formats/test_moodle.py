"""Moodle XML as Moodle exports it: every type, cloze, pictures; and files that mean harm."""

from __future__ import annotations

import base64

import pytest

from lms.api.work import Invalid
from quizzes.formats import moodle
from quizzes.formats.question import Brought, Question
from tests.counted import counted
from tests.quizzes.formats.papers import png


def read(*questions: str) -> Brought:
    """What an export of these questions gives."""
    return moodle.read(f"<?xml version='1.0'?><quiz>{''.join(questions)}</quiz>".encode())


def one(kind: str, inner: str, stem: str = "Hỏi <b>gì</b>?") -> Question:
    """The only question of an export."""
    text = f"<questiontext format='html'><text><![CDATA[<p>{stem}</p>]]></text></questiontext>"
    [question] = read(f"<question type='{kind}'><name><text>Tên</text></name>{text}{inner}</question>").questions
    return question


def answer(share: object, text: str, why: str = "", more: str = "") -> str:
    said = f"<feedback format='html'><text><![CDATA[{why}]]></text></feedback>" if why else ""
    return f"<answer fraction='{share}' format='html'><text><![CDATA[{text}]]></text>{said}{more}</answer>"


def test_a_choice_with_its_words_tags_and_category() -> None:
    found = read(
        "<question type='category'><category><text>$course$/top/An toàn</text></category></question>",
        "<question type='multichoice'><name><text>x</text></name><questiontext format='html'><text>"
        "<![CDATA[<p>Một &amp; <em>hai</em></p><ul><li>a</li><li>b</li></ul>"
        "<table><tr><th>Tên</th><th>Tuổi</th></tr><tr><td>Mai</td><td>60</td></tr></table>]]></text></questiontext>"
        "<single>true</single><shuffleanswers>0</shuffleanswers>"
        "<generalfeedback format='html'><text>Chung.</text></generalfeedback>"
        + answer(100, "<p>đúng</p>", "<b>Giỏi</b>")
        + answer(50, "nửa x<sup>2</sup>")
        + answer(0, "sai")
        + "<tags><tag><text>ND.4.3</text></tag></tags></question>",
    )
    [question] = found.questions
    assert question.category == "An toàn"
    assert question.skills == ["ND.4.3"]
    assert question.stem == (
        "Một & *hai*\n\n• a\n• b\n\n| Tên | Tuổi |\n| --- | --- |\n| Mai | 60 |"
    )  # fmt: skip
    assert question.data == {
        "options": [
            {"text": "đúng", "why": "**Giỏi**\n\nChung.", "correct": True},
            {"text": "nửa x²", "share": 50, "why": "Chung."}, {"text": "sai", "why": "Chung."},
        ],
        "shuffle": False,
    }  # fmt: skip


def test_the_other_types() -> None:
    truth = one("truefalse", answer(0, "true", "không") + answer(100, "false", "phải"))
    assert truth.data == {"answer": False, "why_true": "không", "why_false": "phải"}
    short = one("shortanswer", "<usecase>1</usecase>" + answer(100, "Hà Nội") + answer(0, "*", "thử lại"))
    assert short.data == {"answers": [{"text": "Hà Nội"}], "why_wrong": "thử lại", "heeds": ["case"]}
    number = one(
        "numerical", answer(100, "1.5", more="<tolerance>0.5</tolerance>")
        + "<units><unit><multiplier>1</multiplier><unit_name>km</unit_name></unit></units>"
        "<unitgradingtype>1</unitgradingtype>",
    )  # fmt: skip
    assert number.data == {
        "answers": [{"value": "1.5", "tolerance": "0.5"}], "unit": {"name": "km", "others": [], "needed": True},
    }  # fmt: skip
    pair = "<subquestion format='html'><text>{}</text><answer><text>{}</text></answer></subquestion>"
    match = one("matching", pair.format("113", "Công an") + pair.format("", "Điện lực"))
    assert match.data == {"pairs": [{"left": "113", "right": "Công an"}], "others": ["Điện lực"]}
    essay = one(
        "essay", "<responseformat>editor</responseformat><graderinfo format='html'><text>Ý một</text></graderinfo>"
    )
    assert (essay.kind, essay.data) == ("task", {"asks": "text", "model": "Ý một"})
    order = one("ordering", "<gradingtype>ABSOLUTE_POSITION</gradingtype>" + answer(2, "hai") + answer(1, "một"))
    assert order.data == {"steps": ["một", "hai"], "scoring": "places"}
    gaps = one(
        "gapselect",
        "".join(f"<selectoption><text>{t}</text><group>1</group></selectoption>" for t in "ab"),
        "X [[2]] y",
    )
    assert [o.get("correct", False) for o in gaps.data["blanks"][0]["options"]] == [False, True]
    unknown = one("calculated", "")
    assert "“calculated” are not known" in str(unknown.problems[0])


def test_cloze_with_every_kind_of_blank() -> None:
    question = one(
        "cloze", "", "Điền.</p><p>Thủ đô {1:MULTICHOICE:=Hà Nội#đúng~%50%Huế~Vinh}, tỉnh {2:SA:=Lào Cai~%50%Lao Cai}, "
        "số {:NM:=115:1~*#sai}, chữ {1:SHORTANSWER_C:=VNeID}, ngoặc {1:SA:=a\\}b\\~c\\#d}",
    )  # fmt: skip
    assert question.kind == "fill_blanks"
    assert question.stem == "Điền."
    assert question.data["text"] == "Thủ đô [[1]], tỉnh [[2]], số [[3]], chữ [[4]], ngoặc [[5]]"
    choice, short, number, strict, odd = question.data["blanks"]
    assert choice["options"] == [
        {"text": "Hà Nội", "correct": True, "why": "đúng"}, {"text": "Huế", "share": 50}, {"text": "Vinh"},
    ]  # fmt: skip
    assert short == {"kind": "short", "answers": [{"text": "Lào Cai"}, {"text": "Lao Cai", "share": 50}], "weight": 2}
    assert number == {"kind": "numeric", "answers": [{"value": "115", "tolerance": "1"}], "why_wrong": "sai"}
    assert strict["heeds"] == ["case"]
    assert odd["answers"] == [{"text": "a}b~c#d"}]
    assert "A blank has no right answer" in str(one("cloze", "", "Thủ đô {1:MC:a~b}").problems[0])


def test_pictures_come_along_and_what_is_lost_is_told() -> None:
    packed = base64.b64encode(png()).decode()
    found = read(
        "<question type='truefalse'><name><text>x</text></name><questiontext format='html'><text><![CDATA["
        "<p>Biển <img src='@@PLUGINFILE@@/bi%E1%BB%83n.png' alt='Vòng đỏ'> gì? <a href='http://x.vn'>xem</a>"
        "<script>alert(1)</script></p>]]></text>"
        f"<file name='biển.png' path='/' encoding='base64'>{packed}</file></questiontext>"
        + answer(100, "true") + answer(0, "false") + "</question>"
        "<question type='description'><questiontext><text>Đọc đoạn.</text></questiontext></question>"
    )  # fmt: skip
    [question] = found.questions
    assert question.picture is not None
    assert question.picture["alt"] == "Vòng đỏ"
    assert found.files[question.picture["file"]] == png()
    assert question.stem == "Biển gì? xem"
    assert "https://" in str(question.losses[0])
    assert found.losses[0].where == "Đọc đoạn."


BOMB = "<!DOCTYPE q [" + "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'x'}'>" for n in range(9)) + "]>"


@pytest.mark.parametrize(
    "content",
    [
        (BOMB + "<quiz>&e8;</quiz>").encode(),
        b"<!DOCTYPE q SYSTEM 'http://127.0.0.1:9/x.dtd'><quiz/>",
        b"<!DOCTYPE q [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><quiz>&f;</quiz>",
        b"<quiz>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</quiz>",
        b"<quiz><question>",
        b"<quiz>&unknown;</quiz>",
        b"<?xml version='1.0' encoding='utf-99'?><quiz/>",
        b"<quiz>\xff\xfe</quiz>",
    ],
    ids=["grows", "fetches", "reads files", "nests", "torn", "unknown", "coding", "bytes"],
)
def test_files_that_mean_harm_are_refused_at_once(content: bytes) -> None:
    def refusal() -> str:
        with pytest.raises(Invalid) as refused:
            moodle.read(content)
        return str(refused.value.text)

    calls, why = counted(refusal)
    assert "line" in why
    assert calls < 1_000 + len(content), "it was read on"


def test_other_xml_is_no_export() -> None:
    found = moodle.read(b"<rss><question type='essay'/></rss>")
    assert found.questions == []
    assert "it begins with <rss>" in str(found.problems[0].text)

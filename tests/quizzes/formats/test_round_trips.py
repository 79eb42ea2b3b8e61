"""What a format can hold comes back as it was; what it cannot is told, and never in silence."""

from __future__ import annotations

import copy
import string
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.packages.importing import ITEM_READERS
from lms.testing.building import make_app
from quizzes.formats import checking, gift, moodle, workbook
from quizzes.formats.checking import Around
from quizzes.formats.question import RUBRIC, Brought, Question, clean

SIGNS = "~=#{}:\\[]()*_<>&%|$/\"'`^+-.,;!? \n"
LETTERS = string.ascii_letters + string.digits + "ăâđêôơưáàảãạếềểễệỳýỷỹỵ→°"
WORDS = st.text(alphabet=SIGNS + LETTERS, min_size=1, max_size=40).map(clean).filter(lambda t: t.strip(".,;:!?\"'*- "))
LINE = WORDS.map(lambda text: " ".join(text.split()))
WHY = st.one_of(st.just(""), WORDS)
NUMBER = st.decimals(-9999, 9999, places=3, allow_nan=False).map(lambda d: f"{d:f}".rstrip("0").rstrip("."))
NUMBERS = NUMBER.filter(lambda t: t not in ("", "-0", "-"))
KNOWN = ("ND.4.3", "ND.1.1", "LD.5.2")
AROUND = Around({code: code for code in KNOWN}, {"giu-ma-otp"})
CODES = st.lists(st.sampled_from(KNOWN), max_size=2, unique=True)


@pytest.fixture(scope="module", autouse=True)
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The types' own readers stand in the application's registry."""
    folder = tmp_path_factory.mktemp("readers")
    app = make_app(folder, f"sqlite:///{folder}/none.sqlite")
    with app.app_context():
        assert ITEM_READERS.find("numeric")
        yield


def unique(texts: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(texts, min_size=least, max_size=most, unique=True)


@st.composite
def single(draw: st.DrawFn) -> dict[str, Any]:
    texts = draw(unique(WORDS, 2, 5))
    right = draw(st.integers(0, len(texts) - 1))
    share = st.sampled_from([0, 0, 0, 25, 33.33333, 50, -50])
    options = []
    for place, text in enumerate(texts):
        part = draw(share)
        one = {"text": text, "correct": place == right, "why": draw(WHY)}
        options.append({**one, "share": part} if part and place != right else one)
    return {"options": options, **draw(st.sampled_from([{}, {"shuffle": False}]))}


@st.composite
def multiple(draw: st.DrawFn) -> dict[str, Any]:
    texts = draw(unique(WORDS, 3, 6))
    right = draw(st.integers(2, len(texts) - 1))
    scoring = draw(st.sampled_from(["one_off", "all", "each", "shares"]))
    options = [{"text": t, "correct": n < right, "why": draw(WHY)} for n, t in enumerate(texts)]
    if scoring == "shares":
        for place, one in enumerate(options):
            one["share"] = (100 - 10 * (right - 1) if place == 0 else 10) if place < right else -25
    return {"options": options, "scoring": scoring}


@st.composite
def typed(draw: st.DrawFn, texts: st.SearchStrategy[str] = LINE, key: str = "text") -> list[dict[str, Any]]:
    answers = [{key: text, "why": draw(WHY)} for text in draw(unique(texts, 1, 4))]
    for one in answers[1:]:
        one["share"] = draw(st.sampled_from([100, 50, 33.33333, 0]))
    return answers


@st.composite
def numbers(draw: st.DrawFn) -> list[dict[str, Any]]:
    answers = draw(typed(NUMBERS, "value"))
    for one in answers:
        one["tolerance"] = draw(st.sampled_from(["", "0.5", "2"]))
    return answers


@st.composite
def matching(draw: st.DrawFn) -> dict[str, Any]:
    lefts, rights = draw(unique(LINE, 2, 4)), draw(unique(LINE, 5, 6))
    pairs = [{"left": left, "right": right} for left, right in zip(lefts, rights, strict=False)]
    return {"pairs": pairs, "others": rights[len(lefts) :], "scoring": draw(st.sampled_from(["each", "all"]))}


@st.composite
def blanks(draw: st.DrawFn) -> dict[str, Any]:
    made: list[dict[str, Any]] = []
    for _n in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["choice", "short", "numeric"]))
        if kind == "choice":
            texts = draw(unique(LINE, 2, 4))
            made.append({"kind": kind, "options": [{"text": t, "correct": n == 0} for n, t in enumerate(texts)]})
        elif kind == "short":
            made.append({"kind": kind, "answers": draw(typed()), "heeds": draw(st.sampled_from([[], ["case"]]))})
        else:
            made.append({"kind": kind, "answers": draw(numbers()), "why_wrong": draw(WHY)})
        made[-1]["weight"] = draw(st.sampled_from([1, 2]))
    plain = st.text(alphabet=LETTERS + " ,.", max_size=15)
    text = draw(plain) + "".join(f" [[{n}]] {draw(plain)}" for n in range(1, len(made) + 1))
    return {"text": clean(text), "blanks": made}


DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "single_choice": single(),
    "multiple_choice": multiple(),
    "true_false": st.fixed_dictionaries({"answer": st.booleans(), "why_true": WHY, "why_false": WHY}),
    "ordering": st.fixed_dictionaries(
        {"steps": unique(LINE, 3, 6), "scoring": st.sampled_from(["all", "places", "pairs"])}
    ),
    "matching": matching(),
    "short_answer": st.fixed_dictionaries(
        {"answers": typed(), "why_wrong": WHY, "heeds": st.sampled_from([[], ["case"], ["case", "marks"]])}
    ),
    "numeric": st.fixed_dictionaries({"answers": numbers(), "why_wrong": WHY}),
    "fill_blanks": blanks(),
    "task": st.just({"asks": "text", "rubric": RUBRIC}),
}  # fmt: skip


@st.composite
def questions(draw: st.DrawFn, kinds: tuple[str, ...]) -> Question:
    kind = draw(st.sampled_from(kinds))
    stem = draw(WORDS)
    message = draw(st.one_of(st.none(), st.fixed_dictionaries({"sender": LINE, "text": WORDS})))
    return Question(
        kind, stem, draw(DATA[kind]), name=draw(st.sampled_from(["cau-1", "otp-con-trai"])), message=message,
        skills=draw(CODES), level=draw(st.integers(0, 3)), lesson=draw(st.sampled_from(["", "giu-ma-otp"])),
        thinking=draw(st.sampled_from(["", "know", "extend"])), twins=draw(st.sampled_from(["", "nhom-a"])),
    )  # fmt: skip


def held(question: Question) -> dict[str, Any]:
    """All that a question holds, its data as the type keeps them."""
    question = copy.deepcopy(question)
    checking.settle(question, (), AROUND)
    keys = ("kind", "stem", "message", "skills", "level", "thinking", "twins", "lesson", "name", "fix", "source")
    return {
        **{key: getattr(question, key) for key in keys},
        "data": question.data,
        "problems": list(map(str, question.problems)),
    }


def through_gift(question: Question) -> Brought:
    return gift.read(gift.write([question], "Kho").content.decode())


def through_moodle(question: Question) -> Brought:
    return moodle.read(moodle.write([question], "Kho", {}).content)


def through_excel(question: Question) -> Brought:
    written = workbook.write([question], checking.text_of, checking.same, checking.read_detail)
    return workbook.read(written.content, checking.read_detail)


GIFT = ("single_choice", "multiple_choice", "true_false", "ordering", "matching", "short_answer", "numeric", "task")
RULES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def comes_back(question: Question, through: Callable[[Question], Brought]) -> None:
    before = held(question)
    if before["problems"]:
        return  # no question that the bank would hold
    found = through(copy.deepcopy(question))
    assert not found.problems
    [again] = found.questions
    assert held(again) == before, (again.problems, again.losses)


@RULES
@given(questions(GIFT))
def test_gift_gives_back_what_it_holds(question: Question) -> None:
    comes_back(question, through_gift)


@RULES
@given(questions((*GIFT, "fill_blanks")))
def test_moodle_xml_gives_back_what_it_holds(question: Question) -> None:
    comes_back(question, through_moodle)


@pytest.mark.parametrize("said", ["=", "=B3", "%50%x", "50%", "100%", "a=b", "\\", "C:\\", "a\\~b#c}"])
@pytest.mark.parametrize("correct", [True, False])
def test_words_that_look_like_marks_come_back(said: str, correct: bool) -> None:
    options = [
        {"text": said, **({"correct": True} if correct else {})},
        {"text": "0", **({} if correct else {"correct": True})},
    ]
    blank = {"text": "Ô [[1]]", "blanks": [{"kind": "choice", "options": options}]}
    comes_back(Question("fill_blanks", "Điền.", blank, name="cau-1"), through_moodle)
    chosen = Question("single_choice", "Chọn.", {"options": options}, name="cau-1")
    comes_back(chosen, through_moodle)
    comes_back(chosen, through_gift)


@settings(RULES, max_examples=25)
@given(
    questions((*GIFT, "fill_blanks")), st.sampled_from(["", "Hỏi lại số quen."]), st.sampled_from(["", "Báo Nhân Dân"])
)
def test_excel_gives_back_everything_but_pictures(question: Question, fix: str, source: str) -> None:
    question.fix, question.source = fix, source
    comes_back(question, through_excel)


KM = {"name": "km", "others": [], "needed": False}
TWO_OF_THREE = [{"text": "a", "correct": True}, {"text": "b", "correct": True}, {"text": "c"}]
THREAD = [{"sender": "A", "text": "b", "correct": True}, {"sender": "C", "text": "d"}]
TRUE = {"answer": True}
PICTURE = {"file": "a.webp", "alt": "A"}
LOST: list[tuple[Question, str, str]] = [
    (Question("numeric", "Mấy?", {"answers": [{"value": "1"}], "unit": KM}), "gift", "The unit is left out"),
    (Question("fill_blanks", "Điền.", {"text": "[[1]]", "blanks": []}), "gift", "GIFT has no question of this type"),
    (Question("hotspot", "Chỉ.", {"spots": []}), "moodle", "Moodle XML has no question of this type"),
    (Question("true_false", "Đúng?", TRUE, fix="Nhớ."), "moodle", "quick fix"),
    (Question("true_false", "Đúng?", TRUE, source="Sách"), "gift", "came from"),
    (Question("true_false", "Đúng?", TRUE, picture=PICTURE), "gift", "The picture is left out"),
    (Question("multiple_choice", "Chọn.", {"options": TWO_OF_THREE}), "moodle", "takes equal shares"),
    (Question("thread", "Tin nào?", {"asks": "one", "messages": THREAD}), "gift", "messages became answers"),
]


@pytest.mark.parametrize(("question", "form", "words"), LOST, ids=[words for _q, _w, words in LOST])
def test_what_a_format_cannot_hold_is_told(question: Question, form: str, words: str) -> None:
    asked = [copy.deepcopy(question)]
    written = gift.write(asked, "Kho") if form == "gift" else moodle.write(asked, "Kho", {})
    assert words in "\n".join(str(one.text) for one in written.losses)


def test_a_picture_travels_in_moodle_xml() -> None:
    question = Question(
        "true_false", "Biển [cấm]?", {"answer": True}, picture={"file": "bien-1.webp", "alt": "Vòng [đỏ]"}
    )  # fmt: skip
    written = moodle.write([copy.deepcopy(question)], "Kho", {"bien-1.webp": b"RIFF....WEBP"})
    found = moodle.read(written.content)
    [again] = found.questions
    assert again.stem == question.stem
    assert again.picture is not None
    assert again.picture["alt"] == "Vòng (đỏ)"
    assert found.files[again.picture["file"]] == b"RIFF....WEBP"

"""What people type: words in any spelling, numbers as they are written here, shares of a point, tables in questions."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from lms.api.packages import STANDARD_PARTS, Fields, Problems, Where
from quizzes.item_forms import read_own, shown
from quizzes.items.contract import WHOLE, Formed
from quizzes.items.numbers import read_quantity, read_value, written
from quizzes.items.packing import READERS
from quizzes.items.shares import parts_of
from quizzes.items.worded import fold_typed
from quizzes.items.wording import fits, normal
from quizzes.stems import html_of, more_of, words_of
from tests.quizzes.specs import EVERY, KINDS, NAMES

PARTS = STANDARD_PARTS.plus(*READERS)
WORDS = st.text("aàảãáạăằâầeêềioòóôơuưyýdđhklmnkỹKỸ -'.", max_size=20)


@pytest.mark.parametrize(
    ("typed", "expected", "heeds", "fit"),
    [
        ("MAT KHAU", "mật khẩu", (), True),
        ("hoà bình", "hòa bình", ("marks",), True),
        ("hoa binh", "hòa bình", ("marks",), False),
        ("kĩ năng", "kỹ năng", ("marks", "case"), True),
        ("Kĩ năng", "kỹ năng", ("case",), False),
        ("quí", "quý", ("marks",), True),
        ("tay", "tai", (), False),
        ("bắchà", "Bắc Hà", (), True),
        ("bắchà", "Bắc Hà", ("spaces",), False),
        ("  Bắc   Hà. ", "Bắc Hà", ("spaces",), True),
        ("password", "mật khẩu", (), True),
        ("mã otp", "mã xác thực một lần", (), True),
        ("đặt mật mã dài", "đặt mật khẩu dài", (), True),
        ("passwords", "mật khẩu", (), False),
        ("gọi 113 ngay", "*113*", (), True),
        ("113", "*113*", (), True),
        ("131", "*113*", (), False),
        ("a b", "a*b", (), True),
        ("ab", "a*b*b", (), False),
        ("*", "\\*", (), True),
        ("x", "\\*", (), False),
        ("không-gian", "không gian", (), True),
        ("", "*", (), False),
    ],
)
def test_words(typed: str, expected: str, heeds: tuple[str, ...], fit: bool) -> None:
    assert fits(typed, expected, heeds) is fit


def test_own_synonyms_join_the_known_ones() -> None:
    assert fits("chìa khóa", "mật khẩu", (), [["chìa khóa", "mật mã"]])
    assert not fits("chìa khóa", "mật khẩu")


@given(WORDS, st.sampled_from([(), ("marks",), ("case", "marks", "spaces")]))
def test_composition_is_never_a_difference(text: str, heeds: tuple[str, ...]) -> None:
    spelt = {normal(unicodedata.normalize(form, text), heeds) for form in ("NFC", "NFD", "NFKC")}
    assert len(spelt) == 1
    assert not text.strip(" .-'") or fits(text, text.replace("*", "\\*"), heeds)


@given(WORDS)
def test_what_a_phone_folds_alike_is_alike_here(text: str) -> None:
    assert fold_typed(text) == fold_typed(unicodedata.normalize("NFD", text.upper()))


@given(st.text(max_size=60), st.text("*ab\\", max_size=30))
def test_no_pattern_is_slow_or_raises(typed: str, pattern: str) -> None:
    fits(typed, pattern)


@pytest.mark.parametrize(
    ("typed", "value", "unit"),
    [
        ("12", "12", ""), ("1.234,5", "1234.5", ""), ("1 234,5", "1234.5", ""), ("1.234", "1234", ""),
        ("12.5", "12.5", ""), ("0.125", "0.125", ""), ("1,5", "1.5", ""), ("1,234.5", "1234.5", ""),
        ("12.345.678", "12345678", ""), ("−3,5", "-3.5", ""), ("+7", "7", ""), ("50%", "50", "%"),
        ("12,5 kg", "12.5", "kg"), ("5 000đ", "5000", "đ"), ("12 nghìn", "12", "nghìn"), ("7.", "7", ""),
    ],
)  # fmt: skip
def test_numbers(typed: str, value: str, unit: str) -> None:
    found = read_quantity(typed)
    assert found is not None
    assert (found.value, found.unit) == (Decimal(value), unit)


@pytest.mark.parametrize("typed", ["", "mười hai", "1..2", "1 23", "1,2,3", "½", "kg 5", "1.23.456", "9" * 70, "٣"])
def test_what_is_no_number(typed: str) -> None:
    assert read_quantity(typed) is None


@given(st.decimals(-(10**12), 10**12, places=4, allow_nan=False, allow_infinity=False))
def test_a_number_written_here_is_read_again(value: Decimal) -> None:
    found = read_quantity(written(value))
    assert found is not None
    assert found.value == value


@given(st.text(max_size=70))
def test_no_number_is_too_strange(typed: str) -> None:
    read_quantity(typed)
    read_value(typed)


def test_customary_shares_are_exact() -> None:
    for percent, parts in (
        (100, WHOLE), (83.33333, 2100), (75, 1890), (66.66667, 1680), (50, 1260), (33.33333, 840), (33.3, 840),
        (30, 756), (16.66667, 420), (14.28571, 360), (12.5, 315), (11.11111, 280), (5, 126), (0, 0), (-33.33333, -840),
    ):  # fmt: skip
        assert parts_of(percent) == parts, percent


def test_a_table_in_a_question() -> None:
    stem = "Đọc bảng rồi **trả lời**.\n\n| Số | Gọi |\n|---|---|\n| 113 | công an \\| dân quân |\n\nGọi số nào?"
    assert str(html_of(stem)) == "Đọc bảng rồi <strong>trả lời</strong>."
    below = str(more_of(stem))
    assert "<th>Số</th><th>Gọi</th>" in below
    assert "<td>công an | dân quân</td>" in below
    assert "<p>Gọi số nào?</p>" in below
    assert "---" not in words_of(stem)
    assert "<script" not in str(more_of("x\n\n| <script>alert(1)</script> |"))
    assert not more_of("Một câu thường thôi?")


SPOT = "picture: {file: x.svg, alt: x}\nspots:\n  - {label: a, x: 1, y: 1, r: 2, correct: true}\n"
OTHER = "  - {label: b, x: 1, y: 1, r: 2}\n"
SHARES = "options:\n  - {text: a, correct: true, share: 50}\n  - {text: b, correct: true, share: 50}\n  - {text: c}\n"
BAD = [
    ("matching", "pairs: [{left: a, right: x}, {left: a, right: y}]\n", 1),
    ("matching", "pairs:\n  - {left: a, right: x}\n  - {left: b, right: x}\n", 1),
    ("short_answer", "why_wrong: x\nanswers:\n  - {text: '*'}\n", 3),
    ("short_answer", "answers:\n  - {text: a, share: 50}\n", 1),
    ("numeric", "answers:\n  - value: '12,5'\n", 2),
    ("numeric", "answers:\n  - value: 12\n    tolerance: -1\n", 3),
    ("fill_blanks", "text: 'a [[1]] [[3]]'\nblanks:\n  - {kind: short, answers: [{text: x}]}\n", 1),
    ("fill_blanks", "text: '[[1]]'\nblanks:\n  - kind: choice\n    options: [{text: x}, {text: y}]\n", 4),
    ("fill_blanks", "text: '[[1]]'\nblanks:\n  - kind: cloze\n", 3),
    ("hotspot", SPOT.replace("x.svg", "../x.svg") + OTHER, 1),
    ("hotspot", SPOT + OTHER.replace("x: 1", "x: 101"), 4),
    ("hotspot", SPOT + OTHER.replace(", r: 2", ""), 4),
    ("thread", "messages:\n" + "  - {sender: a, text: b, correct: true}\n" * 2 + "  - {sender: c, text: d}\n", 1),
    ("thread", "messages:\n  - {sender: a, text: b}\n  - {sender: c, text: d}\n", 1),
    ("practice", "practice: Khong Phai\n", 1),
    ("task", "rubric:\n  - criterion: x\n    levels: [{text: a, points: 0}, {text: b, points: 0}]\n", 3),
    ("single_choice", "options:\n  - {text: a, correct: true}\n  - {text: b, share: 100}\n", 1),
    ("multiple_choice", "scoring: shares\n" + SHARES, 2),
    ("multiple_choice", SHARES, 1),
]


@pytest.mark.parametrize(("name", "text", "line"), BAD)
def test_a_bad_body_is_refused_at_its_line(name: str, text: str, line: int) -> None:
    problems = Problems()
    fields = Fields.load(text, Where("items/x.yaml", 0, problems, []))
    assert fields is not None
    PARTS.items[name].read(fields)
    fields.finish()
    assert line in [problem.line for problem in problems], [str(problem) for problem in problems]


def sent(fields: Any) -> MultiDict[str, str]:
    """What a browser sends of a form as it is drawn."""
    form: MultiDict[str, str] = MultiDict()

    def add(one: Any, name: str = "", number: int = 0) -> None:
        kind = one.part.kind
        if kind == "rows":
            form[f"{one.id}-count"] = str(len(one.rows))
            for row in one.rows:
                for inner in (*row.fields, *row.aside):
                    add(inner, one.id, row.number)
        elif kind == "only":
            if one.value:
                form[f"{name}-only"] = str(number - 1)
        elif kind == "tick":
            if one.value:
                form[one.id] = "true"
        elif kind == "ticks":
            form.setlist(one.id, list(one.value or ()))
        elif kind == "picture":
            form[f"{one.id}-name"], form[f"{one.id}-alt"] = one.value["file"], one.value["alt"]
        else:
            form[one.id] = one.value

    for one in fields:
        add(one)
    return form


@pytest.mark.parametrize(("name", "spec"), EVERY, ids=NAMES)
def test_a_form_sends_back_what_it_shows(name: str, spec: dict[str, Any]) -> None:
    kind: Any = KINDS[name]
    assert isinstance(kind, Formed)
    own = read_own(kind.form, sent(shown(kind.form, spec, {})), PARTS.items[name])
    assert not own.errors, own.errors
    assert own.data == spec


def test_what_is_wrong_stands_at_its_field() -> None:
    kind: Any = KINDS["numeric"]
    form = sent(shown(kind.form, {"answers": [{"value": "1"}, {"value": "2"}]}, {}))
    form["answers-1-value"] = "hai"
    assert set(read_own(kind.form, form, PARTS.items["numeric"]).errors) == {"answers-1-value"}
    empty = read_own(KINDS["single_choice"].form, MultiDict(), PARTS.items["single_choice"])  # type: ignore[attr-defined]
    assert set(empty.errors) == {"options"}

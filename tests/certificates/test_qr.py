"""Codes made from one another are those that segno makes anew."""

import random
from typing import Any

import pytest
import segno
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lms.api.qr import qr_runs, qr_runs_of

LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ-/._~abcxyz?=%#"
TAILS = st.text(LETTERS, min_size=1, max_size=60)


def dark(*segments: str) -> tuple[int, set[tuple[int, int]]]:
    """The side and the dark modules that segno makes."""
    parts: Any = list(segments)
    rows = segno.make_qr(parts, error="m", boost_error=False, mask=2).matrix
    return len(rows), {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}


def drawn(*segments: str) -> tuple[int, set[tuple[int, int]]]:
    """The same of ours; no module is in two runs, and no run touches another."""
    side, runs = qr_runs_of(segments)
    found = [(x + i, y) for x, y, width in runs for i in range(width)]
    assert len(found) == len(set(found))
    assert not {(x + width, y) for x, y, width in runs} & set(found)
    assert runs == sorted(runs, key=lambda run: (run[1], run[0]))
    return side, set(found)


@given(tails=st.lists(TAILS, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_a_code_is_the_one_that_stands_in_the_norm(tails: list[str]) -> None:
    for tail in tails:
        for url in (f"https://hoc.vn/verify/{tail}", f"https://hoc.vn/verify/{tail[:-1]}7"):
            assert drawn(url) == dark(url)
            assert qr_runs(url) == qr_runs_of((url,))


@given(TAILS, st.text("0123456789", min_size=1, max_size=450), st.booleans())
@example("v#", "0" * 403, False)
@example("v#", "9" * 403, False)
@settings(max_examples=150, deadline=None)
def test_an_address_then_figures(tail: str, figures: str, turned: bool) -> None:
    segments = ("https://hoc.vn/" + tail, figures)[:: -1 if turned else 1]
    assert drawn(*segments) == dark(*segments)


def test_every_length_and_with_it_version_after_version() -> None:
    dice, sides = random.Random(4), set()
    for length in range(1, 500, 3):
        figures = "".join(dice.choices("0123456789", k=length))
        found = drawn("https://hoc.vn/v#", figures)
        assert found == dark("https://hoc.vn/v#", figures)
        sides.add(found[0])
    assert sides == set(range(25, 62, 4))  # versions 2 to 11: from the tenth on, lengths are longer numbers


@pytest.mark.parametrize("length", [700, 1200, 2331])
def test_blocks_of_two_lengths(length: int) -> None:
    dice = random.Random(length)
    for _ in range(2):
        text = "z" + "".join(dice.choices(LETTERS, k=length - 1))
        assert drawn(text) == dark(text)


def test_the_longest_text_and_one_longer() -> None:
    assert drawn("z" * 2331)[0] == 177
    with pytest.raises(ValueError, match="too large"):
        qr_runs("z" * 2332)


def test_texts_that_a_code_writes_in_another_way() -> None:
    urls = "HTTPS://HOC.VN/A1", "12345678901234", "https://học.vn/đ", "https://h", "HTTPS://hoc.vn/a", "茗荷", "\n", ""
    for url in urls:
        assert drawn(url) == dark(url)
    for parts in (("https://h", "oc.vn"), ("12", "345"), ("HOC", "123"), ("a", "1", "b", "2"), ("a", "²")):
        assert drawn(*parts) == dark(*parts)


def test_those_like_one_that_was_made_are_made_without_segno(monkeypatch: pytest.MonkeyPatch) -> None:
    for segments in (("https://hoc.vn/v#", "1" * 403), ("https://hoc.vn/verify/HVS-2026-000000",)):
        drawn(*segments)
    wanted = dark("https://lop.vn/w#", "27" * 201 + "5"), dark("https://hoc.vn/verify/HVS-2027-A1B2C3")
    monkeypatch.setattr(segno, "make_qr", None)
    assert drawn("https://lop.vn/w#", "27" * 201 + "5") == wanted[0]
    assert drawn("https://hoc.vn/verify/HVS-2027-A1B2C3") == wanted[1]


def test_where_ours_would_be_another_segno_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.papers.qr._checked", lambda words, _checks: words[0] & 1)
    text = "https://hoc.vn/a-length-that-no-other-test-has/" + "x" * 91
    assert drawn(text) == dark(text)

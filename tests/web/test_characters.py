"""Typed texts: what nobody sees goes, joined emoji stay joined."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.characters import JOINER, visible
from lms.web.forms import composed, composed_lines

FARMER, RAINBOW, FAMILY = "👩‍🌾", "🏳️‍🌈", "👨‍👩‍👧‍👦"
SHADED, ACROSS = "👩🏽‍🌾", "🙂‍↔️"
emoji = st.sampled_from([FARMER, RAINBOW, FAMILY, SHADED, ACROSS, "🌾", "❤️", "👍🏽"])
odd = st.text(
    st.one_of(
        st.sampled_from(
            [
                JOINER,
                "\ufe0f",
                "\U0001f3fd",
                "👩",
                "🌾",
                "❤",
                "a",
                "e",
                "\u1ec7",
                "\u00ea",
                "\u0323",
                "\u0302",
                "1",
                " ",
                "\n",
                "\x00",
            ]
        ),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
)


@pytest.mark.parametrize("one", [FARMER, RAINBOW, FAMILY, SHADED, ACROSS])
def test_a_joined_emoji_stays_one(one: str) -> None:
    assert composed(f"  Bác nông dân {one} ") == f"Bác nông dân {one}"
    assert composed_lines(f"{one}\r\n{one}") == f"{one}\n{one}"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (f"mật{JOINER}khẩu", "mậtkhẩu"),
        (f"{JOINER}👩", "👩"),
        (f"👩{JOINER}", "👩"),
        (f"👩{JOINER}a", "👩a"),
        (f"a{JOINER}🌾", "a🌾"),
        (f"👩{JOINER}{JOINER}🌾", "👩🌾"),
        (f"👩{JOINER}\x00🌾", FARMER),
        (f"1{JOINER}2", "12"),
        ("a\u200bb\u200cc\u202ed", "abcd"),
    ],
)
def test_the_joiner_stands_between_emoji_and_nowhere_else(typed: str, kept: str) -> None:
    assert composed(typed) == kept
    assert composed_lines(typed) == kept


@given(odd)
def test_what_is_kept_is_composed_and_kept_again(text: str) -> None:
    for keep in (composed, composed_lines):
        once = keep(text)
        assert once is not None
        assert keep(once) == once == unicodedata.normalize("NFC", once)
        assert all(c.isprintable() or c in (JOINER, "\n", "\t") for c in once)


@given(odd)
def test_composing_before_or_after_is_the_same(text: str) -> None:
    assert composed(unicodedata.normalize("NFC", text)) == composed(text)
    assert composed(unicodedata.normalize("NFD", text)) == composed(text)


@given(st.lists(st.one_of(emoji, st.sampled_from(["xin chào", "ruộng lúa"])), min_size=1))
def test_emoji_among_words_come_through_whole(parts: list[str]) -> None:
    text = " ".join(parts)
    assert composed(text) == text
    assert visible(text) == text

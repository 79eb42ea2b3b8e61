"""What is taken of what a provider says: exactly what the map names, if it can be what it should be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lms.api.people import identity_key
from plugins.openid.claims import Told, day_of, level_of, take
from plugins.openid.providers import PROFILES, LevelRule
from tests.openid.places import CITIZEN, NUMBER

VNEID, STANDARD = PROFILES["vneid"], PROFILES["standard"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("19600305", date(1960, 3, 5)),
        (19600305, date(1960, 3, 5)),
        ("05/03/1960", date(1960, 3, 5)),
        ("5/3/1960", date(1960, 3, 5)),
        ("1960-03-05", date(1960, 3, 5)),
        ("1960-03-05T00:00:00+07:00", date(1960, 3, 5)),
        (" 19600305 ", date(1960, 3, 5)),
        ("29/02/2024", date(2024, 2, 29)),
        ("29/02/2023", None), ("03051960", None), ("1960", None), ("0000-03-05", None), ("18991231", None),
        ("29991231", None), ("", None), (None, None), (True, None), (1.5, None), (["19600305"], None),
        ("١٩٦٠٠٣٠٥", None), ("19600305" * 100, None),
    ],
)  # fmt: skip
def test_birth_dates(said: object, day: date | None) -> None:
    assert day_of(said) == day


RULE = LevelRule(claim="loAs", values={"1": 1, "2": 3, "LoA2": 3}, otherwise=0)


@pytest.mark.parametrize(
    ("said", "level"),
    [("2", 3), (2, 3), ("LoA2", 3), (["1", "2"], 3), ([1], 1), ("1", 1), ("3", 0), ("", 0), (None, 0), (True, 0),
     ([], 0), ({"2": 1}, 0), ([["2"]], 0), ("LOA2", 0)],
)  # fmt: skip
def test_levels(said: object, level: int) -> None:
    assert level_of(RULE, said) == level


def test_the_vneid_profile_takes_five_things(app: Flask) -> None:
    with app.app_context():
        told = take(VNEID, {"sub": "s"}, CITIZEN)
        assert told == Told("s", 3, "Hoàng Thị Lành", date(1960, 3, 5), identity_key(NUMBER), "1234")
        assert NUMBER not in repr(told)


def test_the_number_counts_only_from_those_who_prove_it(app: Flask) -> None:
    with app.app_context():
        low = take(VNEID, {"sub": "s"}, {**CITIZEN, "loAs": "1"})
    assert (low.level, low.identity_key, low.identity_tail) == (1, None, None)


@pytest.mark.parametrize(
    "number", ["01016000123", "0101600012345", "123456789", "000000000000", "01016000123a", "", None, []]
)
def test_what_is_no_citizens_number(app: Flask, number: object) -> None:
    with app.app_context():
        assert take(VNEID, {"sub": "s"}, {**CITIZEN, "SoDinhDanh": number}).identity_key is None


def test_a_number_without_its_first_nought_is_none(app: Flask) -> None:
    """Sent as a number it has lost its first digit: better none than another person's."""
    with app.app_context():
        assert take(VNEID, {"sub": "s"}, {**CITIZEN, "SoDinhDanh": int(NUMBER)}).identity_key is None


def test_what_is_signed_goes_before_what_is_not(app: Flask) -> None:
    with app.app_context():
        assert take(STANDARD, {"sub": "s", "name": "Mai"}, {"name": "Lan"}).full_name == "Mai"


def test_names_stay_as_the_source_has_them(app: Flask) -> None:
    decomposed = "HOA\u0300NG  THI\u0323 LA\u0300NH"
    with app.app_context():
        assert take(STANDARD, {"sub": "s", "name": decomposed}, {}).full_name == "HOÀNG THỊ LÀNH"
        assert take(STANDARD, {"sub": "s", "name": "H'Hen Niê"}, {}).full_name == "H'Hen Niê"
        assert take(STANDARD, {"sub": "s", "name": "<script>"}, {}).full_name is None


@given(st.dictionaries(st.sampled_from(["HoVaTen", "SoDinhDanh", "NgayThangNamSinh", "loAs", "x"]), ANYTHING))
def test_whatever_is_said_nothing_breaks(said: dict[str, Any]) -> None:
    told = take(VNEID, {"sub": "s", **said}, {}) if "SoDinhDanh" not in said else None
    assert told is None or told.level in (0, 1, 3)
    assert day_of(said.get("x")) is None or isinstance(day_of(said.get("x")), date)

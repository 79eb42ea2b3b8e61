"""Search for units: whatever somebody types on whatever phone, the unit that they mean is found, with its province."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask

from lms import clock
from lms.orgs.acts import Merge
from lms.orgs.finding import find_units
from lms.orgs.queries import nation_id, org_by_code
from lms.places import reorganizing
from tests.orgs.conftest import statements, tried

BAC_HA = "xã Bắc Hà, tỉnh Lào Cai"
FIRST = {  # what is typed → what comes first
    "bac ha": BAC_HA,
    "Bắc Hà": BAC_HA,
    "BẮC HÀ": BAC_HA,
    unicodedata.normalize("NFD", "Bắc Hà"): BAC_HA,
    "bacha": BAC_HA,
    "xa bac ha": BAC_HA,
    "x. bac ha": BAC_HA,
    "bac ha lao cai": BAC_HA,
    "bachalaocai": BAC_HA,
    "xã Bắc Hà, tỉnh Lào Cai": BAC_HA,
    "lao cai bac ha": BAC_HA,
    "p. ben thanh": "phường Bến Thành, thành phố Hồ Chí Minh",
    "P.Bến Thành TPHCM": "phường Bến Thành, thành phố Hồ Chí Minh",
    "TP HCM": "thành phố Hồ Chí Minh",
    "tphcm": "thành phố Hồ Chí Minh",
    "Tp. Hồ Chí Minh": "thành phố Hồ Chí Minh",
    "ba dinh hn": "phường Ba Đình, thành phố Hà Nội",
    "dak lak": "tỉnh Đắk Lắk",
    "Lí Sơn": "đặc khu Lý Sơn, tỉnh Quảng Ngãi",
    "ly son": "đặc khu Lý Sơn, tỉnh Quảng Ngãi",
    "hòa bình phú thọ": "phường Hoà Bình, tỉnh Phú Thọ",
}


@pytest.mark.parametrize("typed", FIRST)
def test_what_is_meant_comes_first(app: Flask, typed: str) -> None:
    with app.app_context():
        assert [row.label for row in find_units(typed)][:1] == [FIRST[typed]]


def test_marks_that_were_typed_are_looked_at_first(app: Flask) -> None:
    with app.app_context():
        for typed in ("Quỳ", "Quý"):
            names = [row.name for row in find_units(typed, 5)]
            assert all(name.startswith(typed) for name in names[:2]), names
        assert [r.name for r in find_units("Mỹ", 3)] == [r.name for r in find_units("Mĩ", 3)]
        assert all(r.name.split()[0] == "Mỹ" for r in find_units("my", 5)), "a whole word before a part of one"


def test_one_name_in_several_provinces_is_told_apart(app: Flask) -> None:
    with app.app_context():
        labels = [row.label for row in find_units("Hoà Bình") if row.name == "Hoà Bình"]
        assert len(labels) == len(set(labels)) > 2
        assert [r.place for r in find_units("hoa binh vinh long")] == ["tỉnh Vĩnh Long"]


@pytest.mark.parametrize("typed", ["", "   ", "?!", "'; DROP TABLE lms_org", "%", "_", "x" * 5000, "\0", "🙂"])
def test_nonsense_finds_nothing_and_harms_nothing(app: Flask, typed: str) -> None:
    with app.app_context():
        assert find_units(typed) == []


def test_limits_hold(any_app: Flask) -> None:
    with tried(any_app) as country:
        at = country.at
        assert {r.id for r in find_units("ban pho", within=[at["T1"]])} == {at["T11"], at["T11S"]}
        assert {r.id for r in find_units("ban pho", within=[at["T1"]], levels={"commune"})} == {at["T11"]}
        assert find_units("ban pho", within=[]) == []
        assert [r.id for r in find_units("thon 1 ban pho thu mot")] == [at["T111"]]
        assert [r.id for r in find_units("háng dê bản phố")] == [at["T112"]]
        assert [r.id for r in find_units("tdp 3 na hoi")] == [at["T211"]]


def test_it_asks_no_more_of_the_database_the_more_it_finds(app: Flask) -> None:
    with app.app_context():
        assert nation_id() is not None
        for typed in ("a", "an", "tan", "xa bac ha tinh lao cai"):
            with statements() as sent:
                find_units(typed, 40)
            assert len(sent) <= 6, sent


def test_units_that_ended_are_not_found(app: Flask) -> None:
    with tried(app) as country:
        at = country.at
        assert find_units("lung phinh thu mot")
        reorganizing.do(Merge((at["T12"],), at["T11"]), clock.today(), "NQ", None)
        assert find_units("lung phinh thu mot") == []
        assert org_by_code("T12") is None

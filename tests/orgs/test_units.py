"""The table of units: read strictly, loaded once, found by any spelling, shown in order."""

from __future__ import annotations

import pytest
from flask import Flask

from lms import starting
from lms.api.work import Invalid, unit_of_work
from lms.orgs import queries, units
from lms.orgs.finding import find_units

HEAD = "code,kind,name,parent,source\n"


def test_a_table_is_read_whole() -> None:
    rows = units.read(HEAD + "10,tỉnh,Lào Cai,,NQ\n02839,xã,Bắc  Hà,10,NQ\n")
    assert [(u.code, u.kind, u.name, u.parent) for u in rows] == [
        ("10", "tỉnh", "Lào Cai", ""),
        ("02839", "xã", "Bắc Hà", "10"),
    ]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("code,name\n1,A\n", "first line"),
        (HEAD + ",tỉnh,Lào Cai,,NQ\n", "Line 2"),
        (HEAD + "10,tỉnh,,,NQ\n", "Line 2"),
        (HEAD + "10,tỉnh,A,,NQ\n10,tỉnh,B,,NQ\n", "Line 3"),
        (HEAD + "10,xã,A,99,NQ\n", "99"),
    ],
)
def test_a_table_that_cannot_be_used_says_where(table: str, says: str) -> None:
    with pytest.raises(Invalid) as found:
        units.read(table)
    assert says in str(found.value.text)


def test_all_of_the_country(any_app: Flask) -> None:
    with any_app.app_context():
        assert starting.load_units() == 0, "loading again changes nothing"
        nation = queries.nation_id()
        assert nation is not None
        provinces = queries.children(nation)
        assert len(provinces) == 34
        assert all(p.level == "province" for p in provinces)
        names = [p.name for p in provinces]
        assert names.index("An Giang") < names.index("Cà Mau") < names.index("Đà Nẵng") < names.index("Vĩnh Long")
        communes = [c for p in provinces for c in queries.children(p.id)]
        assert len(communes) == 3321
        for commune in communes[::400]:
            assert queries.ancestors(commune.id) == (commune.id, commune.parent_id, nation)


def test_a_unit_by_its_code_and_by_what_people_type(any_app: Flask) -> None:
    with any_app.app_context():
        found = queries.org_by_code("02839")
        assert found is not None
        assert queries.path_name(found.id).startswith(f"{found.full_name}, tỉnh ")
        assert found.id in [row.id for row in find_units(found.name.upper())]
        assert find_units("") == []


def test_belonging_twice_is_belonging_once(any_app: Flask) -> None:
    with any_app.app_context(), unit_of_work():
        nation = queries.nation_id()
        assert nation is not None
        person = 1
        first, new = units.join(person, nation, "citizens", 1_000)
        assert new
        assert units.join(person, nation, "citizens", 2_000) == (first, False)

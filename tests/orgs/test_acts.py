"""Acts on units: any of them leave a tree for every day, lose nobody, and taken back are as if they had never been."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, literal, select

from lms import clock
from lms.api.work import Conflict, Invalid, connection
from lms.identity.models import Grant
from lms.indicators import counting
from lms.orgs import acts, kinds, tree
from lms.orgs.acts import Dissolve, Found, Manage, Merge, Move, NewUnit, Part, Rename, Split
from lms.orgs.models import Membership, Org, OrgVersion
from lms.orgs.queries import ancestors, children, org, path_name, path_name_of
from lms.orgs.scope import below
from lms.places import reorganizing
from tests.orgs.conftest import SINCE, Country, tried

V, M, G, O = OrgVersion.__table__, Membership.__table__, Grant.__table__, Org.__table__
DECREE = "NQ 1/2026"


def do(act: acts.Act, day: date | None = None, token: bytes | None = None) -> int:
    return reorganizing.do(act, day or clock.today(), DECREE, None, token)


def everything() -> dict[str, Any]:
    """All that acts may change, as it stands."""
    database = connection()
    versions = [c for c in V.c if c.name != "id"]
    members = [c for c in M.c if c.name != "id"]
    roles = [c for c in G.c if c.name != "id"]
    in_force = M.c.valid_to.is_(None) | (M.c.valid_to > M.c.valid_from)  # what was undone never was
    return {
        "versions": sorted(map(repr, database.execute(select(*versions).where(V.c.org_id > _first())))),
        "members": sorted(map(repr, database.execute(select(*members).where(M.c.org_id > _first(), in_force)))),
        "roles": sorted(map(repr, database.execute(select(*roles).where(G.c.org_id > _first())))),
        "figures": counting.stored(),
    }


_here: list[int] = []


def _first() -> int:
    return _here[0]


def belonging() -> set[tuple[int, str]]:
    """Who belongs to something, as what."""
    return set(connection().execute(select(M.c.account_id, M.c.target_group).where(M.c.valid_to.is_(None))).all())


def check_tree(day: date) -> None:
    """On a day every unit has one version and a way up to the nation; nobody living lies right below who has ended."""
    rows = connection().execute(
        select(V.c.org_id, V.c.parent_id, V.c.ended).where(
            V.c.org_id > _first(), V.c.valid_from <= day, V.c.valid_to.is_(None) | (V.c.valid_to > day)
        )
    )
    on = {}
    for org_id, parent, ended in rows:
        assert org_id not in on, f"unit {org_id} is two things on {day}"
        on[org_id] = (parent, ended)
    for org_id in on:
        path, at = [], org_id
        while at in on:
            assert at not in path, f"{org_id} lies below itself on {day}"
            path.append(at)
            at = on[at][0]
        assert tuple(ancestors(org_id, day)[: len(path)]) == tuple(path), "the closed tree is the same tree"
        if not on[org_id][1] and on[org_id][0] in on:
            assert not on[on[org_id][0]][1] or day < clock.today(), "a living unit lies below a living one"


def an_act(data: st.DataObject, country: Country) -> acts.Act:
    """Any act on any units, sensible or not."""
    living = [i for i in range(_first() + 1, _first() + 40) if org(i) is not None]
    unit = st.sampled_from(living)
    word = st.sampled_from(["xã", "phường", "thôn", "bản", "tỉnh", "trường", "sở", "công ty"])
    name = st.sampled_from(["Mới", "Mới Hai", "Bản Phố", "7"])
    new = st.builds(NewUnit, word, name, unit, st.sampled_from([None, "T9", "T8"]), st.none() | unit)
    some = st.lists(unit, min_size=1, max_size=3).map(tuple)
    act: acts.Act = data.draw(
        st.one_of(
            st.builds(Found, new),
            st.builds(Merge, some, unit),
            st.builds(Merge, some, new),
            st.builds(
                Split,
                unit,
                st.lists(st.builds(Part, new, st.just(())), min_size=1, max_size=2).map(tuple),
                st.booleans(),
            ),
            st.builds(Rename, unit, word, name),
            st.builds(Move, unit, unit),
            st.builds(Manage, unit, st.none() | unit),
            st.builds(Dissolve, unit, unit),
        )
    )
    if isinstance(act, Split):
        below_it = [r.id for r in children(act.unit_id)]
        level = org(act.unit_id)
        assert level is not None
        words = kinds.KINDS.get(level.level, ("xã",))
        parts = tuple(
            Part(NewUnit(words[0], f"Phần {n}", 0, f"T7{n}" if level.level in ("province", "commune") else None),
                 tuple(below_it[n :: len(act.parts) + 1]))
            for n in range(len(act.parts))
        )  # fmt: skip
        act = Split(act.unit_id, parts, act.keeps)
    return act


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_any_acts_leave_trees_and_lose_nobody_and_can_be_taken_back(app: Flask, data: st.DataObject) -> None:
    _walk(app, data)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_the_same_on_postgresql(postgres_app: Flask, data: st.DataObject) -> None:
    _walk(postgres_app, data)


def _walk(app: Flask, data: st.DataObject) -> None:
    with tried(app) as country:
        _here[:] = [min(country.at.values()) - 1]
        done: list[tuple[int, dict[str, Any]]] = []
        for _n in range(data.draw(st.integers(1, 5))):
            act = an_act(data, country)
            day = clock.today() - timedelta(days=data.draw(st.sampled_from([0, 0, 3, 40, 90])))
            before, who = everything(), belonging()
            try:
                acts.preview(act, day)
            except (Invalid, Conflict):
                assert everything() == before, "looking changes nothing"
                continue
            act_id = do(act, day)
            done.append((act_id, before))
            assert belonging() == who, "nobody is lost, nobody appears"
            assert tree.differences(country.at.values()) == []
            assert counting.differences() == []
        for days in (0, 1, 3, 4, 40, 41, 90, 91):
            check_tree(clock.today() - timedelta(days=days))
        for act_id, before in reversed(done):
            assert acts.obstacles(act_id) == []
            reorganizing.undo(act_id, None)
            assert everything() == before
            assert tree.differences(country.at.values()) == []


@pytest.fixture
def country(any_app: Flask) -> Any:
    with tried(any_app) as made:
        _here[:] = [min(made.at.values()) - 1]
        yield made


def figures(*codes_at: int, day: date | None = None) -> list[int]:
    """How many learners there are in units and below."""
    found = counting.figures(codes_at, day)
    return [sum(n for (name, unit, _g), n in found.items() if name == "enrolled" and unit == at) for at in codes_at]


def test_two_communes_become_one_that_is_new(country: Country) -> None:
    at, people = country.at, country.people
    today = clock.today()
    before = figures(at["T11"], at["T12"], at["T1"])
    act_id = do(Merge((at["T11"], at["T12"]), NewUnit("phường", "Mới", at["T1"], "T19")))
    (new,) = acts.act_by_id(act_id).detail["new"]  # type: ignore[union-attr]
    assert org(at["T11"]) is None
    assert org(at["T11"], today - timedelta(days=1)) is not None
    assert {r.id for r in children(new)} == {at["T111"], at["T112"], at["T121"], at["T11S"]}
    assert path_name(at["T111"]) == "thôn 1, phường Mới, tỉnh Thử Một"
    assert path_name(at["T111"], today - timedelta(days=1)) == "thôn 1, xã Bản Phố, tỉnh Thử Một"
    for day in (today, today - timedelta(days=1)):
        named = select(O.c.id, path_name_of(O.c.id, literal(day, Date))).where(O.c.id.in_([*at.values(), new]))
        for unit, name in connection().execute(named):
            assert (name or "") == path_name(unit, day), "the same within a statement"
    assert ancestors(at["T11"])[:3] == (at["T11"], new, at["T1"]), "what was recorded at it still lies somewhere"
    held = connection().execute(select(M.c.org_id).where(M.c.account_id == people[0], M.c.valid_to.is_(None)))
    assert list(held.scalars()) == [new], "who belonged to both belongs to the new one once"
    assert set(connection().execute(below([new])).scalars()) >= {at["T11"], at["T12"], at["T111"]}
    assert figures(new, at["T1"]) == [before[0] + before[1] - 1, before[2] - 1], "somebody was counted in both"
    assert figures(at["T11"], at["T1"], day=today - timedelta(days=1)) == [before[0], before[2]], "yesterday's tree"
    roles = connection().execute(
        select(G.c.account_id, G.c.role).where(G.c.org_id == new, G.c.valid_to.is_(None)).order_by(G.c.account_id)
    )
    assert [tuple(r) for r in roles] == [(people[0], "manager"), (people[3], "manager")]


def test_one_goes_into_another_that_stays(country: Country) -> None:
    at = country.at
    act_id = do(Merge((at["T12"],), at["T11"]))
    assert [r.id for r in children(at["T11"])].count(at["T121"]) == 1
    reorganizing.undo(act_id, None)
    assert [r.id for r in children(at["T12"])] == [at["T121"]]


def test_a_role_does_not_climb_when_its_unit_ends(country: Country) -> None:
    """The mentor of a village does not become mentor of the commune because the village is given up."""
    at, people = country.at, country.people
    do(Dissolve(at["T111"], at["T11"]))
    held = connection().execute(select(G.c.id).where(G.c.account_id == people[2], G.c.valid_to.is_(None)))
    assert held.first() is None
    assert people[2] in {account for account, _group in belonging()}, "the membership goes on"


def test_a_split_takes_some_of_the_villages(country: Country) -> None:
    at = country.at
    act_id = do(
        Split(at["T11"], (Part(NewUnit("xã", "Bản Phố 2", 0, "T18"), (at["T111"],)),), keeps=True),
    )
    (new,) = acts.act_by_id(act_id).detail["new"]  # type: ignore[union-attr]
    assert [r.id for r in children(new)] == [at["T111"]]
    assert at["T112"] in [r.id for r in children(at["T11"])]
    assert figures(new) == [1], "the learner of the village went along with it"


def test_figures_follow_the_tree_of_the_day(country: Country) -> None:
    at = country.at
    one, two = figures(at["T1"], at["T2"])
    moved = figures(at["T12"])[0]
    day = clock.today() - timedelta(days=30)
    do(Move(at["T12"], at["T2"]), day)
    assert figures(at["T1"], at["T2"]) == [one - moved, two + moved]
    assert figures(at["T1"], at["T2"], day=day) == [one - moved, two + moved]
    assert figures(at["T1"], at["T2"], day=day - timedelta(days=1)) == [one, two], "the tree of the day before"
    assert figures(at["T1"], at["T2"], day=SINCE) == [0, 0], "nobody had begun to learn then"
    assert ancestors(at["T121"], day - timedelta(days=1))[2] == at["T1"]
    assert ancestors(at["T121"], day)[2] == at["T2"]


Make = Callable[[dict[str, int]], acts.Act]
REFUSED: dict[str, tuple[Make, type[Exception], str]] = {
    "into what lies below it": (lambda at: Dissolve(at["T11"], at["T111"]), Invalid, "lies below it"),
    "into itself": (lambda at: Merge((at["T11"],), at["T11"]), Invalid, "into itself"),
    "of another kind": (lambda at: Merge((at["T111"],), at["T12"]), Invalid, "another kind"),
    "below itself": (lambda at: Move(at["T1S"], at["T1S"]), Invalid, "below itself"),
    "a province in a province": (lambda at: Move(at["T1"], at["T2"]), Invalid, "cannot stand right below"),
    "the same place": (lambda at: Move(at["T11"], at["T1"]), Invalid, "already"),
    "the same name": (lambda at: Rename(at["T11"], "xã", "Bản Phố"), Invalid, "already"),
    "a name that is taken": (lambda at: Rename(at["T12"], "xã", "Bản Phố"), Conflict, "already"),
    "another level": (lambda at: Rename(at["T12"], "thôn", "Bản Phố"), Invalid, "cannot become"),
    "managed by itself": (lambda at: Manage(at["T11S"], at["T11S"]), Invalid, "itself"),
    "a code that is taken": (lambda at: Found(NewUnit("xã", "Mới", at["T1"], "T21")), Invalid, "T21"),
    "a commune without a code": (lambda at: Found(NewUnit("xã", "Mới", at["T1"])), Invalid, "code"),
    "no name": (lambda at: Found(NewUnit("thôn", " ", at["T11"])), Invalid, "name"),
    "a split into one": (lambda at: Split(at["T11"], (Part(NewUnit("xã", "A", 0, "T5")),), False), Invalid, "parts"),
    "villages without a commune": (lambda at: Dissolve(at["T11"], at["T1"]), Conflict, "move it first"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_in_words(country: Country, name: str) -> None:
    make, kind, says = REFUSED[name]
    with pytest.raises(kind) as found:
        acts.preview(make(country.at), clock.today())
    assert says in str(found.value.text)  # type: ignore[attr-defined]


def test_days_that_cannot_be(country: Country) -> None:
    at = country.at
    with pytest.raises(Invalid, match="is there only from"):
        acts.preview(Rename(at["T11"], "xã", "Cũ"), SINCE - timedelta(days=1))
    do(Rename(at["T11"], "xã", "Khác"), clock.today() - timedelta(days=2))
    with pytest.raises(Invalid, match="was changed on"):
        acts.preview(Rename(at["T11"], "xã", "Nữa"), clock.today() - timedelta(days=3))
    with pytest.raises(Invalid, match="between 1900"):
        acts.preview(Rename(at["T11"], "xã", "Nữa"), date(9998, 1, 1))


def test_a_unit_that_has_ended_takes_nobody_and_no_act(country: Country) -> None:
    from lms import progress

    at, people = country.at, country.people
    do(Merge((at["T12"],), at["T11"]))
    with pytest.raises(Conflict, match="has ended"):
        progress.join_unit(people[5], at["T12"], "citizens")
    with pytest.raises(Conflict, match="has ended"):
        do(Rename(at["T12"], "xã", "Lại"))


def test_a_form_sent_twice_is_one_act(country: Country) -> None:
    at, token = country.at, b"0123456789abcdef"
    act = Found(NewUnit("thôn", "Mới", at["T11"]))
    assert do(act, token=token) == do(act, token=token)
    assert [r.name for r in children(at["T11"])].count("Mới") == 1
    with pytest.raises(Conflict, match="here already"):
        do(act, token=b"another form 123")


def test_undoing_is_refused_while_something_depends_on_it(country: Country) -> None:
    from lms import progress
    from lms.learning.queries import activity
    from tests.orgs.conftest import COURSE

    at, people = country.at, country.people
    merged = do(Merge((at["T11"], at["T12"]), NewUnit("xã", "Mới", at["T1"], "T19")))
    (new,) = acts.act_by_id(merged).detail["new"]  # type: ignore[union-attr]
    assert acts.obstacles(merged) == []
    later = do(Rename(new, "xã", "Mới Hơn"))
    assert "Renaming" in str(acts.obstacles(merged)[0])
    reorganizing.undo(later, None)
    assert acts.obstacles(merged) == []
    course = activity("course", COURSE)
    assert course is not None
    progress.enroll(people[3], course.id)
    assert acts.obstacles(merged) == [], "an enrollment is the person's, not the unit's"
    from lms.learning.models import Kind
    from lms.learning.record import Result

    progress.record_result(people[3], course.id, Result(Kind.COMPLETED))
    (why,) = acts.obstacles(merged)
    assert "what was learnt" in str(why)
    progress.join_unit(people[6], new, "workers")
    assert any("members" in str(text) for text in acts.obstacles(merged))
    with pytest.raises(Conflict):
        reorganizing.undo(merged, None)


def test_what_is_planned_is_done_on_its_day(any_app: Flask) -> None:
    with tried(any_app) as country:
        at = country.at
        day = clock.today() + timedelta(days=10)
        planned = do(Rename(at["T11"], "phường", "Bản Phố"), day)
        stuck = do(Rename(at["T12"], "xã", "Đổi"), day)
        do(Dissolve(at["T12"], at["T13"]))
        assert (org(at["T11"]) or country).kind == "xã"  # type: ignore[union-attr]
        assert acts.planned_and_due() == []
        with clock.frozen_at(clock.now() + timedelta(days=11)):
            assert acts.planned_and_due() == [planned, stuck]
            acts.carry_out_planned(planned)
            with pytest.raises(Conflict) as found:
                acts.carry_out_planned(stuck)
            acts.mark_stuck(stuck, found.value.text)
            held = org(at["T11"])
            assert held is not None
            assert held.kind == "phường"
            row = acts.act_by_id(stuck)
            assert row is not None
            assert row.state == acts.STUCK
            assert "ended" in str(row.why_stuck)
            reorganizing.undo(stuck, None)
            assert acts.planned_and_due() == []

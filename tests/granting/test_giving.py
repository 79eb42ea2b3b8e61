"""Roles go downwards only: who may give which one where, from when to when, and who may end it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from lms import clock
from lms.audit import AuditEntry
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Invalid, NotFound
from lms.granting import giving, queries
from lms.granting.explaining import answer, rights_of
from lms.identity import grants
from lms.identity.making import NewPerson, make_people
from lms.identity.models import Session
from lms.identity.people import Person, person_by_id
from lms.identity.roles import ROLES, May
from lms.orgs.queries import nation_id, org_by_code
from lms.orgs.scope import may_at, person_for

LAO_CAI, BAC_HA, HA_NOI = "15", "02839", "01"


def unit(code: str) -> int:
    found = org_by_code(code)
    assert found is not None
    return found.id


def somebody(name: str, role: str = "", at: str = "", **times: int) -> Person:
    """A new person, with a role that was set up on the server."""
    with unit_of_work():
        account = make_people([NewPerson(name)], None, None)[0]
        if role:
            grants.give(account, role, nation_id() or 0 if at == "VN" else unit(at), None, **times)
    found = person_by_id(account)
    assert found is not None
    return found


def give(giver: Person, to: Person, role: str, at: str, first: date | None = None, last: date | None = None) -> int:
    with unit_of_work():
        return giving.give(giver, to, role, unit(at), first, last)


def acts() -> list[tuple[str, int | None]]:
    found = connection().execute(sa.select(AuditEntry.act, AuditEntry.actor_id).order_by(AuditEntry.id)).all()
    return [(row.act, row.actor_id) for row in found if row.act.startswith("grant.")]


def again(person: Person) -> Person:
    """The same person as the next request sees them."""
    found = person_by_id(person.id)
    assert found is not None
    return found


def test_a_manager_gives_roles_in_his_own_subtree(any_app: Flask) -> None:
    with any_app.app_context():
        manager, mai = somebody("Lò Văn Quản", "manager", LAO_CAI), somebody("Vừ Thị Mai")
        before = len(acts())
        grant = give(manager, mai, "mentor", BAC_HA)
        assert grants.grants_of(mai.id) == {"mentor": [unit(BAC_HA)]}
        row = queries.grant(grant)
        assert row is not None
        assert (row.granted_by, row.ended_by, row.state) == ("Lò Văn Quản", None, "now")
        assert give(manager, mai, "mentor", BAC_HA) == grant, "sent twice, given once"
        assert acts()[before:] == [("grant.given", manager.id)]
        assert give(manager, mai, "instructor", LAO_CAI) > grant


@pytest.mark.parametrize(
    ("role", "at", "field"),
    [
        ("mentor", HA_NOI, "unit"),  # another's subtree
        ("administrator", BAC_HA, "role"),  # above his head
        ("security", LAO_CAI, "role"),
        ("manager", LAO_CAI, "unit"),  # equals do not make equals
        ("learner", BAC_HA, "role"),  # there is no such role
        ("' OR 1=1", BAC_HA, "role"),
    ],
)
def test_what_a_manager_may_not_give(any_app: Flask, role: str, at: str, field: str) -> None:
    with any_app.app_context():
        manager, mai = somebody("Lò Văn Quản", "manager", LAO_CAI), somebody("Vừ Thị Mai")
        with pytest.raises(Invalid) as refused:
            give(manager, mai, role, at)
        assert set(refused.value.fields) == {field}
        assert grants.grants_of(mai.id) == {}


def test_a_manager_makes_managers_below(any_app: Flask) -> None:
    with any_app.app_context():
        manager, mai = somebody("Lò Văn Quản", "manager", LAO_CAI), somebody("Vừ Thị Mai")
        give(manager, mai, "manager", BAC_HA)
        mai = again(mai)
        with pytest.raises(Invalid):
            give(mai, manager, "mentor", LAO_CAI)
        grant = queries.grants_of_person(manager.id)[0]
        with pytest.raises(NotFound), unit_of_work():
            giving.end(mai, grant.id)


def test_an_administrator_of_a_province_is_that_and_no_more(any_app: Flask) -> None:
    with any_app.app_context():
        one = somebody("Lý Văn Tỉnh", "administrator", LAO_CAI)
        assert all(may_at(one, may, unit(BAC_HA)) for may in May)
        assert not any(may_at(one, may, unit(HA_NOI)) for may in May)
        assert not any(may_at(one, may, None) for may in May)
        mai = somebody("Vừ Thị Mai")
        give(one, mai, "administrator", BAC_HA)
        for role, at in (("administrator", LAO_CAI), ("mentor", HA_NOI)):
            with pytest.raises(Invalid):
                give(one, mai, role, at)


def test_nobody_gives_a_role_to_themselves(any_app: Flask) -> None:
    with any_app.app_context():
        manager = somebody("Lò Văn Quản", "administrator", "VN")
        with pytest.raises(Invalid, match="themselves"):
            give(manager, manager, "security", BAC_HA)
        with pytest.raises(NotFound), unit_of_work():
            giving.end(manager, queries.grants_of_person(manager.id)[0].id)


def test_a_role_for_some_days(any_app: Flask) -> None:
    with any_app.app_context():
        manager, mai = somebody("Lò Văn Quản", "manager", LAO_CAI), somebody("Vừ Thị Mai")
        today = clock.today()
        grant = give(manager, mai, "mentor", BAC_HA, today + timedelta(2), today + timedelta(4))
        row = queries.grant(grant)
        assert row is not None
        assert (row.state, row.last_day) == ("future", today + timedelta(4))
        for days, holds in ((0, False), (2, True), (4, True), (5, False)):
            with clock.frozen_at(clock.now() + timedelta(days)):
                assert bool(grants.grants_of(mai.id)) is holds, days
        with pytest.raises(Invalid, match="already"):
            give(manager, mai, "mentor", BAC_HA)
        give(manager, mai, "mentor", BAC_HA, today + timedelta(5))
        for first, last, field in (
            (today - timedelta(1), None, "first"),
            (today, today - timedelta(1), "last"),
            (today + timedelta(9), today + timedelta(8), "last"),
        ):
            with pytest.raises(Invalid) as refused:
                give(manager, mai, "reporter", BAC_HA, first, last)
            assert set(refused.value.fields) == {field}


def test_ending_one(any_app: Flask) -> None:
    with any_app.app_context():
        manager, mai = somebody("Lò Văn Quản", "manager", LAO_CAI), somebody("Vừ Thị Mai")
        grant = give(manager, mai, "mentor", BAC_HA)
        later = give(manager, mai, "reporter", BAC_HA, clock.today() + timedelta(3))
        with unit_of_work() as database:
            database.execute(
                sa.insert(Session).values(
                    id=2**40 + mai.id, account_id=mai.id, way="test", strength=1, device="", made_at=1, seen_at=1
                )
            )
        with unit_of_work():
            giving.end(manager, grant)
            giving.end(manager, grant)
            giving.end(manager, later)
        assert grants.grants_of(mai.id) == {}
        with clock.frozen_at(clock.now() + timedelta(30)):
            assert grants.grants_of(mai.id) == {}, "one that was ended before it began never begins"
        rows = {r.id: r for r in queries.grants_of_person(mai.id)}
        assert {r.state for r in rows.values()} == {"past"}
        assert rows[grant].ended_by == "Lò Văn Quản"
        assert [act for act, _by in acts()].count("grant.ended") == 2
        ended = connection().execute(sa.select(Session.ended_at).where(Session.account_id == mai.id)).scalar_one()
        assert ended is not None, "whose roles change signs in anew"


def test_the_first_administrator_is_made_on_the_server(any_app: Flask) -> None:
    with any_app.app_context():
        with unit_of_work():
            account = make_people([NewPerson("Vừ Thị Mai", phone="+84912345678")], None, None)[0]
            assert (
                giving.on_the_server("0912 345 678", "administrator", "VN") == "0912 345 678, administrator, Việt Nam"
            )
        assert grants.grants_of(account) == {"administrator": [nation_id()]}
        with unit_of_work():
            for wrong in (
                ("0912345679", "manager", "VN"),
                ("0912345678", "vua", "VN"),
                ("0912345678", "manager", "999"),
            ):
                assert giving.on_the_server(*wrong) is None
            assert giving.on_the_server("0912345678", "manager", "VN", end=True) is None
            assert giving.on_the_server("0912345678", "administrator", "VN", end=True)
        assert grants.grants_of(account) == {}


def test_a_role_that_ended_gives_no_more(any_app: Flask) -> None:
    with any_app.app_context():
        manager, mai = somebody("Lò Văn Quản", "manager", LAO_CAI), somebody("Vừ Thị Mai")
        with unit_of_work():
            grants.end(queries.grants_of_person(manager.id)[0].id, None)
        with pytest.raises(Invalid):
            give(manager, mai, "mentor", BAC_HA)
        with pytest.raises(NotFound):
            person_for(manager, May.SEE_PEOPLE, mai.uuid)


def test_what_somebody_may_in_plain_words(any_app: Flask) -> None:
    with any_app.app_context():
        manager, mai = somebody("Lò Văn Quản", "manager", LAO_CAI), somebody("Vừ Thị Mai")
        give(manager, mai, "mentor", BAC_HA)
        give(manager, mai, "verifier", LAO_CAI, clock.today() + timedelta(1))
        rights = rights_of(mai.id)
        assert [(r.state, r.unit) for r in rights] == [
            ("now", "xã Bắc Hà, tỉnh Lào Cai"),
            ("future", "tỉnh Lào Cai"),
        ]
        assert rights[0].reach.units == 1
        assert rights[1].reach.units == 100, "the province and its 99 communes"
        yes = answer(rights, May.HELP, unit(BAC_HA), "xã Bắc Hà")
        assert (yes.yes, len(yes.reasons)) == (True, 1)
        elsewhere = answer(rights, May.HELP, unit(HA_NOI), "Hà Nội")
        assert not elsewhere.yes
        assert "does not lie there" in str(elsewhere.reasons[0])
        not_yet = answer(rights, May.REVOKE, unit(BAC_HA), "xã Bắc Hà")
        assert not not_yet.yes
        assert "from" in str(not_yet.reasons[0])
        assert "No role" in str(answer(rights, May.ADMINISTER, unit(BAC_HA), "xã Bắc Hà").reasons[0])


@pytest.mark.parametrize("role", ROLES)
def test_no_role_hands_on_more_than_it_may_itself(role: str) -> None:
    """Whoever hands on a role that hands on roles could come round to more: what is given stays within the giver's."""
    for key in ROLES[role].hands_on:
        assert ROLES[key].hands_on <= ROLES[role].hands_on, key


def test_people_are_found_as_they_are_typed(any_app: Flask) -> None:
    with any_app.app_context():
        with unit_of_work():
            make_people(
                [
                    NewPerson("Vừ Thị Mỷ", phone="+84912000777", birth_year=1961),
                    NewPerson("Trần Văn Đào", birth_year=1987),
                    NewPerson("Nguyễn Thị Hoà", birth_year=1961),
                ],
                None,
                None,
            )
        everywhere = [nation_id() or 0]

        def found(words: str) -> list[str]:
            return [row.full_name for row in queries.people(everywhere, words).rows]

        assert found("vu mi") == found("mỷ vừ") == found("0912 000 777") == found("000777") == ["Vừ Thị Mỷ"]
        assert found("dao 1987") == ["Trần Văn Đào"]
        assert found("thi hòa")[0] == "Nguyễn Thị Hoà"
        assert found("1961") == ["Nguyễn Thị Hoà", "Vừ Thị Mỷ"], "by given name: Hoà before Mỷ"
        assert found("không có ai") == []
        assert found("%") == found(""), "signs are no words"


def test_the_list_asks_as_much_of_ten_people_as_of_a_thousand(
    any_app: Flask, statements: Callable[[], list[str]]
) -> None:
    with any_app.app_context():
        everywhere = [nation_id() or 0]
        few = len(_asked(lambda: queries.people(everywhere, "lành"), statements))
        with unit_of_work():
            make_people([NewPerson(f"Hoàng Thị {'abcdefghij'[n % 10].upper()}") for n in range(300)], None, None)
        assert len(_asked(lambda: queries.people(everywhere), statements)) == few


def _asked(call: Callable[[], object], statements: Callable[[], list[str]]) -> list[str]:
    before = len(statements())
    call()
    return statements()[before:]


@pytest.fixture
def statements(any_app: Flask) -> Callable[[], list[str]]:
    from lms.db.base import db

    said: list[str] = []
    with any_app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_: said.append(statement))
    return lambda: said

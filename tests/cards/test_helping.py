"""A helper signs somebody in beside them: with their yes, marked, and never mixed with the helper's own session."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from lms.api.work import clock, connection
from lms.identity.models import Consent, Session
from lms.learning.models import Evidence
from tests.browser.people import COURSE, lessons
from tests.cards.conftest import Client, Commune


def beside(commune: Commune, learner: int, **fields: object) -> Client:
    helper = commune.client(commune.helper)
    helper.post(f"/can-bo/the/{commune.uuid(learner)}/vao", agreed="yes", present="chị Hoa, con gái", **fields)
    return helper


def evidence_of(commune: Commune, learner: int) -> list[int | None]:
    e = Evidence.__table__
    with commune.app.app_context():
        return list(connection().execute(select(e.c.by_id).where(e.c.account_id == learner).order_by(e.c.id)).scalars())


def read_a_lesson(commune: Commune, client: Client) -> None:
    client.post(f"/hoc/{COURSE}/{lessons(commune.app, COURSE)[0].slug}/xong")


def test_without_a_yes_nobody_is_signed_in(commune: Commune) -> None:
    helper = commune.client(commune.helper)
    page = helper.post(f"/can-bo/the/{commune.uuid(commune.learners[0])}/vao", 422, present="chị Hoa").text
    assert "Chưa có lời đồng ý" in page
    assert "chị Hoa" in page, "what was typed stays"
    assert "Người Giúp" not in page
    assert helper.get("/can-bo/the").status_code == 200, "still the helper"


def test_the_yes_is_kept_and_the_session_says_who_helped(commune: Commune) -> None:
    learner = commune.learners[0]
    client = beside(commune, learner)
    assert "Mận" in client.get("/cua-toi").text
    c, s = Consent.__table__, Session.__table__
    with commune.app.app_context():
        row = connection().execute(select(c).where(c.c.account_id == learner, c.c.purpose == "helped-sign-in")).one()
        assert (row.channel, row.by_id, row.withdrawn_at) == ("helper", commune.helper, None)
        open_now = connection().execute(select(s.c.way, s.c.helper_id).where(s.c.account_id == learner)).one()
        assert tuple(open_now) == ("helper", commune.helper)


def test_what_is_done_then_carries_the_helper_and_what_is_done_alone_does_not(commune: Commune) -> None:
    learner = commune.learners[0]
    client = beside(commune, learner)
    read_a_lesson(commune, client)
    assert evidence_of(commune, learner) == [commune.helper]
    [card] = commune.issue(learner)
    commune.choose(learner)
    alone = commune.client()
    alone.enter(card)
    alone.post(f"/hoc/{COURSE}/{lessons(commune.app, COURSE)[1].slug}/xong")
    assert evidence_of(commune, learner) == [commune.helper, None]
    page = alone.get("/cai-dat").text
    assert "Trần Thị Giúp" in page
    assert "chị Hoa, con gái" in page


def test_the_helper_is_signed_out_and_comes_back_with_their_own_proof_only(commune: Commune) -> None:
    client = beside(commune, commune.learners[0])
    client.get("/can-bo/the", 404)
    with commune.app.app_context():
        s = Session.__table__
        mine = connection().execute(select(s.c.ended_at).where(s.c.account_id == commune.helper)).scalars().all()
        assert all(ended is not None for ended in mine)
    answer = client.post("/lop/khoa")
    assert answer.location == "/dang-nhap?next=/can-bo/the"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not client.is_in()
    client.get("/can-bo/the", 303)


def test_left_lying_it_locks_itself(lone: Commune) -> None:
    now = clock.now()
    client = beside(lone, lone.learners[0])
    for minutes in (4, 8, 12):
        with clock.frozen_at(now + timedelta(minutes=minutes)):
            assert client.is_in(), "as long as something is done"
    with clock.frozen_at(now + timedelta(minutes=18)):
        assert not client.is_in()


def test_whoever_has_a_role_is_signed_in_by_nobody_else(commune: Commune) -> None:
    from lms.api.work import unit_of_work
    from lms.identity import grants
    from lms.orgs.queries import org_by_code

    learner = commune.learners[0]
    with commune.app.app_context():
        place = org_by_code("02839")
        assert place is not None
        with unit_of_work():
            grants.give(learner, "administrator", place.id, None)
    helper = commune.client(commune.helper)
    page = helper.post(f"/can-bo/the/{commune.uuid(learner)}/vao", 422, agreed="yes").text
    assert "không ai đăng nhập giúp được" in page


def test_a_right_to_help_that_has_ended_helps_no_more(commune: Commune) -> None:
    from lms.api.work import unit_of_work
    from lms.identity import grants
    from lms.identity.models import Grant

    helper = commune.client(commune.helper)
    with commune.app.app_context():
        g = Grant.__table__
        grant = connection().execute(select(g.c.id).where(g.c.account_id == commune.helper)).scalar_one()
        with unit_of_work():
            grants.end(grant, None)
    answer = helper.browser.post(
        f"/can-bo/the/{commune.uuid(commune.learners[0])}/vao",
        data={"agreed": "yes"},
        environ_overrides={"REMOTE_ADDR": helper.address},
    )
    assert answer.status_code in (303, 404)
    assert "/dang-nhap" in (answer.location or "/dang-nhap")
    assert not commune.valid_cards(commune.learners[0])

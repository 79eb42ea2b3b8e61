"""A session to look at where demo people are: planned for the next morning but one, with three people on its list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from lms.api.people import orgs_of_people
from lms.api.work import clock, connection, unit_of_work
from plugins.supervision import queries
from plugins.supervision.models import Session
from plugins.supervision.services import planning

S = Session.__table__
TITLE, PLACE = "Kiểm tra cuối khóa (làm thử)", "Nhà văn hóa thôn Nà Hối"
OFFICER, LEARNER = "quantri", "balanh"
PEOPLE = "Lù Thị Sương; 1956\nVàng Seo Páo; 1949\nNguyễn Thị Bưởi; 1962"
PIN = "194528"  # of the demo only, and told here, as the passwords of its people are


def show(accounts: Mapping[str, int]) -> None:
    """Plans it in the name of the demo administrator; nothing where there is none, or where it was planned before."""
    officer, learner = accounts.get(OFFICER), accounts.get(LEARNER)
    if officer is None or learner is None:
        return
    unit = orgs_of_people([learner]).get(learner)
    if unit is None:
        return
    if connection().execute(select(S.c.id).where(S.c.title == TITLE)).first() is not None:
        return
    offers = planning.offers()
    if not offers:
        return
    morning = clock.local(clock.now() + timedelta(days=2)).replace(hour=8, minute=0, second=0, microsecond=0)
    hashed = planning.pin_hash(PIN)
    with unit_of_work():
        plan = planning.Plan(TITLE, unit, PLACE, offers[0].activity_id, int(morning.timestamp()), 120, 8, walk_ins=True)
        session = queries.session_by_uuid(planning.make(plan, hashed, officer))
        assert session is not None
        lines = planning.lines_of(PEOPLE)
        planning.expect(session, [learner, *planning.enter_named(session, lines, officer)], officer)

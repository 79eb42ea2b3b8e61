"""Who marked, supervised or helped is noted with the case, and does not see it."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import insert, select

from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account, Session
from plugins.integrity import queries
from plugins.integrity.models import Case, CaseHand
from plugins.supervision.models import Proctor
from plugins.supervision.models import Session as Supervised
from quizzes.api import hands, papers
from quizzes.models import Marking
from tests.integrity.world import START, Integrity


def officer() -> int:
    found = connection().execute(select(Account.id).where(Account.username == "quantri")).scalar_one()
    return int(found)


def test_a_marker_has_a_hand_in_it(world: Integrity) -> None:
    (who,) = world.people(1)
    world.paper(who, each=0.5)
    (paper,) = papers(account_id=who)
    assert hands([paper.id]) == set()
    with unit_of_work() as database:
        database.execute(
            insert(Marking).values(
                attempt_id=paper.id, position=0, levels=[0], parts=0, note="", marked_by=officer(), marked_at=1
            )
        )
    assert hands([paper.id]) == {officer()}
    world.look()
    uuid = connection().execute(select(Case.uuid)).scalar_one()
    assert queries.case_for_officer(uuid, officer()) is None


def test_who_signed_them_in_beside_them_helped(world: Integrity) -> None:
    (who,) = world.people(1)
    world.paper(who, each=0.5)
    with unit_of_work() as database:
        at = int(START.timestamp()) - 600
        database.execute(
            insert(Session).values(
                id=2**40,
                account_id=who,
                way="helper",
                strength=1,
                device="",
                helper_id=officer(),
                made_at=at,
                seen_at=at,
            )
        )
    world.look()
    assert connection().execute(select(CaseHand.account_id)).scalars().all() == [officer()]


def test_whoever_supervised_has_a_hand_in_it(world: Integrity) -> None:
    (who,) = world.people(1)
    name = uuid4()
    world.paper(who, session=str(name))
    (paper,) = papers(account_id=who)
    assert hands([paper.id]) == set()
    columns = {c.name: c for c in Supervised.__table__.columns}
    values = {
        "uuid": name, "code": "123456", "title": "Buổi sáng", "org_id": world.unit, "place": "", "state": "ended",
        "activity_id": world.quiz, "course_id": world.course, "revision_id": world.revision, "mode": "server",
        "pin_hash": "x", "starts_at": 1, "ends_at": 2, "seats": 1, "made_by": officer(), "made_at": 1,
        "opened_by": officer(),
    }  # fmt: skip
    with unit_of_work() as database:
        session = database.execute(
            insert(Supervised)
            .values({key: value for key, value in values.items() if key in columns})
            .returning(Supervised.id)
        ).scalar_one()
        (helper,) = database.execute(select(Account.id).where(Account.username == "balanh")).scalars()
        database.execute(
            insert(Proctor).values(
                session_id=session, account_id=helper, name="Người coi", entered_at=clock.seconds(), ends_at=2**40
            )
        )
    assert hands([paper.id]) == {officer(), helper}

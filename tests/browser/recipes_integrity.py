"""Results that somebody looks at: one that waits, with all kinds of signs, one cleared, one looked at twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from plugins.integrity import queries, rules
from plugins.integrity.rules import Sign
from plugins.integrity.services import answering, deciding, finding
from quizzes.api import Graded, papers
from tests.browser.people import Address, World

PEOPLE = ("waiting.thu", "holder.thu", "withdrawn.thu")
LIST = "/can-bo/xem-lai"
MINE = "/viec-can-tra-loi"


def at(name: str, before: str = "", after: str = "") -> Address:
    """An address of a case, made when it is asked for first."""
    return lambda world: before + _made(world).at[f"case-{name}"] + after


def _made(world: World) -> World:
    if "case-open" not in world.at:
        world.at |= make(world.app)
    return world


def make(app: Flask, people: tuple[str, ...] = PEOPLE) -> dict[str, str]:
    """Makes cases of the papers that these people have handed in."""
    with app.app_context():
        a = Account.__table__
        ids = dict(connection().execute(select(a.c.username, a.c.id).where(a.c.username.in_(people))).all())
        officer = connection().execute(select(a.c.id).where(a.c.username == "xacminh")).scalar()
        officer = officer or connection().execute(select(a.c.id).where(a.c.username == "quantri")).scalar_one()
        mine = {name: papers(account_id=who)[0] for name, who in ids.items()}
        one, other, third = (mine[name] for name in people)
        both = sorted((one.id, other.id))
        pair = {"compared": 378, "pairs": [[*both, 9, 11, 20, 7]]}
        fast = {
            "questions": 18, "of": 20, "syllables": 1_240, "seconds": 41, "needed": 124, "one_by_one": True,
        }  # fmt: skip
        whole = {
            "people": 34, "usual": 62, "of": 1_180, "begun": 3, "mean": 96, "usual_mean": 71, "deviation": 2.4,
            "usual_deviation": 17.5, "chance": 5,
        }  # fmt: skip
        opened = _open(
            {one.id: one, other.id: other},
            [
                Sign(rules.ALIKE, tuple(both), pair), Sign(rules.FAST, (one.id,), fast),
                Sign(rules.DEVICE, tuple(both), {**pair, "minutes": 35, "overlaps": 2}),
            ],
        )  # fmt: skip
        cleared = _open({third.id: third}, [Sign(rules.WHOLE_CLASS, (third.id,), whole)])
        second = _open({third.id: third}, [Sign(rules.FAST, (third.id,), {**fast, "one_by_one": False})])
        with unit_of_work():
            words = "Cháu tôi ngồi cạnh đọc câu hỏi cho tôi nghe.\nHai bà cháu làm trên một điện thoại."
            answering.answer(_case(opened), other.account_id, words, True)
            deciding.decide(_case(cleared), deciding.CLEAR, "Đã gặp: lớp học đủ mười buổi.", officer)
        later = clock.now() + timedelta(days=20)
        with clock.frozen_at(later), unit_of_work():
            deciding.decide(_case(second), deciding.PROPOSE, "Đã gọi hai lần, chưa rõ.", officer)
        with unit_of_work():
            deciding.decide(_case(second), deciding.REFUSE, "Cần hỏi thêm.", officer)
        return {"case-open": str(opened), "case-cleared": str(cleared), "case-again": str(second)}


def _case(uuid: UUID) -> queries.CaseRow:
    found = queries.case_for_officer(uuid, 0)
    assert found is not None
    return found


def _open(found: dict[int, Graded], signs: list[Sign]) -> UUID:
    with unit_of_work():
        uuid = finding.open_case(next(iter(found.values())).activity_id, signs, found)
    assert uuid is not None
    return uuid


VISITS = (
    ("results-to-look-at", "integrity.cases", "administrator", at("open", f"{LIST}?v=")),
    ("results-decided", "integrity.cases", "administrator", at("open", f"{LIST}?loc=xong&v=")),
    ("result-case", "integrity.case", "administrator", at("open", f"{LIST}/")),
    ("result-case-cleared", "integrity.case", "administrator", at("cleared", f"{LIST}/")),
    ("result-case-again", "integrity.case", "administrator", at("again", f"{LIST}/")),
    ("result-sides", "integrity.sides", "administrator", at("open", f"{LIST}/", "/1/2")),
    ("answers-none", "integrity.mine", "new", MINE),
    ("answers-list", "integrity.mine", "waiting", at("open", f"{MINE}?v=")),
    ("answers-one", "integrity.mine_one", "waiting", at("open", f"{MINE}/")),
    ("answers-said", "integrity.mine_one", "holder", at("open", f"{MINE}/")),
    ("answers-panel", "home.mine", "waiting", at("open", "/cua-toi?v=")),
)

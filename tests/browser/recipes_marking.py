"""Addresses of what happens after a check: two markers, decisions, marking anew, questions that were bad."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.api.learning import anchor
from lms.api.work import connection, unit_of_work
from lms.identity import accounts
from lms.identity.models import Account
from quizzes import corrections, queries
from quizzes.models import Item, QuizRevision
from quizzes.remarks import ALL, DROP
from quizzes.services import attempts, marking, moderating, neutralising
from quizzes.services.importing import bank_of, publish_item, publish_quiz
from quizzes.services.neutralising import Wish
from tests.browser.people import Address, World
from tests.browser.recipes_items import EXAM, STEMS

LEARNER = "Hoàng Thị Giữa"
BEST, WORST = [0, 0], [1, 1]
BAD = "/can-bo/cau-hoi-sai"


def made(name: str) -> Address:
    return lambda world: _made(world).at[name]


def _made(world: World) -> World:
    if "second" in world.at:
        return world
    with world.app.app_context():
        a = Account.__table__
        first = (a.c.full_name != LEARNER, a.c.target_group.is_(None), a.c.target_group != "citizens", a.c.id)
        who = connection().execute(select(a.c.id).order_by(*first).limit(1)).scalar_one()
        with unit_of_work():
            one = accounts.sign_up("Nông Thị Mận", "nong.man.thu", "not a hash")
            two = accounts.sign_up("Vàng A Sử", "vang.su.thu", "not a hash")
        _marked(world, who, one, two)
        _corrected(world, who, one)
    return world


def _quiz(slug: str, title: str, code: str, count: int, correct: int, **more: Any) -> tuple[int, int, int]:
    """(course, quiz, revision) of an exam that draws from a code."""
    r = QuizRevision.__table__
    body = {
        "slug": slug, "title": title, "intro": "Vài câu ngắn.", "pool": "exam", "minutes": 10,
        "needs_birth_date": False, "draw": [{"from": [code], "count": count, "spread": False}],
        "pass": {"correct": correct, "parts": []}, **more,
    }  # fmt: skip
    quiz = anchor("quiz", slug, title, 10)
    publish_quiz(quiz, body, 1, None)
    course = anchor("course", f"khoa-{slug}", f"Khóa {title}", 10)
    revision = connection().execute(select(r.c.id).where(r.c.activity_id == quiz)).scalar_one()
    return course, quiz, revision


def _paper(where: tuple[int, int, int], who: int, answers: list[list[Any]]) -> UUID:
    course, quiz, revision = where
    uuid = attempts.start(who, course, quiz, revision, None, enrolled=True)
    row = queries.attempt_by_uuid(uuid)
    assert row is not None
    for position, answer in enumerate(answers):
        attempts.save_answer(row.id, position, answer)
    held = queries.attempt_held(uuid)
    assert held is not None
    attempts.submit(*held)
    return uuid


def _one(uuid: UUID) -> marking.Waiting:
    row = queries.attempt_by_uuid(uuid)
    assert row is not None
    return marking.one_waiting(row, 0)


def _marked(world: World, who: int, one: int, two: int) -> None:
    """One answer has its first mark, one waits for a decision, one is marked, one was marked anew."""
    with unit_of_work():
        body = {"stem": STEMS["task"], "message": None, "lesson": "", "skills": ["ZZ.hai"], "data": EXAM["task"]}
        publish_item("zz-hai", bank_of("hai-nguoi", "Hai người chấm", 1), "exam", "task", body, None, None)
        where = _quiz("hai-nguoi", "Kể lại cách xử lý", "ZZ.hai", 1, 1, policy={"markers": 2, "apart": 10})
        said = ["Cháu không bấm vào đường dẫn.\nCháu gọi lại số ngân hàng in trên thẻ."]
        second, decision, kept, anew = (_paper(where, who, [said]) for _ in range(4))
        marking.mark(_one(second), BEST, "Đủ ý.", one)
        for uuid, mine, other in ((decision, BEST, WORST), (kept, BEST, BEST), (anew, WORST, WORST)):
            marking.mark(_one(uuid), mine, "Đủ ý.", one)
            marking.mark(_one(uuid), other, "Chưa nói tới việc gọi lại số quen.", two)
        moderator = accounts.sign_up("Lò Văn Xem", "lo.xem.thu", "not a hash")
        row = queries.attempt_by_uuid(anew)
        assert row is not None
        moderating.mark_anew(moderating.one_marked(row, 0), BEST, "Câu trả lời có nói tới số in trên thẻ.", moderator)
    levels = "?level-0=1&level-1=1&note=Xem+lại+cho+công+bằng"
    world.at |= {
        "second": f"/can-bo/cham-bai/{second}/1",
        "decision": f"/can-bo/quyet-dinh-diem/{decision}/1",
        "marked": f"/can-bo/quyet-dinh-diem/da-cham/{kept}/1",
        "marked-look": f"/can-bo/quyet-dinh-diem/da-cham/{kept}/1{levels}",
        "result-anew": f"/luot/{anew}/ket-qua",
    }


def _corrected(world: World, who: int, by_id: int) -> None:
    """Of four questions one was found bad and only counted, one was applied."""
    with unit_of_work():
        bank = bank_of("cau-sai", "Ngân hàng thử", 1)
        for n in range(4):
            options = [{"text": f"Cách làm thứ {k + 1}", "correct": k == 0, "why": ""} for k in range(3)]
            body = {
                "stem": f"Có người gọi tự xưng công an, bác làm gì trước? ({n + 1})", "message": None, "lesson": "",
                "skills": ["ZZ.sai"], "data": {"options": options},
            }  # fmt: skip
            publish_item(f"zz-sai-{n + 1}", bank, "exam", "single_choice", body, None, None)
        where = _quiz("co-cau-sai", "Kiểm tra có câu sai", "ZZ.sai", 4, 3)
        passed = _paper(where, who, [[0], [0], [0], [1]])
        _paper(where, by_id, [[0], [0], [1], [1]])
        row = queries.attempt_by_uuid(passed)
        assert row is not None
        right, wrong = (queries.versions([row.paper[n][0]])[0] for n in (0, 3))
        why = "câu này có hai câu trả lời đúng"
        drop = neutralising.begin(Wish(right.item_id, right.id, [where[1]], None, None, DROP, [], why), by_id)
        every = neutralising.begin(Wish(wrong.item_id, wrong.id, [where[1]], None, None, ALL, [], why), by_id)
        while neutralising.do_part():
            pass
    with unit_of_work():
        found = corrections.correction(drop)
        assert found is not None
        neutralising.apply(found, by_id)
        while neutralising.do_part():
            pass
    slug = connection().execute(select(Item.slug).where(Item.id == wrong.item_id)).scalar_one()
    world.at |= {
        "bad": f"{BAD}/{every}",
        "bad-applied": f"{BAD}/{drop}",
        "bad-people": f"{BAD}/{drop}/giu",
        "bad-nobody": f"{BAD}/{every}/giu",
        "bad-new": f"{BAD}/moi?cau={slug}",
        "result-corrected": f"/luot/{passed}/ket-qua",
    }

"""Questions on their way from draft to use, in every state that their pages show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from lms.api.reviewing import submission
from lms.api.work import Text, connection, unit_of_work
from lms.identity.models import Account
from lms.reviewing import steps
from lms.starting import demo_sign_ins
from quizzes import drafts
from quizzes.models import Bank
from quizzes.services import authoring, drafting
from quizzes.services.drafting import Kept
from tests.browser.people import Address, World
from tests.quizzes.signing import signed_off, somebody

TITLE = "Câu hỏi về lừa đảo qua điện thoại"
OPTIONS = [
    {"text": "Đọc mã cho họ", "why": "Đọc mã là trao chìa khóa nhà cho người lạ."},
    {"text": "Cúp máy, gọi số in trên thẻ", "correct": True, "why": "Đúng rồi, gọi số quen là chắc nhất."},
    {"text": "Gửi mã qua tin nhắn", "why": "Gửi bằng tin nhắn cũng là trao chìa khóa."},
]


def _body(stem: str, **more: Any) -> dict[str, Any]:
    return {
        "stem": stem, "message": {"sender": "NGAN HANG", "text": "Quy khach doc ma OTP de xac nhan."}, "lesson": "",
        "skills": ["ND.4.3"], "data": {"options": OPTIONS}, "level": 2, "thinking": "apply", **more,
    }  # fmt: skip


def _prepare(world: World) -> None:
    """One in use with a draft over it, two that wait, one that came back, one that is not whole."""
    with world.app.app_context():
        logins = {role: demo_sign_ins()[role]["login"] for role in ("administrator", "instructor")}
        a = Account.__table__
        me, other = (
            connection().execute(select(a.c.id).where(a.c.username == logins[role])).scalar_one()
            for role in ("administrator", "instructor")
        )
        with unit_of_work():
            slug = authoring.begin_bank(TITLE, 1, me)
        bank = connection().execute(select(Bank.__table__.c.id).where(Bank.__table__.c.slug == slug)).scalar_one()

        def draft(stem: str, by: int, problems: Any = None, **more: Any) -> int:
            with unit_of_work():
                made = drafting.begin(bank, "exam", "single_choice", Kept(_body(stem, **more), problems or {}), by)
            found = drafts.item(made)
            assert found is not None
            return found.id

        def save(item: int, base: int, over: int, stem: str, **more: Any) -> None:
            with unit_of_work():
                drafting.save(item, base, over, Kept(_body(stem, **more)), me)

        used = draft("Có người gọi, xưng là ngân hàng, hỏi mã OTP. Bác làm gì?", me)
        signed_off([used], somebody("nguoi.soat"))
        save(
            used, 0, 1, "Có người gọi, xưng là cán bộ ngân hàng và giục đọc mã OTP. Bác làm gì?", thinking="understand"
        )
        signed_off([used], somebody("nguoi.soat"))
        save(used, 0, 2, "Có người gọi, xưng là công an và giục đọc mã OTP. Bác làm gì?")
        changed = drafts.items_by_id([used])[0]
        waits = [used, draft("Tin nhắn này có thật không? Bác bấm vào đường dẫn hay không?", other)]
        with unit_of_work():
            number = drafting.hand_in(bank, 1, waits, other, note="Mời anh chị xem giúp hai câu.")
        back = draft("Mật khẩu nào dễ đoán nhất?", me)
        with unit_of_work():
            returned = drafting.hand_in(bank, 1, [back], me)
        with unit_of_work():
            row = submission(returned)
            assert row is not None
            steps.give_back(row, "Đáp án B và C trùng ý nhau. Mời anh sửa lại một câu.", other)
        missing = {"skills": [Text("Please choose the skill that it tests: quizzes draw by it.")]}
        broken = draft("Câu này còn thiếu kỹ năng.", me, missing, skills=[])
        loose = draft("Gọi số nào khi bị lừa chuyển tiền?", me)
        slugs = {row.id: row.slug for row in drafts.items_by_id([used, back, broken, loose])}
    world.at |= {
        "lives-bank": f"/studio/ngan-hang/{slug}",
        "lives-hand-in": f"/studio/ngan-hang/{slug}/gui-duyet",
        "lives-used": f"/studio/cau-hoi/{changed.slug}",
        "lives-versions": f"/studio/cau-hoi/{changed.slug}/phien-ban",
        "lives-back": f"/studio/cau-hoi/{slugs[back]}",
        "lives-broken": f"/studio/cau-hoi/{slugs[broken]}",
        "lives-review": f"/studio/duyet/{number}",
        "lives-mine": "/studio/cau-hoi",
    }


def at(key: str, suffix: str = "") -> Address:
    """An address of the story; it is made when the first one is asked for."""

    def address(world: World) -> str:
        if "lives-bank" not in world.at:
            _prepare(world)
        return world.at[f"lives-{key}"] + suffix

    return address

"""Two who wrote at one lesson, for the page that shows both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from courses.blocks.siding import marks_of
from courses.drafts import document
from courses.services import setting_aside
from lms.api.work import connection, unit_of_work
from lms.identity.models import Account
from lms.starting import demo_sign_ins

if TYPE_CHECKING:
    from tests.browser.people import World


def both(world: World) -> str:
    """What an administrator wrote over a save of somebody else: a fact and a block changed, a block added."""
    from tests.browser.people import COURSE, lessons

    slug = lessons(world.app, COURSE)[1].slug
    login = demo_sign_ins()["administrator"]["login"]
    with world.app.app_context():
        draft = document("lesson", slug)
        who = connection().execute(select(Account.id).where(Account.username == login)).scalar_one()
        assert draft is not None
        first, *rest = draft.draft["blocks"]
        blocks = [
            {**first, "data": {**first["data"], "md": "Ở chợ phiên, bà con hay thấy một tờ giấy có ô vuông."}},
            {"id": "baaaaaaa", "kind": "warning", "data": {"md": "Không đọc mã cho ai."}},
            *rest,
        ]
        mine = {**draft.draft, "promise": "Học xong bài này, bác biết làm ngay.", "blocks": blocks}
        with unit_of_work():
            number = setting_aside.keep(draft.activity_id, who, draft.base - 1, mine, marks_of(draft.draft))
    return f"/studio/bai-hoc/{slug}/hai-ban/{number}"

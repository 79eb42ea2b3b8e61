"""A lesson published twice, a commune's own version of it that waits for a review, and a learner one course behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from courses import drafts
from courses.services import authoring, forking, publishing
from lms.api.learning import KeptDraft, enroll
from lms.api.people import nation_id
from lms.api.work import connection, unit_of_work
from lms.identity.models import Account
from lms.orgs.queries import org_by_code
from lms.reviewing import steps
from lms.reviewing.queries import submission
from tests.browser.people import COURSE, lessons

if TYPE_CHECKING:
    from flask import Flask

    from tests.browser.people import Address, World


@dataclass(frozen=True)
class Revisions:
    """What addresses ask for."""

    lesson: str
    course: str
    fork: str
    fork_course: str
    submission: int


def make(app: Flask) -> Revisions:
    """Made once for an application."""
    held: Revisions | None = app.extensions.get("tests.revisions")
    if held is not None:
        return held
    first = lessons(app, COURSE)[0].slug
    a = Account.__table__
    with app.app_context():
        ids = dict(
            connection()
            .execute(select(a.c.username, a.c.id).where(a.c.username.in_(["quantri", "thaygiao", "midway.thu"])))
            .all()
        )
        admin, teacher = ids["quantri"], ids["thaygiao"]
        commune, model = org_by_code("02839"), _document("lesson", first)
        nation = nation_id()
        assert commune is not None
        assert nation is not None
        with unit_of_work():
            lesson = authoring.begin("lesson", "Gọi video cho con cháu", nation, admin)
            body = {**model.draft, "slug": lesson, "title": "Gọi video cho con cháu"}
            _publish("lesson", lesson, body, admin)
            course = authoring.begin("course", "Trò chuyện với người thân", nation, admin)
            held_in = [{"title": "Bắt đầu", "skill_area": "",
                        "activities": [{"kind": "lesson", "slug": lesson, "weight": 1}]}]  # fmt: skip
            plan = {**_document("course", course).draft, "groups": ["citizens"], "modules": held_in}
            _publish("course", course, plan, admin)
            for learner in (ids.get("midway.thu"), ids.get("midway")):
                if learner is not None:
                    enroll(learner, _document("course", course).activity_id)
            fork = forking.fork(lesson, commune.id, teacher)
            fork_course = forking.fork(course, commune.id, teacher, "course")
        with unit_of_work():
            _publish("lesson", lesson, _reworded(body, "Bấm gọi, rồi chờ người thân nhấc máy."), admin)
            publishing.publish_again(_document("course", course).activity_id, admin)
            held_in[0] = {**held_in[0], "title": "Gọi cho người thân"}
            _publish("course", course, {**plan, "modules": held_in}, admin)
            own = _document("lesson", fork)
            authoring.save(
                own.activity_id, own.base, _reworded(own.draft, "Ở bản mình, sóng khỏe nhất đầu dốc."), teacher
            )
        with unit_of_work():
            own = _document("lesson", fork)
            number = steps.submit("lesson", fork, own.draft["title"], own.draft, teacher, "major", "Ví dụ của bản mình")
            row = submission(number)
            assert row is not None
            steps.remark(row, row.body["blocks"][0]["id"], "Câu này dễ hiểu.", admin)
    made = app.extensions["tests.revisions"] = Revisions(lesson, course, fork, fork_course, number)
    return made


def _document(kind: str, slug: str) -> KeptDraft:
    row = drafts.document(kind, slug)
    assert row is not None
    return row


def _publish(kind: str, slug: str, body: dict[str, Any], by: int) -> None:
    row = _document(kind, slug)
    authoring.save(row.activity_id, row.base, body, by)
    publishing.publish(kind, row.activity_id, body, by, note="" if row.base == 1 else "Thêm một câu")


def _reworded(body: Any, words: str) -> dict[str, Any]:
    """The body with other words in its first text."""
    place = next(n for n, b in enumerate(body["blocks"]) if b["kind"] == "text")
    text = body["blocks"][place]
    blocks = list(body["blocks"])
    blocks[place] = {**text, "data": {"md": text["data"]["md"] + "\n\n" + words}}
    return {**body, "blocks": blocks}


def at(pattern: str) -> Address:
    """An address with `{lesson}`, `{course}`, `{fork}`, `{fork_course}` or `{submission}` in it."""

    def of(world: World) -> str:
        made = make(world.app)
        return pattern.format(
            lesson=made.lesson, course=made.course, fork=made.fork, fork_course=made.fork_course,
            submission=made.submission,
        )  # fmt: skip

    return of

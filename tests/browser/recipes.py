"""A real address for every page of the application, as everyone who may open it; the tests of pages walk this list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from lms.api.work import connection
from quizzes.models import Item, ItemVersion
from tests.browser.people import ANYONE, COURSE, PROGRAMME, Address, World, lessons, quiz_path, task_path

# Addresses that answer with something else than a page.
NO_PAGES = {
    "certificates.pdf": "a file",
    "certificates.share_image": "a picture",
    "courses.file": "a picture or sound of a lesson",
    "courses.studio_export": "a file",
    "packages.export_all": "a file",
    "web.healthz": "JSON for the operator",
    "web.style_sheet": "the style sheet",
}


@dataclass(frozen=True)
class Visit:
    """One page as one person at one moment sees it."""

    name: str
    endpoint: str
    who: str
    address: Address | str
    status: int = 200

    def path(self, world: World) -> str:
        return self.address if isinstance(self.address, str) else self.address(world)


def _named(key: str, suffix: str = "", prefix: str = "") -> Address:
    return lambda world: prefix + world.at[key] + suffix


def _lesson(n: int) -> Address:
    return lambda world: f"/hoc/{COURSE}/{lessons(world.app, COURSE)[n].slug}"


def _quiz(world: World) -> str:
    return quiz_path(world.app)


def _task(world: World) -> str:
    return task_path(world.app)


def practice_in(app: Flask, lesson: str) -> str:
    """The first practice question of a lesson of the citizens' course."""
    page = app.test_client().get(f"/hoc/{COURSE}/{lesson}").get_data(as_text=True)
    found = re.search(r'id="check-([a-z0-9-]+)"', page)
    assert found is not None, lesson
    return found[1]


def _check(world: World) -> str:
    return f"/luyen/{practice_in(world.app, lessons(world.app, COURSE)[0].slug)}"


LEARNING = (
    Visit("home", "home.home", ANYONE, "/"),
    Visit("home-new", "home.home", "new", "/"),
    Visit("home-midway", "home.home", "midway", "/"),
    Visit("home-holder", "home.home", "holder", "/"),
    Visit("group", "home.group", ANYONE, "/nhom/workers"),
    Visit("mine-new", "home.mine", "new", "/cua-toi"),
    Visit("mine-midway", "home.mine", "midway", "/cua-toi"),
    Visit("mine-waiting", "home.mine", "waiting", "/cua-toi"),
    Visit("mine-holder", "home.mine", "holder", "/cua-toi"),
    Visit("mine-staff", "home.mine", "administrator", "/cua-toi"),
    Visit("reader", "web.reader", ANYONE, "/cach-doc"),
    Visit("sign-in", "identity.sign_in", ANYONE, "/dang-nhap"),
    Visit("sign-up", "identity.sign_up", ANYONE, "/dang-ky"),
    Visit("birth-date", "identity.birth_date", "new", "/ngay-sinh"),
    Visit("settings", "identity.settings", "holder", "/cai-dat"),
    Visit("programmes", "courses.programmes", ANYONE, "/chuong-trinh"),
    Visit("programme", "courses.programme", ANYONE, f"/chuong-trinh/{PROGRAMME}"),
    Visit("programme-short", "courses.programme", ANYONE, "/chuong-trinh/can-bo"),
    Visit("programme-midway", "courses.programme", "midway", f"/chuong-trinh/{PROGRAMME}"),
    Visit("programme-holder", "courses.programme", "holder", f"/chuong-trinh/{PROGRAMME}"),
    Visit("course", "courses.course", "new", f"/khoa-hoc/{COURSE}"),
    Visit("lesson", "courses.lesson", ANYONE, _lesson(0)),
    Visit("lesson-midway", "courses.lesson", "midway", _lesson(9)),
    Visit("lesson-done", "courses.lesson", "holder", _lesson(33)),
    Visit("task", "courses.task", "midway", _task),
    Visit("task-declared", "courses.task", "declared", _task),
    Visit("check", "quizzes.check", ANYONE, _check),
    Visit("quiz-shut", "quizzes.front", "midway", _quiz),
    Visit("quiz-ready", "quizzes.front", "ready", _quiz),
    Visit("quiz-open", "quizzes.front", "in-quiz", _quiz),
    Visit("quiz-failed", "quizzes.front", "failed", _quiz),
    Visit("question", "quizzes.question", "in-quiz", _named("attempt", "/10")),
    Visit("question-answered", "quizzes.question", "in-quiz", _named("attempt", "/1")),
    Visit("question-last", "quizzes.question", "in-quiz", _named("attempt", "/20")),
    Visit("review", "quizzes.review", "in-quiz", _named("attempt", "/xem-lai")),
    Visit("result-passed", "quizzes.result", "holder", _named("result-passed")),
    Visit("result-waiting", "quizzes.result", "waiting", _named("result-waiting")),
    Visit("result-failed", "quizzes.result", "failed", _named("result-failed")),
    Visit("papers-none", "certificates.mine", "new", "/giay"),
    Visit("papers-waiting", "certificates.mine", "waiting", "/giay"),
    Visit("papers", "certificates.mine", "holder", "/giay"),
    Visit("paper", "certificates.show", "holder", _named("holder-paper")),
    Visit("paper-withdrawn", "certificates.show", "withdrawn", _named("withdrawn-paper")),
    Visit("verify", "certificates.verify", ANYONE, "/verify"),
    Visit("verify-valid", "certificates.verify_number", ANYONE, _named("holder-number", prefix="/verify/")),
    Visit("verify-withdrawn", "certificates.verify_number", ANYONE, _named("withdrawn-number", prefix="/verify/")),
    Visit("verify-nonsense", "certificates.verify_number", ANYONE, "/verify/khong-phai-so", 404),
    Visit("staff-papers", "certificates.admin_search", "verifier", "/can-bo/giay"),
    Visit("staff-paper", "certificates.admin_revoke", "verifier", _named("holder-number", prefix="/can-bo/giay/")),
    Visit(
        "staff-withdrawn", "certificates.admin_revoke", "verifier", _named("withdrawn-number", prefix="/can-bo/giay/")
    ),
)


def _studio_lesson(suffix: str = "") -> Address:
    return lambda world: f"/studio/bai-hoc/{lessons(world.app, COURSE)[0].slug}{suffix}"


def _studio_questions(world: World) -> str:
    from courses.drafts import document

    slug = lessons(world.app, COURSE)[0].slug
    with world.app.app_context():
        draft = document("lesson", slug)
        assert draft is not None
        block = next(n for n, b in enumerate(draft.draft["blocks"]) if b["kind"] == "check")
    return f"/studio/bai-hoc/{slug}/cau-hoi?block={block}"


def _studio_item(kind: str, suffix: str = "") -> Address:
    """The studio's page of the first question of a type."""

    def of(world: World) -> str:
        with world.app.app_context():
            items, versions = Item.__table__, ItemVersion.__table__
            found = select(items.c.slug).join(versions, versions.c.id == items.c.current_id)
            row = connection().execute(found.where(versions.c.type == kind).order_by(items.c.slug).limit(1))
            return f"/studio/cau-hoi/{row.scalar_one()}{suffix}"

    return of


def _studio_quiz(world: World) -> str:
    return f"/studio/bai-kiem-tra/{quiz_path(world.app).rpartition('/')[2]}"


def _studio_task(world: World) -> str:
    return f"/studio/viec-that/{task_path(world.app).rpartition('/')[2]}"


STUDIO = (
    Visit("confirm", "courses.confirm_list", "verifier", "/can-bo/xac-nhan"),
    Visit("studio", "courses.studio", "administrator", "/studio/khoa-hoc"),
    Visit("studio-empty", "courses.studio", "instructor", "/studio/khoa-hoc"),
    Visit("studio-course", "courses.studio_course", "administrator", f"/studio/khoa-hoc/{COURSE}"),
    Visit("studio-find", "courses.studio_find", "administrator", f"/studio/khoa-hoc/{COURSE}/them?module=1"),
    Visit("studio-lessons", "courses.studio_lessons", "administrator", "/studio/bai-hoc"),
    Visit("studio-lessons-empty", "courses.studio_lessons", "instructor", "/studio/bai-hoc"),
    Visit("studio-lesson", "courses.studio_lesson", "administrator", _studio_lesson()),
    Visit("studio-questions", "courses.studio_questions", "administrator", _studio_questions),
    Visit("studio-preview", "courses.studio_preview", "administrator", _studio_lesson("/xem-truoc")),
    Visit("studio-task", "courses.studio_task", "administrator", _studio_task),
    Visit("studio-quizzes", "quizzes.studio_quizzes", "administrator", "/studio/bai-kiem-tra"),
    Visit("studio-quiz", "quizzes.studio_quiz", "administrator", _studio_quiz),
    Visit("studio-banks", "quizzes.studio_banks", "administrator", "/studio/ngan-hang"),
    Visit("studio-banks-empty", "quizzes.studio_banks", "instructor", "/studio/ngan-hang"),
    Visit("studio-bank", "quizzes.studio_bank", "administrator", "/studio/ngan-hang/nguoi-dan-4"),
    Visit("studio-packages", "packages.packages", "administrator", "/studio/goi"),
    Visit("studio-item-new", "quizzes.studio_item_new", "administrator", "/studio/ngan-hang/nguoi-dan-4/moi"),
    Visit("studio-item-choice", "quizzes.studio_item", "administrator", _studio_item("single_choice")),
    Visit("studio-item-many", "quizzes.studio_item", "administrator", _studio_item("multiple_choice")),
    Visit("studio-item-true", "quizzes.studio_item", "administrator", _studio_item("true_false")),
    Visit("studio-item-order", "quizzes.studio_item", "administrator", _studio_item("ordering")),
    Visit(
        "studio-item-preview", "quizzes.studio_item_preview", "administrator", _studio_item("ordering", "/xem-truoc")
    ),
)
VISITS = (*LEARNING, *STUDIO)


def is_machine(rule: Rule) -> bool:
    """Whether an address answers machines: the API and its descriptions."""
    return rule.rule.startswith(("/api/", "/.well-known/"))


def pages(app: Flask) -> Iterable[Rule]:
    """The routes that answer GET with a page."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not is_machine(rule) and rule.endpoint not in NO_PAGES:
            yield rule

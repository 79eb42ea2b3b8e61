"""A real address for every page of the application, as everyone who may open it; the tests of pages walk this list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from lms.api.work import clock, connection
from quizzes.models import Item, ItemVersion
from tests.browser import recipes_attempts as taking
from tests.browser import recipes_badges as badges
from tests.browser import recipes_batches as batches
from tests.browser import recipes_carried as carried
from tests.browser import recipes_change as changes
from tests.browser import recipes_checks as checks
from tests.browser import recipes_editor as editing
from tests.browser import recipes_granting as granting
from tests.browser import recipes_handover as handing
from tests.browser import recipes_integrity as integrity
from tests.browser import recipes_items as asking
from tests.browser import recipes_learning as learning
from tests.browser import recipes_lives as lives
from tests.browser import recipes_looks as looking
from tests.browser import recipes_marking as after
from tests.browser import recipes_measuring as measuring
from tests.browser import recipes_media as media
from tests.browser import recipes_merging as merging
from tests.browser import recipes_offline as offline
from tests.browser import recipes_papers as papers
from tests.browser import recipes_places as places
from tests.browser import recipes_practice as practice
from tests.browser import recipes_privacy as privacy
from tests.browser import recipes_questions as questions
from tests.browser import recipes_register as register
from tests.browser import recipes_returning as coming_back
from tests.browser import recipes_revisions as revisions
from tests.browser import recipes_rosters as rosters
from tests.browser import recipes_signing as signing
from tests.browser import recipes_station as stations
from tests.browser import recipes_supervision as supervision
from tests.browser import recipes_tracks as tracks
from tests.browser.people import ANYONE, COURSE, PROGRAMME, Address, World, lessons, quiz_path, task_path

# Addresses that answer with something else than a page.
NO_PAGES = {
    "certificates.pdf": "a file",
    "certificates.preview": "a picture for other sites",
    "certificates.proof": "a file",
    "certificates.share_image": "a picture",
    "courses.handout_pdf": "a file",
    "courses.course_picture": "a picture for other sites",
    "courses.file": "a picture or sound of a lesson",
    "courses.robots": "a list for search engines",
    "courses.sitemap": "a list for search engines",
    "courses.open_activity": "a way to another page",
    "courses.studio_export": "a file",
    "lms.log_checkpoint": "a signed note",
    "lms.log_key": "a key",
    "lms.log_tile": "hashes",
    "openid.start": "a way to another system",
    "packages.export_all": "a file",
    "quizzes.studio_questions_template": "a file",
    "rosters.outcome_csv": "a file",
    "rosters.outcome_xlsx": "a file",
    "privacy.download": "a file",
    "web.healthz": "JSON for the operator",
    "web.learners_sheet": "the style sheet of copies",
    "web.staff_sheet": "the style sheet of staff pages",
    **badges.NO_PAGES,
    **batches.NO_PAGES,
    **carried.NO_PAGES,
    **looking.NO_PAGES,
    **offline.NO_PAGES,
    **checks.NO_PAGES,
    **register.NO_PAGES,
    **measuring.NO_PAGES,
    **changes.NO_PAGES,
    **handing.NO_PAGES,
    **supervision.NO_PAGES,
    **stations.NO_PAGES,
}

# Pages that need more than a session to be seen: the test named here looks at them, in the same way.
ELSEWHERE = dict.fromkeys(
    (
        "cards.choose", "cards.class_add", "cards.class_page", "cards.control", "cards.holder", "cards.pictures",
        "cards.scan", "cards.turn",
    ),
    "tests/browser/test_cards.py",
) | offline.ELSEWHERE | supervision.ELSEWHERE | stations.ELSEWHERE  # fmt: skip


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
    Visit("openid-refused", "openid.back", ANYONE, "/dang-nhap/qua/vneid/ve", 400),
    Visit("openid-refused-inside", "openid.back", "new", "/dang-nhap/qua/vneid/ve", 400),
    Visit("openid-left", "openid.left", ANYONE, "/dang-nhap/qua/vneid/da-ra"),
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
    Visit("log", "lms.log", ANYONE, "/nhat-ky-minh-bach"),
    Visit("verify", "certificates.verify", ANYONE, "/verify"),
    Visit("verify-valid", "certificates.verify_number", ANYONE, _named("holder-number", prefix="/verify/")),
    Visit("verify-withdrawn", "certificates.verify_number", ANYONE, _named("withdrawn-number", prefix="/verify/")),
    Visit("verify-nonsense", "certificates.verify_number", ANYONE, "/verify/khong-phai-so", 404),
    Visit("staff-papers", "certificates.admin_search", "verifier", "/can-bo/giay"),
    Visit("staff-paper", "certificates.admin_paper", "verifier", _named("holder-number", prefix="/can-bo/giay/")),
    Visit(
        "staff-withdrawn", "certificates.admin_paper", "verifier", _named("withdrawn-number", prefix="/can-bo/giay/")
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
    Visit("studio-both", "courses.studio_lesson_sides", "administrator", editing.both),
    Visit("studio-preview", "courses.studio_preview", "administrator", _studio_lesson("/xem-truoc")),
    Visit("studio-upload", "media.progress", "administrator", media.upload),
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
AFTER = (
    Visit("mark-second", "quizzes.marking_one", "verifier", after.made("second")),
    Visit("decisions", "quizzes.decisions", "administrator", "/can-bo/quyet-dinh-diem"),
    Visit("decision", "quizzes.decision", "administrator", after.made("decision")),
    Visit("marked-list", "quizzes.marked_list", "administrator", "/can-bo/quyet-dinh-diem/da-cham"),
    Visit("marked-sample", "quizzes.marked_list", "administrator", "/can-bo/quyet-dinh-diem/da-cham?mau=1"),
    Visit("marked", "quizzes.marked_one", "administrator", after.made("marked")),
    Visit("marked-look", "quizzes.marked_one", "administrator", after.made("marked-look")),
    Visit("result-anew", "quizzes.result", "midway", after.made("result-anew")),
    Visit("bad", "quizzes.correction", "administrator", after.made("bad")),
    Visit("bad-applied", "quizzes.correction", "administrator", after.made("bad-applied")),
    Visit("bad-people", "quizzes.correction_people", "administrator", after.made("bad-people")),
    Visit("bad-nobody", "quizzes.correction_people", "administrator", after.made("bad-nobody")),
    Visit("bad-list", "quizzes.corrections", "administrator", "/can-bo/cau-hoi-sai"),
    Visit("bad-which", "quizzes.correction_new", "administrator", "/can-bo/cau-hoi-sai/moi"),
    Visit("bad-new", "quizzes.correction_new", "administrator", after.made("bad-new")),
    Visit("result-corrected", "quizzes.result", "midway", after.made("result-corrected")),
)
ITEMS = (
    *(
        Visit(f"ask-{kind}", "quizzes.check", "midway", asking.question(slug))
        for kind, slug in (
            ("matching", "nd43-ghep-viec-lam"), ("words", "nd41-ten-ma-sau-so"), ("number", "nd03-goi-mang-mot-ngay"),
            ("gaps", "nd41-dien-mat-khau"), ("spot", "nd43-dau-hieu-tren-hinh"),
            ("thread", "nd43-nhung-tin-nao-la-lua"),
        )
    ),
    Visit("ask-run", "quizzes.question", "midway", asking.made("ask-practice")),
    Visit("ask-task", "quizzes.question", "midway", asking.made("ask-task")),
    Visit("result-waits", "quizzes.result", "midway", asking.made("waits")),
    Visit("to-mark", "quizzes.marking_list", "verifier", asking.made("marking")),
    Visit("mark", "quizzes.marking_one", "verifier", asking.made("to-mark")),
    *(
        Visit(f"studio-item-{kind}", "quizzes.studio_item", "administrator", asking.studio(kind))
        for kind in ("matching", "short_answer", "numeric", "fill_blanks", "hotspot", "thread", "practice", "task")
    ),
    Visit("studio-item-try", "quizzes.studio_item_preview", "administrator", asking.studio("matching", "/xem-truoc")),
)  # fmt: skip
PRIVACY = (
    Visit("inbox-empty", "inbox.notes", "new", "/tin-nhan"),
    Visit("inbox", "inbox.notes", "administrator", privacy.inbox),
    Visit("inbox-choice", "inbox.choice", "holder", "/cai-dat/tin-nhan"),
    Visit("inbox-stop", "inbox.stop_asked", ANYONE, privacy.stop),
    Visit("my-data", "privacy.my_data", "holder", "/cai-dat/du-lieu"),
    Visit("my-data-seen", "privacy.see", "holder", "/cai-dat/du-lieu/xem"),
    Visit("guardian", "guardians.guardian", "new", "/nguoi-giam-ho"),
    Visit("ward", "guardians.ward", "administrator", privacy.ward),
    Visit("data-request", "privacy_office.one", "administrator", privacy.request),
    Visit("data-requests", "privacy_office.requests", "administrator", "/can-bo/yeu-cau"),
    Visit("data-requests-ended", "privacy_office.requests", "administrator", "/can-bo/yeu-cau?xong=1"),
    Visit("paper-guardian", "privacy_office.guardian", "administrator", privacy.minor),
    Visit("terms", "privacy_office.terms", "administrator", "/can-bo/luu-giu"),
    Visit("told", "privacy_office.told", "administrator", "/can-bo/tu-khai"),
    Visit("audit", "auditing.entries", "administrator", "/can-bo/nhat-ky?kiem=1"),
)
ROSTERS = (
    Visit("rosters", "rosters.lists", "administrator", "/can-bo/danh-sach"),
    Visit("roster-new", "rosters.new", "administrator", "/can-bo/danh-sach/moi"),
    Visit("roster-columns", "rosters.columns", "administrator", rosters.at("columns", "/cot")),
    Visit("roster-check", "rosters.check", "administrator", rosters.at("check", "/ra-soat")),
    Visit("roster-ready", "rosters.check", "administrator", rosters.at("known", "/ra-soat")),
    Visit("roster-phones", "rosters.problem", "administrator", rosters.at("check", "/ra-soat/phone")),
    Visit("roster-villages", "rosters.problem", "administrator", rosters.at("check", "/ra-soat/village")),
    Visit("roster-twins", "rosters.problem", "administrator", rosters.at("check", "/ra-soat/twin")),
    Visit("roster-known", "rosters.problem", "administrator", rosters.at("known", "/ra-soat/known")),
    Visit("roster-skipped", "rosters.problem", "administrator", rosters.at("check", "/ra-soat/skipped")),
    Visit("roster-progress", "rosters.show", "administrator", rosters.at("running")),
    Visit("roster-outcome", "rosters.show", "administrator", rosters.at("done")),
    Visit("roster-undo", "rosters.undo", "administrator", rosters.at("done", "/hoan-tac")),
)
WAYS = (
    Visit("ask-code", "identity.ask_code", ANYONE, "/dang-nhap/ma"),
    Visit("lost-password", "identity.ask_code", ANYONE, "/dang-nhap/ma?lost=1"),
    Visit("type-code", "identity.type_code", "coming-code", "/dang-nhap/ma/nhap"),
    Visit("second-step", "identity.second_factor_page", "coming-code", "/dang-nhap/buoc-hai"),
    Visit("sign-in-kept", "identity.sign_in", "signed-out", "/dang-nhap?next=/cai-dat/du-lieu"),
    Visit("kept-in-form", "privacy.my_data", "back-again", "/cai-dat/du-lieu"),
    Visit("kept", "identity.kept", "back-again", "/dang-nhap/da-nhap"),
    Visit("consent", "identity.consent", "coming-consent", "/dang-nhap/dong-y"),
    Visit("new-password", "identity.new_password", "coming-password", "/dang-nhap/mat-khau-moi"),
    Visit("enrol-first", "identity.enrol_first", "coming-enrol", "/dang-nhap/thiet-lap-buoc-hai"),
    Visit("whose", "identity.whose", "coming-code", "/danh-tinh-moi"),
    Visit("whose-signed-in", "identity.whose", "proving", "/danh-tinh-moi"),
    Visit("where-signed-in", "identity.where", "holder", "/cai-dat/noi-dang-nhap"),
    Visit("assurance", "identity.assurance", "holder", "/cai-dat/danh-tinh?action=final-check"),
    Visit("phone", "identity.phone", "holder", "/cai-dat/dien-thoai"),
    Visit("phone-code", "identity.phone_code", "proving", "/cai-dat/dien-thoai/ma"),
    Visit("second-factor", "identity.second_step", "holder", "/cai-dat/buoc-hai"),
    Visit("papers-seen", "proving.papers", "administrator", _named("holder-person", "/giay-to")),
    Visit("new-pin", "proving.pin", "administrator", _named("holder-person", "/ma-pin")),
    Visit("levels", "proving.levels", "administrator", "/can-bo/muc-danh-tinh"),
)
_PREVIEW = "&preview=1&source=NQ+12&day={0.day}&month={0.month}&year={0.year}"
_MERGER = "/sap-nhap?sources={other}&becomes=new&kind=x%C3%A3&name=M%E1%BB%9Bi&code=99999" + _PREVIEW.format(
    clock.today()
)
_INTO = "/sap-nhap?into_q=lung+phinh&into_find=1"
PLACES = (
    Visit("my-units", "belonging.mine", "new", "/cai-dat/don-vi"),
    Visit("my-units-some", "belonging.mine", "administrator", "/cai-dat/don-vi?unit_q=bac+ha+lao+cai&unit_find=1"),
    Visit("looks", "certificates.looks", "administrator", "/can-bo/mau-giay"),
    Visit("look", "certificates.look", "administrator", looking.editor),
    Visit("units", "places.units", "administrator", "/can-bo/don-vi"),
    Visit("units-found", "places.units", "administrator", "/can-bo/don-vi?q=p+ben+thanh"),
    Visit("units-none", "places.units", "administrator", "/can-bo/don-vi?q=zzzz"),
    Visit("unit", "places.unit", "administrator", places.at_commune()),
    Visit("unit-new", "places.act_form", "administrator", places.at_commune("/lap")),
    Visit("unit-rename", "places.act_form", "administrator", places.at_commune("/doi-ten")),
    Visit("unit-merge", "places.act_form", "administrator", places.at_commune(_INTO)),
    Visit("unit-merge-preview", "places.act_form", "administrator", places.at_commune(_MERGER)),
    Visit("unit-split", "places.act_form", "administrator", places.at_commune("/tach")),
    Visit("unit-move", "places.act_form", "administrator", places.at_commune("/chuyen?preview=1")),
    Visit("unit-manage", "places.act_form", "administrator", places.at_commune("/quan-ly")),
    Visit("unit-dissolve", "places.act_form", "administrator", places.at_commune("/giai-the")),
    Visit("unit-table", "places.table", "administrator", places.at_commune("/nhap-bang")),
    Visit("unit-act", "places.act", "administrator", places.act("open")),
    Visit("unit-act-depends", "places.act", "administrator", places.act("done")),
    Visit("unit-act-planned", "places.act", "administrator", places.act("planned")),
    Visit("person-units", "belonging.theirs", "administrator", places.person),
)
MERGING = (
    Visit("twice", "merging.pairs", "administrator", "/can-bo/trung-ten"),
    Visit("twice-decided", "merging.pairs", "administrator", "/can-bo/trung-ten?xem=khac"),
    Visit("twice-pair", "merging.pair", "administrator", merging.at("pair")),
    Visit("twice-pair-decided", "merging.pair", "administrator", merging.at("decided")),
    Visit("twice-preview", "merging.preview", "administrator", merging.at("preview")),
    Visit("twice-joined", "merging.merges", "administrator", "/can-bo/trung-ten/da-gop"),
    Visit("twice-merge", "merging.merge", "administrator", merging.at("merge")),
    Visit("twice-look", "merging.look", "administrator", merging.at("look")),
    Visit("twice-person", "people.person", "administrator", merging.at("person")),
)
CARDS = (
    Visit("card-number", "cards.card", ANYONE, "/the"),
    Visit("class-join", "cards.room", ANYONE, "/lop"),
    Visit("cards", "cards.office", "administrator", "/can-bo/the"),
    Visit("classes", "cards.classes", "administrator", "/can-bo/lop"),
)
ROLES = (
    Visit("people", "people.people", "administrator", "/can-bo/nguoi"),
    Visit("people-none", "people.people", "administrator", "/can-bo/nguoi?q=khong+co+ai"),
    Visit("person", "people.person", "administrator", granting.learner()),
    Visit("rights", "people.rights", "administrator", granting.learner(suffix="/quyen?lam=people.see&o=xa+bac+ha")),
    Visit("roles", "grants.grants", "administrator", "/can-bo/quyen"),
    Visit("roles-ended", "grants.grants", "administrator", "/can-bo/quyen?xem=het"),
    Visit("role-end", "grants.grant", "administrator", granting.a_grant),
    Visit("role-give", "grants.giving_page", "administrator", granting.learner("/can-bo/quyen/trao/")),
    Visit("my-rights", "grants.mine", "administrator", "/cai-dat/quyen?lam=people.see&o=bac+ha"),
    Visit("my-rights-none", "grants.mine", "holder", "/cai-dat/quyen"),
)
PAPERS = (
    Visit("handout", "courses.handout", ANYONE, papers.sheet()),
    Visit("handout-guide", "courses.handout", "administrator", papers.sheet("?huong-dan=1")),
    Visit("studio-bring", "courses.studio_bring", "administrator", "/studio/dua-vao"),
    Visit("studio-brought", "courses.studio_bring_report", "administrator", papers.report),
)
KEPT = (
    Visit("course-anyone", "courses.course", ANYONE, f"/khoa-hoc/{COURSE}"),
    Visit("course-midway", "courses.course", "midway", f"/khoa-hoc/{COURSE}"),
    Visit("search", "courses.search", ANYONE, "/tim"),
    Visit("search-found", "courses.search", ANYONE, "/tim?q=m%C3%A3+otp"),
    Visit("search-mistyped", "courses.search", "new", "/tim?q=chuyeenr+tienf"),
    Visit("search-none", "courses.search", ANYONE, "/tim?q=zzzzqq"),
    Visit("notes", "courses.notes", "midway", learning.lesson("/ghi-chu")),
    Visit("notes-writing", "courses.notes", "midway", learning.noting),
    Visit("my-notes", "courses.my_notes", "new", "/cua-toi/ghi-chu"),
    Visit("studio-unclear", "courses.studio_unclear", "administrator", "/studio/chua-hieu"),
    Visit("studio-lesson-unclear", "courses.studio_lesson_unclear", "administrator", _studio_lesson("/chua-hieu")),
    Visit("studio-order", "courses.studio_order", "administrator", f"/studio/khoa-hoc/{COURSE}/thu-tu"),
    Visit("studio-order-one", "courses.studio_order", "administrator", learning.order),
)
TRACKS = (
    Visit("lesson-languages", "courses.lesson", ANYONE, tracks.told("/hoc/{course}/{slug}")),
    Visit("studio-tracks", "courses.studio_tracks", "administrator", tracks.told("/studio/bai-hoc/{slug}/tieng")),
    Visit("studio-tracks-none", "courses.studio_tracks", "administrator", _studio_lesson("/tieng")),
    Visit("studio-track", "courses.studio_track", "administrator", tracks.told("/studio/bai-hoc/{slug}/tieng/mww")),
    Visit("studio-voice", "courses.studio_voice", "administrator", tracks.told("/studio/bai-hoc/{slug}/giong/vi")),
)
PRACTICE = (
    Visit("practice", "practice.front", ANYONE, practice.AT),
    Visit("practice-mine", "practice.front", "midway", f"{practice.AT}?course={COURSE}"),
    Visit("practice-watch", "practice.play", ANYONE, f"{practice.AT}/xem"),
    Visit("practice-guided", "practice.play", "new", f"{practice.AT}/chi-dan"),
    Visit("practice-alone", "practice.play", ANYONE, f"{practice.AT}/tu-lam"),
    Visit("practice-exam", "practice.play", ANYONE, f"{practice.AT}/kiem-tra"),
    Visit("practices-studio", "practice.studio_practices", "administrator", "/studio/luyen-tap"),
    Visit("practices-studio-empty", "practice.studio_practices", "instructor", "/studio/luyen-tap"),
    Visit("practice-studio", "practice.studio_practice", "administrator", practice.STUDIO),
    Visit("practice-studio-screen", "practice.studio_screen", "administrator", f"{practice.STUDIO}/man-hinh/stall"),
    Visit("practice-studio-pay", "practice.studio_screen", "administrator", f"{practice.STUDIO}/man-hinh/pay"),
    Visit("practice-studio-step", "practice.studio_step", "administrator", f"{practice.STUDIO}/buoc/4"),
    Visit("practice-studio-filled", "practice.studio_step", "administrator", f"{practice.STUDIO}/buoc/6"),
    Visit("practice-studio-text", "practice.studio_practice_text", "administrator", f"{practice.STUDIO}/van-ban"),
    Visit("practice-studio-look", "practice.studio_look", "administrator", f"{practice.STUDIO}/xem/stall"),
    Visit("practice-studio-try", "practice.studio_try", "administrator", f"{practice.STUDIO}/choi-thu"),
    Visit("practice-studio-play", "practice.studio_play", "administrator", f"{practice.STUDIO}/choi-thu/chi-dan"),
    Visit("practice-miss", "practice.play", ANYONE, practice.gone_wrong("tu-lam", "sms")),
    Visit("practice-done", "practice.play", "midway", practice.ended("tu-lam")),
    Visit("practice-tested", "practice.play", "midway", practice.ended("kiem-tra")),
)
REVISIONS = (
    Visit("revisions", "courses.studio_revisions", "administrator", revisions.at("/studio/ban/lesson/{lesson}")),
    Visit("revisions-course", "courses.studio_revisions", "administrator", revisions.at("/studio/ban/course/{course}")),
    Visit("compare", "courses.studio_compare", "administrator",
          revisions.at("/studio/ban/lesson/{lesson}/so-sanh?before=1&after=2")),
    Visit("compare-draft", "courses.studio_compare", "administrator",
          revisions.at("/studio/ban/lesson/{lesson}/so-sanh")),
    Visit("publish-first", "courses.studio_publish", "instructor", revisions.at("/studio/ban/lesson/{fork}/xuat-ban")),
    Visit("publish-again", "courses.studio_publish", "administrator",
          revisions.at("/studio/ban/lesson/{lesson}/xuat-ban")),
    Visit("queue", "reviewing.queue", "administrator", revisions.at("/studio/duyet")),
    Visit("submission", "reviewing.submission", "administrator", revisions.at("/studio/duyet/{submission}")),
    Visit("submission-own", "reviewing.submission", "instructor", revisions.at("/studio/duyet/{submission}")),
    Visit("forks", "courses.studio_forks", "instructor", revisions.at("/studio/ban-dia-phuong?q=goi+video")),
    Visit("fork", "courses.studio_fork", "instructor", revisions.at("/studio/ban-dia-phuong/{fork}")),
    Visit("fork-course", "courses.studio_fork", "instructor", revisions.at("/studio/ban-dia-phuong/{fork_course}")),
    Visit("studio-course-fork", "courses.studio_course", "instructor", revisions.at("/studio/khoa-hoc/{fork_course}")),
    Visit("studio-lesson-fork", "courses.studio_lesson", "instructor", revisions.at("/studio/bai-hoc/{fork}")),
    Visit("course-newer", "courses.course", "midway", revisions.at("/khoa-hoc/{course}")),
)  # fmt: skip
ATTEMPTS = tuple(Visit(*row) for row in (*taking.VISITS, *coming_back.VISITS))
QUESTIONS = (
    Visit("lives-bank", "quizzes.studio_bank", "administrator", lives.at("bank")),
    Visit("lives-drafts", "quizzes.studio_bank", "administrator", lives.at("bank", "?tt=nhap")),
    Visit("lives-waits", "quizzes.studio_item", "administrator", lives.at("used")),
    Visit("lives-back", "quizzes.studio_item", "administrator", lives.at("back")),
    Visit("lives-broken", "quizzes.studio_item", "administrator", lives.at("broken")),
    Visit("lives-versions", "quizzes.studio_item_versions", "administrator", lives.at("versions")),
    Visit("lives-hand-in", "quizzes.studio_hand_in", "administrator", lives.at("hand-in")),
    Visit("lives-review", "reviewing.submission", "administrator", lives.at("review")),
    Visit("lives-mine", "quizzes.studio_questions", "administrator", lives.at("mine")),
    Visit("questions-file", "quizzes.studio_bring_questions", "administrator", questions.FROM_FILE),
    Visit("questions-look", "quizzes.studio_import", "administrator", questions.at("look")),
    Visit("questions-open", "quizzes.studio_import", "administrator", questions.at("look", "?xem=can")),
    Visit("questions-taken", "quizzes.studio_import", "administrator", questions.at("taken")),
    Visit("questions-out", "quizzes.studio_import", "administrator", questions.at("out")),
    Visit("questions-along", "quizzes.studio_give", "administrator", f"{questions.ALONG}?pool=exam"),
)
OFFLINE = tuple(
    Visit(*row)
    for row in (
        *offline.VISITS, *register.VISITS, *badges.VISITS, *checks.VISITS,
        *batches.VISITS, *carried.VISITS,
    )
)  # fmt: skip
INTEGRITY = tuple(Visit(*row) for row in (*integrity.VISITS, *signing.VISITS, *handing.VISITS))
MEASURING = tuple(Visit(*row) for row in (*measuring.VISITS, *changes.VISITS))
SUPERVISION = tuple(Visit(*row) for row in (*supervision.VISITS, *stations.VISITS))
VISITS = (
    *QUESTIONS, *ATTEMPTS, *OFFLINE, *TRACKS, *REVISIONS, *KEPT, *PRACTICE, *PAPERS, *CARDS, *MERGING, *WAYS, *LEARNING,
    *STUDIO, *ITEMS, *AFTER, *PRIVACY, *ROSTERS, *PLACES, *ROLES, *MEASURING, *SUPERVISION,
    *INTEGRITY,
)  # fmt: skip


def is_machine(rule: Rule) -> bool:
    """Whether an address answers machines: the API and its descriptions."""
    return rule.rule.startswith(("/api/", "/.well-known/"))


def pages(app: Flask) -> Iterable[Rule]:
    """The routes that answer GET with a page."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not is_machine(rule) and rule.endpoint not in {*NO_PAGES, *ELSEWHERE}:
            yield rule

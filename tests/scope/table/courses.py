"""courses: lessons and tasks, taken and written."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import REFUSED, SHOWN, TAKEN, Case, at, begun_in, everybody, list_of, oneself, words
from tests.scope.things import COURSE, LESSON, TASK
from tests.scope.world import Someone, Thing, World


def _to_confirm(world: World, who: Someone) -> list[Thing]:
    """Declarations of people in one's units; never one's own."""
    return [
        d
        for d in world.of("declaration")
        if d.holder != who.id and d.holder and world.may_with(who, May.CONFIRM, world.by_id(d.holder))
    ]


def _own_declarations(world: World, who: Someone) -> list[Thing]:
    return [d for d in world.of("declaration") if d.holder == who.id]


def confirm_list(world: World, who: Someone) -> Iterable[Case]:
    if not world.anywhere(who, May.CONFIRM):
        return [Case("/can-bo/xac-nhan", REFUSED)]
    rows = _to_confirm(world, who)
    return [Case("/can-bo/xac-nhan", SHOWN, words([*rows, *(world.by_id(d.holder or 0) for d in rows)]))]


def confirm(world: World, who: Someone) -> Iterable[Case]:
    one = world.random.choice(world.of("declaration"))
    return [Case(f"/can-bo/xac-nhan/{one.key}", TAKEN if one in _to_confirm(world, who) else REFUSED, form={})]


def export(world: World, who: Someone) -> Iterable[Case]:
    """The published course: for its authors, with its exam questions, which their unit must hold too."""
    course = next(t for t in world.of("course") if t.key == COURSE)
    bank = next(t for t in world.of("bank") if t.key == "nguoi-dan")
    status = REFUSED
    if world.may(who, May.AUTHOR, world.owner[course]):
        status = SHOWN if world.may(who, May.AUTHOR, world.owner[bank]) else frozenset({403})
    return [Case(f"/studio/khoa-hoc/{COURSE}/goi.zip", status)]


def preview(world: World, who: Someone) -> Iterable[Case]:
    return at(May.AUTHOR, "lesson", "/studio/bai-hoc/{key}/xem-truoc")(world, who)


def find(world: World, who: Someone) -> Iterable[Case]:
    course = next(t for t in world.of("course") if t.key == COURSE)
    right = world.may(who, May.AUTHOR, world.owner[course])
    return [Case(f"/studio/khoa-hoc/{COURSE}/them?module=0", SHOWN if right else REFUSED)]


def add(world: World, who: Someone) -> Iterable[Case]:
    course = next(t for t in world.of("course") if t.key == COURSE)
    right = world.may(who, May.AUTHOR, world.owner[course])
    form = {"module": "0", "kind": "lesson", "slug": LESSON, "title": "An toàn"}
    return [Case(f"/studio/khoa-hoc/{COURSE}/them", TAKEN if right else REFUSED, form=form)]


def questions(world: World, who: Someone) -> Iterable[Case]:
    lesson = next(t for t in world.of("lesson") if t.key == LESSON)
    right = world.may(who, May.AUTHOR, world.owner[lesson])
    return [Case(f"/studio/bai-hoc/{LESSON}/cau-hoi?block=8", SHOWN if right else REFUSED)]


def question_chosen(world: World, who: Someone) -> Iterable[Case]:
    lesson = next(t for t in world.of("lesson") if t.key == LESSON)
    right = world.may(who, May.AUTHOR, world.owner[lesson])
    form = {"block": "8", "item": "otp-con-trai", "base": "0"}
    return [Case(f"/studio/bai-hoc/{LESSON}/cau-hoi", TAKEN if right else REFUSED, form=form)]


ENTRIES = {
    "courses.api_list_programmes": everybody("/api/v1/programmes"),
    "courses.api_show_programme": everybody("/api/v1/programmes/nguoi-dan"),
    "courses.programmes": everybody("/chuong-trinh"),
    "courses.programme": everybody("/chuong-trinh/nguoi-dan"),
    "courses.course": everybody(f"/khoa-hoc/{COURSE}", 200, 303),
    "courses.lesson": everybody(f"/hoc/{COURSE}/{LESSON}"),
    "courses.file": everybody("/tep/{file}"),
    "courses.complete": everybody(f"/hoc/{COURSE}/{LESSON}/xong", form={}),
    "courses.task": oneself(f"/hoc/{COURSE}/viec/{TASK}", may_show=_own_declarations),
    "courses.declare": oneself(f"/hoc/{COURSE}/viec/{TASK}", form={}),
    "courses.confirm_list": confirm_list,
    "courses.confirm": confirm,
    "courses.studio": list_of(May.AUTHOR, "/studio/khoa-hoc", "course"),
    "courses.studio_begin": begun_in(May.AUTHOR, "/studio/khoa-hoc", "org", {"title": ""}, "course"),
    "courses.studio_course": at(May.AUTHOR, "course", "/studio/khoa-hoc/{key}"),
    "courses.studio_course_save": at(May.AUTHOR, "course", "/studio/khoa-hoc/{key}", {"base": "0"}),
    "courses.studio_find": find,
    "courses.studio_add": add,
    "courses.studio_export": export,
    "courses.studio_lessons": list_of(May.AUTHOR, "/studio/bai-hoc", "lesson", "task"),
    "courses.studio_lesson_begin": begun_in(May.AUTHOR, "/studio/bai-hoc", "org", {"title": ""}, "lesson", "task"),
    "courses.studio_lesson": at(May.AUTHOR, "lesson", "/studio/bai-hoc/{key}"),
    "courses.studio_lesson_save": at(May.AUTHOR, "lesson", "/studio/bai-hoc/{key}", {"base": "0"}),
    "courses.studio_questions": questions,
    "courses.studio_question_chosen": question_chosen,
    "courses.studio_preview": preview,
    "courses.studio_task": at(May.AUTHOR, "task", "/studio/viec-that/{key}"),
    "courses.studio_task_save": at(May.AUTHOR, "task", "/studio/viec-that/{key}", {"base": "0"}),
}  # fmt: skip

"""courses: lessons and tasks, taken and written."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import (
    REFUSED,
    SHOWN,
    TAKEN,
    Case,
    Entry,
    anywhere,
    apart,
    at,
    begun_in,
    everybody,
    list_of,
    nothing,
    oneself,
    words,
)
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


def not_brought(world: World, who: Someone) -> Iterable[Case]:
    """What became of a file: nothing here was made of one."""
    lesson = world.random.choice(world.of("lesson"))
    return [Case(f"/studio/dua-vao/{lesson.key}", REFUSED)]


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


def order_saved(world: World, who: Someone) -> Iterable[Case]:
    """What comes before a lesson of the published course: for its authors."""
    course = next(t for t in world.of("course") if t.key == COURSE)
    right = world.may(who, May.AUTHOR, world.owner[course])
    form = {"base": "0", "activity": LESSON}
    return [Case(f"/studio/khoa-hoc/{COURSE}/thu-tu", TAKEN if right else REFUSED, form=form)]


def locked(world: World, who: Someone) -> Iterable[Case]:
    """Locking a programme: for an author of the course who publishes for the whole country."""
    course = next(t for t in world.of("course") if t.key == COURSE)
    right = world.may(who, May.AUTHOR, world.owner[course]) and world.may(who, May.PUBLISH, world.site.orgs[0])
    form = {"programme": "1", "rule": "advice"}
    return [Case(f"/studio/khoa-hoc/{COURSE}/khoa", TAKEN if right else REFUSED, form=form)]


def looks_into(world: World, who: Someone, thing: Thing) -> bool:
    """Whoever writes, reviews or publishes at a lesson's unit or above it."""
    return any(world.may(who, may, world.owner[thing]) for may in (May.AUTHOR, May.REVIEW, May.PUBLISH))


def languages(world: World, who: Someone) -> Iterable[Case]:
    """In which languages a lesson is told: for those who look into it."""
    thing = world.random.choice(world.of("lesson"))
    right = looks_into(world, who, thing)
    shown = words([thing]) if right else frozenset()
    return [Case(f"/studio/bai-hoc/{thing.key}/tieng", SHOWN if right else REFUSED, may_show=shown)]


def voice(world: World, who: Someone) -> Iterable[Case]:
    """The sentences of a lesson that was published: for its authors."""
    thing = next(t for t in world.of("lesson") if t.key == LESSON)
    right = world.may(who, May.AUTHOR, world.owner[thing])
    shown = words([thing] if right else [])
    return [Case(f"/studio/bai-hoc/{LESSON}/giong/vi", SHOWN if right else REFUSED, may_show=shown)]


def looked_into(kind: str, path: str, form: dict[str, str] | None = None) -> Entry:
    """What was published of a unit: for whoever writes, reviews or publishes there. Its draft's title: for authors."""

    def cases(world: World, who: Someone) -> list[Case]:
        found = []
        for thing in world.random.sample(world.of(kind), 2):
            right = looks_into(world, who, thing) and (form is None or world.may(who, May.AUTHOR, world.owner[thing]))
            writes = world.may(who, May.AUTHOR, world.owner[thing])
            wanted = (SHOWN if form is None else TAKEN) if right else REFUSED
            shown = words([thing]) if writes else frozenset()
            found.append(Case(path.format(key=thing.key), wanted, may_show=shown, form=form))
        return found

    return cases


def compared(world: World, who: Someone) -> Iterable[Case]:
    """Two revisions of the published lesson."""
    thing = next(t for t in world.of("lesson") if t.key == LESSON)
    status = SHOWN if looks_into(world, who, thing) else REFUSED
    return [Case(f"/studio/ban/lesson/{LESSON}/so-sanh?before=1&after=1", status)]


def restored(world: World, who: Someone) -> Iterable[Case]:
    """The published lesson's first revision as its draft again: for its authors."""
    thing = next(t for t in world.of("lesson") if t.key == LESSON)
    right = world.may(who, May.AUTHOR, world.owner[thing])
    path = f"/studio/ban/lesson/{LESSON}/lay-lai"
    return [Case(path, TAKEN if right else REFUSED, form={"number": "1"})]


def fork(form: dict[str, str] | None = None) -> Entry:
    """An adapted lesson: for the authors of its unit."""

    def cases(world: World, who: Someone) -> list[Case]:
        lesson = next(t for t in world.of("fork")).more["lesson"]
        right = world.may(who, May.AUTHOR, world.owner[lesson])
        shown = words([lesson, *(t for t in world.of("course") if world.may(who, May.AUTHOR, world.owner[t]))])
        status = (SHOWN if form is None else TAKEN) if right else REFUSED
        path = f"/studio/ban-dia-phuong/{lesson.key}"
        return [Case(path, status, may_show=shown if right else frozenset(), form=form)]

    return cases


def used(world: World, who: Someone) -> Iterable[Case]:
    """An adapted lesson in a course: for the authors of both."""
    lesson = next(t for t in world.of("fork")).more["lesson"]
    course = next(t for t in world.of("course") if t.key != COURSE)
    right = all(world.may(who, May.AUTHOR, world.owner[t]) for t in (lesson, course))
    form = {"course": course.key}
    return [Case(f"/studio/ban-dia-phuong/{lesson.key}/khoa-hoc", TAKEN if right else REFUSED, form=form)]


def begun_fork(world: World, who: Someone) -> Iterable[Case]:
    """A unit's own version of a lesson: where one writes. This draft was never published: for nobody."""
    draft = next(t for t in world.of("lesson") if t.key != LESSON)
    org = world.random.choice(world.units)
    return [Case("/studio/ban-dia-phuong", REFUSED, form={"slug": draft.key, "org": str(org)})]


def set_aside(world: World, who: Someone) -> Iterable[Case]:
    """What somebody set aside is nobody else's; here nobody has this one."""
    return [Case(f"/studio/bai-hoc/{LESSON}/hai-ban/999999", REFUSED)]


def set_aside_chosen(world: World, who: Someone) -> Iterable[Case]:
    return [Case(f"/studio/bai-hoc/{LESSON}/hai-ban/999999", REFUSED, form={"base": "0", "do": "choose"})]


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
    "courses.handout": everybody(f"/hoc/{COURSE}/{LESSON}/to-roi?huong-dan=1"),
    "courses.handout_pdf": everybody(f"/hoc/{COURSE}/{LESSON}/to-roi.pdf"),
    "courses.studio_bring": anywhere(May.AUTHOR, "/studio/dua-vao"),
    "courses.studio_brought": begun_in(May.AUTHOR, "/studio/dua-vao", "org", {}),
    "courses.studio_bring_report": not_brought,
    "courses.course_picture": everybody(f"/khoa-hoc/{COURSE}/anh.png"),
    "courses.robots": everybody("/robots.txt"),
    "courses.sitemap": everybody("/sitemap.xml"),
    "courses.search": everybody("/tim?q=ma+otp"),
    "courses.notes": oneself(f"/hoc/{COURSE}/{LESSON}/ghi-chu"),
    "courses.note_keep": oneself(f"/hoc/{COURSE}/{LESSON}/ghi-chu", nothing, 404, form={"block": "khong-co"}),
    "courses.unclear": oneself(f"/hoc/{COURSE}/{LESSON}/ghi-chu/chua-hieu", nothing, 404, form={"block": "khong-co"}),
    "courses.keep_place": oneself(f"/hoc/{COURSE}/{LESSON}/cho", nothing, 404, form={"block": "khong-co"}),
    "courses.my_notes": oneself("/cua-toi/ghi-chu"),
    "courses.studio_unclear": list_of(May.AUTHOR, "/studio/chua-hieu"),
    "courses.studio_lesson_unclear": at(May.AUTHOR, "lesson", "/studio/bai-hoc/{key}/chua-hieu"),
    "courses.studio_order": at(May.AUTHOR, "course", "/studio/khoa-hoc/{key}/thu-tu"),
    "courses.studio_order_save": order_saved,
    "courses.studio_lock": locked,
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
    "courses.studio_lesson_autosave": at(May.AUTHOR, "lesson", "/studio/bai-hoc/{key}/luu", {"base": "0"}),
    "courses.studio_lesson_sides": set_aside,
    "courses.studio_lesson_choose": set_aside_chosen,
    "courses.open_activity": everybody(f"/hoc/{COURSE}/mo/task/{TASK}", 303),
    "courses.studio_questions": questions,
    "courses.studio_question_chosen": question_chosen,
    "courses.studio_preview": preview,
    "courses.reads": everybody("/tieng-cua-bai", form={"lang": "mww"}),
    "courses.listened": everybody(f"/hoc/{COURSE}/{LESSON}/nghe-xong", form={}),
    "courses.studio_tracks": languages,
    "courses.studio_voice": voice,
    "courses.studio_track_begin": apart("it needs what was published of one's unit; tests/courses/test_tracks_studio"),
    "courses.studio_track": apart("a track is there once it was begun; tests/courses/test_tracks_studio"),
    "courses.studio_track_save": apart("the same; tests/courses/test_tracks_studio"),
    "courses.studio_voice_record": apart("it needs a sound; tests/courses/test_voice"),
    "courses.studio_voice_remove": apart("it needs a sentence; tests/courses/test_voice"),
    "courses.studio_voice_silent": apart("it is about whoever asks alone; tests/courses/test_voice"),
    "courses.move_on": oneself(f"/khoa-hoc/{COURSE}/ban-moi", nothing, 404, form={}),
    "courses.studio_revisions": looked_into("lesson", "/studio/ban/lesson/{key}"),
    "courses.studio_compare": compared,
    "courses.studio_publish": at(May.AUTHOR, "lesson", "/studio/ban/lesson/{key}/xuat-ban"),
    "courses.studio_publish_now": at(May.AUTHOR, "lesson", "/studio/ban/lesson/{key}/xuat-ban", {"digest": ""}),
    "courses.studio_restore": restored,
    "courses.studio_refresh": at(May.AUTHOR, "lesson", "/studio/ban/lesson/{key}/khoa-hoc", {}),
    "courses.studio_forks": anywhere(May.AUTHOR, "/studio/ban-dia-phuong"),
    "courses.studio_fork_begin": begun_fork,
    "courses.studio_fork": fork(),
    "courses.studio_fork_take": fork({"newest": "1", "base": "0"}),
    "courses.studio_fork_use": used,
    "courses.studio_task": at(May.AUTHOR, "task", "/studio/viec-that/{key}"),
    "courses.studio_task_save": at(May.AUTHOR, "task", "/studio/viec-that/{key}", {"base": "0"}),
}  # fmt: skip

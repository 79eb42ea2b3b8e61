"""Instructors: lessons and tasks. Blocks, facts, pictures; preview; publishing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, redirect, request, url_for
from markupsafe import Markup

from courses import checking, drafts, forms, queries
from courses.access import document_for
from courses.blocks.standard import BLOCK_TYPES
from courses.drafts import DocumentRow
from courses.services import authoring, publishing
from courses.services.exporting import lesson_of
from courses.services.publishing import digest_of
from courses.views.studio import MOST_FOUND, Answer, history
from lms.api.competency import skill_areas, skills
from lms.api.data import FileStore
from lms.api.learning import ACTIVITY_KINDS, author_orgs, findable
from lms.api.packages import BLOCK_READERS, Package, known_parts, package_files
from lms.api.packages import render as markdown
from lms.api.people import here
from lms.api.studio import (
    Field,
    Theirs,
    asked,
    base_of_form,
    chosen_unit,
    is_number,
    said,
    theirs,
    typed_title,
    unit_choices,
    unit_name,
)
from lms.api.web import GROUPS, STAFF, Routes, render, say, short_date
from lms.api.work import Conflict, Invalid, NotFound, Text, _, audit, unit_of_work

routes = Routes("courses", "/studio/bai-hoc")
tasks = Routes("courses", "/studio/viec-that")
ICONS = {
    "text": "text",
    "image": "image",
    "audio": "volume-2",
    "steps": "list-ordered",
    "remember": "lightbulb",
    "warning": "shield-alert",
    "message": "message-circle",
    "do": "smartphone",
    "check": "circle-help",
}


def store() -> FileStore:
    """Where files are kept."""
    found: FileStore = current_app.extensions["lms.files"]
    return found


@routes.get("", STAFF)
def studio_lessons() -> str:
    """The lessons and tasks of my units, and the form for a new one."""
    return _list(author_orgs(here()), "", {})


def _list(granted: frozenset[int], title: str, errors: dict[str, list[str]]) -> str:
    words = request.args.get("q", "")[:100]
    lists = [
        ("lesson", _("Lessons"), "courses.studio_lesson"),
        ("task", _("Real-life tasks"), "courses.studio_task"),
    ]
    return render(
        "courses/studio/lessons.html",
        lists=[
            (kind, say(heading), [
                {"row": row, "unit": unit_name(row.org_id), "url": url_for(endpoint, slug=row.slug)}
                for row in drafts.documents(kind, granted, words)
            ])
            for kind, heading, endpoint in lists
        ],
        q=Field(words, []),
        form={"title": Field(title, errors.get("title", [])), "org": Field("", []), "errors": errors},
        units=unit_choices(granted),
    )  # fmt: skip


@routes.post("", STAFF, endpoint="studio_lesson_begin")
def begin() -> Answer:
    """Begins a lesson or a task."""
    person = here()
    granted = author_orgs(person)
    org_id = chosen_unit(granted)
    kind = "task" if request.form.get("kind") == "task" else "lesson"
    try:
        title = typed_title(forms.LONGEST_LESSON_TITLE if kind == "lesson" else forms.LONGEST_TITLE)
    except Invalid as error:
        return _list(granted, request.form.get("title", ""), said({k: [v] for k, v in error.fields.items()})), 422
    with unit_of_work():
        slug = authoring.begin(kind, title, org_id, person.id)
    return redirect(url_for(f"courses.studio_{kind}", slug=slug), 303)


@dataclass(frozen=True)
class BlockView:
    """A block in the editor: what its form needs."""

    key: str
    kind: str
    title: str
    icon: str
    has_form: bool
    data: Mapping[str, Any]
    text: str  # of a kind that has no form of its own, and of steps
    note: str
    picture: str
    file: Mapping[str, Any]
    held: str
    errors: dict[str, list[str]]


def _block_view(
    key: int, block: Mapping[str, Any], body: Mapping[str, Any], errors: Mapping[str, list[str]], raw: Mapping[int, str]
) -> BlockView:
    kind, data = block["kind"], block["data"]
    shown = BLOCK_TYPES.find(kind)
    reader = BLOCK_READERS.find(kind)
    text = held = note = ""
    if kind == "steps":
        text = forms.steps_text(data["items"])
    elif kind not in forms.BLOCKS and reader is not None:
        text = raw.get(key) or (reader.write(data) if data else f":::{kind} \n")
    elif reader is None:
        held = digest_of(data)
    words = data["md"] if kind in forms.PROSE else text if kind == "steps" else ""
    measured = checking.measure(words)
    if measured is not None:
        note = say(measured)
    file = body["files"].get(data.get("file", "")) or {}
    here_errors = {n.split("-", 1)[1]: t for n, t in errors.items() if n.startswith(f"{key}-")}
    here_errors |= {"": errors[f"block-{key}"]} if f"block-{key}" in errors else {}
    return BlockView(
        str(key),
        kind,
        say(shown.title) if shown else f":::{kind}",
        ICONS.get(kind, "puzzle"),
        kind in forms.BLOCKS,
        data,
        text,
        note,
        url_for("courses.file", key=file["key"], ending=file["ending"]) if kind == "image" and file else "",
        file,
        held,
        here_errors,
    )


def _editor(
    row: DocumentRow,
    body: Mapping[str, Any],
    errors: Mapping[str, list[Text]] | None = None,
    other: Theirs | None = None,
    raw: Mapping[int, str] | None = None,
) -> str:
    told = said(errors or {})
    all_skills = skills()
    codes = {s.code for s in all_skills}
    kinds = [(reader.directive, say(shown.title), ICONS.get(reader.directive, "puzzle"))
             for reader in BLOCK_READERS if (shown := BLOCK_TYPES.find(reader.directive))]  # fmt: skip
    question = ACTIVITY_KINDS.find("check")
    plain = ("title", "promise", "groups", "address", "guide")
    simple = {name: Field(body[name], told.get(name, [])) for name in plain}
    days = {name: short_date(date.fromisoformat(body[name])) if body[name] else "" for name in ("checked", "review")}
    typed = request.form if request.method == "POST" else {}
    return render(
        "courses/studio/lesson.html",
        slug=row.slug,
        base=row.base,
        saved_at=row.changed_at,
        unit=unit_name(row.org_id),
        errors=told,
        f={
            **simple,
            "sources": Field("\n".join(body["sources"]), []),
            **{
                name: Field(typed.get(name) if name in told else held, told.get(name, []))
                for name, held in {**days, "minutes": str(body["minutes"])}.items()
            },
        },
        group_choices=[(key, say(text[0])) for key, text in GROUPS.items()],
        addresses=[(a, a) for a in dict.fromkeys((*forms.ADDRESSES, body["address"]))],
        areas=skill_areas(all_skills, body["groups"], body["skills"]),
        skills=body["skills"],
        unknown=[c for c in body["skills"] if c not in codes],
        blocks=[_block_view(i, b, body, told, raw or {}) for i, b in enumerate(body["blocks"])],
        kinds=kinds,
        can_find=findable(question) is not None,
        checks=[{"good": c.good, "text": say(c.text), "field": c.field} for c in checking.checks(body, codes)],
        history=history(row.activity_id),
        is_published=drafts.newest_body(row.activity_id) is not None,
        other=other,
        preview_url=url_for("courses.studio_preview", slug=row.slug, v=row.base),
        files={name: file for name, file in body["files"].items() if name not in row.draft["files"]},
    )


@routes.get("/<slug>", STAFF, endpoint="studio_lesson")
def lesson(slug: str) -> str:
    """The editor of a lesson."""
    row = document_for(here(), "lesson", slug)
    return _editor(row, row.draft)


@routes.post("/<slug>", STAFF, endpoint="studio_lesson_save")
def save(slug: str) -> Answer:
    """Saves a lesson, and does what the pressed button says."""
    person = here()
    row = document_for(person, "lesson", slug)
    read = forms.read_lesson(request.form, request.files, dict(row.draft), store())
    what, where, more = asked()
    if read.errors:
        return _editor(row, read.body, read.errors, raw=read.raw), 422
    body, anchor = _changed(read.body, what, where, more)
    try:
        with unit_of_work():
            authoring.save(row.activity_id, base_of_form(), body, person.id)
    except Conflict:
        now = document_for(person, "lesson", slug)
        return _editor(now, body, other=theirs(now.changed_by, now.changed_at, as_text(now.draft))), 409
    if what == "publish":
        return _publish(slug)
    if what == "find":
        return redirect(url_for("courses.studio_questions", slug=slug, block=where), 303)
    return redirect(url_for("courses.studio_lesson", slug=slug) + anchor, 303)


def as_text(body: Mapping[str, Any]) -> str:
    """A lesson as its package's lesson.md and guide.md hold it, to be compared by eye."""
    known = {reader.directive for reader in BLOCK_READERS}
    blocks = [b for b in body["blocks"] if b["kind"] in known and b["data"]]
    lesson = lesson_of({**body, "blocks": blocks, "files": {}}, store().get)
    files = package_files(Package(lesson.slug, lesson.title, "1", lessons=(lesson,)), known_parts())
    return "\n".join(data.decode() for name, data in files.items() if name.endswith(".md"))


def _changed(body: dict[str, Any], what: str, where: str, more: str) -> tuple[dict[str, Any], str]:
    """The body after a button: a block moved, removed or added; and the place to come back to."""
    blocks = list(body["blocks"])
    place = int(where) if is_number(where) else -1
    if what == "insert":  # the kind is chosen from a list beside the button
        what, more = "add", request.form.get(f"{where}-insert", "")
    if what == "add" and more in {reader.directive for reader in BLOCK_READERS} and len(blocks) < forms.MOST_BLOCKS:
        at = place + 1 if 0 <= place < len(blocks) else len(blocks)
        blocks.insert(at, {"kind": more, "data": dict(forms.EMPTY.get(more, {}))})
        return {**body, "blocks": blocks}, f"#block-{at}"
    if not 0 <= place < len(blocks):
        return body, ""
    to = place + {"up": -1, "down": 1}.get(what, 0)
    if what in ("up", "down") and 0 <= to < len(blocks):
        blocks[place], blocks[to] = blocks[to], blocks[place]
    elif what == "remove":
        del blocks[place]
        to = min(place, len(blocks) - 1)
    return {**body, "blocks": blocks}, f"#block-{to}" if to >= 0 else "#blocks"


def _publish(slug: str) -> Answer:
    """Publishes the draft as it was just saved: an immutable revision; learners on older ones stay there."""
    person = here()
    row = document_for(person, "lesson", slug)
    body = checking.settled(row.draft)
    question = ACTIVITY_KINDS.find("check")
    found = checking.problems_of(
        body,
        known_parts(),
        {s.code for s in skills()},
        lambda name: question is not None and question.embed(name, "/") is not None,
        store().get,
    )
    if found:
        errors: dict[str, list[Text]] = {}
        for name, text in found:
            errors.setdefault(name, []).append(text)
        return _editor(row, body, errors), 422
    with unit_of_work():
        authoring.save(row.activity_id, row.base, body, person.id)
        _revision, new = publishing.publish_lesson(row.activity_id, body, person.id)
        if new:
            audit.record(person.id, "lesson.published", f"lesson:{slug}")
    return redirect(url_for("courses.studio_lesson", slug=slug) + "#published", 303)


@routes.get("/<slug>/xem-truoc", STAFF, endpoint="studio_preview")
def preview(slug: str) -> str:
    """The draft as a learner would see it."""
    row = document_for(here(), "lesson", slug)
    return render(
        "courses/studio/preview.html",
        title=row.draft["title"],
        promise=row.draft["promise"],
        body=queries.blocks_html({**row.draft, "blocks": [b for b in row.draft["blocks"] if b["data"]]}, request.path),
        back_url=url_for("courses.studio_lesson", slug=slug),
    )


@routes.get("/<slug>/cau-hoi", STAFF, endpoint="studio_questions")
def questions(slug: str) -> str:
    """Practice questions, to be asked in a lesson."""
    row = document_for(here(), "lesson", slug)
    place = _check_place(row, request.args.get("block", ""))
    kind = findable(ACTIVITY_KINDS.find("check"))
    if kind is None:
        raise NotFound
    words = request.args.get("q", "")[:100]
    return render(
        "courses/studio/questions.html",
        slug=slug,
        title=row.draft["title"],
        place=place,
        base=row.base,
        q=Field(words, []),
        skills=row.draft["skills"],
        found=kind.find(words, MOST_FOUND),
        back_url=url_for("courses.studio_lesson", slug=slug) + f"#block-{place}",
    )


def _check_place(row: DocumentRow, typed: str) -> int:
    place = int(typed) if is_number(typed) else -1
    if not 0 <= place < len(row.draft["blocks"]) or row.draft["blocks"][place]["kind"] != "check":
        raise NotFound
    return place


@routes.post("/<slug>/cau-hoi", STAFF, endpoint="studio_question_chosen")
def choose_question(slug: str) -> Answer:
    """Asks the chosen question in the block."""
    person = here()
    row = document_for(person, "lesson", slug)
    place = _check_place(row, request.form.get("block", ""))
    kind, item = ACTIVITY_KINDS.find("check"), request.form.get("item", "")
    if kind is None or kind.embed(item, "/") is None:
        raise NotFound
    blocks = list(row.draft["blocks"])
    blocks[place] = {"kind": "check", "data": {"item": item}}
    with unit_of_work():
        authoring.save(row.activity_id, base_of_form(), {**row.draft, "blocks": blocks}, person.id)
    return redirect(url_for("courses.studio_lesson", slug=slug) + f"#block-{place}", 303)


def _task_editor(
    row: DocumentRow,
    body: Mapping[str, Any],
    errors: Mapping[str, list[Text]] | None = None,
    other: Theirs | None = None,
) -> str:
    told = said(errors or {})
    return render(
        "courses/studio/task.html",
        slug=row.slug,
        base=row.base,
        saved_at=row.changed_at,
        unit=unit_name(row.org_id),
        errors=told,
        title=Field(body["title"], told.get("title", [])),
        text=Field(body["text"], told.get("text", [])),
        choices=Field("\n".join(body["choices"]), []),
        html=Markup(markdown(body["text"])),  # noqa: S704  cleaned
        history=history(row.activity_id),
        is_published=drafts.newest_body(row.activity_id) is not None,
        other=other,
    )


@tasks.get("/<slug>", STAFF, endpoint="studio_task")
def task(slug: str) -> str:
    """The editor of a real-life task."""
    row = document_for(here(), "task", slug)
    return _task_editor(row, row.draft)


@tasks.post("/<slug>", STAFF, endpoint="studio_task_save")
def save_task(slug: str) -> Answer:
    """Saves a task; publishes it where that button was pressed."""
    person = here()
    row = document_for(person, "task", slug)
    read = forms.read_task(request.form, dict(row.draft))
    what, _where, _more = asked()
    if what == "publish" and not read.body["text"]:
        read.refuse("text", _("Please write what to do."))
    if read.errors:
        return _task_editor(row, read.body, read.errors), 422
    try:
        with unit_of_work():
            authoring.save(row.activity_id, base_of_form(), read.body, person.id)
            if what == "publish":
                _revision, new = publishing.publish_task(row.activity_id, read.body, person.id)
                if new:
                    audit.record(person.id, "task.published", f"task:{slug}")
    except Conflict:
        now = document_for(person, "task", slug)
        text = "\n".join([now.draft["title"], "", now.draft["text"], "", *now.draft["choices"]])
        return _task_editor(now, read.body, other=theirs(now.changed_by, now.changed_at, text)), 409
    return redirect(url_for("courses.studio_task", slug=slug), 303)

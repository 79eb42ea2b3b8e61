"""Instructors: lessons. Lists, the editor, saving by its buttons, the preview. Publishing has a module of its own."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, request, url_for

from courses import drafts, forms, queries
from courses.access import document_for
from courses.blocks.siding import read_marks
from courses.services import authoring, uploading
from courses.views import studio_editor, studio_saving
from courses.views.studio import Answer
from courses.views.studio_publishing import publish
from lms.api.learning import author_orgs
from lms.api.media import allow_upload
from lms.api.people import here
from lms.api.studio import (
    Field,
    asked,
    base_of_form,
    chosen_unit,
    said,
    status_of,
    typed_title,
    unit_choices,
    unit_name,
)
from lms.api.web import STAFF, Routes, render, say
from lms.api.work import Conflict, Invalid, _, unit_of_work

routes = Routes("courses", "/studio/bai-hoc")
AFTER_SAVING: dict[str, Callable[[str], Answer]] = {"publish": publish}
"""What a button of the form does with the lesson's slug, once all that was typed is saved."""


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


@routes.get("/<slug>", STAFF, endpoint="studio_lesson")
def lesson(slug: str) -> str:
    """The editor of a lesson."""
    person = here()
    return studio_editor.editor(document_for(person, "lesson", slug), person)


@routes.post("/<slug>", STAFF, endpoint="studio_lesson_save")
def save(slug: str) -> Answer:
    """Saves a lesson, and does what the pressed button says. What can be kept is kept, whatever else is wrong."""
    allow_upload(uploading.ALL_KINDS)
    person = here()
    row = document_for(person, "lesson", slug)
    what, where, more = asked()
    read = forms.read_lesson(request.form, request.files, uploading.refreshed(row.draft), studio_saving.keeper(row))
    body, anchor = read.body, ""
    if not read.errors:
        body, anchor = studio_editor.changed(body, what, where, more)
    try:
        with unit_of_work():
            authoring.save(row.activity_id, base_of_form(), body, person.id)
    except Conflict:
        return studio_saving.refused(row, person, body, read_marks(request.form.get("was", "")))
    if read.errors:
        now = document_for(person, "lesson", slug)
        return studio_editor.editor(now, person, errors=read.errors, typed=read.typed), status_of(read.errors)
    if what in AFTER_SAVING:
        return AFTER_SAVING[what](slug)
    if what == "find":
        return redirect(url_for("courses.studio_questions", slug=slug, block=where, field=more or "item"), 303)
    return redirect(url_for("courses.studio_lesson", slug=slug) + anchor, 303)


@routes.get("/<slug>/xem-truoc", STAFF, endpoint="studio_preview")
def preview(slug: str) -> str:
    """The draft as a learner would see it: in the phone beside the editor, or by itself."""
    row = document_for(here(), "lesson", slug)
    draft = uploading.refreshed(row.draft)
    ready = {name: file for name, file in draft["files"].items() if file.get("key")}
    blocks = studio_editor.shown_blocks(draft["blocks"])
    return render(
        "courses/studio/preview.html",
        title=draft["title"],
        promise=draft["promise"],
        body=queries.blocks_html({**draft, "blocks": blocks, "files": ready}, request.path),
        back_url=url_for("courses.studio_lesson", slug=slug) if "rieng" in request.args else "",
    )

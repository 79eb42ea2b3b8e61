"""Instructors: tasks of real life. One text, and what a learner may say they did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup

from courses import drafts, forms
from courses.access import document_for
from courses.services import authoring
from courses.views.handing_over import chain_of, hand_over
from courses.views.studio import Answer, history
from lms.api.learning import KeptDraft
from lms.api.packages import render as markdown
from lms.api.people import here
from lms.api.studio import Field, Theirs, asked, base_of_form, said, theirs, unit_name
from lms.api.web import STAFF, Routes, render
from lms.api.work import Conflict, Text, _, unit_of_work

routes = Routes("courses", "/studio/viec-that")


def _task_editor(
    row: KeptDraft,
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
        chain=chain_of(row),
    )


@routes.get("/<slug>", STAFF, endpoint="studio_task")
def task(slug: str) -> str:
    """The editor of a real-life task."""
    row = document_for(here(), "task", slug)
    return _task_editor(row, row.draft)


@routes.post("/<slug>", STAFF, endpoint="studio_task_save")
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
    except Conflict:
        now = document_for(person, "task", slug)
        text = "\n".join([now.draft["title"], "", now.draft["text"], "", *now.draft["choices"]])
        return _task_editor(now, read.body, other=theirs(now.changed_by, now.changed_at, text)), 409
    if what == "publish":
        return hand_over(person, document_for(person, "task", slug), read.body)
    return redirect(url_for("courses.studio_task", slug=slug), 303)

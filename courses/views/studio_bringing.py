"""Instructors bring what they have: Word, PowerPoint or Markdown becomes a draft lesson, with a report of losses."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from courses.access import document_for
from courses.services import bringing
from courses.services.bringing import Sent
from courses.views.studio import Answer
from lms.api.learning import author_orgs
from lms.api.packages import known_parts
from lms.api.people import here
from lms.api.studio import chosen_unit, unit_choices
from lms.api.web import STAFF, Routes, render, say
from lms.api.work import Invalid, NotFound, Text, unit_of_work

routes = Routes("courses", "/studio/dua-vao")
MOST_FILES = 60


@routes.get("", STAFF, endpoint="studio_bring")
def bring() -> str:
    """The form for a file."""
    return _page()


def _page(error: str = "", name: str = "") -> str:
    granted = author_orgs(here())
    return render(
        "courses/studio/bring.html",
        units=unit_choices(granted),
        org=request.form.get("org", "") if request.method == "POST" else request.args.get("org", ""),
        error=error,
        name=name,
        back_url=url_for("courses.studio_lessons"),
    )


@routes.post("", STAFF, endpoint="studio_brought")
def brought() -> Answer:
    """Reads the file and keeps the draft; or says what is wrong with it, and nothing is kept."""
    person = here()
    org_id = chosen_unit(author_orgs(person))
    uploads = [upload for upload in request.files.getlist("file") if upload.filename][:MOST_FILES]
    files = [Sent(upload.filename or "", upload.read()) for upload in uploads]
    name = ", ".join(file.name for file in files)[:200]
    try:
        draft = bringing.read(files, known_parts())
        with unit_of_work():
            slug = bringing.keep(draft, name, org_id, person.id)
    except Invalid as error:
        return _page(say(error.text), name), 422
    return redirect(url_for("courses.studio_bring_report", slug=slug), 303)


@routes.get("/<slug>", STAFF, endpoint="studio_bring_report")
def report(slug: str) -> str:
    """What became of the file: what is in the draft now, and what was lost."""
    row = document_for(here(), "lesson", slug)
    told: dict[str, Any] | None = row.draft.get("brought")
    if told is None:
        raise NotFound
    blocks = row.draft["blocks"]
    return render(
        "courses/studio/brought.html",
        title=row.draft["title"],
        source=told["from"],
        losses=[{"text": say(Text(x["msgid"], x["values"])), "where": x["where"]} for x in told["losses"]],
        blocks=len(blocks),
        pictures=sum(block["kind"] == "image" for block in blocks),
        edit_url=url_for("courses.studio_lesson", slug=slug),
        again_url=url_for("courses.studio_bring"),
    )

"""Instructors: finding the activity that a block of a lesson shows or leads to."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, request, url_for
from msgspec import Struct

from courses.access import document_for
from courses.blocks.fields import fields_of
from courses.blocks.standard import BLOCK_TYPES
from courses.services import authoring
from courses.views.studio import MOST_FOUND, Answer
from lms.api.learning import ACTIVITY_KINDS, ActivityKind, Findable, KeptDraft, findable
from lms.api.people import here
from lms.api.studio import Field, base_of_form, is_number
from lms.api.web import STAFF, Routes, render, say
from lms.api.work import NotFound, unit_of_work

routes = Routes("courses", "/studio/bai-hoc")


class Wanted(Struct, frozen=True):
    """The field of a block for which an activity is looked for, and the kind of it."""

    place: int
    field: str
    kind: ActivityKind
    search: Findable


def _wanted(row: KeptDraft, typed: Mapping[str, str]) -> Wanted:
    place = int(typed.get("block", "")) if is_number(typed.get("block", "")) else -1
    if not 0 <= place < len(row.draft["blocks"]):
        raise NotFound
    block = row.draft["blocks"][place]
    for field in fields_of(BLOCK_TYPES.find(block["kind"])):
        if field.kind == "activity" and field.name == typed.get("field", "item"):
            kind = ACTIVITY_KINDS.find(field.activity or block["data"].get("kind", ""))
            search = findable(kind)
            if kind is not None and search is not None:
                return Wanted(place, field.name, kind, search)
    raise NotFound


@routes.get("/<slug>/cau-hoi", STAFF, endpoint="studio_questions")
def activities(slug: str) -> str:
    """Published activities of the kind that a block wants."""
    row = document_for(here(), "lesson", slug)
    wanted = _wanted(row, request.args)
    words = request.args.get("q", "")[:100]
    return render(
        "courses/studio/questions.html",
        slug=slug,
        title=row.draft["title"],
        kind=wanted.kind.name,
        kind_title=say(wanted.kind.title),
        place=wanted.place,
        field=wanted.field,
        base=row.base,
        q=Field(words, []),
        skills=row.draft["skills"] if wanted.kind.name == "check" else (),
        found=wanted.search.find(words, MOST_FOUND),
        back_url=url_for("courses.studio_lesson", slug=slug) + f"#block-{wanted.place}",
    )


@routes.post("/<slug>/cau-hoi", STAFF, endpoint="studio_question_chosen")
def choose(slug: str) -> Answer:
    """Puts the chosen activity into the block."""
    person = here()
    row = document_for(person, "lesson", slug)
    wanted, item = _wanted(row, request.form), request.form.get("item", "")
    if wanted.kind.embed(item, "/") is None and wanted.kind.content_of(item) is None:
        raise NotFound
    blocks = list(row.draft["blocks"])
    data = {**blocks[wanted.place]["data"], wanted.field: item}
    blocks[wanted.place] = {**blocks[wanted.place], "data": data}
    with unit_of_work():
        authoring.save(row.activity_id, base_of_form(), {**row.draft, "blocks": blocks}, person.id)
    return redirect(url_for("courses.studio_lesson", slug=slug) + f"#block-{wanted.place}", 303)

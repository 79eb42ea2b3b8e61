"""Instructors: what is saved while they type, and what could not be saved because somebody else was first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, jsonify, redirect, request, url_for
from markupsafe import Markup
from msgspec import Struct
from werkzeug.datastructures import FileStorage

from courses import forms
from courses.access import document_for
from courses.blocks.fields import BlockField, fields_of
from courses.blocks.siding import Side, chosen, marks_text, read_marks, sides
from courses.blocks.standard import BLOCK_TYPES
from courses.services import authoring, setting_aside, uploading
from courses.services.setting_aside import SetAsideRow
from courses.views import studio_editor
from courses.views.studio import Answer
from lms.api.learning import KeptDraft
from lms.api.media import received
from lms.api.packages import render as markdown
from lms.api.people import Person, here
from lms.api.studio import base_of_form, is_number, name_of, said
from lms.api.web import GROUPS, STAFF, Routes, problem, render, say, time_and_date
from lms.api.work import Conflict, TooMany, _, take, unit_of_work

routes = Routes("courses", "/studio/bai-hoc")
MOST_SAVES, SECONDS = 150, 600  # saves by themselves of one person, and in how many seconds
FACTS = {
    "title": _("Title"), "promise": _("What the learner will be able to do"), "groups": _("For whom"),
    "skills": _("Skills it is about"), "minutes": _("Minutes it takes"), "address": _("How it speaks to its reader"),
    "checked": _("Facts checked by a person on"), "review": _("To be checked again on"), "sources": _("Sources"),
    "guide": _("Guide for whoever teaches it"), "completion": _("The lesson is learned when one has"),
}  # fmt: skip
ASKED = {
    "read": _("Read it to the end"), "listened": _("Listen to it"),
    "answered": _("Answer its practice questions rightly"), "practised": _("Play its practice to the end"),
    "done": _("Do its real-life task and tell us"), "confirmed": _("Have that task confirmed by whoever helps"),
}  # fmt: skip


def keeper(row: KeptDraft) -> Callable[[FileStorage, BlockField, Mapping[str, Any]], tuple[str, dict[str, Any]]]:
    """What takes an uploaded file in for this lesson; the worker makes it small."""
    by_id = here().id

    def keep(upload: FileStorage, field: BlockField, held: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        name = upload.filename or ""
        came = received(upload.stream, name, field.takes)
        with unit_of_work():
            return uploading.kept(held, came, name, field.takes, row.org_id, by_id)

    return keep


@routes.post("/<slug>/luu", STAFF, endpoint="studio_lesson_autosave")
def autosave(slug: str) -> Response:
    """Saves what is typed, for the script that sends the editor's form by itself; answers JSON.

    `base` and `was` are what the form starts from now. What cannot be kept (an empty title, say) stays as it was and is
    named in `errors`. 409: somebody else saved; what was sent is set aside, and `look` leads to both.
    """
    person = here()
    row = document_for(person, "lesson", slug)
    read = forms.read_lesson(request.form, {}, uploading.refreshed(row.draft), keeper(row))
    try:
        with unit_of_work():
            take("autosave", str(person.id), MOST_SAVES, SECONDS)
            base = authoring.save(row.activity_id, base_of_form(), read.body, person.id)
    except TooMany as error:
        return problem(429, "too-many", error.text, {"Retry-After": str(error.retry_after)})
    except Conflict as error:
        number = _set_aside(row, person, read.body, read_marks(request.form.get("was", "")))
        look = url_for("courses.studio_lesson_sides", slug=slug, number=number)
        return problem(409, "conflict", error.text, look=look, aside=number)
    now = document_for(person, "lesson", slug)
    return jsonify(
        base=base,
        was=marks_text(read.body),
        at=now.changed_at,
        said=say(_("Saved at {time}", time=time_and_date(now.changed_at))),
        ids=[block["id"] for block in read.body["blocks"]],
        errors=said(read.errors),
        notes=studio_editor.notes_of(read.body),
        look=studio_editor.look_html(read.body),
    )


def _set_aside(row: KeptDraft, person: Person, body: Mapping[str, Any], seen: Mapping[str, str]) -> int:
    typed = request.form.get("aside", "")
    with unit_of_work():
        number = setting_aside.keep(row.activity_id, person.id, base_of_form(), body, seen)
        if is_number(typed) and int(typed) != number:  # the same form, sent again with more in it
            setting_aside.discard(row.activity_id, person.id, int(typed))
    return number


def refused(row: KeptDraft, person: Person, body: Mapping[str, Any], seen: Mapping[str, str]) -> Answer:
    """The answer to a save over somebody else's: what was sent is set aside, and both are shown."""
    number = _set_aside(row, person, body, seen)
    now = document_for(person, "lesson", row.slug)
    return _page(now, person, setting_aside.one(row.activity_id, person.id, number), just_now=True), 409


class Shown(Struct, frozen=True):
    """One side of a place where two bodies differ: its parts, each with its name; empty where it is not there."""

    parts: list[tuple[str, str | Markup]]
    picture: str


class Pair(Struct, frozen=True):
    """A place where two bodies differ, as the page shows it."""

    name: str
    title: str
    is_block: bool
    mine: Shown | None
    theirs: Shown | None
    changed: str
    suggested: str
    can_both: bool


def _shown_fact(name: str, value: Any) -> Shown:
    if name == "guide":
        return Shown([("", Markup(markdown(value or "")))], "")  # noqa: S704  cleaned
    if name == "completion":
        value = [say(ASKED[ask]) for ask in value or ("read",) if ask in ASKED]
    if name == "groups":
        value = [say(GROUPS[g][0]) for g in value if g in GROUPS]
    words = "\n".join(value) if isinstance(value, list) else str(value or "")
    return Shown([("", words)], "")


def _shown_block(block: Mapping[str, Any] | None, files: Mapping[str, Mapping[str, Any]]) -> Shown | None:
    if block is None:
        return None
    parts: list[tuple[str, str | Markup]] = []
    picture = ""
    fields = fields_of(BLOCK_TYPES.find(block["kind"]))
    for field in fields:
        value = block["data"].get(field.name, "")
        if field.kind == "lines":
            value = forms.entries_text(value)
        if field.kind == "upload":
            entry = files.get(value) or {}
            if entry.get("key") and uploading.kind_of(entry) in ("picture", "drawing"):
                picture = url_for("courses.file", key=entry["key"], ending=entry["ending"])
        if value:
            words = Markup(markdown(value)) if field.kind == "markdown" else str(value)  # noqa: S704  cleaned
            parts.append((say(field.label), words))
    if not fields and block["data"]:
        parts.append(("", str(block["data"])[:2000]))
    return Shown(parts, picture)


def _pair(side: Side, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Pair:
    if not side.is_block:
        title = say(FACTS[side.name]) if side.name in FACTS else side.name
        both = (_shown_fact(side.name, side.mine), _shown_fact(side.name, side.theirs))
        return Pair(side.name, title, False, *both, side.changed, side.suggested, False)
    kind = BLOCK_TYPES.find((side.mine or side.theirs)["kind"])
    return Pair(
        side.name,
        say(kind.title) if kind else (side.mine or side.theirs)["kind"],
        True,
        _shown_block(side.mine, mine["files"]),
        _shown_block(side.theirs, theirs["files"]),
        side.changed,
        side.suggested,
        side.mine is not None and side.theirs is not None,
    )


def _page(row: KeptDraft, person: Person, aside: SetAsideRow, just_now: bool = False) -> str:
    differ = sides(aside.body, row.draft, aside.seen)
    same = {block["id"] for block in row.draft["blocks"] if block.get("id")} - {side.name for side in differ}
    return render(
        "courses/studio/lesson_sides.html",
        slug=row.slug,
        title=row.draft["title"],
        base=row.base,
        number=aside.id,
        mine_at=aside.at,
        theirs_at=row.changed_at,
        theirs_by="" if row.changed_by == person.id else name_of(row.changed_by),
        is_own=row.changed_by == person.id,
        pairs=[_pair(side, aside.body, row.draft) for side in differ],
        same=len(same),
        just_now=just_now,
        back_url=url_for("courses.studio_lesson", slug=row.slug),
    )


@routes.get("/<slug>/hai-ban/<int:number>", STAFF, endpoint="studio_lesson_sides")
def both_sides(slug: str, number: int) -> str:
    """What I set aside, beside the lesson as it is now."""
    person = here()
    row = document_for(person, "lesson", slug)
    return _page(row, person, setting_aside.one(row.activity_id, person.id, number))


@routes.post("/<slug>/hai-ban/<int:number>", STAFF, endpoint="studio_lesson_choose")
def choose(slug: str, number: int) -> Answer:
    """Makes one lesson of the two as was chosen at each place, or forgets what was set aside."""
    person = here()
    row = document_for(person, "lesson", slug)
    aside = setting_aside.one(row.activity_id, person.id, number)
    back = redirect(url_for("courses.studio_lesson", slug=slug), 303)
    if request.form.get("do") == "discard":
        with unit_of_work():
            setting_aside.discard(row.activity_id, person.id, number)
        return back
    names = {side.name for side in sides(aside.body, row.draft, aside.seen)}
    choices = {name: request.form.get(f"take-{name}", "") for name in names}
    body = chosen(aside.body, row.draft, aside.seen, choices)
    try:
        with unit_of_work():
            authoring.save(row.activity_id, base_of_form(), body, person.id)
            setting_aside.discard(row.activity_id, person.id, number)
    except Conflict:
        now = document_for(person, "lesson", slug)
        return _page(now, person, aside, just_now=True), 409
    return back

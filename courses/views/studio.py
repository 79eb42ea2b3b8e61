"""Instructors: courses. What they hold, in which order; publishing; exporting."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response as WerkzeugResponse

from courses import drafts, forms
from courses.access import document_for
from courses.services import authoring, forking
from courses.views.handing_over import chain_of, hand_over
from lms.api.competency import framework_titles
from lms.api.learning import ACTIVITY_KINDS, AUTHORS, KeptDraft, activity, author_orgs, authored, findable
from lms.api.packages import export_package, known_parts, write_package
from lms.api.people import Person, here, reaches
from lms.api.studio import (
    Field,
    Theirs,
    asked,
    base_of_form,
    chosen_unit,
    is_number,
    published,
    said,
    theirs,
    typed_title,
    unit_choices,
    unit_name,
)
from lms.api.web import GROUPS, STAFF, MenuItem, Routes, composed, render, say
from lms.api.work import Conflict, Invalid, NotFound, Text, _, unit_of_work

routes = Routes("courses", "/studio/khoa-hoc")
menu = (
    MenuItem("courses.studio", _("Courses"), "library", "staff", AUTHORS, 10, group="content"),
    MenuItem("courses.studio_lessons", _("Lessons and tasks"), "book-open", "staff", AUTHORS, 11, group="content"),
)
Answer = str | WerkzeugResponse | tuple[str, int]
MOST_FOUND = 40


def history(activity_id: int) -> list[Any]:
    """What was published when."""
    return published((row.number, row.published_at, row.published_by) for row in drafts.revisions(activity_id))


@routes.get("", STAFF)
def studio() -> str:
    """The courses of my units, and the form for a new one."""
    granted = author_orgs(here())
    return _list(granted, "", {})


def _list(granted: frozenset[int], title: str, errors: dict[str, list[str]]) -> str:
    words = request.args.get("q", "")[:100]
    rows = drafts.documents("course", granted, words)
    return render(
        "courses/studio/courses.html",
        rows=[{"row": row, "unit": unit_name(row.org_id), "url": url_for("courses.studio_course", slug=row.slug)}
              for row in rows],
        q=Field(words, []),
        form={"title": Field(title, errors.get("title", [])), "org": Field("", []), "errors": errors},
        units=unit_choices(granted),
    )  # fmt: skip


@routes.post("", STAFF, endpoint="studio_begin")
def begin() -> Answer:
    """Begins a course."""
    person = here()
    granted = author_orgs(person)
    org_id = chosen_unit(granted)
    try:
        title = typed_title(forms.LONGEST_TITLE)
    except Invalid as error:
        return _list(granted, request.form.get("title", ""), said({k: [v] for k, v in error.fields.items()})), 422
    with unit_of_work():
        slug = authoring.begin("course", title, org_id, person.id)
    return redirect(url_for("courses.studio_course", slug=slug), 303)


class Activity(Struct, frozen=True):
    """An activity in a module, as its author sees it."""

    key: str
    kind: str
    icon: str
    title: str
    published: bool
    weight: float
    edit_url: str | None


class Module(Struct, frozen=True):
    """A module in the editor."""

    key: str
    title: Field
    area: str
    rows: list[Activity]


def _activity_row(person: Person, ref: Mapping[str, Any]) -> Activity:
    kind = ACTIVITY_KINDS.find(ref["kind"])
    row = activity(ref["kind"], ref["slug"])
    return Activity(
        f"{ref['kind']}/{ref['slug']}",
        say(kind.title) if kind else ref["kind"],
        kind.icon if kind else "puzzle",
        row.title if row else ref["slug"],
        bool(kind and row and kind.content_of(ref["slug"])),
        ref.get("weight", 1),
        writer.studio_url(person, ref["slug"]) if (writer := authored(kind)) else None,
    )


def _editor(
    row: KeptDraft,
    body: Mapping[str, Any],
    errors: Mapping[str, list[Text]] | None = None,
    other: Theirs | None = None,
) -> str:
    person = here()
    found = said(errors or {})
    newest = drafts.newest_body(row.activity_id)
    return render(
        "courses/studio/course.html",
        slug=row.slug,
        base=row.base,
        saved_at=row.changed_at,
        unit=unit_name(row.org_id),
        errors=found,
        title=Field(body["title"], found.get("title", [])),
        summary=Field(body["summary"], []),
        groups=Field(body["groups"], found.get("groups", [])),
        group_choices=[(key, say(text[0])) for key, text in GROUPS.items()],
        framework=Field(body["framework"], []),
        frameworks=framework_titles(),
        modules=[
            Module(
                str(i),
                Field(m["title"], found.get(f"{i}-title", [])),
                m["skill_area"],
                [_activity_row(person, ref) for ref in m["activities"]],
            )
            for i, m in enumerate(body["modules"])
        ],
        kinds=[(k.name, say(k.title)) for k in ACTIVITY_KINDS if authored(k)],
        history=history(row.activity_id),
        newer=_newer(newest),
        is_published=newest is not None,
        other=other,
        chain=chain_of(row),
    )


def _newer(published: Mapping[str, Any] | None) -> list[str]:
    """The titles of activities with a newer revision than the one that the published course asks for."""
    if published is None:
        return []
    pins = {pin[0]: pin[1] for pin in published.get("pinned", ())}
    newer = []
    for module in published["modules"]:
        for ref in module["activities"]:
            kind, row = ACTIVITY_KINDS.find(ref["kind"]), activity(ref["kind"], ref["slug"])
            if kind and row and kind.content_of(ref["slug"]) != pins.get(row.id):
                newer.append(row.title)
    return newer


@routes.get("/<slug>", STAFF, endpoint="studio_course")
def course(slug: str) -> str:
    """The editor of a course."""
    row = document_for(here(), "course", slug)
    return _editor(row, row.draft)


@routes.post("/<slug>", STAFF, endpoint="studio_course_save")
def save_course(slug: str) -> Answer:
    """Saves a course, and does what the pressed button says."""
    person = here()
    row = document_for(person, "course", slug)
    read = forms.read_course(request.form, dict(row.draft), [s for s, _title in framework_titles()])
    what, where, more = asked()
    body, anchor = _changed(read.body, what, where, more)
    body = forking.with_locked(row.activity_id, body)
    if read.errors:
        return _editor(row, body, read.errors), 422
    try:
        with unit_of_work():
            if what == "new":
                body = _with_new(person, row, body, where)
            authoring.save(row.activity_id, base_of_form(), body, person.id)
    except Conflict:
        now = document_for(person, "course", slug)
        return _editor(now, body, other=theirs(now.changed_by, now.changed_at, outline(now.draft))), 409
    except Invalid as error:
        return _editor(row, body, {name: [text] for name, text in error.fields.items()}), 422
    if what == "publish":
        missing = _missing(body)
        if missing:
            return _editor(document_for(person, "course", slug), body, missing), 422
        try:
            return hand_over(person, document_for(person, "course", slug), body)
        except Invalid as error:
            return _editor(document_for(person, "course", slug), body, {"": [error.text]}), 422
    if what == "find":
        return redirect(url_for("courses.studio_find", slug=slug, module=where), 303)
    return redirect(url_for("courses.studio_course", slug=slug) + anchor, 303)


def _missing(body: Mapping[str, Any]) -> dict[str, list[Text]]:
    """What a course lacks before it can be published, by field."""
    found: dict[str, list[Text]] = {}
    if not body["groups"]:
        found["groups"] = [_("Please choose for whom the course is.")]
    if not body["modules"]:
        found["modules"] = [_("Please add a module with something in it.")]
    for place, module in enumerate(body["modules"]):
        if not module["activities"]:
            text = _("The module “{title}” is empty. Put something into it, or remove it.", title=module["title"])
            found[f"module-{place}"] = [text]
    return found


def outline(body: Mapping[str, Any]) -> str:
    """A course as text, to be compared by eye."""
    lines = [body["title"], body["summary"], ", ".join(body["groups"]), body["framework"]]
    for module in body["modules"]:
        lines += ["", module["title"], *(f"  - {a['slug']}" for a in module["activities"])]
    return "\n".join(lines)


def _changed(body: dict[str, Any], what: str, where: str, more: str) -> tuple[dict[str, Any], str]:
    """The body after a button: modules and activities added, moved, removed; and the place to come back to."""
    modules = [dict(m, activities=list(m["activities"])) for m in body["modules"]]
    place = int(where) if is_number(where) else -1
    anchor = f"#module-{place}"
    if what == "module":
        title = composed(request.form.get("new-module")) or say(_("Module {n}", n=len(modules) + 1))
        modules.append({"title": title[: forms.LONGEST_TITLE], "skill_area": "", "activities": []})
        anchor = f"#module-{len(modules) - 1}"
    elif not 0 <= place < len(modules):
        return body, ""
    elif what in ("up", "down") and more:
        _move_activity(modules, place, more, -1 if what == "up" else 1)
    elif what in ("up", "down"):
        to = place + (-1 if what == "up" else 1)
        if 0 <= to < len(modules):
            modules[place], modules[to] = modules[to], modules[place]
            anchor = f"#module-{to}"
    elif what == "remove" and more:
        modules[place]["activities"] = [a for a in modules[place]["activities"] if f"{a['kind']}/{a['slug']}" != more]
    elif what == "remove":
        del modules[place]
        anchor = "#modules"
    return {**body, "modules": modules}, anchor


def _move_activity(modules: list[dict[str, Any]], place: int, key: str, by: int) -> None:
    """Moves an activity by one; past the end of its module it goes into the next one."""
    inside = modules[place]["activities"]
    at = next((i for i, a in enumerate(inside) if f"{a['kind']}/{a['slug']}" == key), None)
    if at is None:
        return
    to = at + by
    if 0 <= to < len(inside):
        inside[at], inside[to] = inside[to], inside[at]
    elif 0 <= place + by < len(modules):
        taken = inside.pop(at)
        beside = modules[place + by]["activities"]
        beside.insert(len(beside) if by < 0 else 0, taken)


def _with_new(person: Person, row: KeptDraft, body: dict[str, Any], where: str) -> dict[str, Any]:
    """The body with a new draft of the chosen kind at the end of a module."""
    title = composed(request.form.get(f"{where}-new")) or ""
    name = request.form.get(f"{where}-new-kind", "")
    kind = authored(ACTIVITY_KINDS.find(name))
    if kind is None:
        raise NotFound
    most = forms.LONGEST_LESSON_TITLE if name == "lesson" else forms.LONGEST_TITLE
    if not title or len(title) > most:
        text = _("Please give it a title.") if not title else _("Please keep it under {most} letters.", most=most)
        raise Invalid(text, **{f"{where}-new": text})
    slug = kind.begin(title, row.org_id, person.id)
    ref = {"kind": name, "slug": slug, "weight": 1}
    modules = [
        {**m, "activities": [*m["activities"], ref]} if str(i) == where and ref not in m["activities"] else m
        for i, m in enumerate(body["modules"])
    ]
    return {**body, "modules": modules}


@routes.get("/<slug>/them", STAFF, endpoint="studio_find")
def find(slug: str) -> str:
    """Published lessons, quizzes and tasks, to be put into a module."""
    row = document_for(here(), "course", slug)
    place, module = _module(row, request.args.get("module", ""))
    words = request.args.get("q", "")[:100]
    inside = {(a["kind"], a["slug"]) for m in row.draft["modules"] for a in m["activities"]}
    found = [
        {"kind": k.name, "kind_title": say(k.title), "icon": k.icon, "slug": f.slug, "title": f.title, "note": f.note,
         "inside": (k.name, f.slug) in inside}
        for k in ACTIVITY_KINDS
        if authored(k) and (searched := findable(k))
        for f in searched.find(words, MOST_FOUND)
    ]  # fmt: skip
    return render(
        "courses/studio/find.html",
        slug=slug,
        course=row.draft["title"],
        place=place,
        module=module["title"],
        q=Field(words, []),
        found=found,
        back_url=url_for("courses.studio_course", slug=slug) + f"#module-{place}",
    )


def _module(row: KeptDraft, typed: str) -> tuple[int, Mapping[str, Any]]:
    if not is_number(typed) or int(typed) >= len(row.draft["modules"]):
        raise NotFound
    return int(typed), row.draft["modules"][int(typed)]


@routes.post("/<slug>/them", STAFF, endpoint="studio_add")
def add(slug: str) -> Answer:
    """Puts a published activity into a module."""
    person = here()
    row = document_for(person, "course", slug)
    place, _held = _module(row, request.form.get("module", ""))
    kind, name = ACTIVITY_KINDS.find(request.form.get("kind", "")), request.form.get("slug", "")
    if kind is None or kind.content_of(name) is None:
        raise NotFound
    title = composed(request.form.get("title")) or ""
    with unit_of_work():
        authoring.add_to_course(row.activity_id, place, title, kind.name, name, person.id)
    return redirect(
        url_for("courses.studio_find", slug=slug, module=place, q=request.form.get("q", "")[:100]) + f"#{name}", 303
    )


@routes.get("/<slug>/goi.zip", STAFF, endpoint="studio_export")
def export(slug: str) -> Response:
    """What is published of the course, and all that it needs, as a package."""
    person = here()
    document_for(person, "course", slug)
    granted = author_orgs(person)
    package = export_package(slug, lambda org_id: reaches(granted, org_id))
    stream = io.BytesIO()
    write_package(package, stream, known_parts())
    answer = Response(stream.getvalue(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer

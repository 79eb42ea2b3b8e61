"""Instructors: what comes before what in a course, and whether that is advice or a lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from courses.access import document_for
from courses.services import authoring
from lms.api.competency import PREREQUISITES, ProgrammeRow, programme_by_id, programmes_with, set_prerequisites
from lms.api.learning import KeptDraft, activity, circle, masks_of
from lms.api.people import May, Person, here, may_at, nation_id, require_at
from lms.api.studio import base_of_form, is_number
from lms.api.web import STAFF, Routes, render, say
from lms.api.work import Conflict, Invalid, NotFound, _, unit_of_work

routes = Routes("courses", "/studio/khoa-hoc")
Answer = str | Response | tuple[str, int]


class OrderRow(Struct, frozen=True):
    """An activity of the course with what it needs first, by title."""

    slug: str
    title: str
    first: list[str]


def _refs(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [ref for module in body["modules"] for ref in module["activities"]]


def _titles(refs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    found = ((ref, activity(ref["kind"], ref["slug"])) for ref in refs)
    return {ref["slug"]: row.title if row else ref["slug"] for ref, row in found}


def _may_lock(person: Person) -> bool:
    """Programmes belong to the whole country: whoever publishes there decides."""
    nation = nation_id()
    return nation is not None and may_at(person, May.PUBLISH, nation)


def _page(row: KeptDraft, chosen: str, error: str = "") -> str:
    refs = _refs(row.draft)
    titles = _titles(refs)
    after = {ref["slug"]: list(ref.get("after", ())) for ref in refs}
    return render(
        "courses/studio/order.html",
        slug=row.slug,
        course=row.draft["title"],
        base=row.base,
        rows=[OrderRow(slug, title, [titles[s] for s in after[slug] if s in titles]) for slug, title in titles.items()],
        chosen=chosen if chosen in titles else "",
        chosen_title=titles.get(chosen, ""),
        others=[(slug, title, slug in after.get(chosen, ())) for slug, title in titles.items() if slug != chosen],
        error=error,
        programmes=_programmes(row),
        may_lock=_may_lock(here()),
        back_url=url_for("courses.studio_course", slug=row.slug),
    )


def _programmes(row: KeptDraft) -> list[ProgrammeRow]:
    return programmes_with(row.activity_id)


@routes.get("/<slug>/thu-tu", STAFF, endpoint="studio_order")
def order(slug: str) -> str:
    """What comes before what."""
    return _page(document_for(here(), "course", slug), request.args.get("bai", ""))


@routes.post("/<slug>/thu-tu", STAFF, endpoint="studio_order_save")
def save(slug: str) -> Answer:
    """Says what one activity needs first. It counts from the next publication of the course on."""
    person = here()
    row = document_for(person, "course", slug)
    refs = _refs(row.draft)
    chosen, known = request.form.get("activity", ""), {ref["slug"] for ref in refs}
    if chosen not in known:
        raise NotFound
    first = [s for s in dict.fromkeys(request.form.getlist("after")) if s in known and s != chosen]
    after = {ref["slug"]: ref.get("after", ()) for ref in refs} | {chosen: first}
    waiting = circle(masks_of([ref["slug"] for ref in refs], after))
    if waiting:
        titles = _titles(refs)
        names = ", ".join(f"“{titles[refs[position]['slug']]}”" for position in waiting)
        return _page(
            row, chosen, say(_("Then none of these could ever begin: {names}. Choose fewer.", names=names))
        ), 422
    modules = [
        {**m, "activities": [_with(ref, first) if ref["slug"] == chosen else ref for ref in m["activities"]]}
        for m in row.draft["modules"]
    ]
    try:
        with unit_of_work():
            authoring.save(row.activity_id, base_of_form(), {**row.draft, "modules": modules}, person.id)
    except Conflict:
        now = document_for(person, "course", slug)
        return _page(now, chosen, say(_("Somebody changed this meanwhile. Please look at it again."))), 409
    return redirect(url_for("courses.studio_order", slug=slug) + f"#{chosen}", 303)


def _with(ref: Mapping[str, Any], first: Sequence[str]) -> dict[str, Any]:
    held = {key: value for key, value in ref.items() if key != "after"}
    return {**held, "after": list(first)} if first else held


@routes.post("/<slug>/khoa", STAFF, endpoint="studio_lock")
def lock(slug: str) -> Answer:
    """Decides for a programme that asks for this course: advice or lock. At once, for everybody in it."""
    person = here()
    row = document_for(person, "course", slug)
    nation = nation_id()
    if nation is None:
        raise NotFound
    require_at(person, May.PUBLISH, nation)
    typed, rule = request.form.get("programme", ""), request.form.get("rule", "")
    held = programme_by_id(int(typed)) if is_number(typed) else None
    if held is None or held.id not in {p.id for p in _programmes(row)}:
        raise NotFound
    if rule not in PREREQUISITES:
        raise Invalid
    with unit_of_work():
        set_prerequisites(held.id, rule, person.id)
    return redirect(url_for("courses.studio_order", slug=slug) + "#programmes", 303)

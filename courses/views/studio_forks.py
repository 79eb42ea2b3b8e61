"""A unit's own version of a lesson or course from above: begun, kept in step with the original, used in a course."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from courses import drafts
from courses.access import document_for, may_author
from courses.comparing import Offer
from courses.services import forking
from courses.services.forking import ForkRow, Upstream
from courses.structures import Held, plan_of
from courses.views.differences import FACTS, block_row, fact_text
from courses.views.handing_over import editor_url
from lms.api.competency import framework_titles
from lms.api.learning import ACTIVITY_KINDS, KeptDraft, activity, author_orgs
from lms.api.people import here
from lms.api.reviewing import Part, Row, text_row
from lms.api.studio import Field, base_of_form, chosen_unit, is_number, unit_choices, unit_name
from lms.api.texts import words
from lms.api.web import STAFF, Routes, render, say
from lms.api.work import Conflict, Invalid, NotFound, _, unit_of_work

routes = Routes("courses", "/studio/ban-dia-phuong")
Answer = str | Response | tuple[str, int]


@routes.get("", STAFF, endpoint="studio_forks")
def forks() -> str:
    """Lessons and courses of the units above that can be adapted, and those that were."""
    return _list(author_orgs(here()), {})


def _list(granted: frozenset[int], errors: dict[str, list[str]]) -> str:
    words = request.args.get("q", "")[:100]
    held = forking.forks_in(granted)
    found = {kind: forking.origins(granted, words, kind=kind) for kind in forking.KINDS}
    adapted = {row.origin_id: row for row in held}
    return render(
        "courses/studio/forks.html",
        q=Field(words, []),
        held=[
            {"row": row, "title": row.origin_title, "kind": row.kind, "unit": unit_name(row.org_id),
             "url": url_for("courses.studio_fork", slug=row.slug)}
            for row in held
        ],
        **{
            f"{kind}s": [
                {"row": row, "unit": unit_name(row.org_id),
                 "adapted": len(granted) == 1 and row.activity_id in adapted}
                for row in rows
            ]
            for kind, rows in found.items()
        },
        units=unit_choices(granted),
        errors=errors,
    )  # fmt: skip


@routes.post("", STAFF, endpoint="studio_fork_begin")
def begin() -> Answer:
    """Begins a unit's own version of a lesson or course, as a draft."""
    person = here()
    granted = author_orgs(person)
    org_id = chosen_unit(granted)
    origin = request.form.get("slug", "")[:64]
    try:
        with unit_of_work():
            slug = forking.fork(origin, org_id, person.id, request.form.get("kind", "lesson"))
    except Invalid as error:
        return _list(granted, {"": [say(error.text)]}), 422
    return redirect(url_for("courses.studio_fork", slug=slug), 303)


class Offered(Struct, frozen=True):
    """A change of the original as it is offered: was → is there, and what stands here."""

    key: str
    row: Row
    collides: bool
    mine: list[Part]
    gone_here: bool
    gone_there: bool


def _fork_for(slug: str) -> tuple[KeptDraft, ForkRow]:
    """An adapted lesson, or course, of mine. Among lessons and courses a slug is one: new ones never share it."""
    for kind in forking.KINDS:
        if not may_author(here(), kind, slug):
            continue
        row = document_for(here(), kind, slug)
        fork = forking.fork_of(row.activity_id)
        if fork is not None:
            return row, fork
    raise NotFound


@routes.get("/<slug>", STAFF, endpoint="studio_fork")
def show(slug: str) -> str:
    """An adaptation: its original, what changed there, and the courses where it can take the original's place."""
    row, fork = _fork_for(slug)
    return _page(row, fork, {})


def _page(row: KeptDraft, fork: ForkRow, errors: dict[str, list[str]]) -> str:
    person = here()
    up = forking.upstream(fork, row.draft)
    tell = _offered_in_course if fork.kind == "course" else _offered
    offered = [tell(offer, up) for offer in up.offers] if fork.is_behind else []
    numbers = {r.id: r.number for r in drafts.revisions(fork.origin_id, 500)}
    courses = [
        (listed.slug, listed.title)
        for listed in (drafts.documents("course", author_orgs(person)) if fork.kind == "lesson" else ())
        if (held := drafts.document("course", listed.slug)) is not None and forking.holds(held.draft, fork.origin_slug)
    ]
    return render(
        "courses/studio/fork.html",
        kind=fork.kind,
        slug=row.slug,
        title=row.draft["title"],
        unit=unit_name(row.org_id),
        origin_title=fork.origin_title,
        origin_unit=unit_name(fork.origin_org) if fork.origin_org is not None else "",
        follows=numbers.get(fork.revision_id, 0),
        newest=numbers.get(fork.newest_id, 0),
        newest_id=fork.newest_id,
        is_behind=fork.is_behind,
        base=row.base,
        locked=_locked(fork),
        free=[o for o in offered if not o.collides],
        colliding=[o for o in offered if o.collides],
        courses=courses,
        is_published=drafts.newest_body(row.activity_id) is not None,
        edit_url=editor_url(fork.kind, row.slug),
        errors=errors,
    )


def _locked(fork: ForkRow) -> str:
    """The framework's tags that stay, in words."""
    if fork.kind == "lesson":
        return ", ".join(forking.locked_skills(fork.activity_id) or [])
    framework = forking.locked_framework(fork.activity_id)
    return next((title for slug, title in framework_titles() if slug == framework), "")


def _offered_in_course(offer: Offer, up: Upstream) -> Offered:
    """A change of a course's plan: a fact, a module's title, or where an activity stands."""
    was, now, own = (_told_in_course(offer, value, up) for value in (offer.base, offer.theirs, offer.mine))
    what, _colon, name = offer.key.partition(":")
    title, icon = say(FACTS[name]) if what == "fact" else say(_("Module")), "info" if what == "fact" else "library"
    if what == "activity":
        kind_name, _slash, slug = name.partition("/")
        kind, row = ACTIVITY_KINDS.find(kind_name), activity(kind_name, slug)
        title, icon = row.title if row is not None else slug, kind.icon if kind is not None else "puzzle"
    shown = text_row(offer.key, title, icon, was, now)
    mine = [Part("", *words(was or "", own))] if own is not None else []
    return Offered(offer.key, shown, offer.collides, mine, offer.mine is None, offer.theirs is None)


def _told_in_course(offer: Offer, value: Any, up: Upstream) -> str | None:
    """One side of such a change; None where it is not there."""
    if value is None:
        return None
    if offer.key.startswith("fact:"):
        return fact_text(offer.key.removeprefix("fact:"), value)
    if not isinstance(value, Held):
        return str(value)
    titles: dict[str, str] = {}
    for body in (up.base, up.theirs, up.mine):
        plan = plan_of(body, plan_of(up.base))
        titles |= {name: title for name, title in plan.modules.items() if name not in titles}
    said = [say(_("In the module “{title}”", title=titles.get(value.module, "")))]
    if value.weight != 1:
        said.append(say(_("Counts {n} times", n=f"{value.weight:g}")))
    if value.after:
        said.append(say(_("After: {names}", names=", ".join(_title_of(slug, up) for slug in value.after))))
    return "\n".join(said)


def _title_of(slug: str, up: Upstream) -> str:
    """The title of an activity by the slug that a course's plan calls it by."""
    for body in (up.theirs, up.base, up.mine):
        for module in body["modules"]:
            for ref in module["activities"]:
                row = activity(ref["kind"], slug) if ref["slug"] == slug else None
                if row is not None:
                    return row.title
    return slug


def _offered(offer: Offer, up: Upstream) -> Offered:
    if offer.is_fact:
        name = offer.key.removeprefix("fact:")
        was, now, here_text = (fact_text(name, value) for value in (offer.base, offer.theirs, offer.mine))
        shown = Row(offer.key, say(FACTS[name]), "info", "changed", "", False, [Part("", *words(was, now))])
        return Offered(offer.key, shown, offer.collides, [Part("", [], words(was, here_text)[1])], False, False)
    before = offer.base if offer.base is not None or offer.theirs is not None else offer.mine
    shown = block_row(offer.key, before, offer.theirs, up.base, up.theirs)
    mine = block_row(offer.key, offer.base, offer.mine, up.base, up.mine).parts if offer.mine is not None else []
    return Offered(offer.key, shown, offer.collides, mine, offer.mine is None, offer.theirs is None)


@routes.post("/<slug>", STAFF, endpoint="studio_fork_take")
def take(slug: str) -> Answer:
    """Lays the chosen changes into the draft; from now on this lesson follows the original's newest revision."""
    row, fork = _fork_for(slug)
    newest = request.form.get("newest", "")
    keys = set(request.form.getlist("take"))
    keys |= {name.removeprefix("choose-") for name, value in request.form.items()
             if name.startswith("choose-") and value == "theirs"}  # fmt: skip
    if not is_number(newest):
        raise NotFound
    try:
        with unit_of_work():
            if base_of_form() != row.base:
                raise Conflict
            forking.take(row, keys, int(newest), here().id)
    except Conflict as error:
        row, fork = _fork_for(slug)
        return _page(row, fork, {"": [say(error.text)]}), 409
    return redirect(editor_url(fork.kind, slug), 303)


@routes.post("/<slug>/khoa-hoc", STAFF, endpoint="studio_fork_use")
def use(slug: str) -> Answer:
    """Puts this lesson in the original's place in one of my courses, as a draft of that course."""
    _row, fork = _fork_for(slug)
    if fork.kind != "lesson":
        raise NotFound
    course = document_for(here(), "course", request.form.get("course", "")[:64])
    with unit_of_work():
        forking.use_in(course, fork, here().id)
    return redirect(url_for("courses.studio_course", slug=course.slug), 303)

"""Instructors: what was published when, what changed, publishing the next revision, going back to an older one."""

from __future__ import annotations

from typing import Any, get_args

from flask import redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from courses import checking, comparing, drafts
from courses.access import document_for, may_author, published_for
from courses.comparing import Change
from courses.services import forking, publishing, restoring, uploading
from courses.views import studio_editor, studio_publishing
from courses.views.differences import difference
from courses.views.handing_over import editor_url, is_new, plain
from lms.api.learning import KeptDraft, SyllabusRow, author_orgs, syllabuses
from lms.api.people import May, Person, here, may_at, reaches
from lms.api.reviewing import CHANGES, digest_of, rule_at, submit
from lms.api.studio import Field, is_number, name_of, unit_name
from lms.api.web import STAFF, Routes, composed, render, say
from lms.api.work import Conflict, Invalid, NotFound, Text, _, unit_of_work

routes = Routes("courses", "/studio/ban")
Answer = str | Response | tuple[str, int]
KINDS = ("lesson", "task", "course")
CHANGED_MEANWHILE = _("The draft was changed meanwhile. Please look at the difference again, then publish.")


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise NotFound
    return kind


class Listed(Struct, frozen=True):
    """A revision in the list."""

    number: int
    at: int
    by: str
    change: str
    minor: bool
    note: str
    compare_url: str  # with the one before; empty for the first
    is_newest: bool


class Behind(Struct, frozen=True):
    """A course that holds an older revision of a lesson."""

    slug: str
    title: str
    unit: str


def _listed(row: KeptDraft) -> list[Listed]:
    rows = drafts.revisions(row.activity_id, 100)
    return [
        Listed(
            r.number,
            r.published_at,
            name_of(r.published_by),
            say(CHANGES[r.change]),
            r.change == "minor",
            r.note,
            url_for("courses.studio_compare", kind=row.kind, slug=row.slug, before=r.number - 1, after=r.number)
            if r.number > 1
            else "",
            place == 0,
        )
        for place, r in enumerate(rows)
    ]


@routes.get("/<kind>/<slug>", STAFF, endpoint="studio_revisions")
def revisions(kind: str, slug: str) -> str:
    """What was published when; how many learn by which; where it was adapted; which courses hold an older one."""
    person = here()
    row = published_for(person, _known(kind), slug)
    writes = may_author(person, kind, slug)
    newest = drafts.newest_body(row.activity_id)
    learners: list[SyllabusRow] = syllabuses(row.activity_id) if kind == "course" else []
    return render(
        "courses/studio/revisions.html",
        kind=kind,
        slug=slug,
        title=newest["title"] if newest is not None else row.draft["title"] if writes else slug,
        unit=unit_name(row.org_id),
        rows=_listed(row),
        learners=learners,
        behind=_behind(person, row) if writes and newest is not None else [],
        forks=[{"slug": f.slug, "unit": unit_name(f.org_id), "follows": not f.is_behind}
               for f in forking.forks_of(row.activity_id)] if kind in forking.KINDS else [],
        writes=writes,
        edit_url=editor_url(kind, slug) if writes else "",
        draft_is_new=writes and newest is not None and is_new(row, row.draft),
        has_set_aside=request.args.get("giu") == "1",
    )  # fmt: skip


def _behind(person: Person, row: KeptDraft) -> list[Behind]:
    if row.kind == "course":
        return []
    newest = publishing.newest_revision(row.kind, row.slug)
    granted = author_orgs(person)
    return [
        Behind(slug, title, unit_name(org_id))
        for _id, slug, title, org_id in publishing.courses_behind(row.activity_id, newest or 0)
        if reaches(granted, org_id)
    ]


@routes.get("/<kind>/<slug>/so-sanh", STAFF, endpoint="studio_compare")
def compare(kind: str, slug: str) -> str:
    """Two revisions side by side, or the newest beside the draft (for those who write it)."""
    person = here()
    row = published_for(person, _known(kind), slug)
    numbers = [r.number for r in drafts.revisions(row.activity_id, 500)]
    if not numbers:
        raise NotFound
    typed = request.args.get("before", ""), request.args.get("after", "")
    first, second = (int(t) if is_number(t) else None for t in typed)
    writes = may_author(person, kind, slug)
    if second is None and not writes:
        second, first = numbers[0], first if first is not None else max(numbers[0] - 1, 1)
    first = numbers[0] if first is None else first
    before = plain(drafts.body_of(row.activity_id, first))
    after = plain(drafts.body_of(row.activity_id, second) if second is not None else row.draft)
    return render(
        "courses/studio/compare.html",
        kind=kind,
        slug=slug,
        title=after["title"],
        first=first,
        second=second,
        numbers=numbers,
        writes=writes,
        difference=difference(before, after),
        back_url=url_for("courses.studio_revisions", kind=kind, slug=slug),
    )


@routes.post("/<kind>/<slug>/lay-lai", STAFF, endpoint="studio_restore")
def restore(kind: str, slug: str) -> Answer:
    """Makes an older revision the draft; what the draft held is set aside."""
    person = here()
    row = document_for(person, _known(kind), slug)
    number = request.form.get("number", "")
    if not is_number(number):
        raise NotFound
    with unit_of_work():
        aside = restoring.restore(row, int(number), person.id)
    if aside and kind != "lesson":
        return redirect(url_for("courses.studio_revisions", kind=kind, slug=slug, giu=1), 303)
    return redirect(editor_url(kind, slug), 303)


@routes.post("/<kind>/<slug>/khoa-hoc", STAFF, endpoint="studio_refresh")
def refresh(kind: str, slug: str) -> Answer:
    """Publishes the chosen courses again, so that they hold the newest revision; nothing else in them changes."""
    person = here()
    row = document_for(person, _known(kind), slug)
    granted = author_orgs(person)
    chosen = set(request.form.getlist("course"))
    with unit_of_work():
        behind = publishing.courses_behind(row.activity_id, publishing.newest_revision(kind, slug) or 0)
        for course_id, course_slug, _title, org_id in behind:
            if course_slug not in chosen or not reaches(granted, org_id):
                continue
            if rule_at(org_id).needs_review and not may_at(person, May.PUBLISH, org_id):
                raise Invalid(_needs_publisher(org_id))
            publishing.publish_again(course_id, person.id)
    return redirect(url_for("courses.studio_revisions", kind=kind, slug=slug) + "#courses", 303)


def _needs_publisher(org_id: int) -> Text:
    return _(
        "{unit} asks for a review before anything is published. Please ask whoever publishes there.",
        unit=unit_name(org_id),
    )


# --- publishing the next one ------------------------------------------------------------------------------------------


def _publish_page(row: KeptDraft, note: str = "", change: str = "", errors: dict[str, list[str]] | None = None) -> str:
    newest = drafts.newest_body(row.activity_id)
    body = plain(row.draft)
    proposed = comparing.proposed(row.kind, plain(newest), body) if newest is not None else "first"
    found = difference(plain(newest), body) if newest is not None else None
    rule = rule_at(row.org_id)
    return render(
        "courses/studio/publish.html",
        kind=row.kind,
        slug=row.slug,
        title=body["title"],
        unit=unit_name(row.org_id),
        digest=digest_of(row.draft),
        first=newest is None,
        newest_number=drafts.revisions(row.activity_id, 1)[0].number if newest is not None else 0,
        proposed=proposed,
        change=change or proposed,
        note=Field(note, (errors or {}).get("note", [])),
        errors=errors or {},
        difference=found,
        short=found.short if found is not None else [],
        newer_parts=row.kind == "course" and newest is not None and publishing.has_newer_parts(newest),
        needs_review=rule.needs_review,
        decided_at=unit_name(rule.decided_at) if rule.decided_at is not None else "",
        edit_url=editor_url(row.kind, row.slug),
    )


@routes.get("/<kind>/<slug>/xuat-ban", STAFF, endpoint="studio_publish")
def publish_page(kind: str, slug: str) -> str:
    """What changed since the newest revision, and whether it is the wording or the meaning."""
    return _publish_page(document_for(here(), _known(kind), slug))


@routes.post("/<kind>/<slug>/xuat-ban", STAFF, endpoint="studio_publish_now")
def publish_now(kind: str, slug: str) -> Answer:
    """Publishes the draft that was looked at, or hands it in where the unit asks for a review."""
    person = here()
    row = document_for(person, _known(kind), slug)
    note = composed(request.form.get("note")) or ""
    typed = request.form.get("change", "")
    change: Change | None = typed if typed in get_args(Change) else None  # type: ignore[assignment]
    if request.form.get("digest") != digest_of(row.draft):
        return _publish_page(row, note, typed, {"": [say(CHANGED_MEANWHILE)]}), 409
    if not _is_ready(row):
        return studio_publishing.publish(slug) if kind == "lesson" else redirect(editor_url(kind, slug), 303)
    body = plain(row.draft)
    try:
        with unit_of_work():
            _still(row)
            if rule_at(row.org_id).needs_review:
                number = submit(kind, slug, body["title"], body, person.id, change or _proposed(row, body), note)
                after = url_for("reviewing.submission", submission=number)
            else:
                publishing.publish(kind, row.activity_id, body, person.id, change, note)
                after = url_for("courses.studio_revisions", kind=kind, slug=slug) + "#published"
    except Conflict as error:
        return _publish_page(document_for(person, kind, slug), note, typed, {"": [say(error.text)]}), 409
    except Invalid as error:
        told = {name: [say(text)] for name, text in error.fields.items() if name == "note"}
        return _publish_page(row, note, typed, told or {"": [say(error.text)]}), 422
    return redirect(after, 303)


def _proposed(row: KeptDraft, body: dict[str, Any]) -> Change:
    newest = drafts.newest_body(row.activity_id)
    return comparing.proposed(row.kind, plain(newest), body) if newest is not None else "major"


def _still(row: KeptDraft) -> None:
    """Conflict where the draft was saved since it was read: what is published is what was looked at."""
    now = drafts.document(row.kind, row.slug)
    if now is None or now.base != row.base:
        raise Conflict(CHANGED_MEANWHILE)


def _is_ready(row: KeptDraft) -> bool:
    """Whether nothing keeps a draft from being published: it was asked before, and may have been edited since."""
    if row.kind == "lesson":
        body = checking.settled(uploading.refreshed(plain(row.draft)))
        return plain(body) == plain(row.draft) and not studio_editor.problems_in(body)
    if row.kind == "task":
        return bool(row.draft["text"])
    modules = row.draft["modules"]
    return bool(row.draft["groups"] and modules and all(m["activities"] for m in modules))

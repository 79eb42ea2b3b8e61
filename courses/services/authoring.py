"""What authors do to drafts: begin one, save over the revision they started from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update

from courses.models import Document
from lms.api.learning import Activity, anchor, free_slug
from lms.api.reviewing import edited
from lms.api.work import Conflict, audit, clock, connection

D, A = Document.__table__, Activity.__table__
FALLBACKS = {"course": "khoa-hoc", "lesson": "bai-hoc", "task": "viec-that"}


def empty_body(kind: str, slug: str, title: str) -> dict[str, Any]:
    """What a new draft holds."""
    if kind == "course":
        return {"slug": slug, "title": title, "summary": "", "groups": [], "framework": "", "modules": []}
    if kind == "task":
        return {"slug": slug, "title": title, "text": "", "choices": []}
    return {
        "slug": slug,
        "title": title,
        "promise": "",
        "groups": [],
        "skills": [],
        "minutes": 4,
        "address": "bạn",
        "checked": None,
        "review": None,
        "sources": [],
        "blocks": [],
        "guide": "",
        "files": {},
    }


def begin(kind: str, title: str, org_id: int, by_id: int) -> str:
    """Makes an empty draft and returns its slug.

    A form sent twice makes one: an untouched draft of the same author with the same title is the same draft.
    """
    database = connection()
    untouched = database.execute(
        select(A.c.slug, D.c.draft)
        .join(A, A.c.id == D.c.activity_id)
        .where(D.c.kind == kind, D.c.org_id == org_id, D.c.changed_by == by_id, D.c.base == 1, A.c.title == title)
    )
    for row in untouched:
        if row.draft == empty_body(kind, row.slug, title):
            return str(row.slug)
    slug = free_slug(title, FALLBACKS[kind])
    activity_id = anchor(kind, slug, title, 4 if kind == "lesson" else 10 if kind == "task" else 0)
    database.execute(
        insert(D).values(
            activity_id=activity_id,
            org_id=org_id,
            kind=kind,
            draft=empty_body(kind, slug, title),
            base=1,
            changed_at=clock.seconds(),
            changed_by=by_id,
        )
    )
    audit.record(by_id, f"{kind}.begun", f"{kind}:{slug}", org=org_id)
    return slug


def save(activity_id: int, base: int, body: Mapping[str, Any], by_id: int) -> int:
    """Keeps a draft over the save numbered `base`; returns the number of the save that is now the newest.

    Saving what is there already changes nothing, so a form sent twice is harmless. Raises Conflict where somebody
    saved something else since.
    """
    database = connection()
    held = database.execute(
        select(D.c.base, D.c.draft, D.c.kind, A.c.slug)
        .join(A, A.c.id == D.c.activity_id)
        .where(D.c.activity_id == activity_id)
    ).one()
    if held.draft == body:
        return int(held.base)
    if held.base != base:
        raise Conflict
    database.execute(
        update(D)
        .where(D.c.activity_id == activity_id, D.c.base == base)
        .values(draft=dict(body), base=base + 1, changed_at=clock.seconds(), changed_by=by_id)
    )
    edited(held.kind, held.slug, by_id)
    return base + 1


def add_to_course(activity_id: int, module: int, title: str, kind: str, slug: str, by_id: int) -> None:
    """Puts an activity at the end of a module, as the draft is now; one that the course holds stays where it is.

    Raises Conflict where the module is no longer the one that was chosen.
    """
    held = connection().execute(select(D.c.base, D.c.draft).where(D.c.activity_id == activity_id)).one()
    modules = held.draft["modules"]
    if any((a["kind"], a["slug"]) == (kind, slug) for m in modules for a in m["activities"]):
        return
    if module >= len(modules) or modules[module]["title"] != title:
        raise Conflict
    changed = [
        {**m, "activities": [*m["activities"], {"kind": kind, "slug": slug, "weight": 1}]} if i == module else m
        for i, m in enumerate(modules)
    ]
    save(activity_id, held.base, {**held.draft, "modules": changed}, by_id)

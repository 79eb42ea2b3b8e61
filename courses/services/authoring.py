"""What authors do to drafts: begin one, save over the revision they started from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from courses.models import Document
from lms.api.learning import begin_draft, save_draft
from lms.api.reviewing import edited
from lms.api.work import Conflict, connection

D = Document.__table__
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
    """Makes an empty draft and returns its slug; an untouched draft of the same author and title is the same draft."""
    minutes = 4 if kind == "lesson" else 10 if kind == "task" else 0
    return begin_draft(
        D, kind, title, FALLBACKS[kind], org_id, by_id, minutes, lambda slug: empty_body(kind, slug, title),
        {"kind": kind},
    )  # fmt: skip


def save(activity_id: int, base: int, body: Mapping[str, Any], by_id: int) -> int:
    """Keeps a draft over the save numbered `base`; returns the number of the save that is now the newest.

    Raises Conflict where somebody saved something else since.
    """
    saved = save_draft(D, activity_id, base, body, by_id)
    if saved.is_new:
        edited(saved.kind, saved.slug, by_id)
    return saved.base


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

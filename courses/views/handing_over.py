"""What becomes of a draft that its author wants to publish: published, asked about, or handed in for review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from courses import drafts
from courses.services import authoring, forking, publishing
from lms.api.learning import KeptDraft
from lms.api.people import Person
from lms.api.reviewing import Standing, rule_at, standing_of
from lms.api.work import unit_of_work


class Chain(Struct, frozen=True):
    """Where a draft stands, for the buttons beside its editor."""

    kind: str
    slug: str
    standing: Standing
    revisions: bool
    fork: forking.ForkRow | None
    locked: list[str]


def chain_of(row: KeptDraft) -> Chain:
    """Where a draft stands."""
    fork = forking.fork_of(row.activity_id) if row.kind in forking.KINDS else None
    return Chain(
        row.kind,
        row.slug,
        standing_of(row.kind, row.slug, row.org_id),
        drafts.newest_body(row.activity_id) is not None,
        fork,
        (forking.locked_skills(row.activity_id) or []) if fork is not None and row.kind == "lesson" else [],
    )


def plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as its author wrote it: without what publishing added, and without what the editor keeps for itself."""
    return {name: value for name, value in body.items() if name not in ("pinned", "removed")}


def is_new(row: KeptDraft, body: Mapping[str, Any]) -> bool:
    """Whether a body says something else than what is published. A course may hold newer parts: that is new too."""
    newest = drafts.newest_body(row.activity_id)
    if newest is None or plain(newest) != plain(body):
        return True
    return row.kind == "course" and publishing.has_newer_parts(newest)


def hand_over(person: Person, row: KeptDraft, body: Mapping[str, Any]) -> Response:
    """Saves a body that nothing keeps from being published, and leads to what comes next.

    What was never published is published at once, unless the unit asks for a review; else the author says on the next
    page what kind of change it is.
    """
    body = forking.with_locked(row.activity_id, plain(body))
    needs_review = rule_at(row.org_id).needs_review
    first = drafts.newest_body(row.activity_id) is None
    with unit_of_work():
        authoring.save(row.activity_id, row.base, body, person.id)
        if first and not needs_review:
            publishing.publish(row.kind, row.activity_id, body, person.id)
    if (first and not needs_review) or not is_new(row, body):
        return redirect(editor_url(row.kind, row.slug) + "#published", 303)
    return redirect(url_for("courses.studio_publish", kind=row.kind, slug=row.slug), 303)


def editor_url(kind: str, slug: str) -> str:
    """Where a draft is written."""
    return url_for(f"courses.studio_{kind}", slug=slug)

"""An older revision becomes the draft again. What the draft held is set aside, so that nothing is lost."""

from __future__ import annotations

from courses.drafts import body_of, newest_body
from courses.services import authoring, setting_aside
from courses.services.forking import with_locked
from lms.api.learning import KeptDraft
from lms.api.reviewing import digest_of
from lms.api.work import audit


def restore(row: KeptDraft, number: int, by_id: int) -> bool:
    """Makes the revision with this number the draft; returns whether what the draft held was set aside.

    NotFound where there is no such revision, Conflict where somebody saved meanwhile. Publishing is another step.
    """
    old = body_of(row.activity_id, number)
    body = with_locked(row.activity_id, {k: v for k, v in old.items() if k != "pinned"} | {"slug": row.slug})
    if digest_of(body) == digest_of(row.draft):
        return False
    published = newest_body(row.activity_id)
    plain = {k: v for k, v in published.items() if k != "pinned"} if published is not None else None
    unpublished = plain is None or digest_of(plain) != digest_of(row.draft)
    if unpublished:
        setting_aside.keep(row.activity_id, by_id, row.base, row.draft, {})
    authoring.save(row.activity_id, row.base, body, by_id)
    audit.record(by_id, f"{row.kind}.restored", f"{row.kind}:{row.slug}", number=number)
    return unpublished

"""Reads of drafts, and of what was published when: what authors see."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from lms.api.learning import (
    Found,
    KeptDraft,
    ListedDraft,
    draft_titles,
    find_published,
    kept_draft,
    listed_drafts,
    published_when,
)
from lms.api.media import settled
from plugins.practice.models import PracticeDocument, PracticeRevision

D, R = PracticeDocument.__table__, PracticeRevision.__table__


def document(slug: str) -> KeptDraft | None:
    """A draft by its slug; its sounds as far as they are made by now."""
    held = kept_draft(D, "practice", slug)
    return replace(held, draft={**held.draft, "files": settled(held.draft["files"])}) if held else None


def titles(slugs: Collection[str]) -> list[tuple[str, str, int]]:
    """(slug, title, unit) of those drafts that are there."""
    return draft_titles(D, "practice", slugs)


def documents(granted: Collection[int], words: str = "") -> list[ListedDraft]:
    """The drafts of the units granted and all below them, the one saved last first."""
    return listed_drafts(D, R, granted, words)


def revisions(activity_id: int, most: int = 20) -> list[tuple[int, int, int | None]]:
    """(number, moment, account) of what was published, the newest first."""
    return published_when(R, activity_id, most)


def published(words: str, most: int) -> list[Found]:
    """Published practices whose title or slug holds the words, marks or not."""
    return find_published(R, "practice", words, most)

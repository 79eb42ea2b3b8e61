"""Lessons, tasks and courses on their way from author to reviewer to publisher."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flask import url_for
from msgspec import Struct

from courses import drafts
from courses.blocks.standard import BLOCK_TYPES
from courses.comparing import Body, Change
from courses.services import publishing
from courses.views.differences import difference
from courses.views.handing_over import editor_url, plain
from lms.api.learning import activity
from lms.api.reviewing import Difference, Subject
from lms.api.web import say
from lms.api.work import NotFound, Text, _


class DocumentReview(Struct, frozen=True):
    """What courses writes of one kind; its key is the slug."""

    name: str
    title: Text

    def subjects(self, keys: Collection[str]) -> Mapping[str, Subject]:
        return {slug: Subject(title, org) for slug, title, org in drafts.titles(self.name, keys)}

    def published(self, key: str) -> Body | None:
        row = activity(self.name, key)
        newest = drafts.newest_body(row.id) if row is not None else None
        return plain(newest) if newest is not None else None

    def difference(self, before: Body | None, after: Body) -> Difference:
        return difference(before if before is not None else {"blocks": []}, after)

    def places(self, body: Body) -> Sequence[tuple[str, str]]:
        return [
            (block["id"], say(_("Block {n}: {kind}", n=number, kind=_kind_of(block["kind"]))))
            for number, block in enumerate(body.get("blocks", ()), 1)
            if block.get("id")
        ]

    def studio_url(self, key: str) -> str:
        return editor_url(self.name, key)

    def revisions_url(self, key: str) -> str:
        return url_for("courses.studio_revisions", kind=self.name, slug=key)

    def publish(self, key: str, body: Body, by_id: int, change: str, note: str) -> None:
        row = activity(self.name, key)
        if row is None:
            raise NotFound
        kind: Change = "minor" if change == "minor" else "major"
        publishing.publish(self.name, row.id, body, by_id, kind, note)


def _kind_of(name: str) -> str:
    kind = BLOCK_TYPES.find(name)
    return say(kind.title) if kind is not None else f":::{name}"


reviewable = (
    DocumentReview("lesson", _("Lesson")),
    DocumentReview("task", _("Real-life task")),
    DocumentReview("course", _("Course")),
)

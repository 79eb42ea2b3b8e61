"""The activity kind of this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import url_for
from markupsafe import Markup
from msgspec import Struct

from lms.api.learning import Found, activity
from lms.api.people import Person
from lms.api.web import address, render_fragment
from lms.api.work import NotFound, Text, _
from plugins.practice import drafts, queries
from plugins.practice.access import practice_for
from plugins.practice.services import authoring
from plugins.practice.views.copies import copies
from plugins.practice.views.play import practice_row


class PracticeKind(Struct, frozen=True):
    """A practice on screens that are copies."""

    name: str = "practice"
    title: Text = _("Practice")
    icon: str = "smartphone"

    def url(self, course: str, slug: str) -> str:
        return address("practice.front", slug=slug, course=course) if course else address("practice.front", slug=slug)

    def embed(self, slug: str, return_to: str) -> Markup | None:
        found = queries.newest(slug)
        if found is None:
            return None
        card = render_fragment(
            "practice/play/card.html",
            practice=practice_row(slug, found.body),
            url=address("practice.front", slug=slug, return_to=return_to),
        )
        return Markup(card)  # noqa: S704  a template's own output

    def along(self, slug: str) -> Mapping[str, Callable[[], str]]:
        return copies(slug)

    def content_of(self, slug: str) -> int | None:
        row = activity(self.name, slug)
        return queries.newest_id(row.id) if row else None

    def find(self, words: str, most: int) -> Sequence[Found]:
        return drafts.published(words, most)

    def begin(self, title: str, org_id: int, by_id: int) -> str:
        return authoring.begin(title, org_id, by_id)

    def studio_url(self, person: Person, slug: str) -> str | None:
        try:
            practice_for(person, slug)
        except NotFound:
            return None
        return url_for("practice.studio_practice", slug=slug)

"""The activity kind: a broadcast to listen to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from acme.queries import broadcast, broadcasts
from lms.api.learning import Found
from lms.api.people import fold
from lms.api.web import render_fragment
from lms.api.work import Text, _


@dataclass(frozen=True)
class BroadcastKind:
    """Something said on the commune's loudspeaker."""

    name: str = "broadcast"
    title: Text = _("Broadcast")
    icon: str = "volume-2"

    def url(self, course: str, slug: str) -> str:
        return url_for("acme.broadcast", slug=slug)

    def embed(self, slug: str, return_to: str) -> Markup | None:
        row = broadcast(slug)
        return Markup(render_fragment("acme/learn/embed.html", broadcast=row, return_to=return_to)) if row else None

    def content_of(self, slug: str) -> int | None:
        row = broadcast(slug)
        return row.activity_id if row else None

    def find(self, words: str, most: int) -> Sequence[Found]:
        """For the studio: broadcasts whose title holds the words, marks or not."""
        wanted = fold(words)
        return [Found(row.slug, row.title) for row in broadcasts() if wanted in fold(row.title)][:most]

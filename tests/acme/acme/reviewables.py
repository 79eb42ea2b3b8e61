"""New words for the loudspeaker are looked at before they are said, where the nation asks for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from acme.queries import broadcast, broadcasts
from acme.services.announcing import announce
from lms.api.people import nation_id
from lms.api.reviewing import Difference, Subject, text_row
from lms.api.web import say
from lms.api.work import Text, _

Body = Mapping[str, Any]


@dataclass(frozen=True)
class BroadcastReview:
    """A broadcast: the nation answers for it. Its key is its slug, its body its title and words."""

    name: str = "broadcast"
    title: Text = _("Broadcast")

    def subjects(self, keys: Collection[str]) -> Mapping[str, Subject]:
        nation = nation_id()
        return {row.slug: Subject(row.title, nation) for row in broadcasts() if nation and row.slug in keys}

    def published(self, key: str) -> Body | None:
        row = broadcast(key)
        return {"title": row.title, "words": row.words} if row is not None else None

    def difference(self, before: Body | None, after: Body) -> Difference:
        old = before["words"] if before is not None else None
        return Difference([], [text_row("words", say(_("What is said aloud")), "volume-2", old, after["words"])])

    def places(self, body: Body) -> Sequence[tuple[str, str]]:
        return [("words", say(_("What is said aloud")))]

    def studio_url(self, key: str) -> str:
        return url_for("acme.board")

    def revisions_url(self, key: str) -> str:
        return ""

    def publish(self, key: str, body: Body, by_id: int, change: str, note: str) -> None:
        announce(key, body["title"], body["words"])

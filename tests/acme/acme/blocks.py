"""A block of lessons, how it is shown, and the directive that writes it: `:::broadcast tin-sang "Tin sáng"` … `:::`"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.api import Around
from lms.api.learning import ACTIVITY_KINDS
from lms.api.packages import Where, container
from lms.api.work import Text, _

NEEDS_NAMES = _('After :::broadcast stand a name and a title: :::broadcast tin-sang "Tin sáng".')
NEEDS_WORDS = _("There is nothing in :::broadcast. Write what is said.")


@dataclass(frozen=True)
class BroadcastBlock:
    """A broadcast inside a lesson."""

    name: str = "broadcast"
    title: Text = _("Broadcast")
    template: str = "acme/blocks/broadcast.html"

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        html = ACTIVITY_KINDS.get("broadcast").embed(data["slug"], around.return_to)
        return {"html": html} if html else None


@dataclass(frozen=True)
class BroadcastReader:
    """Reads and writes the directive."""

    directive: str = "broadcast"
    container: bool = True

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        if len(args) != 2:
            where.problem("broadcast", NEEDS_NAMES.msgid)
        if not body:
            where.problem("empty-block", NEEDS_WORDS.msgid)
        slug, title = (*args, "", "")[:2]
        return {"slug": slug, "title": title, "words": body}

    def write(self, data: Mapping[str, Any]) -> str:
        return container(self.directive, data["words"], data["slug"], data["title"])

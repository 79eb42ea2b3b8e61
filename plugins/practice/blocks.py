"""The block of lessons that leads to a practice, and its directive: `:::practice quet-ma-tra-tien`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from courses.api import Around, BlockField
from lms.api.learning import ACTIVITY_KINDS, leads_to
from lms.api.packages import Where, directive_line, is_slug
from lms.api.work import Text, _

NEEDS_NAME = _("After :::practice stands the name of one practice: :::practice quet-ma-tra-tien.")


class PracticeBlock(Struct, frozen=True):
    """A practice inside a lesson: what it is, and the way to it."""

    name: str = "practice"
    title: Text = _("Practice, nothing can be lost")
    template: str = "practice/blocks/practice.html"
    icon: str = "smartphone"
    fields: tuple[BlockField, ...] = (BlockField("slug", "activity", _("Which practice"), activity="practice"),)

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        if around.offline:
            leads_to("practice", data["slug"])
        html = ACTIVITY_KINDS.get("practice").embed(data["slug"], around.return_to)
        return {"html": html} if html else None


class PracticeReader(Struct, frozen=True):
    """Reads and writes the directive."""

    directive: str = "practice"
    container: bool = False

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        slug = args[0] if args else ""
        if len(args) != 1 or not is_slug(slug):
            where.problem("practice", NEEDS_NAME.msgid)
            return {"slug": ""}
        where.refer("practice", slug)
        return {"slug": slug}

    def write(self, data: Mapping[str, Any]) -> str:
        return directive_line(self.directive, data["slug"])

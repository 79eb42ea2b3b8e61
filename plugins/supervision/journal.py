"""What is done about supervised sessions, as the journal of acts calls it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from lms.api.people import below
from lms.api.work import Act, Subject, _, connection
from plugins.supervision.models import Session
from plugins.supervision.wording import SEEN

S = Session.__table__

acts = (
    Act("supervision.planned", _("Planned a supervised session")),
    Act("supervision.changed", _("Changed the plan of a supervised session")),
    Act("supervision.pin", _("Made a new PIN for whoever supervises")),
    Act("supervision.pin_wrong", _("A wrong PIN was tried for a supervised session")),
    Act("supervision.listed", _("Put people on the list of a supervised session")),
    Act("supervision.unlisted", _("Took somebody off the list of a supervised session")),
    Act("supervision.printed", _("Printed the tickets of a supervised session")),
    Act("supervision.entered", _("Began to supervise a session")),
    Act("supervision.seated", _("Somebody began a supervised paper with a ticket")),
    Act("supervision.confirmed", _("Confirmed who sits on a seat")),
    Act("supervision.signed", _("Signed off the minutes of a supervised session")),
    Act("supervision.packed", _("Made the papers of a supervised session for a station")),
    Act("supervision.unpacked", _("Brought a supervised session back from a station to the server")),
    Act("supervision.code", _("Printed the code that opens the papers of a station")),
    Act("supervision.unsealed", _("Opened the papers of a supervised session at this station")),
    Act("supervision.received", _("Took the answers of a station in")),
    Act("supervision.decided", _("Decided about a paper that came back from a station")),
    *(
        Act(f"supervision.{kind}", words)
        for kind, words in SEEN.items()
        if kind not in ("twice", "forgotten", "clock")  # noted in the room, no act of anybody
    ),
)


def _named(keys: Collection[str], units: Collection[int]) -> Mapping[str, str]:
    names = []
    for key in keys:
        try:
            names.append(UUID(key))
        except ValueError:
            continue
    rows = connection().execute(select(S.c.uuid, S.c.title).where(S.c.uuid.in_(names), S.c.org_id.in_(below(units))))
    return {str(row.uuid): row.title for row in rows}


subjects = (Subject("supervision", _("Supervised session"), _named),)

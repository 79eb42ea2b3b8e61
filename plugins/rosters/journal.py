"""What is done with lists of people, as the journal of acts calls it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from lms.api.people import below
from lms.api.work import Act, Subject, _, connection
from plugins.rosters.models import Roster

acts = (
    Act("roster.accepted", _("Accepted a list of people")),
    Act("roster.revoked", _("Took a list of people back")),
)


def _titles(keys: Collection[str], units: Collection[int]) -> Mapping[str, str]:
    table = Roster.__table__.c
    found = connection().execute(
        select(table.uuid, table.title).where(
            table.uuid.in_([UUID(key) for key in keys]), table.org_id.in_(below(units))
        )
    )
    return {str(row.uuid): row.title for row in found}


subjects = (Subject("roster", _("List of people"), _titles),)

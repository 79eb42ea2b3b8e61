"""On the page of an act that marks papers anew: the certificates of those whose result it touches."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from markupsafe import Markup

from certificates.queries import credentials_of_attainments
from certificates.services.lives import LABELS, state_now
from lms.api.people import May, Person, may_at, people_by_id
from lms.api.web import Panel, address, render_fragment, say
from lms.api.work import clock


def _draw(attainment_ids: Collection[int], person: Person, **_more: Any) -> Markup | None:
    """Number, holder and state of each; a link for those who may withdraw it. None where there is none."""
    rows = credentials_of_attainments(attainment_ids) if attainment_ids else []
    if not rows:
        return None
    people, today = people_by_id(row.account_id for row in rows), clock.today()
    return Markup(  # noqa: S704  a template's own output
        render_fragment(
            "certificates/admin/remarked.html",
            papers=[
                {
                    "number": row.number, "name": people[row.account_id].full_name if row.account_id in people else "",
                    "issued": row.issued_at, "state": (state := state_now(row, today)),
                    "state_label": say(LABELS[state]),
                    "url": address("certificates.admin_paper", number=row.number)
                    if may_at(person, May.VERIFY, row.org_id)
                    else "",
                }
                for row in rows
            ],
        )
    )  # fmt: skip


panels = (Panel("certificates.remarked", "remarked", _draw, order=10),)

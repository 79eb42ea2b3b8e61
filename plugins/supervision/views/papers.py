"""The PDFs of a session: tickets, the list of seats, the minutes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, request, url_for

from lms.api.people import birth_years, org, people_by_id
from lms.api.web import long_date
from lms.api.work import clock, settings
from plugins.supervision import queries
from plugins.supervision.numbering import grouped
from plugins.supervision.queries import SeatRow, SessionRow
from plugins.supervision.services import reporting

if TYPE_CHECKING:
    from plugins.supervision.designs.tickets import Occasion


def site() -> str:
    """Where people find this installation: as the operator wrote it, else as this request came."""
    return settings().base_url or request.url_root.rstrip("/")


def to_type(endpoint: str) -> str:
    """The address of a page as people type it: without https://."""
    return f"{site()}{url_for(endpoint)}".partition("://")[2]


def ticket_pdf(session: SessionRow, rows: Sequence[SeatRow]) -> Response:
    """The tickets of these seats, eight to a sheet."""
    from plugins.supervision.designs import tickets  # ReportLab costs 25 MB

    people = queries.seated(rows)
    drawn = []
    for row in rows:
        code, person = row.code(session), people.get(row.account_id or 0)
        square = f"{site()}{url_for('supervision.room')}?{urlencode({'phong': session.code, 'phieu': code})}"
        drawn.append(tickets.Ticket(row.number, person.full_name if person else "", grouped(code), square))
    return _pdf(tickets.draw(drawn, _occasion(session)), f"phieu-{session.code}", "attachment")


def list_pdf(session: SessionRow, rows: Sequence[SeatRow]) -> Response:
    """The list of seats with a column to sign in. It goes round the hall, so nothing stands in it that others need not
    know: what was arranged for somebody is on the page of their seat.
    """
    from plugins.supervision.designs import tickets

    people = queries.seated(rows)
    years = birth_years(people)
    listed = [
        tickets.Listed(
            row.number,
            people[row.account_id].full_name if row.account_id in people else "",
            str(years.get(row.account_id or 0, "")),
        )
        for row in rows
    ]
    return _pdf(tickets.draw_list(listed, _occasion(session)), f"danh-sach-{session.code}")


def minutes_pdf(session: SessionRow) -> Response:
    """The minutes: as they were signed off, or a draft of what is known now."""
    from plugins.supervision.designs import minutes

    frozen = queries.minutes_body(session.id)
    if frozen is None or session.minutes_digest is None:
        return _pdf(minutes.draw(reporting.body_of(session)), f"bien-ban-nhap-{session.code}")
    officer = people_by_id([session.signed_by]).get(session.signed_by) if session.signed_by is not None else None
    at = clock.local(clock.from_seconds(session.signed_at or 0))
    signed = f"{officer.full_name if officer else reporting.NOBODY}, {at:%H:%M} ngày {at:%d/%m/%Y}"
    drawn = minutes.draw(frozen, digest=session.minutes_digest, signed=signed, erased=reporting.erased_from(frozen))
    return _pdf(drawn, f"bien-ban-{session.code}")


def _occasion(session: SessionRow) -> Occasion:
    from plugins.supervision.designs import tickets

    at = clock.local(clock.from_seconds(session.starts_at))
    unit = org(session.org_id)
    return tickets.Occasion(
        session.title, session.place, f"{at:%H:%M}, {long_date(at.date(), 'vi')}", grouped(session.code),
        to_type("supervision.room"), unit.full_name if unit else "",
    )  # fmt: skip


def _pdf(content: bytes, name: str, kept: str = "inline") -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'{kept}; filename="{name}.pdf"'
    return answer

"""Officers: find a paper, take one back with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from certificates import queries
from certificates.access import credential_for_officer
from certificates.services import changing
from certificates.services.verifying import canonical
from certificates.views.mine import STATES
from lms.api.people import May, here, may_at, require_anywhere, roles_that
from lms.api.web import STAFF, MenuItem, Routes, composed_lines, render, say
from lms.api.work import Invalid, _, unit_of_work

routes = Routes("certificates", "/can-bo/giay")
menu = (
    MenuItem(
        "certificates.admin_search", _("Papers issued"), "award", "staff", roles_that(May.VERIFY), 40, group="people"
    ),
)


@dataclass(frozen=True)
class IssuedRow:
    """A paper as an officer sees it."""

    number: str
    name: str
    kind_title: str
    about: str
    issued: int
    state: str
    state_label: str
    url: str


def _row(row: queries.CredentialRow) -> IssuedRow:
    return IssuedRow(
        row.number,
        row.paper["full_name"],
        row.paper["title"].capitalize(),
        row.facts["programme"]["title"],
        row.issued_at,
        row.state,
        say(STATES[row.state]),
        url_for("certificates.admin_revoke", number=row.number),
    )


@dataclass(frozen=True)
class Field:
    """A field as templates read it."""

    data: str
    errors: list[str] = field(default_factory=list)


@routes.get("", STAFF)
def admin_search() -> str | Response:
    """The newest papers of my units, or one by its number."""
    person = here()
    units = require_anywhere(person, May.VERIFY)
    typed = request.args.get("number", "").strip()
    errors: list[str] = []
    rows: list[queries.CredentialRow] = []
    if typed:
        try:
            found = queries.credential_by_number(canonical(typed))
            rows = [found] if found and may_at(person, May.VERIFY, found.org_id) else []
        except Invalid as error:
            errors = [say(error.text)]
    else:
        rows = queries.newest(units)
    return render(
        "certificates/admin/search.html",
        form={"number": Field(typed, errors), "errors": {"number": errors} if errors else {}},
        papers=[_row(r) for r in rows],
        searched=bool(typed),
    )


@routes.get("/<number>", STAFF, endpoint="admin_revoke")
def paper(number: str) -> str:
    """One paper, with the form to take it back."""
    return _page(credential_for_officer(here(), May.VERIFY, number), "", [])


@routes.post("/<number>", STAFF, endpoint="admin_revoke_post")
def revoke(number: str) -> str | Response | tuple[str, int]:
    """Takes a paper back."""
    person = here()
    row = credential_for_officer(person, May.REVOKE, number)
    reason = composed_lines(request.form.get("reason")) or ""
    try:
        with unit_of_work():
            changing.revoke(row, reason[:1000], person.id)
    except Invalid as error:
        return _page(row, reason, [say(error.text)]), 422
    return redirect(url_for("certificates.admin_revoke", number=number), 303)


def _page(row: queries.CredentialRow, reason: str, errors: list[str]) -> str:
    change = queries.last_change(row.id) if row.state != "valid" else None
    return render(
        "certificates/admin/revoke.html",
        paper=_row(row),
        may_revoke=may_at(here(), May.REVOKE, row.org_id),
        change={"reason": change.reason, "at": change.at} if change else None,
        form={"reason": Field(reason, errors), "errors": {"reason": errors} if errors else {}},
        verify_url=url_for("certificates.verify_number", number=row.number),
    )

"""Officers: who holds which role in my units; giving one, ending one."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.db.unit_of_work import unit_of_work
from lms.errors import Invalid, NotFound
from lms.granting import giving, queries
from lms.granting.forms import GiveForm, day
from lms.granting.views.pages import Field, page_number, paging
from lms.identity.grants import grants_of
from lms.identity.people import Person, here
from lms.identity.roles import MEANS, ROLES, May, roles_that
from lms.orgs.queries import reaches
from lms.orgs.scope import person_for, require_anywhere
from lms.text import Text, _
from lms.web.menu import MenuItem
from lms.web.rendering import render, say
from lms.web.routes import STAFF, Routes

routes = Routes("grants", "/can-bo/quyen")
menu = (MenuItem("grants.grants", _("Roles"), "key-round", "staff", roles_that(May.GIVE_GRANTS), 60, group="office"),)
Answer = str | Response | tuple[str, int]


class ListedGrant(Struct, frozen=True):
    """A grant in the list."""

    row: queries.GrantRow
    role: Text
    unit: str
    url: str | None  # where it can be ended; None where it cannot


@routes.get("", STAFF)
def grants() -> str:
    """Who holds which role in my units: now, from some day on, or before."""
    me = here()
    units = require_anywhere(me, May.GIVE_GRANTS)
    words, role = request.args.get("q", "")[:100], request.args.get("vai", "")
    role, ended, number = role if role in ROLES else "", request.args.get("xem") == "het", page_number()
    found = queries.grants_at(units, words, role, ended, number)
    names = queries.names_of(g.org_id for g in found.rows)
    held = grants_of(me.id)
    return render(
        "granting/grants.html",
        rows=[
            ListedGrant(
                g, ROLES[g.role].title, names.get(g.org_id, ""),
                url_for("grants.grant", grant=g.id) if _may_end(me, held, g) else None,
            )
            for g in found.rows
            if g.role in ROLES
        ],
        q=Field(words),
        role=Field(role),
        roles=[(key, say(r.title)) for key, r in ROLES.items()],
        ended=ended,
        total=found.total,
        pages=paging(found, number, "grants.grants", q=words, vai=role, xem="het" if ended else ""),
    )  # fmt: skip


def _may_end(me: Person, held: dict[str, list[int]], row: queries.GrantRow) -> bool:
    return row.state != "past" and row.account_id != me.id and giving.may_give(held, row.role, row.org_id)


@routes.get("/<int:grant>", STAFF)
def grant(grant: int) -> str:
    """One grant, with the button that ends it."""
    me = here()
    require_anywhere(me, May.GIVE_GRANTS)
    row = giving.ending_for(me, grant)
    return render(
        "granting/grant.html",
        row=row,
        role=ROLES[row.role].title,
        allows=[MEANS[may] for may in May if may in ROLES[row.role].may],
        unit=queries.names_of([row.org_id]).get(row.org_id, ""),
    )


@routes.post("/<int:grant>", STAFF, endpoint="end")
def end(grant: int) -> Response:
    """Ends a grant. Sending it twice ends it once."""
    me = here()
    require_anywhere(me, May.GIVE_GRANTS)
    giving.ending_for(me, grant)
    with unit_of_work():
        giving.end(me, grant)
    return redirect(url_for("grants.grants"), 303)


@routes.get("/trao/<uuid:uuid>", STAFF)
def giving_page(uuid: UUID) -> str:
    """The form for a new role of somebody in my units."""
    return _page(_receiver(uuid), GiveForm(formdata=None))


@routes.post("/trao/<uuid:uuid>", STAFF, endpoint="give")
def give(uuid: UUID) -> Answer:
    """Gives the role."""
    me, to, form = here(), _receiver(uuid), GiveForm()
    if form.validate():
        try:
            first, last = day("first", form.first.data), day("last", form.last.data)
            with unit_of_work():
                giving.give(me, to, form.role.data, form.unit.data, first, last)
        except Invalid as error:
            form.refuse_as(error)
        else:
            return redirect(url_for("people.person", uuid=uuid) + "#roles", 303)
    return _page(to, form), 422


def _receiver(uuid: UUID) -> Person:
    me = here()
    require_anywhere(me, May.GIVE_GRANTS)
    to = person_for(me, May.SEE_PEOPLE, uuid)
    if to.id == me.id:
        raise NotFound(giving.TO_HIMSELF)
    return to


def _page(to: Person, form: GiveForm) -> str:
    me = here()
    held = giving.handed_on(grants_of(me.id))
    everywhere = sorted(set().union(*held.values()))
    words = request.args.get("q", "")[:100]
    units = queries.units_like(words, everywhere) if words else []
    likely = units[0].id if len(units) == 1 else None
    if not words:
        belong = [org for org, _group in queries.units_of_people([to.id]).get(to.id, [])]
        asked = [form.unit.data] if form.unit.data and not form.unit.errors else []
        inside = [org for org in dict.fromkeys([*asked, *belong]) if reaches(everywhere, org)]
        units = [*queries.chosen(inside), *queries.chosen(set(everywhere[:20]) - set(inside))]
        likely = inside[0] if len(inside) == 1 else None
    return render(
        "granting/give.html",
        to=to,
        form=form,
        errors=form.wrong,
        roles=[(key, say(r.title), [say(MEANS[may]) for may in May if may in r.may]) for key, r in ROLES.items()
               if key in held],
        units=units,
        chosen=form.unit.data or likely,
        q=Field(words),
    )  # fmt: skip

"""Officers: the people of one's units, and one of them."""

from __future__ import annotations

from uuid import UUID

from flask import request, url_for
from msgspec import Struct
from sqlalchemy import select

from lms.db.unit_of_work import connection
from lms.granting import queries
from lms.granting.views.pages import Field, page_number, paging, rights_page
from lms.home import GROUPS
from lms.identity.models import Account
from lms.identity.people import here
from lms.identity.roles import ROLES, May, roles_that
from lms.orgs.scope import person_for, require_anywhere, units_where
from lms.text import Text, _
from lms.web.menu import MenuItem, panels
from lms.web.rendering import render, say
from lms.web.routes import STAFF, Routes

routes = Routes("people", "/can-bo/nguoi")
menu = (
    MenuItem(
        "people.people", _("People of my units"), "users", "staff", roles_that(May.SEE_PEOPLE), 20, group="people"
    ),
)
LEVELS: dict[int, Text] = {
    0: _("0: their own word"),
    1: _("1: telephone confirmed"),
    2: _("2: papers seen by an officer"),
    3: _("3: VNeID"),
}
A = Account.__table__


class ListedPerson(Struct, frozen=True):
    """Somebody in the list."""

    name: str
    born: str
    group: str
    units: list[str]
    url: str


def _group(key: str | None) -> str:
    return say(GROUPS[key][0]) if key in GROUPS else ""


@routes.get("", STAFF)
def people() -> str:
    """The people of my units, by given name; found by a part of the name, a telephone, a year of birth."""
    units = require_anywhere(here(), May.SEE_PEOPLE)
    words, number = request.args.get("q", "")[:100], page_number()
    found = queries.people(units, words, number)
    belong = queries.units_of_people([row.id for row in found.rows])
    names = queries.names_of(org for held in belong.values() for org, _group in held)
    rows = [
        ListedPerson(
            row.full_name,
            str(row.birth_year or ""),
            _group(row.target_group),
            [names.get(org, "") for org, _g in belong.get(row.id, [])],
            url_for("people.person", uuid=row.uuid),
        )
        for row in found.rows
    ]
    return render(
        "granting/people.html",
        rows=rows,
        q=Field(words),
        total=found.total,
        most=queries.MOST_COUNTED,
        pages=paging(found, number, "people.people", q=words),
    )


@routes.get("/<uuid:uuid>", STAFF)
def person(uuid: UUID) -> str:
    """Somebody of my units: who they are, where they belong, what roles they hold, and what plugins say of them."""
    me = here()
    found = person_for(me, May.SEE_PEOPLE, uuid)
    more = connection().execute(select(A.c.birth_year, A.c.made_at).where(A.c.id == found.id)).one()
    belong = queries.units_of_people([found.id]).get(found.id, [])
    grants = [g for g in queries.grants_of_person(found.id) if g.state != "past" and g.role in ROLES]
    names = queries.names_of([*(org for org, _g in belong), *(g.org_id for g in grants)])
    return render(
        "granting/person.html",
        person=found,
        born=found.birth_date,
        birth_year=more.birth_year,
        made_at=more.made_at,
        group=_group(found.target_group),
        level=LEVELS[found.assurance_level],
        units=[(names.get(org, ""), _group(group)) for org, group in belong],
        grants=[(ROLES[g.role].title, names.get(g.org_id, ""), g) for g in grants],
        may_give=bool(units_where(me, May.GIVE_GRANTS)) and me.id != found.id,
        panels=panels("person", person=found),
    )


@routes.get("/<uuid:uuid>/quyen", STAFF)
def rights(uuid: UUID) -> str:
    """What this person may see and do, and why."""
    found = person_for(here(), May.SEE_PEOPLE, uuid)
    return render("granting/rights.html", **rights_page(found, "people.rights", uuid=uuid))

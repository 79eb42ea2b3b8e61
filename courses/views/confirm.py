"""Officers: confirm that a real-life task was done, where a rule set asks for it."""

from __future__ import annotations

from flask import redirect
from msgspec import Struct
from werkzeug.wrappers import Response

from courses import queries
from courses.services import delivering
from lms.api.competency import tasks_to_confirm
from lms.api.learning import activity
from lms.api.people import May, here, orgs_of_people, path_name, people_by_id, require_anywhere, roles_that
from lms.api.web import STAFF, MenuItem, Routes, address, render
from lms.api.work import NotFound, _, unit_of_work

routes = Routes("courses", "/can-bo/xac-nhan")
menu = (
    MenuItem(
        "courses.confirm_list",
        _("Tasks to confirm"),
        "hand-heart",
        "staff",
        roles_that(May.CONFIRM),
        30,
        group="assess",
    ),
)


class ToConfirm(Struct, frozen=True):
    """A declaration as the officer sees it: enough to know the person by, no more."""

    id: int
    name: str
    born: str
    unit: str
    task: str
    choice: str
    note: str
    at: int
    url: str


@routes.get("", STAFF)
def confirm_list() -> str:
    """The declarations that wait, oldest first."""
    person = here()
    units_granted = require_anywhere(person, May.CONFIRM)
    tasks = {
        row.id: row
        for slug in {*tasks_to_confirm(), *queries.tasks_of_lessons()}
        if (row := activity("task", slug)) is not None
    }
    rows = queries.waiting_declarations(list(tasks), units_granted, person.id)
    people = people_by_id(r.account_id for r in rows)
    units = orgs_of_people([r.account_id for r in rows])
    shown = [
        ToConfirm(
            r.id,
            people[r.account_id].full_name,
            str(born.year) if (born := people[r.account_id].birth_date) else "",
            path_name(units[r.account_id]) if r.account_id in units else "",
            tasks[r.activity_id].title,
            r.choice,
            r.note,
            r.at,
            address("courses.confirm", declaration=r.id),
        )
        for r in rows
        if r.account_id in people
    ]
    return render("courses/officer/confirm.html", rows=shown, asked=bool(tasks))


@routes.post("/<int:declaration>", STAFF)
def confirm(declaration: int) -> Response:
    """Confirms one. What it completes is judged at once."""
    person = here()
    if queries.waiting_declaration(declaration, require_anywhere(person, May.CONFIRM), person.id) is None:
        raise NotFound
    with unit_of_work():
        delivering.confirm_task(declaration, person.id)
    return redirect(address("courses.confirm_list"), 303)

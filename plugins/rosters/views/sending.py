"""Steps one and two: sending a list, and saying what its columns are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.competency import programmes
from lms.api.people import May, here, nation_id, path_name, pick_unit, require_anywhere, units_where
from lms.api.sheets import MOST_ROWS, Sheet
from lms.api.studio import Field
from lms.api.web import GROUPS, STAFF, Routes, address, composed, render, say
from lms.api.work import DomainError, Invalid, _, clock, take, unit_of_work
from plugins.rosters import queries
from plugins.rosters.access import draft_for
from plugins.rosters.formats.columns import FIELDS
from plugins.rosters.formats.people import read_people
from plugins.rosters.formats.reading import read_file, read_paste
from plugins.rosters.models import CHECKING, COLUMNS
from plugins.rosters.services import receiving

routes = Routes("rosters", "/can-bo/danh-sach")
SHOWN = 4  # rows of people on the page of columns
MOST_AN_HOUR = 60  # lists by one person


@routes.get("/moi", STAFF)
def new() -> str:
    """The form for a list."""
    require_anywhere(here(), May.MAKE_PEOPLE)
    return _form({}, "")


@routes.post("/moi", STAFF, endpoint="send")
def send() -> str | Response | tuple[str, int]:
    """Reads a list and keeps it as a draft."""
    person = here()
    units = require_anywhere(person, May.MAKE_PEOPLE)
    pick = pick_unit("unit", within=units)
    if pick.searching:
        return _form({}, "", pick), 422
    errors: dict[str, list[str]] = {}
    if not pick.demand():
        errors["unit"] = pick.errors
    elif pick.chosen == nation_id():
        pick.errors.append(
            say(_("Please choose a unit below the nation: a province, a commune, a village, a school …"))
        )
        errors["unit"] = pick.errors
    group = request.form.get("group", "")
    if group not in GROUPS:
        errors["group"] = [say(_("Please choose the group that most of the people belong to."))]
    sheet, title = None, ""
    try:
        with unit_of_work():
            take("roster", str(person.id), most=MOST_AN_HOUR, seconds=3600)
        sheet, title = _sent()
    except Invalid as error:
        errors["file"] = [say(error.text)]
    if errors or sheet is None or pick.chosen is None:
        return _form(errors, group, pick), 422
    known = {str(p.id): p.id for p in programmes()}
    chosen = [known[typed] for typed in request.form.getlist("programme") if typed in known]
    try:
        with unit_of_work():
            uuid = receiving.begin(sheet, title, pick.chosen, group, chosen, person.id)
    except Invalid as error:
        return _form({"file": [say(error.text)]}, group, pick), 422
    return redirect(address("rosters.columns", uuid=uuid), 303)


def _sent() -> tuple[Sheet, str]:
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return read_file(upload.read()), composed(upload.filename) or ""
    pasted = request.form.get("pasted", "")
    if not pasted.strip():
        raise Invalid(_("Please choose a file, or paste the list into the box."))
    moment = clock.local(clock.now())
    return read_paste(pasted), say(_("Pasted on {day} at {time}", day=f"{moment:%d/%m/%Y}", time=f"{moment:%H:%M}"))


def _form(errors: dict[str, list[str]], group: str, pick: Any = None) -> str:
    units = units_where(here(), May.MAKE_PEOPLE)
    default = units[0] if len(units) == 1 and units[0] != nation_id() else None
    chosen = set(request.form.getlist("programme"))
    groups = [(key, say(title)) for key, (title, _about, _icon) in GROUPS.items()]
    return render(
        "rosters/staff/new.html",
        pick=pick or pick_unit("unit", within=units, default=default),
        groups=groups,
        group=Field(group, errors.get("group", [])),
        programmes=[(str(p.id), p.title, say(GROUPS[p.target_group][0]), str(p.id) in chosen) for p in programmes()],
        pasted=Field(request.form.get("pasted", ""), errors.get("file", [])),
        errors=errors,
        most=f"{MOST_ROWS:,}".replace(",", "."),
        again=bool(errors) and bool(request.files.get("file")),
    )


class Column(Struct, frozen=True):
    """A column as it is asked about."""

    name: str  # of the form's field
    label: str
    field: str
    cells: list[str]  # of the first rows


@routes.get("/<uuid:uuid>/cot", STAFF)
def columns(uuid: UUID) -> str:
    """What each column is, with the first rows."""
    return _columns(draft_for(here(), uuid, COLUMNS, CHECKING), None, {})


@routes.post("/<uuid:uuid>/cot", STAFF, endpoint="choose_columns")
def choose(uuid: UUID) -> str | Response | tuple[str, int]:
    """Reads the rows by these columns."""
    person = here()
    roster = draft_for(person, uuid, COLUMNS, CHECKING)
    fields = {
        name.removeprefix("column-"): value
        for name, value in request.form.items()
        if name.startswith("column-") and name.removeprefix("column-").isdigit() and value in FIELDS
    }
    try:
        with unit_of_work():
            receiving.choose_columns(roster, fields, units_where(person, May.MAKE_PEOPLE))
    except Invalid as error:
        return _columns(roster, fields, {"columns": [say(error.text)]}), error.status
    return redirect(address("rosters.check", uuid=uuid), 303)


def _columns(roster: queries.RosterLine, chosen: dict[str, str] | None, errors: dict[str, list[str]]) -> str:
    sheet = queries.sheet(roster.id)
    if sheet is None:
        raise DomainError
    guess = receiving.guess(roster, sheet)
    fields = guess.fields if chosen is None else chosen
    found = read_people(sheet, guess.layout, guess.layout.fields, clock.today())
    lines = [e.line for e in found.entries[:SHOWN]]
    width = max([len(guess.layout.labels), *(len(sheet.rows[n - 1]) for n in lines)])
    return render(
        "rosters/staff/columns.html",
        roster=roster,
        unit=path_name(roster.org_id),
        columns=[
            Column(
                f"column-{i}",
                guess.layout.labels[i] if i < len(guess.layout.labels) else "",
                fields.get(str(i), ""),
                [row[i] if i < len(row) else "" for row in (sheet.rows[n - 1] for n in lines)],
            )
            for i in range(width)
        ],
        lines=lines,
        choices=[(key, say(title)) for key, title in FIELDS.items()],
        remembered=guess.remembered,
        before=queries.taken_before(roster),
        sheet_name=sheet.name,
        others=list(sheet.others),
        errors=errors,
    )

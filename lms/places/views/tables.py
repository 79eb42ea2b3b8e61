"""Staff: a table of villages, schools, enterprises … taken in: looked at first, then all of it or nothing."""

from __future__ import annotations

from datetime import date

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lms import audit, clock
from lms.db.unit_of_work import unit_of_work
from lms.errors import Invalid
from lms.identity.people import here
from lms.orgs import kinds, units
from lms.orgs.queries import org_by_code, reaches
from lms.places.access import Unit, unit_to_found_in
from lms.places.views.units import trail, unit_url
from lms.text import Text, _
from lms.web.rendering import render, say
from lms.web.routes import STAFF, Routes

routes = Routes("places", "/can-bo/don-vi")
Answer = str | Response | tuple[str, int]
MOST_BYTES = 2_000_000
MOST_SHOWN = 50


@routes.get("/<int:unit_id>/nhap-bang", STAFF)
def table(unit_id: int) -> str:
    """Where a table is given."""
    return _page(unit_to_found_in(here(), unit_id), [])


@routes.post("/<int:unit_id>/nhap-bang", STAFF, endpoint="table_post")
def table_post(unit_id: int) -> Answer:
    """Looks at a table, or takes it in."""
    person = here()
    unit = unit_to_found_in(person, unit_id)
    try:
        text = _text()
        rows = units.read(text, units.known_units())
        problems = _outside(unit, rows)
        if problems:
            raise units.TableInvalid(problems)
        if not rows:
            raise Invalid(_("There is no unit in the table."))
        day = _day()
        with unit_of_work():
            unit_to_found_in(person, unit_id)
            n = units.load(rows, day, person.id)
            audit.record(person.id, "unit.load", f"unit:{unit_id}", units=n)
    except units.TableInvalid as error:
        return _page(unit, error.problems), 422
    except Invalid as error:
        return _page(unit, [error.text]), 422
    return redirect(url_for("places.table", unit_id=unit_id, taken=n), 303)


def _text() -> str:
    sent = request.files.get("file")
    data = sent.stream.read(MOST_BYTES + 1) if sent is not None and sent.filename else b""
    if len(data) > MOST_BYTES:
        raise Invalid(_("The table is larger than {mb} MB. Please give it in parts.", mb=MOST_BYTES // 1_000_000))
    if data:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Invalid(_("This is not a text file in UTF-8. Please save the sheet as “CSV UTF-8”.")) from None
    text = request.form.get("text", "")
    if not text.strip():
        raise Invalid(_("Please choose a file, or paste the table."))
    return text


def _day() -> date:
    try:
        return date(*(int(request.form.get(name, "")) for name in ("year", "month", "day")))
    except (ValueError, OverflowError):
        raise Invalid(_("There is no such day. Please look at day, month and year again.")) from None


def _outside(unit: Unit, rows: list[units.Unit]) -> list[Text]:
    """Lines whose unit would lie outside the one that the table was given at."""
    inside: dict[str, bool] = {}
    in_table = {row.code for row in rows if row.code}
    problems = []
    for row in rows:
        parent = row.parent or units.NATION
        if parent in in_table:
            continue
        if parent not in inside:
            held = org_by_code(parent)
            inside[parent] = held is not None and reaches([unit.row.id], held.id)
        if not inside[parent]:
            problems.append(
                _(
                    "Line {line}: {name} would not lie below {unit}.",
                    line=row.line,
                    name=row.name,
                    unit=unit.row.full_name,
                )
            )
    return problems


def _page(unit: Unit, problems: list[Text]) -> str:
    today = clock.today()
    typed = {name: request.form.get(name, str(usual)) for name, usual in
             (("day", today.day), ("month", today.month), ("year", today.year))}  # fmt: skip
    taken = request.args.get("taken", "")
    return render(
        "places/table.html",
        unit=unit.row,
        trail=trail(unit, itself=True),
        back=unit_url(unit.row.id),
        columns=",".join(units.COLUMNS + units.OPTIONAL),
        example=f",thôn,Na Lo,{unit.row.code or '02839'},QĐ 12/2026,",
        kinds=", ".join(kinds.kinds_below(unit.row.level)),
        problems=[say(text) for text in problems[:MOST_SHOWN]],
        more=max(0, len(problems) - MOST_SHOWN),
        text=request.form.get("text", ""),
        day={name: {"data": value, "errors": []} for name, value in typed.items()},
        taken=int(taken) if taken.isascii() and taken.isdigit() and len(taken) < 8 else None,
    )

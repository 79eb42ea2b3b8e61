"""Importing and exporting content packages on the web."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from msgspec import Struct

from lms import clock
from lms.errors import DomainError, NotFound
from lms.identity.people import here
from lms.learning.authoring import AUTHORS, author_orgs
from lms.orgs.queries import nation_id, reaches
from lms.packages.check import advice
from lms.packages.exporting import export_package
from lms.packages.importing import known_parts, take_in
from lms.packages.problems import PackageInvalid, Problem
from lms.packages.reading import read_package
from lms.packages.writing import write_package
from lms.studio import chosen_unit, unit_choices
from lms.text import Text, _
from lms.web.menu import MenuItem
from lms.web.rendering import render, say
from lms.web.routes import STAFF, Routes

routes = Routes("packages", "/studio/goi")
menu = (MenuItem("packages.packages", _("Import and export"), "package", "staff", AUTHORS, 15, group="content"),)
MOST_SHOWN = 200
COUNTED: Mapping[str, Text] = {
    "frameworks": _("Frameworks"),
    "lessons": _("Lessons"),
    "tasks": _("Tasks"),
    "items": _("Questions"),
    "drafts": _("Exam questions kept as drafts, until somebody else has looked at them"),
    "quizzes": _("Quizzes"),
    "courses": _("Courses"),
    "rules": _("Rule sets"),
    "programmes": _("Programmes"),
}


class Line(Struct, frozen=True):
    """A problem or a piece of advice: where it is, and what to do."""

    file: str
    line: int
    text: str


def _lines(found: list[Problem]) -> list[Line]:
    return [Line(p.file, p.line, say(Text(p.template, dict(p.values)))) for p in found]


def _page(**more: Any) -> str:
    granted = author_orgs(here())
    nation = nation_id()
    values: dict[str, Any] = {
        "units": unit_choices(granted),
        "org": request.form.get("org", "") if request.method == "POST" else "",
        "may_export_all": nation is not None and reaches(granted, nation),
        "error": "",
        "problems": [],
        "more_problems": 0,
        "taken": None,
        "advice": [],
        "name": "",
    }
    return render("packages/packages.html", **{**values, **more})


@routes.get("", STAFF)
def packages() -> str:
    """The form for an upload, and the downloads."""
    return _page()


@routes.post("", STAFF, endpoint="import_package")
def import_package() -> str | tuple[str, int]:
    """Takes a package in, all or nothing; or says by file and line why not."""
    person = here()
    org_id = chosen_unit(author_orgs(person))
    upload = request.files.get("package")
    if upload is None or not upload.filename:
        return _page(error=say(_("Please choose a zip file."))), 422
    name, parts = upload.filename[:200], known_parts()
    try:
        package = read_package(upload.read(), parts)
        if request.form.get("do") == "check":
            return _page(name=name, taken={}, advice=_lines(advice(package, parts)[:MOST_SHOWN]), checked=True)
        counts = take_in(package, org_id, person.id)
    except PackageInvalid as invalid:
        found = list(invalid.problems)
        shown = _lines(found[:MOST_SHOWN])
        return _page(name=name, problems=shown, more_problems=max(0, len(found) - MOST_SHOWN)), 422
    except DomainError as error:
        return _page(name=name, error=say(error.text)), error.status
    return _page(
        name=name,
        taken={say(COUNTED.get(what, Text(what))): count for what, count in counts.items()},
        advice=_lines(advice(package, parts)[:MOST_SHOWN]),
    )


@routes.get("/tat-ca.zip", STAFF, endpoint="export_all")
def export_all() -> Response:
    """All that is published, for those who author for the whole nation."""
    nation = nation_id()
    if nation is None or not reaches(author_orgs(here()), nation):
        raise NotFound
    stream = io.BytesIO()
    write_package(export_package(), stream, known_parts())
    answer = Response(stream.getvalue(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="hoc-vu-so-{clock.today().isoformat()}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer

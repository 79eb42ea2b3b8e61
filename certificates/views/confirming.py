"""Officers: results that wait for somebody to confirm them before their paper is issued; and their holders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from certificates.services import confirming
from certificates.services.confirming import ConfirmationRow
from certificates.services.waiting import RETURNED, WAITING
from certificates.views.admin import Field
from certificates.wording import IDENTITY
from lms.api.competency import AttainmentRow, attainments
from lms.api.people import May, here, path_names, people_by_id, require_anywhere, roles_that
from lms.api.web import LEARNER, STAFF, MenuItem, Routes, address, composed_lines, render, say
from lms.api.work import Invalid, NotFound, Text, _, unit_of_work

routes = Routes("certificates", "/can-bo/giay/cho-xac-nhan")
mine = Routes("certificates", "/giay/xem-lai")
menu = (
    MenuItem(
        "certificates.confirm_queue", _("Results to confirm"), "badge-check", "staff", roles_that(May.CONFIRM), 35,
        group="papers",
    ),
)  # fmt: skip
TASKS: Mapping[str, Text] = {
    "none": _("Real-life task not yet done"),
    "declared": _("Real-life task: told by the learner"),
    "confirmed": _("Real-life task: confirmed by an officer"),
}


class ToConfirm(Struct, frozen=True):
    """A result as the officer sees it: who, what, on what evidence."""

    id: int
    name: str
    born: str
    unit: str
    about: str
    evidence: list[str]
    identity: str
    since: int
    note: str
    reason: str
    by: str


@routes.get("", STAFF)
def confirm_queue() -> str:
    """The results of my units that wait, the longest waiting first; or those that were returned."""
    return _page({}, "", [])


@routes.post("", STAFF)
def confirm_results() -> Response | tuple[str, int]:
    """Confirms or returns what was ticked. Sent twice it is done once."""
    person = here()
    units = require_anywhere(person, May.CONFIRM)
    typed = request.form.getlist("result")[: confirming.PAGE]
    ticked = [int(one) for one in typed if one.isdecimal() and len(one) < 18]
    reason = composed_lines(request.form.get("reason")) or ""
    rows = confirming.among(ticked, units, person.id) if ticked else []
    try:
        if not rows:
            text = _("Please tick at least one result.")
            raise Invalid(text, result=text)
        with unit_of_work():
            if request.form.get("do") == "return":
                for row in rows:
                    confirming.send_back(row, reason, person.id)
            else:
                confirming.confirm(rows, person.id)
    except Invalid as error:
        return _page({k: [say(v)] for k, v in error.fields.items()}, reason, ticked), 422
    return redirect(address("certificates.confirm_queue"), 303)


def _page(errors: Mapping[str, list[str]], reason: str, ticked: list[int]) -> str:
    person = here()
    units = require_anywhere(person, May.CONFIRM)
    returned = request.args.get("returned") == "1"
    rows = confirming.waiting_in(units, person.id, RETURNED if returned else WAITING)
    found = attainments([row.attainment_id for row in rows]) if rows else {}
    people = people_by_id({row.account_id for row in rows} | {row.by_id for row in rows if row.by_id is not None})
    names = path_names({row.org_id for row in rows if row.org_id is not None}) if rows else {}
    return render(
        "certificates/admin/confirm.html",
        rows=[
            _shown(row, found[row.attainment_id], people, names)
            for row in rows
            if row.account_id in people and row.attainment_id in found
        ],
        returned=returned,
        ticked=ticked,
        more=len(rows) == confirming.PAGE,
        form={"reason": Field(reason, list(errors.get("reason", []))), "errors": dict(errors)},
    )


def _shown(
    row: ConfirmationRow, attained: AttainmentRow, people: Mapping[int, Any], units: Mapping[int, str]
) -> ToConfirm:
    holder, evidence = people[row.account_id], attained.evidence
    return ToConfirm(
        row.id,
        holder.full_name,
        str(holder.birth_date.year) if holder.birth_date else "",
        units.get(row.org_id, "") if row.org_id is not None else "",
        attained.title,
        [say(text) for text in evidence_in_words(evidence)],
        IDENTITY[holder.assurance_level],
        row.asked_at,
        row.note,
        row.reason,
        people[row.by_id].full_name if row.by_id is not None and row.by_id in people else "",
    )


def evidence_in_words(evidence: Mapping[str, Any]) -> list[Text]:
    """What an attainment rests on, as it was frozen."""
    lessons = evidence["lessons"]
    told = [_("{done} of {total} lessons learnt", done=lessons["done"], total=lessons["of"])]
    told += [
        _("Final check: {points} of {most} points", points=_points(quiz["raw"]), most=_points(quiz["most"]))
        if quiz["raw"] is not None
        else _("Final check passed")
        for quiz in evidence["quizzes"].values()
        if quiz["passed"]
    ]
    told += [TASKS[state] for state in evidence["tasks"].values() if state in TASKS]
    return told


def _points(halves: int) -> str:
    return f"{halves / 2:g}".replace(".", ",")


@mine.post("/<int:result>", LEARNER)
def ask_again(result: int) -> Response:
    """Its holder asks for another look at a result that was returned."""
    person = here()
    row = next((one for one in confirming.of_person(person.id) if one.id == result), None)
    if row is None:
        raise NotFound
    with unit_of_work():
        confirming.ask_again(row, (composed_lines(request.form.get("note")) or "")[: confirming.MOST_NOTE])
    return redirect(address("certificates.mine"), 303)

"""Everybody: the units that I belong to; and for managers, those of a person of theirs."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms import audit, clock, progress
from lms.db.unit_of_work import unit_of_work
from lms.errors import Conflict, Invalid, NotFound
from lms.home import GROUPS
from lms.identity.accounts import hold
from lms.identity.people import Person, here
from lms.identity.roles import May
from lms.orgs.belonging import Belonging, belonging, belongings
from lms.orgs.picking import UnitPick, pick_unit
from lms.orgs.queries import nation_id
from lms.orgs.scope import may_at, person_for, require_anywhere
from lms.text import _
from lms.web.menu import Panel
from lms.web.rendering import render, render_fragment, say
from lms.web.routes import LEARNER, STAFF, Routes

routes = Routes("belonging")
Answer = str | Response | tuple[str, int]
MOST = 8  # units at once: a teacher is an official, a citizen, and sits in two associations


def _groups() -> list[tuple[str, str]]:
    return [(key, say(title)) for key, (title, _about, _icon) in GROUPS.items()]


def _row(one: Belonging) -> dict[str, Any]:
    title = GROUPS[one.target_group][0] if one.target_group in GROUPS else one.target_group
    return {
        "id": one.id,
        "unit": one.unit or "Việt Nam",
        "group": say(title),
        "since": one.since,
        "until": one.until,
    }


def _chosen_group(default: str | None) -> str:
    group = request.form.get("group", default or "")
    return group if group in GROUPS else ""


def _join(person_id: int, pick: UnitPick, group: str, errors: dict[str, list[str]]) -> bool:
    """Whether somebody became a member of what was chosen; else what is wrong."""
    if pick.searching:
        return False
    if not pick.demand():
        errors[pick.name] = list(pick.errors)
    if not group:
        errors["group"] = [say(_("Please choose the group."))]
    if errors:
        return False
    assert pick.chosen is not None
    hold(person_id)
    if len(belongings(person_id)) >= MOST:
        errors[pick.name] = [say(_("You can belong to at most {n} units at once. Please leave one first.", n=MOST))]
        return False
    progress.join_unit(person_id, pick.chosen, group)
    return True


@routes.get("/cai-dat/don-vi", LEARNER)
def mine() -> str:
    """The units that I belong to."""
    return _mine_page(pick_unit(), here().target_group or "", {})


def _mine_page(pick: UnitPick, group: str, errors: dict[str, list[str]]) -> str:
    rows = belongings(here().id, past=True)
    return render(
        "places/mine.html",
        now=[_row(one) for one in rows if one.until is None],
        before=[_row(one) for one in rows if one.until is not None],
        pick=pick,
        groups=_groups(),
        group={"data": group, "errors": errors.get("group", [])},
        errors=errors,
        saved=request.args.get("saved", ""),
    )


@routes.post("/cai-dat/don-vi", LEARNER)
def join() -> Answer:
    """I belong to a unit from now on."""
    person, pick, group = here(), pick_unit(), _chosen_group(None)
    errors: dict[str, list[str]] = {}
    try:
        with unit_of_work():
            joined = _join(person.id, pick, group, errors)
    except (Conflict, Invalid) as error:
        joined, errors = False, {pick.name: [say(error.text)]}
    if not joined:
        return _mine_page(pick, group or person.target_group or "", errors), 422
    return redirect(url_for("belonging.mine", saved="joined"), 303)


@routes.post("/cai-dat/don-vi/<int:membership_id>/roi", LEARNER)
def leave(membership_id: int) -> Answer:
    """I no longer belong to a unit."""
    person = here()
    with unit_of_work():
        hold(person.id)
        held = belonging(membership_id)
        if held.account_id != person.id:
            raise NotFound
        progress.leave_unit(person.id, membership_id)
    return redirect(url_for("belonging.mine", saved="left"), 303)


def _settings(**_what: Any) -> Markup:
    rows = [_row(one) for one in belongings(here().id)]
    return Markup(render_fragment("places/my_panel.html", rows=rows))  # noqa: S704  a template's own output


def _of_person(person: Person, **_what: Any) -> Markup | None:
    may = [one for one in belongings(person.id) if may_at(here(), May.MAKE_PEOPLE, one.org_id)]
    if not may and not _from_nowhere(person):
        return None
    return Markup(render_fragment("places/person_panel.html", person=person))  # noqa: S704  a template's own output


panels = (
    Panel("places.settings", "settings", _settings, order=30),
    Panel("places.person", "person", _of_person, order=30),
)


# Managers: the units of a person of theirs


def _from_nowhere(person: Person) -> bool:
    """Whoever belongs to no unit belongs to the nation: people are given their first unit from there."""
    return not belongings(person.id) and may_at(here(), May.MAKE_PEOPLE, nation_id())


def _day() -> int | None:
    """The moment in the form: now for today, else the beginning of a day. Raises Invalid."""
    today = clock.today()
    try:
        day = date(*(int(request.form.get(name, "")) for name in ("year", "month", "day")))
    except (ValueError, OverflowError):
        text = _("There is no such day. Please look at day, month and year again.")
        raise Invalid(text, on=text) from None
    return None if day == today else int(datetime.combine(day, time(), clock.VIETNAM).timestamp())


@routes.get("/can-bo/nguoi/<uuid:uuid>/don-vi", STAFF)
def theirs(uuid: UUID) -> str:
    """The units of somebody of my units, now and before."""
    person = person_for(here(), May.MAKE_PEOPLE, uuid)
    return _theirs_page(person, _pick(), person.target_group or "", {})


def _pick() -> UnitPick:
    return pick_unit(within=require_anywhere(here(), May.MAKE_PEOPLE))


def _theirs_page(person: Person, pick: UnitPick, group: str, errors: dict[str, list[str]]) -> str:
    rows, today, me = belongings(person.id, past=True), clock.today(), here()
    typed = {name: request.form.get(name, str(usual)) for name, usual in
             (("day", today.day), ("month", today.month), ("year", today.year))}  # fmt: skip
    now = [one for one in rows if one.until is None]
    return render(
        "places/theirs.html",
        person=person,
        now=[_row(one) | {"mine": may_at(me, May.MAKE_PEOPLE, one.org_id)} for one in now],
        before=[_row(one) for one in rows if one.until is not None],
        pick=pick,
        groups=_groups(),
        group={"data": group, "errors": errors.get("group", [])},
        leaves=request.form.get("leaves", ""),
        day={name: {"data": value, "errors": []} for name, value in typed.items()},
        on_errors=errors.get("on", []),
        errors=errors,
        saved=request.args.get("saved", ""),
    )


@routes.post("/can-bo/nguoi/<uuid:uuid>/don-vi", STAFF, endpoint="change_theirs")
def change_theirs(uuid: UUID) -> Answer:
    """Somebody joins, leaves, or goes from one unit to another on a day."""
    me, person = here(), person_for(here(), May.MAKE_PEOPLE, uuid)
    pick, group = _pick(), _chosen_group(None)
    leaves = request.form.get("leaves", "")
    leaving = int(leaves) if leaves.isascii() and leaves.isdigit() and len(leaves) < 16 else None
    try:
        at = _day()
        if pick.searching:
            return _theirs_page(person, pick, group, {}), 422
        if pick.chosen is None and leaving is None:
            pick.demand()
            raise Invalid(
                _("Please search for the unit and choose it."), unit=_("Please search for the unit and choose it.")
            )
        if pick.chosen is not None and not group:
            raise Invalid(_("Please choose the group."), group=_("Please choose the group."))
        with unit_of_work():
            _change(me, person, pick.chosen, group, leaving, at)
    except (Conflict, Invalid) as error:
        said = error.fields or {"": error.text}
        return _theirs_page(person, pick, group, {name: [say(text)] for name, text in said.items()}), 422
    if may_at(me, May.MAKE_PEOPLE, nation_id()) or any(
        may_at(me, May.MAKE_PEOPLE, one.org_id) for one in belongings(person.id)
    ):
        return redirect(url_for("belonging.theirs", uuid=uuid, saved="1"), 303)
    return redirect(url_for("people.people"), 303)  # they have gone where I do not see them


def _change(me: Person, person: Person, to: int | None, group: str, leaving: int | None, at: int | None) -> None:
    """In the unit of work: the right is asked at what is left and at what is joined."""
    hold(person.id)
    if leaving is not None:
        held = belonging(leaving)
        if held.account_id != person.id or not may_at(me, May.MAKE_PEOPLE, held.org_id):
            raise NotFound
        progress.leave_unit(person.id, leaving, at)
        audit.record(me.id, "membership.ended", f"account:{person.id}", unit=held.org_id)
    if to is not None:
        if not may_at(me, May.MAKE_PEOPLE, to):
            raise NotFound
        if len(belongings(person.id)) >= MOST:
            raise Conflict(_("Nobody can belong to more than {n} units at once.", n=MOST))
        progress.join_unit(person.id, to, group, at)
        audit.record(me.id, "membership.begun", f"account:{person.id}", unit=to, group=group)

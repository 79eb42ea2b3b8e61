"""Staff: the forms of acts on units: fill in, look at what would change, do it; and taking an act back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms import clock
from lms.db.unit_of_work import unit_of_work
from lms.errors import Conflict, DomainError, Invalid, NotFound
from lms.identity.people import here, person_by_id
from lms.identity.roles import ROLES, May
from lms.orgs import acts, kinds
from lms.orgs.picking import UnitPick, pick_unit
from lms.orgs.queries import OrgRow, children, orgs_by_id, path_names
from lms.orgs.scope import units_where
from lms.places import reorganizing
from lms.places.access import Unit, act_for, act_to_undo, check_may, unit_to_change, unit_to_found_in
from lms.places.views.units import STATES, lines, trail, unit_url
from lms.text import Text, _
from lms.web.forms import composed
from lms.web.rendering import render, say
from lms.web.routes import STAFF, Routes

routes = Routes("places", "/can-bo/don-vi")
Answer = str | Response | tuple[str, int]
MOST_PARTS = 6
TITLES = {
    "lap": _("Found a unit"),
    "doi-ten": _("Rename"),
    "sap-nhap": _("Merge units"),
    "tach": _("Split the unit"),
    "chuyen": _("Move the unit"),
    "quan-ly": _("Managing body"),
    "giai-the": _("Dissolve the unit"),
}
LEADS = {
    "lap": _("A new unit right below this one."),
    "doi-ten": _("The unit stays the same; papers and figures of before keep the old name."),
    "sap-nhap": _("Members, roles and what lies below go on at the unit that they become."),
    "tach": _("Say what comes out of the unit, and which of the units below it go where."),
    "chuyen": _("The unit comes to lie below another one, with everything in it."),
    "quan-ly": _("Who manages it besides where it lies: a department for its schools, for example."),
    "giai-the": _("The unit ends. Its members go on at another one; nothing learnt is lost."),
}


@dataclass
class Bound:
    """A field as templates read it."""

    data: str
    errors: list[str] = field(default_factory=list)


@dataclass
class Form:
    """What was sent, the pickers in it, and what is wrong with it."""

    unit: Unit
    act: str
    sent: MultiDict[str, str]
    picks: dict[str, UnitPick] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return composed(self.sent.get(name)) or ""

    def bound(self, name: str, default: str = "") -> Bound:
        typed = self.text(name)
        return Bound(typed if name in self.sent else default, self.errors.get(name, []))

    def refuse(self, error: DomainError) -> None:
        fields: Mapping[str, Text] = error.fields
        for name, text in fields.items() or [("", error.text)]:
            self.errors.setdefault(name, []).append(say(text))
            if name in self.picks:
                self.picks[name].errors.append(say(text))

    @property
    def searching(self) -> bool:
        return any(pick.searching for pick in self.picks.values())

    def day(self) -> date:
        """The day from which the act counts: as sent, else today."""
        today = clock.today()
        typed = [self.sent.get(name, str(usual)) for name, usual in
                 (("day", today.day), ("month", today.month), ("year", today.year))]  # fmt: skip
        try:
            day, month, year = (int(each) for each in typed)
            return date(year, month, day)
        except (ValueError, OverflowError):
            text = _("There is no such day. Please look at day, month and year again.")
            raise Invalid(text, on=text) from None


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


def _obtain(unit_id: int, act: str) -> Unit:
    if act not in TITLES:
        raise NotFound
    return unit_to_found_in(here(), unit_id) if act == "lap" else unit_to_change(here(), unit_id)


def _read(unit: Unit, act: str, sent: MultiDict[str, str]) -> Form:
    form = Form(unit, act, sent)
    mine = units_where(here(), May.CHANGE_UNITS)
    row = unit.row
    parents = {level for level in kinds.LEVELS if kinds.may_lie_below(row.level, level)}
    alike = {level for level in kinds.LEVELS if kinds.alike(row.level, level)}
    match act:
        case "lap":
            form.picks["managed_by"] = pick_unit("managed_by")
        case "chuyen":
            form.picks["parent"] = pick_unit("parent", within=mine, levels=parents)
        case "quan-ly":
            form.picks["managed_by"] = pick_unit("managed_by", default=row.managed_by_id)
        case "giai-the":
            form.picks["successor"] = pick_unit("successor", within=mine, default=row.parent_id)
        case "sap-nhap":
            form.picks["into"] = pick_unit("into", within=mine, levels=alike)
    return form


def _new_unit(form: Form, parent_id: int, prefix: str = "") -> acts.NewUnit:
    return acts.NewUnit(
        form.text(f"{prefix}kind"),
        form.text(f"{prefix}name"),
        parent_id,
        form.text(f"{prefix}code") or None,
        form.picks["managed_by"].chosen if "managed_by" in form.picks else None,
    )


def _picked(form: Form, name: str) -> int:
    pick = form.picks[name]
    if pick.chosen is None:
        text = _("Please search for the unit and choose it.")
        raise Invalid(text, **{name: text})
    return pick.chosen


def _found(form: Form) -> acts.Act:
    return acts.Found(_new_unit(form, form.unit.row.id))


def _rename(form: Form) -> acts.Act:
    return acts.Rename(form.unit.row.id, form.text("kind"), form.text("name"))


def _move(form: Form) -> acts.Act:
    return acts.Move(form.unit.row.id, _picked(form, "parent"))


def _manage(form: Form) -> acts.Act:
    none = form.sent.get("nobody") == "1"
    return acts.Manage(form.unit.row.id, None if none else _picked(form, "managed_by"))


def _dissolve(form: Form) -> acts.Act:
    return acts.Dissolve(form.unit.row.id, _picked(form, "successor"))


def _merge(form: Form) -> acts.Act:
    row = form.unit.row
    sources = tuple(dict.fromkeys([row.id, *(_number(each) for each in form.sent.getlist("sources"))]))
    if form.sent.get("becomes") == "new":
        assert row.parent_id is not None
        return acts.Merge(sources, _new_unit(form, row.parent_id))
    into = _picked(form, "into")
    return acts.Merge(tuple(each for each in sources if each != into) or sources, into)


def _split(form: Form) -> acts.Act:
    row = form.unit.row
    assert row.parent_id is not None
    parts = []
    for n in range(1, MOST_PARTS + 1):
        if form.text(f"part{n}_name"):
            taken = [child.id for child in children(row.id) if form.sent.get(f"child{child.id}") == str(n)]
            parts.append(acts.Part(_new_unit(form, row.parent_id, f"part{n}_"), tuple(taken)))
    return acts.Split(row.id, tuple(parts), form.sent.get("keeps") != "no")


ACTS: dict[str, Callable[[Form], acts.Act]] = {
    "lap": _found,
    "doi-ten": _rename,
    "sap-nhap": _merge,
    "tach": _split,
    "chuyen": _move,
    "quan-ly": _manage,
    "giai-the": _dissolve,
}


@routes.get("/<int:unit_id>/<act>", STAFF)
def act_form(unit_id: int, act: str) -> Answer:
    """The form of an act; with `preview`, what it would change, to be confirmed."""
    form = _read(_obtain(unit_id, act), act, request.args)
    if "preview" not in form.sent or form.searching:
        return _page(form)
    try:
        wanted, day = ACTS[act](form), form.day()
        check_may(here(), wanted)
        effect = acts.preview(wanted, day)
    except DomainError as error:
        form.refuse(error)
        return _page(form)
    return _page(form, effect)


@routes.post("/<int:unit_id>/<act>", STAFF, endpoint="act_form_post")
def act_post(unit_id: int, act: str) -> Answer:
    """Does an act, or plans it where its day has not come."""
    person = here()
    form = _read(_obtain(unit_id, act), act, request.form)
    try:
        wanted, day = ACTS[act](form), form.day()
        with unit_of_work():
            check_may(person, wanted)
            act_id = reorganizing.do(wanted, day, form.text("source"), person.id, _token(form))
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(form), 422
    return redirect(url_for("places.act", act_id=act_id), 303)


def _token(form: Form) -> bytes:
    try:
        return UUID(form.sent.get("token", "")).bytes
    except ValueError:
        raise Invalid from None


def _page(form: Form, effect: acts.Effect | None = None) -> str:
    row, sent = form.unit.row, form.sent
    level = row.level
    words = kinds.kinds_below(level) if form.act == "lap" else kinds.KINDS.get(level, ())
    siblings: list[OrgRow] = []
    if form.act == "sap-nhap" and row.parent_id is not None:
        siblings = [r for r in children(row.parent_id) if kinds.alike(r.level, level) and r.id != row.id]
    below = children(row.id) if form.act == "tach" else []
    today = clock.today()
    shown = min(MOST_PARTS, max(2, _number(sent.get("parts", "")) or 2))
    default_kind = row.kind if form.act != "lap" else ""
    return render(
        "places/act.html",
        act=form.act,
        unit=row,
        title=say(TITLES[form.act]),
        lead=say(LEADS[form.act]),
        trail=trail(form.unit, itself=True),
        back=unit_url(row.id),
        here=url_for("places.act_form", unit_id=row.id, act=form.act),
        errors=form.errors,
        picks=form.picks,
        kinds=[(word, word) for word in words],
        needs_code=(form.act != "lap" and level in (kinds.PROVINCE, kinds.COMMUNE))
        or (form.act == "lap" and level in (kinds.NATION, kinds.PROVINCE)),
        has_sides=form.act == "lap",
        form={
            "kind": form.bound("kind", default_kind),
            "name": form.bound("name", row.name if form.act == "doi-ten" else ""),
            "code": form.bound("code"),
            "source": form.bound("source"),
            "day": form.bound("day", str(today.day)),
            "month": form.bound("month", str(today.month)),
            "year": form.bound("year", str(today.year)),
            "on_errors": form.errors.get("on", []),
            "becomes": sent.get("becomes", "existing"),
            "keeps": sent.get("keeps", "yes"),
            "nobody": sent.get("nobody") == "1",
        },
        siblings=[(str(r.id), r.full_name, str(r.id) in sent.getlist("sources")) for r in siblings],
        parts=[
            {
                "n": n,
                "kind": form.bound(f"part{n}_kind", row.kind),
                "name": form.bound(f"part{n}_name"),
                "code": form.bound(f"part{n}_code"),
            }
            for n in range(1, shown + 1)
        ],
        most_parts=MOST_PARTS,
        below=[(f"child{r.id}", r.full_name, sent.get(f"child{r.id}", "")) for r in below],
        effect=_effect(effect) if effect else None,
        again=[(name, value) for name, value in sent.items(multi=True) if name not in ("preview", "token")],
        token=str(uuid4()),
    )


def _effect(effect: acts.Effect) -> dict[str, Any]:
    places = path_names([r.id for r in (*effect.ended, *effect.children, *effect.managed)], itself=False)
    return {
        "founded": effect.founded,
        "ended": lines(effect.ended, places),
        "children": lines(effect.children, places),
        "managed": lines(effect.managed, places),
        "people": effect.people,
        "roles": [(say(ROLES[role].title) if role in ROLES else role, n, ends) for role, n, ends in effect.roles],
        "planned": effect.planned,
    }


PARTS = {
    acts.UNIT: _("Unit"),
    acts.SOURCE: _("Was"),
    acts.SUCCESSOR: _("Goes on as"),
    acts.NEW: _("New"),
    acts.CHILD: _("Moved with it"),
    acts.PARENT: _("Where it lies"),
}


@routes.get("/viec/<int:act_id>", STAFF)
def act(act_id: int) -> str:
    """One act: what was done, by whom, on whose word; and taking it back."""
    return _act_page(act_id)


def _act_page(act_id: int, error: str = "") -> str:
    row, parts, may_undo = act_for(here(), act_id)
    rows = orgs_by_id(unit for unit, _part in parts)
    names: dict[str, str] = row.detail.get("names", {})
    order = list(PARTS)
    shown = [
        (
            say(PARTS[part]),
            names.get(str(unit)) or (rows[unit].full_name if unit in rows else ""),
            unit_url(unit) if unit in rows else "",
        )
        for unit, part in sorted(parts, key=lambda one: order.index(one[1]))
    ]
    can = row.state in (acts.DONE, acts.PLANNED, acts.STUCK)
    by, undone_by = (person_by_id(i) if i else None for i in (row.recorded_by, row.undone_by))
    return render(
        "places/act_done.html",
        act=row,
        title=say(row.title),
        state=say(STATES[row.state]),
        units=[one for one in shown if one[1]],
        by=by.full_name if by else "",
        undone_by=undone_by.full_name if undone_by else "",
        why=say(row.why_stuck) if row.why_stuck else "",
        may_undo=may_undo and can,
        obstacles=[say(text) for text in acts.obstacles(act_id)] if may_undo and can else [],
        error=error,
        trail=[(say(_("Units")), url_for("places.units"))],
    )


@routes.post("/viec/<int:act_id>/hoan-tac", STAFF, endpoint="undo")
def undo(act_id: int) -> Answer:
    """Takes an act back."""
    person = here()
    try:
        with unit_of_work():
            act_to_undo(person, act_id)
            reorganizing.undo(act_id, person.id)
    except Conflict as error:
        return _act_page(act_id, say(error.text)), 422
    return redirect(url_for("places.act", act_id=act_id), 303)

"""What somebody may see of units, and which they may change. The one way views obtain a unit or an act."""

from __future__ import annotations

from msgspec import Struct

from lms.db.unit_of_work import writing
from lms.errors import NotAllowed, NotFound
from lms.identity.people import Person
from lms.identity.roles import May, roles_that
from lms.orgs import acts, tree
from lms.orgs.queries import OrgRow, ancestors, org, orgs_by_id, reaches
from lms.orgs.scope import units_where
from lms.text import _

SEEING = (May.SEE_PEOPLE, May.SEE_REPORTS, May.CHANGE_UNITS)
SEERS = frozenset().union(*(roles_that(may) for may in SEEING))


class Unit(Struct, frozen=True):
    """A unit, today or as it was when it ended, with what the person may do there.

    `may_change`: the right is held above it: nobody renames, merges or ends the unit that they themselves stand at.
    `may_found`: it is held at the unit or above: new units may be founded below it.
    """

    row: OrgRow
    ended: bool
    path: tuple[OrgRow, ...]  # above it, nearest first
    seen_from: frozenset[int]  # the units at which the person may see
    may_change: bool
    may_found: bool


def seen_from(person: Person) -> list[int]:
    """The units at which a person may see units and what lies below; NotFound where there are none."""
    units = sorted({org for may in SEEING for org in units_where(person, may)})
    if not units:
        raise NotFound
    return units


def unit_for(person: Person, org_id: int) -> Unit:
    """A unit that the person may see; NotFound otherwise."""
    seen = seen_from(person)
    if not reaches(seen, org_id):
        raise NotFound
    path = ancestors(org_id)
    rows = orgs_by_id(path)
    if org_id not in rows:
        raise NotFound
    ended = org(org_id) is None
    changing = set(units_where(person, May.CHANGE_UNITS))
    above = bool(changing & set(path[1:]))
    return Unit(
        rows[org_id],
        ended,
        tuple(rows[i] for i in path[1:] if i in rows),
        frozenset(seen),
        above and not ended,
        (above or org_id in changing) and not ended,
    )


def unit_to_change(person: Person, org_id: int) -> Unit:
    """A unit that the person may change; NotAllowed where they may only see it or it has ended, NotFound otherwise."""
    unit = unit_for(person, org_id)
    if unit.ended:
        raise NotAllowed(_("{unit} has ended already.", unit=unit.row.full_name))
    if not unit.may_change:
        raise NotAllowed(_("Only somebody who manages the unit above may do this."))
    return unit


def unit_to_found_in(person: Person, org_id: int) -> Unit:
    """A unit below which the person may found others; errors as for `unit_to_change`."""
    unit = unit_for(person, org_id)
    if unit.ended:
        raise NotAllowed(_("{unit} has ended already.", unit=unit.row.full_name))
    if not unit.may_found:
        raise NotAllowed
    return unit


def check_may(person: Person, act: acts.Act) -> None:
    """Whether the person may do all that an act does: the right above each unit that it changes, and at or above
    where things come to lie. NotAllowed otherwise. In the unit of work that does it nobody else changes the tree from
    then on.
    """
    if writing():
        tree.change_tree()
    changing = set(units_where(person, May.CHANGE_UNITS))
    change: list[int] = []
    reach: list[int] = []
    match act:
        case acts.Found():
            reach = [act.unit.parent_id]
        case acts.Merge():
            change = list(act.sources)
            reach = [act.into if isinstance(act.into, int) else act.into.parent_id]
        case acts.Split() | acts.Rename() | acts.Manage():
            change = [act.unit_id]
        case acts.Move():
            change, reach = [act.unit_id], [act.parent_id]
        case acts.Dissolve():
            change, reach = [act.unit_id], [act.successor_id]
    allowed = all(changing & set(ancestors(unit)[1:]) for unit in change)
    if not allowed or not all(changing & set(ancestors(unit)) for unit in reach):
        raise NotAllowed(_("Only somebody who manages the unit above may do this."))


def act_for(person: Person, act_id: int) -> tuple[acts.ActRow, list[tuple[int, str]], bool]:
    """An act on a unit that the person may see: (act, its units with their parts, whether they may undo it)."""
    row = acts.act_by_id(act_id)
    if row is None:
        raise NotFound
    parts = acts.units_of([act_id]).get(act_id, [])
    seen = seen_from(person)
    if not any(reaches(seen, unit) for unit, _part in parts):
        raise NotFound
    return row, parts, _may_undo(person, row)


def act_to_undo(person: Person, act_id: int) -> acts.ActRow:
    """An act that the person may take back: whoever may do it may undo it. The tree is held as in `check_may`."""
    if writing():
        tree.change_tree()
    row, _parts, may = act_for(person, act_id)
    if not may:
        raise NotAllowed(_("Only somebody who manages the unit above may do this."))
    return row


def _may_undo(person: Person, row: acts.ActRow) -> bool:
    """The right must be held above every unit that the act changed, as these lie now."""
    if row.act is None:
        return False
    changing = set(units_where(person, May.CHANGE_UNITS))
    parts = acts.units_of([row.id]).get(row.id, [])
    main = [unit for unit, part in parts if part in (acts.UNIT, acts.SOURCE, acts.NEW)]
    planned = row.act.unit.parent_id if isinstance(row.act, acts.Found) and not main else None
    reached = [bool(changing & set(ancestors(unit)[1:])) for unit in main]
    if planned is not None:
        reached.append(bool(changing & set(ancestors(planned))))
    return bool(reached) and all(reached)

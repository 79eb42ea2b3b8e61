"""Acts that change units: what each is, what it would change, doing it, undoing it.

An act counts from a day on. Until that day comes it is only planned; from then on it is done, by the worker if need be.
It closes versions of units and opens new ones, never rewrites them. Where a unit ends, its members go on at the unit
that continues it, by new rows: what was recorded at the old one stays there, below the new one in the tree.
Inside a unit of work; the number of statements does not grow with the members.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Table, and_, case, delete, exists, func, insert, literal, or_, select, update

from lms import audit, clock
from lms.db.base import Base
from lms.db.many import insert_many
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid, NotFound
from lms.identity.models import Grant
from lms.orgs import kinds, tree
from lms.orgs.models import Membership, Org, OrgAct, OrgActUnit, OrgKey, OrgReach, OrgSuccession, OrgVersion
from lms.orgs.queries import OrgRow, forget_paths
from lms.text import Text, _
from lms.vietnamese import fold, nfc, sort_key

A, AU, G, K, M, O, R, S, V = (
    t.__table__ for t in (OrgAct, OrgActUnit, Grant, OrgKey, Membership, Org, OrgReach, OrgSuccession, OrgVersion)
)
PLANNED, DONE, UNDONE, CANCELED, STUCK = "planned", "done", "undone", "canceled", "stuck"
UNIT, SOURCE, SUCCESSOR, NEW, CHILD, PARENT = "unit", "source", "successor", "new", "child", "parent"
_CODE = re.compile(r"[0-9A-Za-z.-]{1,24}")
MOST_YEARS_AHEAD = 5
EARLIEST = date(1900, 1, 1)


class NewUnit(msgspec.Struct, frozen=True):
    """A unit that an act brings into being. `parent_id`: for a side branch, its home commune."""

    kind: str
    name: str
    parent_id: int
    code: str | None = None
    managed_by_id: int | None = None


class Found(msgspec.Struct, frozen=True, tag="found", tag_field="act"):
    """A new unit."""

    unit: NewUnit


class Merge(msgspec.Struct, frozen=True, tag="merge", tag_field="act"):
    """Several units become one: a new one, or one that is there already and goes on."""

    sources: tuple[int, ...]
    into: int | NewUnit


class Part(msgspec.Struct, frozen=True):
    """One of the units that a split makes, and which of the old one's children come to it."""

    unit: NewUnit
    children: tuple[int, ...] = ()


class Split(msgspec.Struct, frozen=True, tag="split", tag_field="act"):
    """One unit becomes several. `keeps`: it goes on, with the members and all that no part takes; else the first part
    continues it.
    """

    unit_id: int
    parts: tuple[Part, ...]
    keeps: bool


class Rename(msgspec.Struct, frozen=True, tag="rename", tag_field="act"):
    """Another name, or another word before it: a commune that becomes a ward."""

    unit_id: int
    kind: str
    name: str


class Move(msgspec.Struct, frozen=True, tag="move", tag_field="act"):
    """The unit comes to lie below another, with all that lies below it."""

    unit_id: int
    parent_id: int


class Manage(msgspec.Struct, frozen=True, tag="manage", tag_field="act"):
    """Another body manages the unit from now on; None: nobody besides where it lies."""

    unit_id: int
    managed_by_id: int | None


class Dissolve(msgspec.Struct, frozen=True, tag="dissolve", tag_field="act"):
    """The unit ends; its members, and what lies below it, go on at another."""

    unit_id: int
    successor_id: int


Act = Found | Merge | Split | Rename | Move | Manage | Dissolve
TITLES: dict[str, Text] = {
    "found": _("Founding"),
    "merge": _("Merger"),
    "split": _("Split"),
    "rename": _("Renaming"),
    "move": _("Move"),
    "manage": _("Change of managing body"),
    "dissolve": _("Dissolution"),
    "load": _("Table of units taken in"),
}


@dataclass
class Plan:
    """What an act changes, worked out before anything is written. Places of new units are negative: -1 the first."""

    new: list[NewUnit] = field(default_factory=list)
    ended: dict[int, int] = field(default_factory=dict)  # unit → the one that continues it
    placed: dict[int, int] = field(default_factory=dict)  # unit → new parent
    renamed: dict[int, tuple[str, str]] = field(default_factory=dict)
    managed: dict[int, int | None] = field(default_factory=dict)
    successions: list[tuple[int, int, bool]] = field(default_factory=list)  # from, to, main
    parts: dict[int, str] = field(default_factory=dict)  # unit → its part in the act
    units: dict[int, OrgRow] = field(default_factory=dict)  # all units named, as they are now
    roles_end: set[int] = field(default_factory=set)  # of these the roles end rather than widen
    since: dict[int, date] = field(default_factory=dict)  # from when the present version counts


def plan(act: Act, day: date) -> Plan:
    """What an act would change. Raises Invalid or Conflict, naming the unit, where it cannot be."""
    if not EARLIEST <= day <= clock.today().replace(day=1).replace(year=clock.today().year + MOST_YEARS_AHEAD):
        raise _wrong("on", _("Please give a day between 1900 and {year}.", year=clock.today().year + MOST_YEARS_AHEAD))
    made = Plan()
    match act:
        case Found():
            _plan_found(made, act, day)
        case Merge():
            _plan_merge(made, act, day)
        case Split():
            _plan_split(made, act, day)
        case Rename():
            _plan_rename(made, act, day)
        case Move():
            _plan_move(made, act, day)
        case Manage():
            _plan_manage(made, act, day)
        case Dissolve():
            _plan_dissolve(made, act, day)
    changed = [*made.ended, *made.placed, *made.renamed, *made.managed]
    _check_days(made, [u for u in changed if made.parts.get(u) != CHILD], day)
    for org_id in changed:
        made.parts.setdefault(org_id, CHILD)
    return made


def _wrong(name: str, text: Text) -> Invalid:
    return Invalid(text, **{name: text})


def _unit(made: Plan, org_id: int, part: str, day: date) -> OrgRow:
    """A unit that the act is about: it must be there now, and have been there on the day."""
    rows = (
        connection()
        .execute(
            select(V.c.org_id, V.c.kind, V.c.name, V.c.parent_id, V.c.managed_by_id, V.c.ended, O.c.code, O.c.level)
            .add_columns(V.c.valid_from, V.c.valid_to)
            .join(O, O.c.id == V.c.org_id)
            .where(V.c.org_id == org_id)
            .order_by(V.c.valid_from, V.c.id)
        )
        .all()
    )
    if not rows:
        raise NotFound
    now = rows[-1]
    row = OrgRow(org_id, now.code, now.level, now.kind, now.name, now.parent_id, now.managed_by_id)
    if now.ended or now.valid_to is not None:
        raise Conflict(_("{unit} has ended already.", unit=row.full_name))
    if rows[0].valid_from > day:
        raise _wrong(
            "on",
            _(
                "{unit} is there only from {day} on. Please choose that day or a later one.",
                unit=row.full_name,
                day=f"{rows[0].valid_from:%d/%m/%Y}",
            ),
        )
    made.units[org_id] = row
    made.since[org_id] = now.valid_from
    if part:
        made.parts[org_id] = part
    return row


def _check_days(made: Plan, changed: Iterable[int], day: date) -> None:
    for org_id in changed:
        if made.since[org_id] > day:
            raise _wrong(
                "on",
                _(
                    "{unit} was changed on {day}, later than this. Please choose that day or a later one, or undo that"
                    " act first.",
                    unit=made.units[org_id].full_name,
                    day=f"{made.since[org_id]:%d/%m/%Y}",
                ),
            )


def _check_new(made: Plan, unit: NewUnit, day: date, besides: Iterable[int] = ()) -> NewUnit:
    """A new unit in normal form; what it may not be called, and where it may not lie. `besides`: units that end."""
    kind, name = nfc(unit.kind).lower(), nfc(unit.name)
    _check_name(kind, name)
    parent = made.units.get(unit.parent_id) or _unit(made, unit.parent_id, PARENT, day)
    level = kinds.level_of(kind) or ""
    if not kinds.may_lie_below(level, parent.level):
        raise _wrong("kind", _("{kind} cannot stand right below {parent}.", kind=kind, parent=parent.full_name))
    _check_free(kind, name, unit.parent_id, besides)
    code = unit.code or None
    if code is not None:
        if not _CODE.fullmatch(code):
            raise _wrong("code", _("A code has letters and digits only."))
        if connection().execute(select(O.c.id).where(O.c.code == code)).first() is not None:
            raise _wrong("code", _("Another unit has the code {code}.", code=code))
    elif level in (kinds.PROVINCE, kinds.COMMUNE):
        raise _wrong("code", _("Please give the national code of the unit."))
    if unit.managed_by_id is not None and unit.managed_by_id not in made.units:
        _unit(made, unit.managed_by_id, "", day)
    return NewUnit(kind, name, unit.parent_id, code, unit.managed_by_id)


def _check_name(kind: str, name: str) -> None:
    if not kinds.level_of(kind):
        raise _wrong("kind", _("Please choose the kind of the unit."))
    if not name or not fold(name):
        raise _wrong("name", _("Please write the name of the unit."))
    if len(name) > 120:
        raise _wrong("name", _("Please keep it under {most} letters.", most=120))


def _check_free(kind: str, name: str, parent_id: int, besides: Iterable[int] = ()) -> None:
    same = select(V.c.org_id).where(
        V.c.parent_id == parent_id,
        V.c.kind == kind,
        V.c.name == name,
        V.c.valid_to.is_(None),
        V.c.ended.is_(False),
        V.c.org_id.not_in(sorted(besides)),
    )
    if connection().execute(same).first() is not None:
        text = _("There is a {kind} {name} here already.", kind=kind, name=name)
        raise Conflict(text)


def _below(org_id: int, other: int, day: date) -> bool:
    """Whether a unit lies below another on a day or at any time after it."""
    found = select(R.c.org_id).where(R.c.org_id == org_id, R.c.ancestor_id == other, R.c.valid_to > day)
    return connection().execute(found).first() is not None


def _children(parent_ids: Iterable[int]) -> Sequence[Any]:
    found = (
        select(V.c.org_id, V.c.kind, V.c.name, V.c.parent_id, V.c.managed_by_id, V.c.valid_from, O.c.code, O.c.level)
        .join(O, O.c.id == V.c.org_id)
        .where(V.c.parent_id.in_(sorted(parent_ids)), V.c.valid_to.is_(None), V.c.ended.is_(False))
    )
    return connection().execute(found).all()


def _hand_on(made: Plan, ended: dict[int, int], level: str, taken: dict[int, int] | None = None) -> None:
    """The children of units that end, and what those manage, go to whoever continues them. `level`: of the latter."""
    taken = taken or {}
    for row in _children(ended):
        if row.org_id in ended:
            continue
        child = OrgRow(row.org_id, row.code, row.level, row.kind, row.name, row.parent_id, row.managed_by_id)
        if not kinds.may_lie_below(row.level, level):
            raise Conflict(
                _(
                    "{child} lies below it and cannot come to lie below the unit that continues it. Please move it"
                    " first.",
                    child=child.full_name,
                )
            )
        made.units[row.org_id], made.since[row.org_id] = child, row.valid_from
        made.placed[row.org_id] = taken.get(row.org_id, ended[row.parent_id])
        made.parts[row.org_id] = CHILD
    managed = connection().execute(
        select(V.c.org_id, V.c.managed_by_id, V.c.valid_from, V.c.kind, V.c.name, V.c.parent_id, O.c.code, O.c.level)
        .join(O, O.c.id == V.c.org_id)
        .where(V.c.managed_by_id.in_(sorted(ended)), V.c.valid_to.is_(None), V.c.ended.is_(False))
    )
    for row in managed.all():
        if row.org_id in ended:
            continue
        by = ended[row.managed_by_id]
        made.managed[row.org_id] = None if by == row.org_id else by
        made.units[row.org_id] = OrgRow(row.org_id, row.code, row.level, row.kind, row.name, row.parent_id, by)
        made.since[row.org_id] = row.valid_from
        made.parts.setdefault(row.org_id, CHILD)
    made.ended |= ended


def _plan_found(made: Plan, act: Found, day: date) -> None:
    made.new = [_check_new(made, act.unit, day)]


def _plan_merge(made: Plan, act: Merge, day: date) -> None:
    sources = list(dict.fromkeys(act.sources))
    into = act.into if isinstance(act.into, int) else None
    if into in sources:
        raise _wrong("into", _("A unit cannot be merged into itself."))
    if not sources or (len(sources) < 2 and into is None):
        raise _wrong("sources", _("Please choose the units to be merged: at least two, or one and where it goes."))
    rows = [_unit(made, org_id, SOURCE, day) for org_id in sources]
    if into is not None:
        level = _unit(made, into, SUCCESSOR, day).level
        target = into
    else:
        assert isinstance(act.into, NewUnit)
        made.new = [_check_new(made, act.into, day, besides=sources)]
        level, target = kinds.level_of(made.new[0].kind) or "", -1
    for row in rows:
        if row.level == kinds.NATION or not kinds.alike(row.level, level):
            raise _wrong("sources", _("{unit} is of another kind than the unit it is to become.", unit=row.full_name))
        where = into if into is not None else made.new[0].parent_id
        if _below(where, row.id, day):
            raise _wrong("into", _("{unit} cannot be merged into what lies below it.", unit=row.full_name))
    _hand_on(made, dict.fromkeys(sources, target), level)
    made.successions = [(org_id, target, True) for org_id in sources]


def _plan_split(made: Plan, act: Split, day: date) -> None:
    row = _unit(made, act.unit_id, SOURCE, day)
    if row.level == kinds.NATION or row.parent_id is None:
        raise Conflict(_("The nation cannot be changed here."))
    if len(act.parts) < (1 if act.keeps else 2):
        raise _wrong("parts", _("Please name the parts: two or more, or one where the unit goes on."))
    there = {child.org_id: child for child in _children([row.id])}
    taken: dict[int, int] = {}
    names: set[tuple[str, str]] = set()
    codes: set[str] = set()
    for n, part in enumerate(act.parts, 1):
        unit = _check_new(
            made, msgspec.structs.replace(part.unit, parent_id=row.parent_id), day, [] if act.keeps else [row.id]
        )
        if not kinds.alike(kinds.level_of(unit.kind) or "", row.level):
            raise _wrong("parts", _("{kind} cannot come out of {unit}.", kind=unit.kind, unit=row.full_name))
        if (unit.kind, unit.name) in names or (unit.code and unit.code in codes):
            raise _wrong("parts", _("Two parts cannot have one name or one code."))
        names.add((unit.kind, unit.name))
        codes |= {unit.code} if unit.code else set()
        made.new.append(unit)
        for child in part.children:
            if child not in there or child in taken:
                raise _wrong("parts", _("Each part can only have units that lie below this one, and each only once."))
            taken[child] = -n
    made.successions = [(row.id, -n, n == 1 and not act.keeps) for n in range(1, len(act.parts) + 1)]
    if not act.keeps:
        _hand_on(made, {row.id: -1}, row.level, taken)
        return
    for child, part_place in taken.items():
        found = there[child]
        made.units[child] = OrgRow(
            child, found.code, found.level, found.kind, found.name, found.parent_id, found.managed_by_id
        )
        made.since[child] = found.valid_from
        made.placed[child] = part_place
        made.parts[child] = CHILD


def _plan_rename(made: Plan, act: Rename, day: date) -> None:
    row = _unit(made, act.unit_id, UNIT, day)
    kind, name = nfc(act.kind).lower(), nfc(act.name)
    if row.level == kinds.NATION or row.parent_id is None:
        raise Conflict(_("The nation cannot be changed here."))
    _check_name(kind, name)
    if kinds.level_of(kind) != row.level:
        raise _wrong("kind", _("{unit} cannot become a {kind}.", unit=row.full_name, kind=kind))
    if (kind, name) == (row.kind, row.name):
        raise _wrong("name", _("It is called so already."))
    _check_free(kind, name, row.parent_id, [row.id])
    made.renamed[row.id] = (kind, name)


def _plan_move(made: Plan, act: Move, day: date) -> None:
    row = _unit(made, act.unit_id, UNIT, day)
    parent = _unit(made, act.parent_id, "", day)
    made.parts.setdefault(act.parent_id, PARENT)
    if act.parent_id == row.parent_id:
        raise _wrong("parent", _("It lies there already."))
    if _below(act.parent_id, row.id, day):
        raise _wrong("parent", _("{unit} cannot come to lie below itself.", unit=row.full_name))
    if not kinds.may_lie_below(row.level, parent.level):
        raise _wrong("parent", _("{kind} cannot stand right below {parent}.", kind=row.kind, parent=parent.full_name))
    _check_free(row.kind, row.name, act.parent_id)
    made.placed[row.id] = act.parent_id


def _plan_manage(made: Plan, act: Manage, day: date) -> None:
    row = _unit(made, act.unit_id, UNIT, day)
    if act.managed_by_id == row.id:
        raise _wrong("managed_by", _("A unit cannot manage itself."))
    if act.managed_by_id == row.managed_by_id:
        raise _wrong("managed_by", _("It is so already."))
    if act.managed_by_id is not None:
        _unit(made, act.managed_by_id, "", day)
        made.parts.setdefault(act.managed_by_id, PARENT)
    made.managed[row.id] = act.managed_by_id


def _plan_dissolve(made: Plan, act: Dissolve, day: date) -> None:
    row = _unit(made, act.unit_id, SOURCE, day)
    if row.level == kinds.NATION:
        raise Conflict(_("The nation cannot be changed here."))
    if act.successor_id == row.id:
        raise _wrong("successor", _("Please choose another unit, at which the members go on."))
    successor = _unit(made, act.successor_id, SUCCESSOR, day)
    if _below(act.successor_id, row.id, day):
        raise _wrong("successor", _("{unit} cannot be merged into what lies below it.", unit=row.full_name))
    _hand_on(made, {row.id: act.successor_id}, successor.level)
    made.successions = [(row.id, act.successor_id, True)]
    if _below(row.id, act.successor_id, day):
        made.roles_end.add(row.id)


# What it comes to


class Effect(Struct, frozen=True):
    """What an act would change, for whoever decides: units, members, roles, and what cannot be given back later."""

    founded: list[str]
    ended: list[OrgRow]
    children: list[OrgRow]
    managed: list[OrgRow]
    people: int
    roles: list[tuple[str, int, bool]]  # role, how many, whether they end
    planned: bool


def preview(act: Act, day: date) -> Effect:
    """What an act would change. Reads only; raises what doing it would raise."""
    made = plan(act, day)
    ended = sorted(made.ended)
    people, roles = 0, []
    if ended:
        here = select(func.count(M.c.account_id.distinct())).where(M.c.org_id.in_(ended), M.c.valid_to.is_(None))
        people = int(connection().execute(here).scalar_one())
        held = connection().execute(
            select(G.c.role, func.count(), G.c.org_id)
            .where(G.c.org_id.in_(ended), _lasting(clock.seconds()))
            .group_by(G.c.role, G.c.org_id)
            .order_by(G.c.role)
        )
        roles = [(role, int(n), org_id in made.roles_end) for role, n, org_id in held]
    return Effect(
        [f"{unit.kind} {unit.name}" for unit in made.new],
        [made.units[i] for i in ended],
        [made.units[i] for i in made.placed if made.parts[i] == CHILD],
        [made.units[i] for i in made.managed if made.parts[i] == CHILD],
        people,
        roles,
        day > clock.today(),
    )


# Doing it


def do(act: Act, day: date, source: str, by: int | None, token: bytes | None = None) -> int:
    """Records an act and, where its day has come, does it; returns its number. Who may is the caller's to ask.

    `source`: the decree or decision. `token` names the form: sent twice, it is the same act. Raises Invalid or Conflict
    where it cannot be.
    """
    tree.change_tree()
    if token is not None:
        before = connection().execute(select(A.c.id).where(A.c.token == token)).scalar()
        if before is not None:
            return int(before)
    source = nfc(source)
    if not source:
        raise _wrong("source", _("Please name the decision, e.g. “Nghị quyết 30/2026/QH16”."))
    if len(source) > 200:
        raise _wrong("source", _("Please keep it under {most} letters.", most=200))
    made = plan(act, day)
    kind = str(msgspec.to_builtins(act)["act"])
    act_id: int = (
        connection()
        .execute(
            insert(A)
            .values(
                uuid=uuid4(),
                kind=kind,
                state=PLANNED,
                on=day,
                source=source,
                detail={"act": msgspec.to_builtins(act), "names": {str(i): u.full_name for i, u in made.units.items()}},
                recorded_at=clock.seconds(),
                recorded_by=by,
                token=token,
            )
            .returning(A.c.id)
        )
        .scalar_one()
    )
    _note_units(act_id, made.parts)
    audit.record(by, f"unit.{kind}", f"act:{act_id}", on=day.isoformat(), source=source, units=sorted(made.parts))
    if day <= clock.today():
        _carry_out(act_id, made, day, source)
    else:
        forget_paths()
    return act_id


def _note_units(act_id: int, parts: dict[int, str]) -> None:
    if parts:
        insert_many(AU, [{"act_id": act_id, "org_id": i, "part": part} for i, part in parts.items()])


def carry_out_planned(act_id: int) -> None:
    """Does a planned act whose day has come. Raises Invalid or Conflict where it cannot be done any more."""
    tree.change_tree()
    row = connection().execute(select(A).where(A.c.id == act_id, A.c.state == PLANNED)).first()
    if row is None or row.on > clock.today():
        return
    made = plan(msgspec.convert(row.detail["act"], Act), row.on)
    connection().execute(delete(AU).where(AU.c.act_id == act_id))
    _note_units(act_id, made.parts)
    _carry_out(act_id, made, row.on, row.source)
    audit.record(None, "unit.carried-out", f"act:{act_id}")


def planned_and_due() -> list[int]:
    """The planned acts whose day has come, in their order."""
    rows = connection().execute(
        select(A.c.id).where(A.c.state == PLANNED, A.c.on <= clock.today()).order_by(A.c.on, A.c.id)
    )
    return list(rows.scalars())


def mark_stuck(act_id: int, why: Text) -> None:
    """Keeps why a planned act could not be done on its day, for whoever looks at it."""
    detail = connection().execute(select(A.c.detail).where(A.c.id == act_id)).scalar_one()
    values = {
        "state": STUCK,
        "detail": detail | {"why": why.msgid, "values": {k: str(v) for k, v in why.values.items()}},
    }
    connection().execute(update(A).where(A.c.id == act_id, A.c.state == PLANNED).values(values))


def _carry_out(act_id: int, made: Plan, day: date, source: str) -> None:
    database = connection()
    ids = _found(act_id, made.new, day, source)
    if ids:
        _note_units(act_id, dict.fromkeys(ids, NEW))

    def place(org_id: int) -> int:
        return ids[-org_id - 1] if org_id < 0 else org_id

    _change_versions(act_id, made, place, day, source)
    if made.successions:
        database.execute(
            insert(OrgSuccession),
            [
                {
                    "from_id": one, "to_id": place(to), "act": _kind_of(act_id), "on": day, "source": source,
                    "main": main, "act_id": act_id,
                }
                for one, to, main in made.successions
            ],
        )  # fmt: skip
    touched = [*ids, *made.ended, *made.placed]
    if touched:
        tree.close(touched)
        _check_sound(touched)
    detail: dict[str, Any] = {"new": ids}
    if made.ended:
        at = int(datetime.combine(day, time(), clock.VIETNAM).timestamp())
        by_successor: dict[int, list[int]] = {}
        for org_id, to in made.ended.items():
            by_successor.setdefault(place(to), []).append(org_id)
        for to, sources in by_successor.items():
            _move_members(act_id, sources, to, min(at, clock.seconds()))
        ends = {org_id: None if org_id in made.roles_end else place(to) for org_id, to in made.ended.items()}
        detail |= _move_roles(ends)
    before = database.execute(select(A.c.detail).where(A.c.id == act_id)).scalar_one()
    database.execute(
        update(A).where(A.c.id == act_id).values(state=DONE, done_at=clock.seconds(), detail=before | detail)
    )
    forget_paths()


def _kind_of(act_id: int) -> str:
    return str(connection().execute(select(A.c.kind).where(A.c.id == act_id)).scalar_one())


def _found(act_id: int, new: Sequence[NewUnit], day: date, source: str) -> list[int]:
    if not new:
        return []
    ids = list(
        connection()
        .execute(
            insert(Org).returning(Org.id, sort_by_parameter_order=True),
            [{"uuid": uuid4(), "code": u.code, "level": kinds.level_of(u.kind)} for u in new],
        )
        .scalars()
    )
    _open(
        [
            _version(
                org_id, u.kind, u.name, u.parent_id, u.managed_by_id, day, source, act_id
            )
            for org_id, u in zip(ids, new, strict=True)
        ]
    )  # fmt: skip
    return ids


def _version(
    org_id: int,
    kind: str,
    name: str,
    parent_id: int | None,
    managed_by_id: int | None,
    day: date,
    source: str,
    act_id: int,
    ended: bool = False,
) -> dict[str, Any]:
    return {
        "org_id": org_id, "kind": kind, "name": name, "folded": fold(name), "sort_key": sort_key(name),
        "parent_id": parent_id, "managed_by_id": managed_by_id, "valid_from": day, "ended": ended, "source": source,
        "opened_by_id": act_id,
    }  # fmt: skip


def _open(versions: Sequence[dict[str, Any]]) -> None:
    made = zip(insert_many(V, versions), versions, strict=True)
    tree.write_keys((i, v["kind"], v["name"]) for i, v in made if not v["ended"])


def _change_versions(act_id: int, made: Plan, place: Any, day: date, source: str) -> None:
    changed = sorted({*made.ended, *made.placed, *made.renamed, *made.managed})
    if not changed:
        return
    begins = case((V.c.valid_from > day, V.c.valid_from), else_=literal(day, V.c.valid_from.type))
    closed = connection().execute(
        update(V)
        .where(V.c.org_id.in_(changed), V.c.valid_to.is_(None))
        .values(valid_to=begins, closed_by_id=act_id)
        .returning(V.c.org_id, V.c.kind, V.c.name, V.c.parent_id, V.c.managed_by_id, V.c.valid_to)
    )
    opened = []
    for row in closed.all():
        org_id = row.org_id
        kind, name = made.renamed.get(org_id, (row.kind, row.name))
        ended = org_id in made.ended
        parent = place(made.ended[org_id]) if ended else place(made.placed.get(org_id, row.parent_id))
        managing = made.managed.get(org_id, row.managed_by_id)
        managing = place(managing) if managing is not None and not ended else None
        opened.append(_version(org_id, kind, name, parent, managing, row.valid_to, source, act_id, ended))
    _open(opened)


def _check_sound(touched: Sequence[int]) -> None:
    """Belt and braces: no unit below itself, none right below one that has ended while it has not."""
    parent, child = V.alias(), V.alias()
    astray = (
        select(child.c.org_id)
        .join(parent, parent.c.org_id == child.c.parent_id)
        .where(
            or_(child.c.org_id.in_(touched), child.c.parent_id.in_(touched)),
            child.c.valid_to.is_(None),
            child.c.ended.is_(False),
            parent.c.valid_to.is_(None),
            parent.c.ended.is_(True),
        )
    )
    if tree.loops(touched) or connection().execute(astray).first() is not None:
        raise Conflict(_("Units would come to lie below one that has ended, or below themselves. Nothing was changed."))


def _move_members(act_id: int, sources: Sequence[int], to: int, at: int) -> None:
    """The members of units that end go on at another: two statements, however many they are."""
    there = M.alias()
    begins = case((M.c.valid_from > at, M.c.valid_from), else_=at)
    here = and_(M.c.org_id.in_(sources), M.c.valid_to.is_(None))
    already = exists().where(
        there.c.account_id == M.c.account_id,
        there.c.org_id == to,
        there.c.target_group == M.c.target_group,
        there.c.valid_to.is_(None),
    )
    going = (
        select(
            M.c.account_id,
            literal(to),
            M.c.target_group,
            func.min(begins),
            func.max(func.coalesce(M.c.root_id, M.c.id)),
            literal(act_id),
        )
        .where(here, ~already)
        .group_by(M.c.account_id, M.c.target_group)
    )
    columns = ["account_id", "org_id", "target_group", "valid_from", "root_id", "opened_by_id"]
    connection().execute(insert(M).from_select(columns, going))
    connection().execute(update(M).where(here).values(valid_to=begins, closed_by_id=act_id))


def _lasting(at: int) -> ColumnElement[bool]:
    return and_(or_(G.c.valid_to.is_(None), G.c.valid_to > at), G.c.ended_at.is_(None))


def _move_roles(ends: dict[int, int | None]) -> dict[str, Any]:
    """Roles at units that end go on, from now, at those that continue them (None: they end). What was done to which."""
    database, at = connection(), clock.seconds()
    held = database.execute(select(G).where(G.c.org_id.in_(sorted(ends)), _lasting(at)).order_by(G.c.id)).all()
    if not held:
        return {}
    lasting = select(G.c.account_id, G.c.role, G.c.org_id, G.c.valid_to).where(
        G.c.org_id.in_(sorted({to for to in ends.values() if to is not None})), _lasting(at)
    )
    there: set[tuple[int, str, int | None, int | None]] = {
        (who, role, org_id, until) for who, role, org_id, until in database.execute(lasting)
    }
    new = []
    for row in held:
        to = ends[row.org_id]
        key = (row.account_id, row.role, to, row.valid_to)
        if to is None or key in there:
            continue
        there.add(key)
        copy = {k: v for k, v in row._mapping.items() if k != "id"}
        new.append(copy | {"org_id": to, "valid_from": max(at, row.valid_from), "given_at": at})
    opened = []
    if new:
        opened = list(database.execute(insert(Grant).returning(Grant.id, sort_by_parameter_order=True), new).scalars())
    later = case((G.c.valid_from > at, G.c.valid_from), else_=at)
    ids = [row.id for row in held]
    database.execute(update(G).where(G.c.id.in_(ids)).values(valid_to=later, ended_at=at))
    return {"roles_ended": [[row.id, row.valid_to] for row in held], "roles_begun": opened}


# Undoing it

_SAID = {
    "lms_account": _("people entered there"),
    "lms_attainment": _("programmes attained"),
    "lms_evidence": _("what was learnt"),
    "lms_grant": _("roles given there"),
    "lms_membership": _("members who joined there"),
    "lms_org_version": _("units below it or managed by it"),
}
_OWN = {"lms_org_reach", "lms_org_succession", "lms_rollup"}  # follow the act by themselves


def obstacles(act_id: int) -> list[Text]:
    """What stands against undoing an act: nothing, or each thing that came to depend on it since."""
    row = connection().execute(select(A).where(A.c.id == act_id)).first()
    if row is None:
        raise NotFound
    if row.state in (PLANNED, STUCK):
        return []
    if row.kind == "load":
        return [_("A table that was taken in cannot be undone as a whole. Please dissolve single units.")]
    if row.state != DONE:
        return [_("This act has been undone already.")]
    found = _later_acts(act_id)
    new: list[int] = row.detail.get("new", [])
    if new:
        found += _at_new_units(row, new)
    found += _at_new_members(act_id)
    begun = row.detail.get("roles_begun", [])
    if begun:
        same = select(func.count()).select_from(G).where(G.c.id.in_(begun), _lasting(clock.seconds()))
        if connection().execute(same).scalar() != len(begun):
            found.append(_("Roles that went on at the new unit have been ended since."))
    return found


def _later_acts(act_id: int) -> list[Text]:
    mine, theirs = AU.alias(), AU.alias()
    rows = connection().execute(
        select(A.c.id, A.c.kind, A.c.on, A.c.source)
        .join(theirs, theirs.c.act_id == A.c.id)
        .join(mine, mine.c.org_id == theirs.c.org_id)
        .where(
            mine.c.act_id == act_id,
            mine.c.part != PARENT,
            theirs.c.part != PARENT,
            A.c.id > act_id,
            A.c.state.in_([DONE, PLANNED]),
        )
        .distinct()
        .order_by(A.c.id)
    )
    return [
        _(
            "A later act on the same units: {title} from {day} ({source}). Please undo that one first.",
            title=TITLES[row.kind],
            day=f"{row.on:%d/%m/%Y}",
            source=row.source,
        )
        for row in rows
    ]


def _references(to: Table) -> list[tuple[Table, Any]]:
    return [
        (table, key.parent)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is to and table.name not in _OWN
    ]


def _there_is(table: Table, n: int) -> Text:
    said = _SAID.get(table.name, _("records of {table}", table=table.name))
    return _("Depends on it: {what} ({n}).", what=said, n=n)


def _at_new_units(act: Any, new: list[int]) -> list[Text]:
    """Whatever names a unit that the act founded and is not the act's own."""
    counts: dict[str, tuple[Table, int]] = {}
    for table, column in _references(O):
        others = select(func.count()).select_from(table).where(column.in_(new))
        if "opened_by_id" in table.c:
            others = others.where(or_(table.c.opened_by_id.is_(None), table.c.opened_by_id != act.id))
        if table.name == "lms_grant":
            others = others.where(table.c.id.not_in(act.detail.get("roles_begun", [])))
        n = int(connection().execute(others).scalar_one())
        if n:
            counts[table.name] = (table, counts.get(table.name, (table, 0))[1] + n)
    return [_there_is(table, n) for table, n in counts.values()]


def _began(act_id: int) -> ColumnElement[bool]:
    """Memberships that an act began: looked for at the units where its members went on."""
    places = select(AU.c.org_id).where(AU.c.act_id == act_id, AU.c.part.in_([SUCCESSOR, NEW]))
    return and_(M.c.opened_by_id == act_id, M.c.org_id.in_(places))


def _at_new_members(act_id: int) -> list[Text]:
    """Whatever names a membership that the act began, and whoever has left since."""
    began, found = _began(act_id), []
    left = int(
        connection().execute(select(func.count()).select_from(M).where(began, M.c.valid_to.is_not(None))).scalar_one()
    )
    if left:
        found.append(_("Members have left the new unit or moved on since ({n}).", n=left))
    for table, column in _references(M):
        if table is M:
            continue
        depends = select(func.count()).select_from(M.join(table, column == M.c.id)).where(began)
        if "account_id" in table.c:
            depends = depends.where(table.c.account_id == M.c.account_id)
        n = int(connection().execute(depends).scalar_one())
        if n:
            found.append(_there_is(table, n))
    return found


def undo(act_id: int, by: int | None) -> list[int]:
    """Takes an act back: units, members and roles are as before it. Returns the units whose members changed.

    A planned one is canceled. Raises Conflict naming what depends on it. The units that it founded have never been.
    """
    tree.change_tree()
    row = connection().execute(select(A).where(A.c.id == act_id).with_for_update()).first()
    if row is None:
        raise NotFound
    connection().execute(  # what is being learnt just now is waited for, and seen
        select(func.count()).select_from(select(M.c.id).where(_began(act_id)).with_for_update().subquery())
    )
    against = obstacles(act_id)
    if against:
        raise Conflict(against[0])
    database, at = connection(), clock.seconds()
    audit.record(by, "unit.undone", f"act:{act_id}", kind=row.kind, state=row.state)
    if row.state in (PLANNED, STUCK):
        values = {"state": CANCELED, "undone_at": at, "undone_by": by}
        database.execute(update(A).where(A.c.id == act_id).values(values))
        return []
    touched = list(database.execute(select(AU.c.org_id).where(AU.c.act_id == act_id)).scalars())
    before = M.alias()
    old_unit = (
        select(before.c.org_id)
        .where(
            before.c.account_id == M.c.account_id,
            before.c.target_group == M.c.target_group,
            before.c.closed_by_id == act_id,
        )
        .limit(1)
        .scalar_subquery()
    )
    database.execute(  # never in force; whoever learnt something at this very moment did so at the old unit
        update(M)
        .where(M.c.opened_by_id == act_id, M.c.org_id.in_(touched))
        .values(valid_to=M.c.valid_from, org_id=func.coalesce(old_unit, M.c.org_id))
    )
    database.execute(
        update(M).where(M.c.closed_by_id == act_id, M.c.org_id.in_(touched)).values(valid_to=None, closed_by_id=None)
    )
    begun = row.detail.get("roles_begun", [])
    if begun:
        database.execute(delete(G).where(G.c.id.in_(begun)))
    ended: dict[int | None, list[int]] = {}
    for grant_id, valid_to in row.detail.get("roles_ended", []):
        ended.setdefault(valid_to, []).append(grant_id)
    for valid_to, ids in ended.items():
        database.execute(update(G).where(G.c.id.in_(ids)).values(valid_to=valid_to, ended_at=None))
    opened = select(V.c.id).where(V.c.opened_by_id == act_id, V.c.org_id.in_(touched))
    database.execute(delete(K).where(K.c.version_id.in_(opened)))
    database.execute(delete(S).where(S.c.act_id == act_id))
    database.execute(delete(V).where(V.c.opened_by_id == act_id, V.c.org_id.in_(touched)))
    database.execute(
        update(V).where(V.c.closed_by_id == act_id, V.c.org_id.in_(touched)).values(valid_to=None, closed_by_id=None)
    )
    new = row.detail.get("new", [])
    if new:
        database.execute(update(O).where(O.c.id.in_(new)).values(code=None))
    tree.close(touched)
    _check_sound(touched)
    _check_names(touched)
    values = {"state": UNDONE, "undone_at": at, "undone_by": by}
    database.execute(update(A).where(A.c.id == act_id).values(values))
    forget_paths()
    return touched


def _check_names(touched: Sequence[int]) -> None:
    """No two units of one kind and name in one place after something was taken back."""
    one, other = V.alias(), V.alias()
    same = (
        select(one.c.kind, one.c.name)
        .join(other, and_(other.c.parent_id == one.c.parent_id, other.c.kind == one.c.kind, other.c.name == one.c.name))
        .where(
            one.c.org_id.in_(touched),
            one.c.org_id != other.c.org_id,
            *(each for v in (one, other) for each in (v.c.valid_to.is_(None), v.c.ended.is_(False))),
        )
        .limit(1)
    )
    row = connection().execute(same).first()
    if row is not None:
        raise Conflict(_("There is a {kind} {name} here already.", kind=row.kind, name=row.name))


# Reading


class ActRow(Struct, frozen=True):
    """An act as lists and its own page show it."""

    id: int
    kind: str
    state: str
    on: date
    source: str
    detail: dict[str, Any]
    recorded_at: int
    recorded_by: int | None
    done_at: int | None
    undone_at: int | None
    undone_by: int | None

    @property
    def title(self) -> Text:
        return TITLES[self.kind]

    @property
    def act(self) -> Act | None:
        """The act itself; None for a table that was taken in."""
        return msgspec.convert(self.detail["act"], Act) if "act" in self.detail else None

    @property
    def about(self) -> str:
        """The units that it is about, as they were called: "xã A, xã B → xã C"."""
        names: dict[str, str] = self.detail.get("names", {})

        def said(unit: int | NewUnit) -> str:
            return names.get(str(unit), "") if isinstance(unit, int) else f"{unit.kind} {unit.name}"

        match self.act:
            case Found(unit=unit):
                return said(unit)
            case Merge(sources=sources, into=into):
                return f"{', '.join(said(i) for i in sources)} → {said(into)}"
            case Split(unit_id=unit_id, parts=parts):
                return f"{said(unit_id)} → {', '.join(said(part.unit) for part in parts)}"
            case Rename(unit_id=unit_id, kind=kind, name=name):
                return f"{said(unit_id)} → {kind} {name}"
            case Move(unit_id=unit_id, parent_id=to) | Dissolve(unit_id=unit_id, successor_id=to):
                return f"{said(unit_id)} → {said(to)}"
            case Manage(unit_id=unit_id, managed_by_id=by):
                return f"{said(unit_id)} → {said(by) if by is not None else '–'}"
        return ""

    @property
    def why_stuck(self) -> Text | None:
        """Why a planned act could not be done on its day."""
        return Text(self.detail["why"], self.detail["values"]) if "why" in self.detail else None


_ROW = (
    A.c.id, A.c.kind, A.c.state, A.c.on, A.c.source, A.c.detail, A.c.recorded_at, A.c.recorded_by, A.c.done_at,
    A.c.undone_at, A.c.undone_by,
)  # fmt: skip


def act_by_id(act_id: int) -> ActRow | None:
    """An act by its number."""
    row = connection().execute(select(*_ROW).where(A.c.id == act_id)).first()
    return ActRow(*row) if row else None


def acts_of(org_id: int, most: int = 100) -> list[ActRow]:
    """The acts that a unit has a part in, newest first; the table that it came with too."""
    mine = select(AU.c.act_id).where(AU.c.org_id == org_id)
    came = select(V.c.opened_by_id).where(V.c.org_id == org_id, V.c.opened_by_id.is_not(None))
    rows = connection().execute(
        select(*_ROW).where(or_(A.c.id.in_(mine), A.c.id.in_(came))).order_by(A.c.on.desc(), A.c.id.desc()).limit(most)
    )
    return [ActRow(*row) for row in rows]


def units_of(act_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """The units that have a part in acts: act → (unit, part)."""
    rows = connection().execute(
        select(AU.c.act_id, AU.c.org_id, AU.c.part).where(AU.c.act_id.in_(sorted(set(act_ids)))).order_by(AU.c.org_id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for act_id, org_id, part in rows:
        found.setdefault(act_id, []).append((org_id, part))
    return found


def versions_of(org_id: int) -> list[tuple[OrgRow, date, date | None, bool]]:
    """What a unit was over time: (as it was, from, until, whether it had ended), newest first."""
    rows = connection().execute(
        select(O.c.id, O.c.code, O.c.level, V.c.kind, V.c.name, V.c.parent_id, V.c.managed_by_id)
        .add_columns(V.c.valid_from, V.c.valid_to, V.c.ended)
        .join(V, V.c.org_id == O.c.id)
        .where(O.c.id == org_id, or_(V.c.valid_to.is_(None), V.c.valid_to > V.c.valid_from))
        .order_by(V.c.valid_from.desc(), V.c.id.desc())
    )
    return [(OrgRow(*row[:7]), row[7], row[8], bool(row[9])) for row in rows]

"""Tables of units taken in from outside, and who belongs to which unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import uuid4

from msgspec import Struct
from sqlalchemy import insert, select, update

from lms import clock
from lms.db.many import insert_many
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid
from lms.orgs import kinds, tree
from lms.orgs.models import Membership, Org, OrgAct, OrgVersion
from lms.orgs.queries import forget_paths, on_day
from lms.text import Text, _
from lms.vietnamese import fold, nfc, sort_key

NATION = "VN"
COLUMNS = ["code", "kind", "name", "parent", "source"]
OPTIONAL = ["managed_by"]
AT_ONCE = 1000
LONGEST_NAME, LONGEST_KIND, LONGEST_CODE, LONGEST_SOURCE = 160, 40, 24, 200
A, M, O, V = OrgAct.__table__, Membership.__table__, Org.__table__, OrgVersion.__table__


class Unit(Struct, frozen=True):
    """One line of the table. `parent` is a code, empty for what stands right under the nation; for a side branch it is
    the home commune, and `managed_by` the code of the body that manages it. Villages and branches may have no code.
    """

    code: str
    kind: str
    name: str
    parent: str
    source: str
    managed_by: str = ""
    line: int = 0

    @property
    def level(self) -> str:
        """What the kind means."""
        return kinds.NATION if self.code == NATION else kinds.level_of(self.kind) or ""


class TableInvalid(Invalid):
    """A table that cannot be used: every problem, each with its line."""

    def __init__(self, problems: Sequence[Text]) -> None:
        super().__init__(problems[0])
        self.problems = list(problems)


def known_units() -> dict[str, str]:
    """The codes that are here, with their levels: what a table's parents may name."""
    rows = connection().execute(
        select(O.c.code, O.c.level)
        .join(V, V.c.org_id == O.c.id)
        .where(O.c.code.is_not(None), on_day(clock.today()), V.c.ended.is_(False))
    )
    return {str(code): level for code, level in rows}


def read(text: str, known: Mapping[str, str] | None = None) -> list[Unit]:
    """Reads a table; parents may be in it, or among the `known` codes (with their levels).

    Raises TableInvalid naming every line that cannot be used.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    head = [nfc(name or "").lower() for name in rows.fieldnames or []]
    if head[: len(COLUMNS)] != COLUMNS or not set(head[len(COLUMNS) :]) <= set(OPTIONAL):
        words = _("The first line of the table must read: {columns}", columns=",".join(COLUMNS + OPTIONAL))
        raise TableInvalid([words])
    rows.fieldnames = head
    units, problems = [], []
    try:
        for row in rows:
            values = {c: nfc(row.get(c) or "") for c in COLUMNS + OPTIONAL}
            if any(values.values()):
                units.append(Unit(**values, line=rows.line_num))
    except csv.Error:
        raise TableInvalid([_("Line {line}: this is not a line of a table.", line=rows.line_num)]) from None
    levels = {NATION: kinds.NATION, **(known or {})} | {u.code: u.level for u in units if u.code}
    codes: set[str] = set()
    names: set[tuple[str, str, str]] = set()
    for unit in units:
        same = (unit.kind.lower(), unit.name, unit.parent)
        problem = _problem(unit, levels, codes) or (
            _("Line {line}: this unit is in the table twice.", line=unit.line) if same in names else None
        )
        if problem:
            problems.append(problem)
        names.add(same)
        codes.add(unit.code)
    if problems:
        raise TableInvalid(problems)
    return units


def _problem(unit: Unit, levels: Mapping[str, str], before: set[str]) -> Text | None:
    level = unit.level
    if not unit.name or (not unit.code and level in (kinds.PROVINCE, kinds.COMMUNE)) or unit.code in before - {""}:
        return _("Line {line}: a code that is new and a name are needed.", line=unit.line)
    too_long = (
        len(unit.name) > LONGEST_NAME
        or len(unit.kind) > LONGEST_KIND
        or len(unit.code) > LONGEST_CODE
        or len(unit.source) > LONGEST_SOURCE
    )
    if too_long:
        return _("Line {line}: something in it is too long.", line=unit.line)
    if not level:
        return _(
            "Line {line}: “{kind}” is not a kind of unit here. Known are: {kinds}.",
            line=unit.line,
            kind=unit.kind,
            kinds=", ".join(k for words in kinds.KINDS.values() for k in words),
        )
    for code in (unit.parent, unit.managed_by):
        if code and code not in levels:
            return _("Line {line}: there is no unit with the code {code}.", line=unit.line, code=code)
    if unit.code != NATION and not kinds.may_lie_below(level, levels.get(unit.parent, "") or kinds.NATION):
        return _(
            "Line {line}: {kind} {name} cannot stand right below the unit {parent}.",
            line=unit.line,
            kind=unit.kind,
            name=unit.name,
            parent=unit.parent or NATION,
        )
    return None


def load(units: Iterable[Unit], valid_from: date, by: int | None = None) -> int:
    """Adds the units that are not here yet, with the nation above the provinces; returns how many. Harmless twice.

    A unit with a code is known by it, one without by kind, name and parent. One act of the kind "load" records it.
    """
    database = connection()
    codes: dict[str, int] = {
        code: i for i, code in database.execute(select(O.c.id, O.c.code).where(O.c.code.is_not(None)))
    }
    wanted = list(units)
    parents = {codes[u.parent] for u in wanted if not u.code and u.parent in codes}
    there = {
        (kind, name, parent)
        for kind, name, parent in database.execute(
            select(V.c.kind, V.c.name, V.c.parent_id).where(
                V.c.parent_id.in_(sorted(parents)), V.c.valid_to.is_(None), V.c.ended.is_(False)
            )
        )
    }
    new = [
        u
        for u in wanted
        if (u.code not in codes if u.code else (u.kind.lower(), u.name, codes.get(u.parent or NATION)) not in there)
    ]
    if NATION not in codes:
        new.insert(0, Unit(NATION, "", "Việt Nam", "", "Học vụ số"))
    if not new:
        return 0
    tree.change_tree()
    act_id = database.execute(
        insert(A)
        .values(
            uuid=uuid4(),
            kind="load",
            state="done",
            on=valid_from,
            source=new[-1].source,
            detail={"units": len(new)},
            recorded_at=clock.seconds(),
            recorded_by=by,
            done_at=clock.seconds(),
        )
        .returning(A.c.id)
    ).scalar_one()
    ids = insert_many(O, [{"uuid": uuid4(), "code": u.code or None, "level": u.level} for u in new])
    codes |= {u.code: i for u, i in zip(new, ids, strict=True) if u.code}
    versions = insert_many(
        V,
        [
            {
                "org_id": org_id,
                "kind": u.kind.lower(),
                "name": u.name,
                "folded": fold(u.name),
                "sort_key": sort_key(u.name),
                "parent_id": None if u.code == NATION else codes[u.parent or NATION],
                "managed_by_id": codes[u.managed_by] if u.managed_by else None,
                "valid_from": date(1900, 1, 1) if u.code == NATION else valid_from,
                "ended": False,
                "source": u.source,
                "opened_by_id": act_id,
            }
            for u, org_id in zip(new, ids, strict=True)
        ],
    )
    tree.write_keys((v, u.kind.lower(), u.name) for v, u in zip(versions, new, strict=True) if u.code != NATION)
    few = len(new) <= AT_ONCE
    tree.close(ids if few else None)
    forget_paths()
    return len(new)


def hold_living(org_ids: Iterable[int]) -> None:
    """Makes sure that units are there today and stay so until this unit of work ends. Conflict where one has ended."""
    wanted = set(org_ids)
    found = connection().execute(
        select(V.c.org_id)
        .where(V.c.org_id.in_(sorted(wanted)), on_day(clock.today()), V.c.ended.is_(False))
        .with_for_update(read=True)
    )
    if set(found.scalars()) != wanted:
        raise Conflict(_("This unit has ended or been merged into another. Please choose the one that continues it."))


def join(account_id: int, org_id: int, target_group: str, at: int) -> tuple[int, bool]:
    """Makes a person a member of a unit in a target group from a moment on; returns (membership, whether it is new).

    Conflict where the unit has ended. Whoever may already be counted as a learner joins by `lms.progress.join_unit`.
    """
    hold_living([org_id])
    database = connection()
    held = database.execute(
        select(M.c.id).where(
            M.c.account_id == account_id, M.c.org_id == org_id, M.c.target_group == target_group, M.c.valid_to.is_(None)
        )
    ).scalar()
    if held is not None:
        return int(held), False
    made = int(
        database.execute(
            insert(M)
            .values(account_id=account_id, org_id=org_id, target_group=target_group, valid_from=at)
            .returning(M.c.id)
        ).scalar_one()
    )
    return made, True


def leave(membership_id: int, at: int) -> None:
    """Ends a membership from a moment on, which must lie in it and not in the future. Conflict where it has ended."""
    if at > clock.seconds():
        text = _("That day has not come yet. Please choose today or a day before.")
        raise Invalid(text, on=text)
    row = (
        connection()
        .execute(
            update(M)
            .where(M.c.id == membership_id, M.c.valid_to.is_(None))
            .values(valid_to=at)
            .returning(M.c.valid_from)
        )
        .first()
    )
    if row is None:
        raise Conflict(_("This membership has ended already."))
    if at < row.valid_from:
        text = _("They belonged to it only from a later day on.")
        raise Invalid(text, on=text)


def join_newcomers(people: Sequence[tuple[int, int, str]], at: int) -> None:
    """`join` for (account, unit, group) of people who were made in this unit of work and belong nowhere yet."""
    hold_living(org for _account, org, _group in people)
    rows = [{"account_id": a, "org_id": o, "target_group": g, "valid_from": at} for a, o, g in people]
    insert_many(Membership.__table__, rows)


def join_many(people: Sequence[tuple[int, int, str]], at: int) -> list[int | None]:
    """`join` for many (account, unit, group) at once: the id of each new membership; None where it was held already."""
    hold_living(org for _account, org, _group in people)
    database, m = connection(), Membership.__table__
    who = {account for account, _org, _group in people}
    rows = database.execute(
        select(m.c.account_id, m.c.org_id, m.c.target_group).where(m.c.account_id.in_(who), m.c.valid_to.is_(None))
    )
    held = {tuple(row) for row in rows}
    new = [p for p in dict.fromkeys(people) if p not in held]
    values = [{"account_id": a, "org_id": o, "target_group": g, "valid_from": at} for a, o, g in new]
    ids = dict(zip(new, insert_many(m, values), strict=True))
    return [ids.pop(p, None) for p in people]

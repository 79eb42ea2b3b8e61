"""The import of administrative units from a dated table: code, kind, name, parent, source."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import insert, select

from lms.db.unit_of_work import connection
from lms.errors import Invalid
from lms.orgs.models import Membership, Org, OrgVersion
from lms.orgs.queries import forget_paths
from lms.text import _
from lms.vietnamese import fold, nfc, sort_key

NATION = "VN"
COLUMNS = ["code", "kind", "name", "parent", "source"]


@dataclass(frozen=True)
class Unit:
    """One line of the table; `parent` is a code, empty for what stands right under the nation."""

    code: str
    kind: str
    name: str
    parent: str
    source: str


def read(text: str) -> list[Unit]:
    """Reads the table. Raises Invalid naming the first line that cannot be used."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if rows.fieldnames != COLUMNS:
        raise Invalid(_("The first line of the table must read: {columns}", columns=",".join(COLUMNS)))
    units: list[Unit] = []
    seen: set[str] = set()
    for row in rows:
        unit = Unit(*(nfc(row[c] or "") for c in COLUMNS))
        if not unit.code or not unit.name or unit.code in seen:
            raise Invalid(_("Line {line}: a code that is new and a name are needed.", line=rows.line_num))
        seen.add(unit.code)
        units.append(unit)
    for unit in units:
        if unit.parent and unit.parent not in seen:
            raise Invalid(
                _("Unit {code}: its parent {parent} is not in the table.", code=unit.code, parent=unit.parent)
            )
    return units


def load(units: Iterable[Unit], valid_from: date) -> int:
    """Adds the units that are not here yet, with the nation above the provinces; returns how many. Harmless twice."""
    database = connection()
    known: dict[str, int] = {
        code: i for i, code in database.execute(select(Org.__table__.c.id, Org.__table__.c.code)).all() if code
    }
    new = [u for u in units if u.code not in known]
    if NATION not in known:
        new.insert(0, Unit(NATION, "", "Việt Nam", "", "Học vụ số"))
    if not new:
        return 0
    with_level = [{"uuid": uuid4(), "code": u.code, "level": _level(u)} for u in new]
    database.execute(insert(Org), with_level)
    known = {code: i for i, code in database.execute(select(Org.__table__.c.id, Org.__table__.c.code)).all() if code}
    database.execute(
        insert(OrgVersion),
        [
            {
                "org_id": known[u.code],
                "kind": u.kind,
                "name": u.name,
                "folded": fold(u.name),
                "sort_key": sort_key(u.name),
                "parent_id": None if u.code == NATION else known[u.parent or NATION],
                "valid_from": date(1900, 1, 1) if u.code == NATION else valid_from,
                "source": u.source,
            }
            for u in new
        ],
    )
    forget_paths()
    return len(new)


def _level(unit: Unit) -> str:
    if unit.code == NATION:
        return "nation"
    if unit.kind in ("tỉnh", "thành phố"):
        return "province"
    return "commune" if unit.kind in ("xã", "phường", "đặc khu") else "body"


def join(account_id: int, org_id: int, target_group: str, at: int) -> tuple[int, bool]:
    """Makes a person a member of a unit in a target group from now on; returns (membership, whether it is new)."""
    database = connection()
    m = Membership.__table__
    held = database.execute(
        select(m.c.id).where(
            m.c.account_id == account_id, m.c.org_id == org_id, m.c.target_group == target_group, m.c.valid_to.is_(None)
        )
    ).scalar()
    if held is not None:
        return int(held), False
    made = int(
        database.execute(
            insert(m)
            .values(account_id=account_id, org_id=org_id, target_group=target_group, valid_from=at)
            .returning(m.c.id)
        ).scalar_one()
    )
    return made, True

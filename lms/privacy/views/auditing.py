"""The audit log for the security officer: who did what to whom, filtered; and whether the chain of seals is whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists, or_, select

from lms import audit
from lms.audit import ACTS, SUBJECTS
from lms.clock import VIETNAM
from lms.db.unit_of_work import connection
from lms.identity.models import Account, Grant
from lms.identity.people import here
from lms.identity.roles import ROLES, May, roles_that
from lms.orgs.queries import nation_id
from lms.orgs.scope import below, people_below, require_anywhere
from lms.privacy import labels
from lms.text import Text, _
from lms.vietnamese import fold, sort_key
from lms.web.menu import MenuItem
from lms.web.rendering import render, say
from lms.web.routes import STAFF, Routes

routes = Routes("auditing", "/can-bo/nhat-ky")
menu = (
    MenuItem("auditing.entries", _("Journal of acts"), "history", "staff", roles_that(May.SEE_AUDIT), 90, group="data"),
)
E, A, G = audit.AuditEntry.__table__, Account.__table__, Grant.__table__
PAGE = 50
# What an act's details say, and, where that is a number or a short name, what kind of subject it names.
DETAILS: dict[str, tuple[Text, str]] = {
    "account": (_("Person"), "account"),
    "into": (_("Merged into"), "account"),
    "lang": (labels.COLUMNS["lang"], ""),
    "level": (labels.COLUMNS["level"], ""),
    "number": (labels.COLUMNS["number"], ""),
    "org": (labels.COLUMNS["org_id"], "unit"),
    "origin": (_("Original"), "lesson"),
    "purpose": (labels.COLUMNS["purpose"], ""),
    "reason": (labels.COLUMNS["reason"], ""),
    "relation": (labels.COLUMNS["relation"], ""),
    "role": (labels.COLUMNS["role"], ""),
    "room": (_("Class"), "class"),
    "rows": (labels.COLUMNS["rows"], ""),
    "source": (_("On whose word"), ""),
    "unit": (labels.COLUMNS["org_id"], "unit"),
}


class Entry(Struct, frozen=True):
    """An entry as its readers see it. `code` and `name` as they are stored, where nothing in use has words for them.

    `said`: details in words; `rest`: those for people who look after the system, as they are stored.
    """

    id: int
    at: int
    who: str
    act: str
    code: str
    about: str
    name: str
    said: tuple[tuple[str, str], ...]
    rest: tuple[tuple[str, Any], ...]


@routes.get("", STAFF)
def entries() -> str:
    """The acts of people in my units, newest first; those without a person are seen by the topmost unit alone."""
    units = require_anywhere(here(), May.SEE_AUDIT)
    query = (
        select(E.c.id, E.c.at, A.c.full_name, E.c.act, E.c.subject, E.c.detail)
        .select_from(E.outerjoin(A, A.c.id == E.c.actor_id))
        .order_by(E.c.id.desc())
        .limit(PAGE + 1)
    )
    everything = nation_id() in units
    if not everything:
        query = query.where(_by_ours(units))
    who, act = request.args.get("ai", "").strip()[:120], request.args.get("viec", "").strip()[:80]
    first, last = _day(request.args.get("tu")), _day(request.args.get("den"))
    if who:
        query = query.where(A.c.folded.contains(fold(who), autoescape=True))
    if act:
        query = query.where(_is(act))
    if first:
        query = query.where(E.c.at >= _moment(first))
    if last:
        query = query.where(E.c.at < _moment(last + timedelta(days=1)))
    before = request.args.get("truoc", "")
    if before.isascii() and before.isdigit() and len(before) < 16:
        query = query.where(E.c.id < int(before))
    rows = connection().execute(query).all()
    return render(
        "privacy/audit.html",
        rows=_in_words(rows[:PAGE], units),
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        who=who,
        act=act,
        first=request.args.get("tu", ""),
        last=request.args.get("den", ""),
        acts=_choices(act),
        broken=audit.first_broken() if everything and request.args.get("kiem") == "1" else None,
        checked=everything and request.args.get("kiem") == "1",
        everything=everything,
    )


def _is(act: str) -> ColumnElement[bool]:
    """An act by its code; "*.begun": whatever was begun and has no words of its own; else all that begin like this."""
    if act.startswith("*."):
        own = [one.code for one in ACTS if one.code.endswith(act[1:]) and one.code != act]
        return and_(E.c.act.endswith(act[1:], autoescape=True), E.c.act.not_in(own))
    return E.c.act == act if ACTS.find(act) else E.c.act.startswith(act, autoescape=True)


def _choices(act: str) -> list[tuple[str, str]]:
    """(code, words) of all acts, in the order of their words; what was asked for is among them, known or not."""
    found = sorted(((one.code, say(one.words)) for one in ACTS), key=lambda pair: sort_key(pair[1]))
    return found if not act or act in dict(found) else [(act, act), *found]


def _in_words(rows: Iterable[Any], units: Collection[int]) -> list[Entry]:
    rows = list(rows)
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        kind, _colon, key = row.subject.partition(":")
        wanted[kind].add(key)
        for name, value in row.detail.items():
            if name in DETAILS and DETAILS[name][1]:
                wanted[DETAILS[name][1]].add(str(value))
    names = {
        kind: found.names(keys, units) for kind, keys in wanted.items() if (found := SUBJECTS.find(kind)) is not None
    }
    return [_entry(row, names) for row in rows]


def _entry(row: Any, names: Mapping[str, Mapping[str, str]]) -> Entry:
    kind, _colon, key = row.subject.partition(":")
    subject = SUBJECTS.find(kind)
    words = audit.words_of(row.act)
    return Entry(
        row.id,
        row.at,
        row.full_name or "",
        say(words) if words else "",
        row.act,
        say(subject.title) if subject else "",
        names.get(kind, {}).get(key, key) if subject else row.subject,
        tuple((say(DETAILS[n][0]), _value(n, v, names)) for n, v in row.detail.items() if n in DETAILS),
        tuple((n, v) for n, v in row.detail.items() if n not in DETAILS),
    )


def _value(name: str, value: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    if name == "role" and value in ROLES:
        return say(ROLES[value].title)
    kind = DETAILS[name][1]
    if kind:
        return names.get(kind, {}).get(str(value), str(value))
    return say(labels.VALUES[value]) if isinstance(value, str) and value in labels.VALUES else str(value)


def _by_ours(units: list[int]) -> ColumnElement[bool]:
    """What was done by those who belonged or worked in these units, and held no role elsewhere when they did it."""
    inside = below(units)
    then = and_(
        G.c.account_id == E.c.actor_id, G.c.valid_from <= E.c.at, or_(G.c.valid_to.is_(None), G.c.valid_to > E.c.at)
    )
    here_then, elsewhere_then = (
        exists().where(then, G.c.org_id.in_(inside)),
        exists().where(then, ~G.c.org_id.in_(inside)),
    )
    return and_(or_(here_then, people_below(E.c.actor_id, units)), ~elsewhere_then)


def _day(typed: str | None) -> date | None:
    """A day typed as 20/11/2026 or 2026-11-20; None for anything else."""
    for shape in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime((typed or "").strip(), shape).date()  # noqa: DTZ007  a calendar day
        except ValueError:
            continue
    return None


def _moment(day: date) -> int:
    return int(datetime.combine(day, time.min, VIETNAM).timestamp())

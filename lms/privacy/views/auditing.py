"""The audit log for the security officer: who did what to whom, filtered; and whether the chain of seals is whole."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import request
from sqlalchemy import ColumnElement, and_, exists, or_, select

from lms import audit
from lms.clock import VIETNAM
from lms.db.unit_of_work import connection
from lms.identity.models import Account, Grant
from lms.identity.people import here
from lms.identity.roles import May, roles_that
from lms.orgs.queries import nation_id
from lms.orgs.scope import below, people_below, require_anywhere
from lms.text import _
from lms.vietnamese import fold
from lms.web.menu import MenuItem
from lms.web.rendering import render
from lms.web.routes import STAFF, Routes

routes = Routes("auditing", "/can-bo/nhat-ky")
menu = (
    MenuItem("auditing.entries", _("Journal of acts"), "history", "staff", roles_that(May.SEE_AUDIT), 90, group="data"),
)
E, A, G = audit.AuditEntry.__table__, Account.__table__, Grant.__table__
PAGE = 50


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
        query = query.where(E.c.act.startswith(act, autoescape=True))
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
        rows=rows[:PAGE],
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        who=who,
        act=act,
        first=request.args.get("tu", ""),
        last=request.args.get("den", ""),
        acts=sorted({row.act for row in rows}),
        broken=audit.first_broken() if everything and request.args.get("kiem") == "1" else None,
        checked=everything and request.args.get("kiem") == "1",
        everything=everything,
    )


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

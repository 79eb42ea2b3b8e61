"""Giving a role and ending one: downwards only, and only what one's own role may hand on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import or_, select

from lms import clock
from lms.db.unit_of_work import connection
from lms.errors import Invalid, NotFound
from lms.granting.queries import GrantRow, grant, names_of
from lms.identity import grants
from lms.identity.accounts import hold, normal_phone, normal_username
from lms.identity.models import Account, Grant
from lms.identity.people import Person
from lms.identity.roles import ROLES
from lms.identity.sessions import end_sessions
from lms.inbox.telling import notify
from lms.orgs.queries import org, org_by_code, reaches
from lms.text import Text, _

G = Grant.__table__
TO_HIMSELF = _("Nobody gives a role to themselves. Please ask whoever is responsible for the unit above yours.")
UNKNOWN_ROLE = _("Please choose one of the roles that you may give.")
GONE = _("This unit exists no more. Please choose the unit that continues it.")
HOLDS = _("This person holds this role at this unit for this time already, or for a part of it. End that one first.")


def on_the_server(login: str, role: str, unit: str, *, end: bool = False) -> str | None:
    """Gives or ends a role by command: whoever sits at the server is asked nothing. In an open unit of work.

    Returns what was done, in words for the operator; None where there is no such account, role, unit or grant.
    """
    a = Account.__table__
    phone, name, place = normal_phone(login), normal_username(login), org_by_code(unit)
    is_them = a.c.phone == phone if phone else a.c.username == name
    account = connection().execute(select(a.c.id).where(is_them, a.c.closed_at.is_(None))).scalar()
    if account is None or place is None or role not in ROLES:
        return None
    if not end:
        grants.give(account, role, place.id, None)
    else:
        held = select(G.c.id).where(
            G.c.account_id == account, G.c.role == role, G.c.org_id == place.id, G.c.ended_at.is_(None)
        )
        ended = [grants.end(grant_id, None) for grant_id in connection().execute(held).scalars().all()]
        if not any(ended):
            return None
    end_sessions(account)
    return f"{login}, {role}, {place.full_name}"


def handed_on(held: dict[str, list[int]]) -> dict[str, set[int]]:
    """For each role that may be given by somebody who holds these: the units at and below which it may be.

    A role that hands on roles itself is given only below those units, not at them: equals do not make equals.
    """
    found: dict[str, set[int]] = {}
    for role, units in held.items():
        for key in ROLES[role].hands_on if role in ROLES else ():
            found.setdefault(key, set()).update(units)
    return found


def may_give(held: dict[str, list[int]], role: str, org_id: int) -> bool:
    """Whether somebody who holds these roles may give, or end, this role at this unit."""
    units = handed_on(held).get(role, set())
    if ROLES[role].delegates:
        units = units - {org_id}
    return reaches(units, org_id)


def give(giver: Person, to: Person, role: str, org_id: int, first: date | None = None, last: date | None = None) -> int:
    """Gives a role at a unit from the first day to the last, both included; returns the grant's id.

    None: from now on; until it is ended. In an open unit of work, in which the giver's own roles are held. Giving the
    same twice is giving it once. Raises Invalid with the field named: role, unit, first, last.
    """
    if to.id == giver.id:
        raise Invalid(TO_HIMSELF)
    held = grants.grants_of(giver.id)
    if role not in handed_on(held):
        raise Invalid(UNKNOWN_ROLE, role=UNKNOWN_ROLE)
    if org(org_id) is None:
        raise Invalid(GONE, unit=GONE)
    if not may_give(held, role, org_id):
        text = _above(held, role)
        raise Invalid(text, unit=text)
    valid_from, valid_to = _times(first, last)
    hold(to.id)
    begins = clock.seconds() if valid_from is None else valid_from
    overlapping = select(G.c.id, G.c.valid_from, G.c.valid_to, G.c.granted_by).where(
        G.c.account_id == to.id,
        G.c.role == role,
        G.c.org_id == org_id,
        G.c.ended_at.is_(None),
        or_(G.c.valid_to.is_(None), G.c.valid_to > begins),
        *([G.c.valid_from < valid_to] if valid_to is not None else []),
    )
    for row in connection().execute(overlapping):
        if row.valid_to == valid_to and row.valid_from <= begins and row.granted_by == giver.id:
            return int(row.id)
        raise Invalid(HOLDS)
    grant_id = grants.give(to.id, role, org_id, giver.id, valid_from, valid_to)
    end_sessions(to.id)
    notify(
        to.id,
        "grant",
        _("You have a new role"),
        _("{role} at {unit}.", role=ROLES[role].title, unit=names_of([org_id])[org_id]),
        "/cai-dat/quyen",
    )
    return grant_id


def end(by: Person, grant_id: int) -> None:
    """Ends a grant that one could have given. What ended already stays as it is. In an open unit of work."""
    row = ending_for(by, grant_id)
    if not grants.end(row.id, by.id):
        return
    end_sessions(row.account_id)
    notify(
        row.account_id,
        "grant",
        _("A role of yours has ended"),
        _("{role} at {unit}.", role=ROLES[row.role].title, unit=names_of([row.org_id]).get(row.org_id, "")),
        "/cai-dat/quyen",
    )


def ending_for(by: Person, grant_id: int) -> GrantRow:
    """A grant that the person may end: not their own, and one that they could have given. NotFound otherwise."""
    row = grant(grant_id) if grant_id < 2**53 else None
    if row is None or not may_end(by, row):
        raise NotFound
    return row


def may_end(by: Person, row: GrantRow) -> bool:
    """Whether the person may end this grant."""
    return row.account_id != by.id and row.role in ROLES and may_give(grants.grants_of(by.id), row.role, row.org_id)


def _above(held: dict[str, list[int]], role: str) -> Text:
    names = "; ".join(sorted(names_of(handed_on(held)[role]).values()))
    if ROLES[role].delegates:
        return _("This role can be given by you only at units below: {units}.", units=names)
    return _("This role can be given by you only at these units and below them: {units}.", units=names)


def _times(first: date | None, last: date | None) -> tuple[int | None, int | None]:
    """The seconds of the days: None and None for a grant from now on without end."""
    today = clock.today()
    if first is not None and first < today:
        text = _("The first day must be today or later.")
        raise Invalid(text, first=text)
    if last is not None and last < (first or today):
        text = _("The last day must not lie before the first one.")
        raise Invalid(text, last=text)
    begins = None if first is None or first == today else _start(first)
    return begins, _start(last + timedelta(days=1)) if last is not None else None


def _start(day: date) -> int:
    return int(datetime.combine(day, time(), clock.VIETNAM).astimezone(UTC).timestamp())

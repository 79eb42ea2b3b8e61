"""What somebody may see and do, in plain words, and why."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from lms.granting.queries import GrantRow, Reach, grants_of_person, names_of, reach
from lms.identity.roles import MEANS, ROLES, May, roles_that
from lms.orgs.queries import reaches
from lms.text import Text, _
from lms.web.locale import short_date


class Right(Struct, frozen=True):
    """One grant in plain words."""

    grant: GrantRow
    role: Text
    unit: str
    allows: list[Text]
    gives: list[Text]  # the roles that its holder may hand on
    reach: Reach

    @property
    def state(self) -> str:
        """now, future or past."""
        return self.grant.state


def rights_of(account_id: int) -> list[Right]:
    """All grants of a person, those that hold first. How far they reach is looked up for those that hold or will."""
    rows = [g for g in grants_of_person(account_id) if g.role in ROLES]
    names = names_of({g.org_id for g in rows})
    far = reach({g.org_id for g in rows if g.state != "past"})
    return [
        Right(
            g,
            ROLES[g.role].title,
            names.get(g.org_id, ""),
            [MEANS[may] for may in May if may in ROLES[g.role].may],
            [ROLES[key].title for key in ROLES if key in ROLES[g.role].hands_on],
            far.get(g.org_id, Reach(0, 0)),
        )
        for g in rows
    ]


class Answer(Struct, frozen=True):
    """May X do Y at Z? With every reason there is."""

    yes: bool
    reasons: list[Text]


def answer(rights: Sequence[Right], may: May, org_id: int, unit: str) -> Answer:
    """Whether these rights allow it at this unit, and why, or why not."""
    allowing = [r for r in rights if may in ROLES[r.grant.role].may]
    at_unit = [r for r in allowing if reaches([r.grant.org_id], org_id)]
    holding = [r for r in at_unit if r.state == "now"]
    if holding:
        return Answer(True, [_because(r, org_id, unit) for r in holding])
    reasons = [
        _("As {role} at {unit} only from {day} on.", role=r.role, unit=r.unit, day=short_date(r.grant.valid_from))
        for r in at_unit
        if r.state == "future"
    ]
    reasons += [
        _("The role {role} at {unit} ended on {day}.", role=r.role, unit=r.unit, day=_ended(r.grant))
        for r in at_unit
        if r.state == "past"
    ]
    reasons += [
        _(
            "{role} allows it at {own} and below; {unit} does not lie there.",
            role=r.role,
            own=r.unit,
            unit=unit,
        )
        for r in allowing
        if r.state == "now"
    ]
    if not allowing:
        reasons.append(_("No role allows it that this person holds."))
    for key in ROLES:
        if key in roles_that(may):
            reasons.append(_("It is allowed to whoever is {role} there.", role=ROLES[key].title))
    return Answer(False, reasons)


def _because(right: Right, org_id: int, unit: str) -> Text:
    if right.grant.org_id == org_id:
        return _("As {role} at {unit}.", role=right.role, unit=right.unit)
    return _("As {role} at {own}, and {unit} lies below it.", role=right.role, own=right.unit, unit=unit)


def _ended(row: GrantRow) -> str:
    return short_date(row.ended_at if row.ended_at is not None else (row.valid_to or 1) - 1)

"""The roles, and what each may do. A role is always held at a unit and reaches all units below it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lms.text import Text, _


class May(enum.StrEnum):
    """One thing that a role may allow, always at a unit."""

    SEE_PEOPLE = "people.see"  # names, groups, progress
    MAKE_PEOPLE = "people.make"  # enter, correct, enrol; lists
    MERGE_PEOPLE = "people.merge"
    SEE_PAPERS_OF_IDENTITY = "people.prove"  # level 2: papers seen
    HELP = "people.help"  # sign in beside, cards, classes
    CHANGE_UNITS = "units.change"
    GIVE_GRANTS = "grants.give"
    AUTHOR = "content.author"
    REVIEW = "content.review"
    VERIFY = "certificates.verify"
    REVOKE = "certificates.revoke"
    CONFIRM = "attainment.confirm"
    SEE_REPORTS = "reports.see"
    ANSWER_REQUESTS = "privacy.answer"
    SEE_AUDIT = "audit.see"
    ADMINISTER = "system.administer"


@dataclass(frozen=True)
class Role:
    """A role: its key in the database, what it is called, what it may do, and which roles its holder may hand on."""

    key: str
    title: Text
    may: frozenset[May]
    hands_on: frozenset[str] = frozenset()


_ALL = (
    Role("instructor", _("Instructor"), frozenset({May.AUTHOR})),
    Role("reviewer", _("Reviewer"), frozenset({May.REVIEW})),
    Role("verifier", _("Verifier"), frozenset({May.VERIFY, May.REVOKE})),
    Role("confirmer", _("Confirmer"), frozenset({May.CONFIRM, May.SEE_PEOPLE, May.SEE_PAPERS_OF_IDENTITY})),
    Role("mentor", _("Helper"), frozenset({May.HELP, May.SEE_PEOPLE})),
    Role(
        "manager",
        _("Unit manager"),
        frozenset(
            {
                May.SEE_PEOPLE, May.MAKE_PEOPLE, May.MERGE_PEOPLE, May.SEE_PAPERS_OF_IDENTITY, May.HELP,
                May.CHANGE_UNITS, May.GIVE_GRANTS, May.SEE_REPORTS, May.ANSWER_REQUESTS,
            }
        ),
        frozenset({"instructor", "reviewer", "verifier", "confirmer", "mentor", "manager", "reporter", "inspector"}),
    ),
    Role("reporter", _("Reporter"), frozenset({May.SEE_REPORTS})),
    Role("inspector", _("Inspector"), frozenset({May.SEE_PEOPLE, May.SEE_REPORTS, May.VERIFY})),
    Role("security", _("Security officer"), frozenset({May.SEE_AUDIT})),
    Role("administrator", _("Administrator"), frozenset(May), frozenset()),
)  # fmt: skip
ROLES: dict[str, Role] = {role.key: role for role in _ALL}
ROLES["administrator"] = Role("administrator", ROLES["administrator"].title, frozenset(May), frozenset(ROLES))


def roles_that(may: May) -> frozenset[str]:
    """The keys of the roles that allow something."""
    return frozenset(key for key, role in ROLES.items() if may in role.may)

"""The roles, and what each may do. A role is always held at a unit and reaches all units below it."""

from __future__ import annotations

import enum

from msgspec import Struct

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
    PUBLISH = "content.publish"  # what was reviewed, and whether a unit asks for review
    VERIFY = "certificates.verify"
    REVOKE = "certificates.revoke"
    ISSUE = "certificates.issue"  # in batches, and to whoever a list names
    CONFIRM = "attainment.confirm"
    SEE_REPORTS = "reports.see"
    ANSWER_REQUESTS = "privacy.answer"
    SEE_AUDIT = "audit.see"
    ADMINISTER = "system.administer"


MEANS: dict[May, Text] = {
    May.SEE_PEOPLE: _("See people: name, group, units, how far they are"),
    May.MAKE_PEOPLE: _("Enter people, correct their data, enrol them"),
    May.MERGE_PEOPLE: _("Merge two accounts of one person"),
    May.SEE_PAPERS_OF_IDENTITY: _("Look at identity papers and note that they were seen"),
    May.HELP: _("Help people sign in, give cards, hold classes"),
    May.CHANGE_UNITS: _("Change units: found, merge, split, rename, move"),
    May.GIVE_GRANTS: _("Give roles to others, and end them"),
    May.AUTHOR: _("Write lessons, questions and courses, and publish them"),
    May.REVIEW: _("Review lessons and questions"),
    May.PUBLISH: _(
        "Publish what was reviewed, decide whether a unit asks for review, put bad questions right, decide about marks"
    ),
    May.VERIFY: _("Look up the papers that were issued"),
    May.REVOKE: _("Change papers that were issued: withdraw, suspend, correct, replace; note who received them"),
    May.ISSUE: _("Issue papers in batches, and to people whom a list names"),
    May.CONFIRM: _("Confirm that a real-life task was done, or a result before its paper is issued"),
    May.SEE_REPORTS: _("See figures and reports"),
    May.ANSWER_REQUESTS: _("Answer requests about personal data"),
    May.SEE_AUDIT: _("Read the log of who did what"),
    May.ADMINISTER: _("Administer the system"),
}


class Role(Struct, frozen=True):
    """A role: its key in the database, what it is called, what it may do, and which roles its holder may hand on."""

    key: str
    title: Text
    may: frozenset[May]
    hands_on: frozenset[str] = frozenset()

    @property
    def delegates(self) -> bool:
        """Whether its holder hands on roles; such a role is given only below the giver's own unit."""
        return bool(self.hands_on)


_ALL = (
    Role("instructor", _("Instructor"), frozenset({May.AUTHOR})),
    Role("reviewer", _("Reviewer"), frozenset({May.REVIEW})),
    Role("publisher", _("Publisher"), frozenset({May.PUBLISH})),
    Role("verifier", _("Verifier"), frozenset({May.VERIFY, May.REVOKE, May.ISSUE})),
    Role("confirmer", _("Confirmer"), frozenset({May.CONFIRM, May.SEE_PEOPLE, May.SEE_PAPERS_OF_IDENTITY})),
    Role("mentor", _("Helper"), frozenset({May.HELP, May.SEE_PEOPLE})),
    Role(
        "manager",
        _("Unit manager"),
        frozenset(
            {
                May.SEE_PEOPLE, May.MAKE_PEOPLE, May.MERGE_PEOPLE, May.SEE_PAPERS_OF_IDENTITY, May.HELP,
                May.CHANGE_UNITS, May.GIVE_GRANTS, May.SEE_REPORTS, May.ANSWER_REQUESTS, May.PUBLISH,
            }
        ),
        frozenset(
            {
                "instructor", "reviewer", "publisher", "verifier", "confirmer", "mentor", "manager", "reporter",
                "inspector",
            }
        ),
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

"""What the acts of the core are called in the journal, and the things that they are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from lms.audit import Act, Subject
from lms.competency.models import Programme
from lms.db.unit_of_work import connection
from lms.identity.models import Account
from lms.identity.proofs import ACTIONS
from lms.orgs.acts import TITLES
from lms.orgs.models import OrgAct
from lms.orgs.queries import path_names
from lms.orgs.scope import people_below
from lms.privacy.retaining import RETENTION
from lms.text import _
from lms.web.rendering import say

A = Account.__table__.c

acts = (
    Act("account.renamed", _("Changed a name")),
    Act("account.password_changed", _("Changed a password")),
    Act("account.pin_given", _("Gave a PIN")),
    Act("account.closed", _("Closed an account")),
    Act("account.named_by_identity", _("Took a name from an electronic identity")),
    Act("account.papers_seen", _("Saw identity papers")),
    Act("account.merged", _("Merged two accounts")),
    Act("account.merge_undone", _("Took a merger of accounts back")),
    Act("account.erased", _("Erased personal data")),
    Act("grant.given", _("Gave a role")),
    Act("grant.ended", _("Ended a role")),
    Act("identity.linked", _("Linked an identity")),
    Act("identity.unlinked", _("Unlinked an identity")),
    Act("level.required", _("Decided on a level of identity")),
    Act("second_factor.on", _("Turned the second step on")),
    Act("second_factor.recovered", _("Signed in with a code on paper")),
    Act("second_factor.off", _("Turned the second step off")),
    Act("membership.begun", _("Took somebody into a unit")),
    Act("membership.ended", _("Ended a membership of a unit")),
    *(Act(f"unit.{kind}", title) for kind, title in TITLES.items()),
    Act("unit.carried-out", _("Carried out a planned change of units")),
    Act("unit.undone", _("Took a change of units back")),
    Act("package.imported", _("Took a content package in")),
    Act("programme.prerequisites", _("Decided whether a programme locks what comes later")),
    Act("data-request.made", _("Asked about personal data")),
    Act("data-request.answered", _("Answered a request about personal data")),
    Act("consent.withdrawn", _("Took a consent back")),
    Act("guardian.agreed", _("Agreed as a guardian")),
    Act("guardian.stepped_down", _("Stopped being a guardian")),
    Act("retention.decided", _("Decided how long something is kept")),
    Act("review.rule", _("Decided whether a unit asks for review")),
    Act("key.replaced", _("Took another signing key into use")),
    Act("witness.added", _("Named a witness of the log")),
    Act("witness.ended", _("Ended a witness of the log")),
    Act("submission.edited", _("Changed what was handed in for review")),
    Act("*.begun", _("Began to write")),
    Act("*.published", _("Published")),
    Act("*.restored", _("Took an older state back")),
    Act("*.submitted", _("Handed in for review")),
    Act("*.remarked", _("Made a remark in a review")),
    Act("*.reviewed", _("Found good in a review")),
    Act("*.returned", _("Gave back to be changed")),
    Act("*.withdrawn", _("Withdrew from review")),
)


def _accounts(keys: Collection[str], units: Collection[int]) -> Mapping[str, str]:
    """Names of people who belong to these units; others are numbers here."""
    found = connection().execute(select(A.id, A.full_name).where(A.id.in_(_numbers(keys)), people_below(A.id, units)))
    return {str(row.id): row.full_name for row in found}


def _units(keys: Collection[str], _units: Collection[int]) -> Mapping[str, str]:
    whole = say(_("The whole country"))  # the one unit that has no name of its own
    return {str(org_id): name or whole for org_id, name in path_names(_numbers(keys)).items()}


def _unit_acts(keys: Collection[str], _units: Collection[int]) -> Mapping[str, str]:
    table = OrgAct.__table__.c
    found = connection().execute(select(table.id, table.kind).where(table.id.in_(_numbers(keys))))
    return {str(row.id): f"{say(TITLES[row.kind])} ({row.id})" for row in found if row.kind in TITLES}


def _programmes(keys: Collection[str], _units: Collection[int]) -> Mapping[str, str]:
    table = Programme.__table__.c
    found = connection().execute(select(table.slug, table.title).where(table.slug.in_(list(keys))))
    return {row.slug: row.title for row in found}


def _actions(keys: Collection[str], _units: Collection[int]) -> Mapping[str, str]:
    return {key: say(found.title) for key in keys if (found := ACTIONS.find(key))}


def _terms(keys: Collection[str], _units: Collection[int]) -> Mapping[str, str]:
    return {key: say(found.title) for key in keys if (found := RETENTION.find(key))}


def _numbers(keys: Collection[str]) -> list[int]:
    return [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]


subjects = (
    Subject("account", _("Account"), _accounts),
    Subject("unit", _("Unit"), _units),
    Subject("org", _("Unit"), _units),
    Subject("act", _("Change of units"), _unit_acts),
    Subject("programme", _("Programme"), _programmes),
    Subject("key", _("Signing key")),
    Subject("witness", _("Witness of the log")),
    Subject("submission", _("Handed in for review")),
    Subject("action", _("What a level is asked for"), _actions),
    Subject("retention", _("Term of keeping"), _terms),
)

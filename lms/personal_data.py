"""What the core keeps about people, table by table (the inbox and the privacy pages list their own)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, and_, or_

from lms.audit import AuditEntry
from lms.competency.models import Attainment
from lms.identity.models import Account, Consent, Grant, Identity
from lms.identity.personal import Erased, Merged, PersonalTable
from lms.learning.models import Enrollment, Evidence, Kind, Practised
from lms.learning.queries import stands
from lms.merging.models import Duplicate, Merge
from lms.orgs.models import Membership, OrgAct
from lms.speech.models import Sentence
from lms.text import _

_WORK = _("A record of work done by an official; it says nothing about the official but that.")
_FIGURES = _("Kept without your name, so that the figures stay true.")
_POWER = _("Who held which role when must stay known.")
_CONSENTS = _("Kept to prove what you agreed to.")
_JOINED = _("Kept without names, so that it stays known that two accounts were one person.")
A, G, C, D, M = Account.__table__, Grant.__table__, Consent.__table__, Duplicate.__table__, Merge.__table__
E, ACT = Evidence.__table__, OrgAct.__table__


def _same_time(theirs: FromClause, ours: FromClause) -> ColumnElement[bool]:
    """A membership of the same unit and group that lasts at least as long: counting both would count a person twice."""
    a, b = theirs.c, ours.c
    return and_(
        a.org_id == b.org_id,
        a.target_group == b.target_group,
        or_(b.valid_to.is_(None), and_(a.valid_to <= b.valid_to, b.valid_to > a.valid_from)),
        or_(a.valid_to.is_(None), a.valid_to > b.valid_from),
    )


def _taken_back(theirs: FromClause, ours: FromClause) -> ColumnElement[bool]:
    """What was taken back, where the other one has evidence of the same activity: it must not take that back too."""
    same = ours.c.activity_id == theirs.c.activity_id
    return and_(same, or_(theirs.c.kind == int(Kind.WITHDRAWN), ~stands(theirs)))


tables = (
    PersonalTable(
        A, "id", _("Your account"),
        ("full_name", "username", "phone", "birth_date", "birth_year", "identity_tail", "target_group", "address_form",
         "assurance_level", "lesson_lang", "made_at"),
        Merged.STAYS, Erased.BLANKED,
    ),
    PersonalTable(A, "made_by", _("People whom you entered"), (), Merged.STAYS, Erased.KEPT, why_kept=_WORK),
    PersonalTable(
        A, "merged_into_id", _("Accounts of yours that were joined to this one"), ("made_at",), Merged.MOVES,
        Erased.KEPT, why_kept=_JOINED,
    ),
    PersonalTable(
        Identity.__table__, "account_id", _("Other places with which you sign in"),
        ("provider", "subject", "linked_at"), Merged.MOVES, Erased.DELETED,
    ),
    PersonalTable(
        G, "account_id", _("Your roles"), ("role", "org_id", "valid_from", "valid_to"), Merged.MOVES, Erased.KEPT,
        why_kept=_POWER,
    ),
    PersonalTable(G, "granted_by", _("Roles that you gave"), (), Merged.STAYS, Erased.KEPT, why_kept=_POWER),
    PersonalTable(G, "ended_by", _("Roles that you ended"), (), Merged.STAYS, Erased.KEPT, why_kept=_POWER),
    PersonalTable(
        C, "account_id", _("What you agreed to"), ("purpose", "text_version", "channel", "given_at", "withdrawn_at"),
        Merged.MOVES, Erased.KEPT, why_kept=_CONSENTS,
    ),
    PersonalTable(C, "by_id", _("Yeses of others that you wrote down"), (), Merged.STAYS, Erased.KEPT, why_kept=_WORK),
    PersonalTable(
        Membership.__table__, "account_id", _("Units that you belong to"),
        ("org_id", "target_group", "valid_from", "valid_to"), Merged.MOVES, Erased.KEPT, why_kept=_FIGURES,
        twice=_same_time,
    ),
    PersonalTable(ACT, "recorded_by", _("Changes of units that you recorded"), (), Merged.STAYS, Erased.KEPT,
                  why_kept=_WORK),
    PersonalTable(ACT, "undone_by", _("Changes of units that you undid"), (), Merged.STAYS, Erased.KEPT,
                  why_kept=_WORK),
    PersonalTable(
        Enrollment.__table__, "account_id", _("Courses that you have begun"),
        ("course_id", "started_at", "last_at", "completed_at"), Merged.MOVES, Erased.KEPT, why_kept=_FIGURES,
    ),
    PersonalTable(
        E, "account_id", _("What you have learnt and done"), ("activity_id", "kind", "raw", "most", "passed", "at"),
        Merged.MOVES, Erased.KEPT, why_kept=_FIGURES, twice=_taken_back,
    ),
    PersonalTable(
        Practised.__table__, "account_id", _("What you have practised inside lessons"), ("kind", "slug", "at"),
        Merged.MOVES, Erased.DELETED,
    ),
    PersonalTable(
        Sentence.__table__, "said_by", _("Sentences of lessons that you have spoken"), ("lang", "words", "made_at"),
        Merged.MOVES, Erased.DELETED, files=("file_key",),
    ),
    PersonalTable(E, "by_id", _("What you confirmed for others"), (), Merged.STAYS, Erased.KEPT, why_kept=_WORK),
    PersonalTable(
        Attainment.__table__, "account_id", _("Programmes that you have attained"),
        ("programme_id", "attained_at", "evidence"), Merged.MOVES, Erased.KEPT, why_kept=_FIGURES,
        twice=lambda theirs, ours: theirs.c.programme_id == ours.c.programme_id,
    ),
    PersonalTable(
        AuditEntry.__table__, "actor_id", _("What you did here that must stay traceable"), ("at", "act", "subject"),
        Merged.STAYS, Erased.KEPT,
        why_kept=_("The record of acts is sealed: taking something out of it would break the seal."),
    ),
    PersonalTable(M, "kept_id", _("Accounts that were joined to yours"), ("at", "reason", "undone_at"), Merged.STAYS,
                  Erased.BLANKED, {"reason": "", "undone_reason": None, "detail": {}}, _JOINED),
    PersonalTable(M, "gone_id", _("When your account was joined to another one"), ("at", "reason", "undone_at"),
                  Merged.STAYS, Erased.BLANKED, {"reason": "", "undone_reason": None, "detail": {}}, _JOINED),
    PersonalTable(M, "by_id", _("Accounts that you joined"), (), Merged.STAYS, Erased.KEPT, why_kept=_WORK),
    PersonalTable(M, "undone_by_id", _("Accounts that you parted again"), (), Merged.STAYS, Erased.KEPT,
                  why_kept=_WORK),
    PersonalTable(D, "low_id", _("People who looked like you"), (), Merged.STAYS, Erased.DELETED,
                  why_kept=_("It is about another person too.")),
    PersonalTable(D, "high_id", _("People who looked like you, found later"), (), Merged.STAYS, Erased.DELETED,
                  why_kept=_("It is about another person too.")),
    PersonalTable(D, "decided_by", _("People of whom you said whether they are one"), (), Merged.STAYS, Erased.KEPT,
                  why_kept=_WORK),
)  # fmt: skip

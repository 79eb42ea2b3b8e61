"""What the ways in keep about people, table by table."""

from __future__ import annotations

from lms.identity.models import Code, KeptForm, Proof, RecoveryCode, RequiredLevel, SecondFactor, Session
from lms.identity.personal import Erased, Merged, PersonalTable
from lms.text import _

_WORK = _("A record of work done by an official; it says nothing about the official but that.")

tables = (
    PersonalTable(
        Session.__table__, "account_id", _("Where you were signed in"),
        ("way", "device", "made_at", "seen_at", "ended_at"), Merged.STAYS, Erased.DELETED,
    ),
    PersonalTable(
        Session.__table__, "helper_id", _("People whom you signed in beside them"), (), Merged.STAYS, Erased.KEPT,
        why_kept=_WORK,
    ),
    PersonalTable(
        Code.__table__, "account_id", _("Codes sent to your phone"), ("phone", "purpose", "made_at", "used_at"),
        Merged.STAYS, Erased.DELETED,
    ),
    PersonalTable(
        Proof.__table__, "account_id", _("How it was proved who you are"),
        ("level", "kind", "what", "identity_tail", "made_at", "ended_at"), Merged.MOVES, Erased.DELETED,
    ),
    PersonalTable(
        Proof.__table__, "by_id", _("Papers of others that you have seen"), (), Merged.STAYS, Erased.KEPT,
        why_kept=_WORK,
    ),
    PersonalTable(
        RequiredLevel.__table__, "set_by", _("Levels of identity that you set"), (), Merged.STAYS, Erased.KEPT,
        why_kept=_WORK,
    ),
    PersonalTable(
        SecondFactor.__table__, "account_id", _("Your second step when signing in"), ("made_at", "confirmed_at"),
        Merged.STAYS, Erased.DELETED,
    ),
    PersonalTable(
        RecoveryCode.__table__, "account_id", _("Your codes on paper"), ("used_at",), Merged.STAYS, Erased.DELETED,
    ),
    PersonalTable(
        KeptForm.__table__, "account_id", _("What you had typed when you were signed out"), ("at",), Merged.STAYS,
        Erased.DELETED,
    ),
)  # fmt: skip

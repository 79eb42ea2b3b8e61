"""What is kept of whom where officers act on papers: who decided, who received, who handed over."""

from __future__ import annotations

from certificates.models import Confirmation, Handed, Handover
from lms.api.people import Erased, Merged, PersonalTable
from lms.api.work import _

_WORK = _("A record of work done by an official; it says nothing about the official but that.")
tables = (
    PersonalTable(
        Confirmation.__table__, "account_id", _("Results that an officer looks at before the paper is given"),
        ("state", "asked_at", "note", "reason", "decided_at"), Merged.MOVES, Erased.BLANKED,
        {"note": "", "reason": ""},
        _("That a result was confirmed is known as long as the number of its paper is."),
    ),
    PersonalTable(
        Confirmation.__table__, "decided_by", _("Results that you decided about"), (), Merged.STAYS, Erased.KEPT,
        why_kept=_WORK,
    ),
    PersonalTable(
        Handed.__table__, "account_id", _("Papers that were handed over to you, or to somebody for you"),
        ("receiver", "struck_at"), Merged.MOVES, Erased.BLANKED, {"receiver": ""},
        _("That a paper was handed over is known as long as its number is."),
    ),
    PersonalTable(
        Handed.__table__, "struck_by", _("Notes of hand-overs that you struck"), (), Merged.STAYS, Erased.KEPT,
        why_kept=_WORK,
    ),
    PersonalTable(
        Handover.__table__, "by_id", _("Hand-overs of papers that you noted"), ("on_day", "note", "at"), Merged.STAYS,
        Erased.KEPT, why_kept=_WORK,
    ),
)  # fmt: skip

"""What the review keeps about people."""

from __future__ import annotations

from lms.identity.personal import Erased, Merged, PersonalTable
from lms.reviewing.models import Remark, ReviewRule, Submission
from lms.text import _

_WORK = _("A record of work done by an official; it says nothing about the official but that.")
_SUBMITTED = Submission.__table__

tables = (
    PersonalTable(
        ReviewRule.__table__, "set_by", _("Units for which you decided whether lessons are reviewed"),
        ("org_id", "set_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
    ),
    PersonalTable(
        _SUBMITTED, "submitted_by", _("Lessons and courses that you handed in for review"),
        ("title", "state", "note", "submitted_at", "reason"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
    ),
    PersonalTable(
        _SUBMITTED, "reviewed_by", _("Lessons and courses that you reviewed"),
        ("title", "reviewed_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
    ),
    PersonalTable(
        _SUBMITTED, "ended_by", _("Lessons and courses that you published, gave back or took back"),
        ("title", "state", "ended_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
    ),
    PersonalTable(
        Remark.__table__, "by_id", _("What you remarked in reviews"),
        ("words", "at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
    ),
)  # fmt: skip

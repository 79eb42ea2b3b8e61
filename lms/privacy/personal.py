"""What the privacy pages themselves keep about people."""

from __future__ import annotations

from lms.identity.personal import Erased, Merged, PersonalTable
from lms.privacy.models import AskedToStay, DataRequest, Guardian, GuardianCode, RetentionTerm, Sensitive
from lms.text import _

_PROOF = _("Kept to prove that your rights were respected.")
_WORK = _("A record of work done by an official; it says nothing about the official but that.")
R, G = DataRequest.__table__, Guardian.__table__
tables = (
    PersonalTable(
        R, "account_id", _("Your requests about your data"),
        ("kind", "words", "state", "made_at", "answer_by", "act_by", "answered_at", "ended_at", "answer"),
        Merged.MOVES, Erased.BLANKED, {"words": "", "answer": ""}, _PROOF,
    ),
    PersonalTable(R, "asked_by_id", _("Requests you made for others"), (), Merged.STAYS, Erased.KEPT, why_kept=_PROOF),
    PersonalTable(R, "handled_by_id", _("Requests you answered"), (), Merged.STAYS, Erased.KEPT, why_kept=_WORK),
    PersonalTable(
        G, "minor_id", _("Who answers for you"), ("name", "relation", "given_at", "ended_at"),
        Merged.MOVES, Erased.DELETED,
    ),
    PersonalTable(
        G, "guardian_id", _("For whom you answer"), ("relation", "given_at", "ended_at"), Merged.MOVES, Erased.BLANKED,
        {"name": "(đã xóa)"},
    ),
    PersonalTable(G, "recorded_by_id", _("Guardians you recorded"), (), Merged.STAYS, Erased.KEPT, why_kept=_WORK),
    PersonalTable(
        GuardianCode.__table__, "minor_id", _("The code for your guardian"), ("until",), Merged.STAYS, Erased.DELETED
    ),
    PersonalTable(
        Sensitive.__table__, "account_id", _("What you told for counting, encrypted"), ("attribute", "given_at"),
        Merged.MOVES, Erased.DELETED,
    ),
    PersonalTable(
        RetentionTerm.__table__, "changed_by_id", _("Terms of keeping that you decided"), (), Merged.STAYS, Erased.KEPT,
        why_kept=_WORK,
    ),
    PersonalTable(
        AskedToStay.__table__, "account_id", _("Whether we asked you to stay"), ("asked_at",), Merged.MOVES,
        Erased.DELETED,
    ),
)  # fmt: skip

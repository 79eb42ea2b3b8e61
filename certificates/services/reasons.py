"""Why a paper may be changed: codes for figures and machines, words for people.

The codes and which act each fits are this system's own defaults (mặc định của hệ thống, chưa phải quy định): no text
that we know lists them. A code is never changed or taken away, because papers carry it.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from lms.api.work import Text, _

SUSPEND, RESTORE, REVOKE = "suspend", "restore", "revoke"
CORRECT, REISSUE, SUPERSEDE = "correct", "reissue", "supersede"


class Reason(Struct, frozen=True):
    """Why, in words, and for which acts it may be given."""

    words: Text
    acts: frozenset[str]


OTHER: Final = "other"
REASONS: Final[dict[str, Reason]] = {
    "name_wrong": Reason(_("The name on the paper is wrong"), frozenset({CORRECT})),
    "birth_date_wrong": Reason(_("The day of birth on the paper is wrong"), frozenset({CORRECT})),
    "unit_wrong": Reason(_("The unit on the paper is wrong"), frozenset({CORRECT})),
    "name_changed": Reason(_("The holder's name has been changed by law"), frozenset({CORRECT})),
    "printed_wrong": Reason(_("The paper was printed or drawn wrongly"), frozenset({REISSUE})),
    "lost": Reason(_("The paper was lost or damaged"), frozenset({REISSUE})),
    "person_asked": Reason(_("The holder asked for it"), frozenset({REISSUE, SUSPEND, REVOKE})),
    "appeal_upheld": Reason(_("A complaint of the holder was right"), frozenset({RESTORE, REISSUE})),
    "under_review": Reason(_("Something is being looked into"), frozenset({SUSPEND})),
    "cleared": Reason(_("It was looked into, and nothing was wrong"), frozenset({RESTORE})),
    "fraud": Reason(_("It was obtained by deceit"), frozenset({SUSPEND, REVOKE})),
    "issued_in_error": Reason(_("It should not have been issued"), frozenset({REVOKE})),
    "twice": Reason(_("The holder has two papers for the same"), frozenset({SUPERSEDE})),
    OTHER: Reason(
        _("Another reason, in the words below"), frozenset({SUSPEND, RESTORE, REVOKE, CORRECT, REISSUE, SUPERSEDE})
    ),
}


def reasons_for(act: str) -> list[tuple[str, Text]]:
    """The (code, words) that may be given for an act, in their order."""
    return [(code, reason.words) for code, reason in REASONS.items() if act in reason.acts]

"""What follows once people are joined, or known better: in transactions of their own, by what was told."""

from __future__ import annotations

from lms import progress
from lms.identity.events import PersonKnownBetter
from lms.merging import finding, joining
from lms.merging.events import AccountMerged


def when_account_merged(event: AccountMerged) -> None:
    """Fetches what was on its way to the account that went, judges what the two have learnt, and looks further."""
    joining.catch_up(event.merge_id)
    progress.reconsider(event.kept_id)
    finding.note_duplicates([event.kept_id])


def when_person_known_better(event: PersonKnownBetter) -> None:
    """Looks again at whoever has told their birthday or shown papers."""
    finding.note_duplicates([event.account_id])

"""What follows when a person is forgotten: nobody hears them any more."""

from __future__ import annotations

from lms.contract.points import Event
from lms.speech.speaking import forget_torn


def when_account_erased(event: Event) -> None:
    """Their sentences have gone with their rows; the lessons that were joined of them go here."""
    forget_torn()

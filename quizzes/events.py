"""Facts about attempts."""

from __future__ import annotations

from lms.api.plugins import Event


class AttemptGraded(Event, frozen=True):
    """A paper was handed in and marked. Points are in halves; `form`: the letter, where the quiz has forms."""

    attempt_id: int
    account_id: int
    activity_id: int
    halves: int
    most: int
    passed: bool
    form: str | None = None


class PapersRemarked(Event, frozen=True):
    """Marks of papers that were marked before were changed by an act: what was made of them is to be made anew."""

    attempt_ids: tuple[int, ...]


class FormHelped(Event, frozen=True):
    """It was said how much help somebody had at a form of a measure: alone 0, a little 1, much 2."""

    attempt_id: int
    much: int

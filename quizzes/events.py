"""Facts about attempts."""

from __future__ import annotations

from dataclasses import dataclass

from lms.api.plugins import Event


@dataclass(frozen=True)
class AttemptGraded(Event):
    """A paper was handed in and marked. Points are in halves; `form`: the letter, where the quiz has forms."""

    attempt_id: int
    account_id: int
    activity_id: int
    halves: int
    most: int
    passed: bool
    form: str | None = None


@dataclass(frozen=True)
class PapersRemarked(Event):
    """Marks of papers that were marked before were changed by an act: what was made of them is to be made anew."""

    attempt_ids: tuple[int, ...]


@dataclass(frozen=True)
class FormHelped(Event):
    """It was said how much help somebody had at a form of a measure: alone 0, a little 1, much 2."""

    attempt_id: int
    much: int

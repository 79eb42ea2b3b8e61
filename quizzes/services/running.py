"""Questions that ask to run something: under which ticket it is run, and what it came to."""

from __future__ import annotations

from uuid import UUID, uuid5

from lms.api.learning import RUNNERS
from quizzes.items.contract import ITEM_TYPES, Answer, runs
from quizzes.queries import VersionRow


def ticket_of(attempt: UUID, position: int) -> UUID:
    """The name under which what a question asks is run: one for each question of each attempt."""
    return uuid5(attempt, f"question {position}")


def answer_of(version: VersionRow, attempt: UUID, position: int, account_id: int) -> Answer | None:
    """What the person's run for a question came to, as its answer; None where it runs nothing, or is not done."""
    kind = runs(ITEM_TYPES.find(version.type))
    if kind is None:
        return None
    runner = RUNNERS.find(kind.runner)
    outcome = runner.outcome(kind.thing(version.spec), ticket_of(attempt, position), account_id) if runner else None
    return kind.answer_of(outcome) if outcome else None


def is_gone(version: VersionRow) -> bool:
    """Whether a question asks to run something that is not there any more."""
    kind = runs(ITEM_TYPES.find(version.type))
    if kind is None:
        return False
    runner = RUNNERS.find(kind.runner)
    return runner is None or runner.title(kind.thing(version.spec)) is None

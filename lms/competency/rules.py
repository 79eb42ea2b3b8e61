"""Pure: conditions in, decision with reasons out. Every number comes from the rule set's data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from lms.text import Text, _


class Facts(Struct, frozen=True):
    """What is known of one person for one programme.

    `quizzes`: slug → passed; `tasks`: slug → "none", "declared" or "confirmed"; skills by code.
    """

    lessons_done: int
    lessons: int
    skills_taught: frozenset[str]
    skills: frozenset[str]
    quizzes: Mapping[str, bool] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)


class Reason(Struct, frozen=True):
    """One condition: whether it is met, and in words what it says or what is missing. `waits_for`: a role."""

    kind: str
    met: bool
    text: Text
    waits_for: str | None = None


class Decision(Struct, frozen=True):
    """Met when every condition is."""

    reasons: tuple[Reason, ...]

    @property
    def met(self) -> bool:
        return all(r.met for r in self.reasons)

    @property
    def waits_for(self) -> str | None:
        """The role that must act when nothing else is missing."""
        missing = [r for r in self.reasons if not r.met]
        return missing[0].waits_for if missing and all(r.waits_for for r in missing) else None


class RuleError(ValueError):
    """A rule set holds a condition that nobody here understands."""


def decide(conditions: Sequence[Mapping[str, Any]], facts: Facts) -> Decision:
    """Judges every condition. An empty rule set attains nothing: RuleError."""
    if not conditions:
        raise RuleError("A rule set without conditions would confirm everybody.")
    return Decision(tuple(_judge(c, facts) for c in conditions))


def check(conditions: Sequence[Mapping[str, Any]]) -> None:
    """Raises RuleError naming the first condition that cannot be judged."""
    decide(conditions, Facts(0, 0, frozenset(), frozenset()))


def _judge(condition: Mapping[str, Any], facts: Facts) -> Reason:
    kind = condition.get("kind")
    match kind:
        case "lessons_completed":
            least = int(condition.get("least", facts.lessons))
            return Reason(
                kind,
                facts.lessons_done >= least and facts.lessons > 0,
                _("{done} of {total} lessons learnt", done=min(facts.lessons_done, least), total=least),
            )
        case "skills_taught":
            wanted = facts.skills
            have = len(facts.skills_taught & wanted)
            return Reason(
                kind,
                bool(wanted) and have == len(wanted),
                _("{done} of {total} skills of the framework learnt", done=have, total=len(wanted)),
            )
        case "quiz_passed":
            passed = facts.quizzes.get(str(condition["quiz"]), False)
            return Reason(kind, passed, _("Final check passed") if passed else _("Final check not yet passed"))
        case "task_done":
            state = facts.tasks.get(str(condition["task"]), "none")
            if condition.get("confirmed"):
                waits = "confirmer" if state == "declared" else None
                text = (
                    _("Real-life task confirmed")
                    if state == "confirmed"
                    else _("Real-life task waits for an officer to confirm it")
                    if waits
                    else _("Real-life task not yet done")
                )
                return Reason(kind, state == "confirmed", text, waits)
            done = state in ("declared", "confirmed")
            text = _("Real-life task done (declared by the learner)") if done else _("Real-life task not yet done")
            return Reason(kind, done, text)
        case _:
            raise RuleError(f"No condition is called {kind!r}.")

"""What a quiz's policy means to a learner, in words: before it begins, and after it was handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from lms.api.web import say, time_and_date
from lms.api.work import Text, _, clock, settings
from quizzes import queries
from quizzes.policies import (
    BEST,
    FIRST,
    LAST,
    PRACTICE,
    Fairness,
    Policy,
    Standing,
    counting,
    standing,
)
from quizzes.services import measured

STOPPED: dict[str, tuple[Text, Text]] = {
    "passed": (_("You have passed"), _("Well done. There is nothing more to do here.")),
    "marking": (
        _("Your paper is being marked"),
        _("Somebody is looking at your answers. You will find the result here."),
    ),
    "tries": (
        _("All tries are used"),
        _("Please talk with your helper: together you can see what to learn again."),
    ),
}
NOT_NOW = _("Not open now")
DONE_ONCE = _("Thank you: your answers are kept. This is done once only, so that it can be compared.")
COUNTED: dict[str, Text] = {
    BEST: _("Your best score counts."),
    LAST: _("Your last score counts."),
    FIRST: _("Your first score counts."),
}


class Stop(Struct, frozen=True):
    """Why one cannot begin now: a title and what to do."""

    title: str
    text: str


class Going(Struct, frozen=True):
    """How a quiz goes for this person, beyond its questions. `limit`: minutes for them, None without a clock.

    `policy` is what the quiz says; `fair` what was arranged for them; `score` the attempt that counts.
    """

    policy: Policy
    fair: Fairness
    limit: int | None
    stop: Stop | None
    tries_left: int | None
    counted: str
    score: Mapping[str, Any] | None


def stop_of(policy: Policy, found: Standing) -> Stop | None:
    """Why the next paper cannot be begun, in words; None where it can."""
    if found.may_begin:
        return None
    if found.why == "wait":
        when = time_and_date(found.next_at or 0)
        return Stop(
            say(_("A little later")),
            say(_("You may try again from {time}. Until then look at the lessons again.", time=when)),
        )
    title, text = STOPPED[found.why]
    return Stop(say(title), say(text))


def where_supervised(policy: Policy) -> Stop:
    """Where and how a check is taken at which somebody has to be."""
    line = settings().help_line
    more = " " + say(_("Questions? Call {number}.", number=line)) if line else ""
    return Stop(say(_("This check is taken together with somebody")), policy.where + more)


def going(body: Mapping[str, Any], account_id: int, tried: Sequence[queries.AttemptRow]) -> Going | None:
    """How it goes before it begins; None where the quiz says nothing of its own, as most do. `tried`: newest first."""
    policy, limit = Policy.of(body), body.get("limit")
    if not body.get("policy") and not body.get("measure") and limit is None:
        return None
    found = standing(policy, tried, clock.seconds())
    held = queries.accommodation(account_id) if limit is not None else None
    fair = held.fairness if held else Fairness()
    counted = counting(policy, tried)
    ended = sum(t.submitted_at is not None for t in tried)
    stop = stop_of(policy, found)
    if body.get("measure"):
        why = measured.closed(account_id, body) if stop is None else DONE_ONCE
        stop = Stop(say(NOT_NOW if stop is None else _("You have done this")), say(why)) if why else None
    if stop is None and policy.is_supervised:
        stop = where_supervised(policy)
    return Going(
        policy,
        fair,
        None if limit is None or fair.no_limit else -(-limit * (100 + fair.extra) // 100),
        stop,
        found.tries_left,
        say(COUNTED[policy.counts]) if policy.purpose != PRACTICE else "",
        {"got": counted.got, "total": counted.total} if counted is not None and ended > 1 else None,
    )


def after(body: Mapping[str, Any], row: queries.AttemptRow) -> Stop | None:
    """Why one cannot try again after this paper, in words; None where one can, or where it was passed."""
    policy = Policy.of(body)
    if row.passed:
        return None
    if policy.heeds_tries:
        found = standing(policy, queries.newest_attempts(row.account_id, row.activity_id), clock.seconds())
        if not found.may_begin:
            return stop_of(policy, found)
    return where_supervised(policy) if policy.is_supervised else None

"""How a quiz is taken, as its package's file says it: what it is for, how often and when, what is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.packages.fields import Fields
from lms.packages.problems import _

CHOICES: Mapping[str, tuple[str, ...]] = {
    "purpose": ("practice", "check", "final"),
    "supervised": ("none", "required"),
    "feedback": ("each", "end", "no_key"),
    "counts": ("best", "last", "first"),
    "when_short": ("reuse", "fewer", "refuse"),
}
NUMBERS: Mapping[str, tuple[int, int]] = {
    "tries": (1, 20),
    "wait": (0, 60 * 24 * 90),  # minutes
    "exposure": (1, 99),  # percent
    "days": (1, 365),
}
# Under the key `marking`: how answers are marked that a person marks.
MARKING: Mapping[str, tuple[int, int]] = {
    "markers": (1, 2),
    "apart": (0, 100),  # percent of the point
}
LONGEST_WHERE = 300
# What holds where nothing is said; only what differs is stored and written.
DEFAULTS: Mapping[str, Any] = {
    "purpose": "check",
    "tries": None,
    "wait": 0,
    "supervised": "none",
    "where": "",
    "feedback": "no_key",
    "counts": "best",
    "when_short": "reuse",
    "exposure": None,
    "days": 30,
    "markers": 1,
    "apart": 20,
}


def read_policy(fields: Fields | None, pool: str) -> dict[str, Any]:
    """The `policy` of a quiz: what differs from DEFAULTS. Problems are told at its lines."""
    if fields is None:
        return {}
    read: dict[str, Any] = {name: fields.choice(name, known, default=DEFAULTS[name]) for name, known in CHOICES.items()}
    for name, (least, most) in NUMBERS.items():
        read[name] = fields.whole(name, least, most, default=DEFAULTS[name], required=False)
    read["where"] = fields.text("where", required=False, most=LONGEST_WHERE)
    marking = fields.inner("marking", required=False)
    for name, (least, most) in MARKING.items():
        said = None if marking is None else marking.whole(name, least, most, default=DEFAULTS[name], required=False)
        read[name] = DEFAULTS[name] if said is None else said
    if marking is not None:
        marking.finish()
    for key, text in broken_rules(read, pool):
        fields.at(key).problem("policy", text)
    fields.finish()
    return {key: value for key, value in read.items() if value != DEFAULTS[key]}


def written_policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    """A policy as a package's file says it: what differs from DEFAULTS, how answers are marked under its own key."""
    written = {key: value for key, value in policy.items() if key not in MARKING}
    marking = {key: policy[key] for key in MARKING if key in policy}
    return {**written, "marking": marking} if marking else written


def broken_rules(policy: Mapping[str, Any], pool: str) -> list[tuple[str, str]]:
    """(key, what does not go together) of a policy; keys that are not there stand for DEFAULTS."""
    said = {**DEFAULTS, **policy}
    found: list[tuple[str, str]] = []
    if said["purpose"] == "practice" and (said["tries"] is not None or said["wait"]):
        found.append(("purpose", _("Practice is without end: leave out how often, and how long to wait.")))
    if said["purpose"] != "final" and said["supervised"] == "required":
        found.append(("supervised", _("Only a final check asks that somebody is there.")))
    if pool == "exam" and said["feedback"] != "no_key":
        found.append(("feedback", _("Exam questions stay secret: their right answers are never shown.")))
    elif said["feedback"] == "each" and said["purpose"] != "practice":
        found.append(("feedback", _("Only practice tells the right answer after each question.")))
    if said["supervised"] == "required" and not said["where"]:
        found.append(("where", _("Say where and how the check is taken: learners read it.")))
    return found

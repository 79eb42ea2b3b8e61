"""Pure: signs in words, for those whose papers they are and for those who look. Never an accusation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.api.texts import Text, _
from plugins.integrity.rules import ALIKE, DEVICE, FAST, WHOLE_CLASS

TITLES: dict[str, Text] = {
    FAST: _("Answered faster than it can be read"),
    ALIKE: _("Equal wrong answers"),
    DEVICE: _("Equal wrong answers from one device"),
    WHOLE_CLASS: _("A whole class passed, with hardly any difference"),
}
# What the sign cannot know: said beside it every time.
LIMITS: dict[str, Text] = {
    FAST: _(
        "It cannot know whether somebody had read the questions elsewhere, was read to, or left the page open and"
        " answered what they knew by heart."
    ),
    ALIKE: _(
        "It cannot know who wrote from whom, or whether both learned the same mistake from the same place. Right"
        " answers that are equal are no sign at all."
    ),
    DEVICE: _(
        "One telephone for a family or one tablet in a culture house is normal. Only the equal wrong answers make it"
        " worth a look."
    ),
    WHOLE_CLASS: _("It cannot know whether the class was simply taught well. That would be good news."),
}
MINE: dict[str, Text] = {
    FAST: _("Many questions of your paper were answered in less time than reading them usually takes."),
    ALIKE: _("Your paper and somebody else's have many of the same wrong answers."),
    DEVICE: _("Your paper and others came from one device, with many of the same wrong answers."),
    WHOLE_CLASS: _("Everybody in your class passed, with nearly the same points. That can be a very good class."),
}


def in_words(kind: str, evidence: Mapping[str, Any]) -> list[Text]:
    """The evidence of a sign in sentences with its numbers."""
    e = evidence
    if kind == FAST:
        told = [
            _(
                "{n} of {of} questions, {syllables} syllables in all, were answered within {seconds} seconds. Reading"
                " them takes {needed} seconds at least, at 600 syllables a minute.",
                n=e["questions"], of=e["of"], syllables=_whole(e["syllables"]),
                seconds=e["seconds"], needed=e["needed"],
            )
        ]  # fmt: skip
        if not e["one_by_one"]:
            told.append(_("The answers came in all at once, so only the whole time is known."))
        return told
    if kind in (ALIKE, DEVICE):
        told = [
            _("{n} pairs of papers were compared; {m} of them stand out.", n=_whole(e["compared"]), m=len(e["pairs"])),
            _(
                "By chance such a pair comes about at most once in {n} pairs.",
                n=_whole(10 ** min(r[5] for r in e["pairs"])),
            ),
        ]
        if kind == DEVICE:
            told.append(
                _(
                    "All within {minutes} minutes on one device; {overlaps} times the next began before the last was"
                    " done.",
                    minutes=e["minutes"], overlaps=e["overlaps"],
                )
            )  # fmt: skip
        return told
    told = [
        _("{n} people, and all passed. Among {of} other papers of this quiz {usual} of 100 passed.",
          n=e["people"], of=_whole(e["of"]), usual=e["usual"]),
        _("Points: {mean} of 100 on average (usually {usual}), spread {a} (usually {b}).",
          mean=e["mean"], usual=e["usual_mean"], a=_number(e["deviation"]), b=_number(e["usual_deviation"])),
    ]  # fmt: skip
    if e["begun"] is not None:
        told.append(_("{n} of them had learned in the course.", n=e["begun"]))
    return told


def _number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _whole(value: int) -> str:
    return f"{value:,}".replace(",", ".")

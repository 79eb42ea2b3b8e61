"""What figures and flags are called, and what an author is advised to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from lms.api.web import current_locale, say
from lms.api.work import Text, _
from plugins.measuring import advising
from plugins.measuring.analysis import Figures, Share

# flag: (title, advice, kind of its tag)
FLAGS: dict[str, tuple[Text, Text, str]] = {
    "key": (
        _("The key may be wrong"),
        _("Those who do well elsewhere choose the right answer less often than the others. Check the key first."),
        "bad",
    ),
    "rival": (
        _("Another answer may be right too"),
        _("Those who know most choose {options} more often than the right answer. Ask more clearly, or change it."),
        "bad",
    ),
    "leaked": (
        _("Much easier than before"),
        _(
            "It is easier than when it was first measured, by more than chance: it may have been passed around. "
            "Let it rest and write a twin."
        ),
        "bad",
    ),
    "guessed": (
        _("Fewer are right than by guessing"),
        _("One of the answers leads most people astray. Read the wording again, and look whether a lesson teaches it."),
        "bad",
    ),
    "weak": (
        _("Does not tell apart"),
        _(
            "Those who know much and those who know little do about equally well. It may be unclear, or ask for "
            "something else than the rest of the paper."
        ),
        "wait",
    ),
    "hard": (
        _("Very hard"),
        _("Few can do it. If lessons teach it, make the wording simpler; if they do not, ask it elsewhere."),
        "wait",
    ),
    "harder": (
        _("Much harder than before"),
        _("Something may have changed: an application, a rule, a price. Check that the question still holds."),
        "wait",
    ),
    "misfit": (
        _("Does not follow ability"),
        _(
            "Answers depend on something else than what the other questions measure: guessing, a trick in the wording, "
            "a thing that only some have at home."
        ),
        "wait",
    ),
    "blank": (
        _("Often left empty"),
        _("Many do not answer. It may be too long, come when time runs out, or people do not see what to tap."),
        "wait",
    ),
    "easy": (
        _("Very easy"),
        _(
            "Nearly everybody is right, so it says little about who can do what. That is fine for a first question and "
            "for what everybody must know."
        ),
        "info",
    ),
    "slow": (
        _("Takes long"),
        _("People take twice as long as on the other questions of this bank, or longer. Shorten the text."),
        "info",
    ),
    "changed": (
        _("Often changed"),
        _("Many change their answer. Two answers may be too close, or the wording may be misread at first."),
        "info",
    ),
    "idle": (
        _("An answer that hardly anybody chooses"),
        _("Hardly anybody chooses {options}: write a wrong answer there that people really believe."),
        "info",
    ),
}
assert tuple(FLAGS) == tuple(advising.WEIGHTS)


class Told(Struct, frozen=True):
    """A flag in the reader's words."""

    code: str
    title: str
    advice: str
    kind: str


def told(
    flags: Collection[str],
    found: Figures | None = None,
    right: Collection[str] = (),
    names: Mapping[str, str] | None = None,
) -> list[Told]:
    """Flags in words; of those that are about an answer, with its name where `found` and `names` are given."""
    about: dict[str, list[str]] = {}
    if found is not None and names is not None:
        about = {"rival": advising.rivals(found, right), "idle": advising.idle(found, right)}
    rows = []
    for flag in flags:
        title, advice, kind = FLAGS[flag]
        options = ", ".join(f"“{(names or {})[key]}”" for key in about.get(flag, ()))
        rows.append(Told(flag, say(title), say(_(advice.msgid, options=options)) if options else _plain(advice), kind))
    return rows


def _plain(advice: Text) -> str:
    return "" if "{options}" in advice.msgid else say(advice)


def decimal(value: float, places: int = 2) -> str:
    """A number with so many decimals, as the reader's language writes it."""
    shown = f"{value:.{places}f}".replace("-", "−")
    return shown if current_locale() == "en" else shown.replace(".", ",")


def interval(share: Share | None) -> str:
    """A share in whole percent with its interval: 63% (57–69%)."""
    if share is None:
        return "–"
    return f"{100 * share.value:.0f}% ({100 * share.low:.0f}–{100 * share.high:.0f}%)"


def in_two(share: Share | None, places: int | None = None) -> tuple[str, str]:
    """A share in whole percent, or a number with so many decimals, and its interval: for two lines of a cell."""
    if share is None:
        return "–", ""
    if places is None:
        return f"{100 * share.value:.0f}%", f"{100 * share.low:.0f}–{100 * share.high:.0f}%"
    value, low, high = (decimal(number, places) for number in (share.value, share.low, share.high))
    return value, f"{low} … {high}"


def correlation(share: Share | None) -> str:
    """A correlation with its interval."""
    if share is None:
        return "–"
    value, low, high = (decimal(number) for number in (share.value, share.low, share.high))
    return say(_("{value} (from {low} to {high})", value=value, low=low, high=high))

"""What is said of a paper that came back, and of a clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.api.web import say
from lms.api.work import Text, _
from plugins.supervision.format.drift import BOUND, ONLINE, WATCH

STATES: dict[str, Text] = {
    "taken": _("Taken in"),
    "waiting": _("Waits for you"),
    "refused": _("Not taken in"),
    "dropped": _("Left aside"),
}
WHY: dict[str, Text] = {
    "nobody": _("It was written on a spare paper. Please say whose it is."),
    "twice": _("This person has another paper of this session here."),
    "changed": _("This paper came before, with other answers. What came first stays."),
    "gone": _("The account has been closed."),
    "long": _("It took longer than two days, or less than nothing: the clock of the station cannot be right."),
    "unknown": _("No such paper was drawn for this session."),
    "wrong": _("It holds answers that the paper does not allow."),
}
HOW: dict[str, Text] = {
    ONLINE: _("Both clocks were compared when the answers were sent."),
    WATCH: _("It was compared with a watch when the papers were opened."),
    BOUND: _("It was off by at least that much; nobody compared it."),
}
SHIFTED = _("All times here are by the server's clock. How long each paper took is not touched by it.")
NOT_COMPARED = _("Nobody compared the clock of the station. How long each paper took is right all the same.")


def state_words(state: str) -> str:
    """How a paper stands."""
    return say(STATES[state])


def why_words(why: str) -> str:
    """What keeps it; empty where nothing does."""
    return say(WHY[why]) if why else ""


def length_words(seconds: int) -> str:
    """A length in minutes."""
    return say(_("{n} min", n=-(-seconds // 60)))


def got_words(parts: int | None, whole: int) -> str:
    """Points, with two places at most, rounded down."""
    if parts is None:
        return "–"
    return f"{parts // whole}" if parts % whole == 0 else f"{parts * 100 // whole / 100:.2f}".replace(".", ",")


def drift_words(told: Mapping[str, Any]) -> list[str]:
    """What is known of a station's clock, and what it meant, sentence by sentence."""
    ahead, known = int(told["ahead"]), str(told["known"])
    found = []
    if known in HOW:
        if ahead == 0:
            found.append(say(_("The clock of the station was right.")))
        else:
            length = _span(abs(ahead))
            fast = _("The clock of the station was {length} fast.", length=length)
            slow = _("The clock of the station was {length} slow.", length=length)
            found.append(say(fast if ahead > 0 else slow))
        found.append(say(HOW[known]))
        if ahead:
            found.append(say(SHIFTED))
    else:
        found.append(say(NOT_COMPARED))
    for _at, by in told["jumps"]:
        length = _span(abs(int(by)))
        back = _("The system's clock was set back by {length} during the session; papers were not touched by it.",
                 length=length)  # fmt: skip
        on = _("The system's clock was set forward by {length} during the session; papers were not touched by it.",
               length=length)  # fmt: skip
        found.append(say(back if int(by) < 0 else on))
    if told["restarts"]:
        found.append(say(_("The station was started anew {n} times during the session.", n=told["restarts"])))
    return found


def _span(seconds: int) -> Text:
    if seconds < 90:
        return _("{n} seconds", n=seconds)
    if seconds < 90 * 60:
        return _("{n} minutes", n=round(seconds / 60))
    return _("{n} hours", n=round(seconds / 3600))

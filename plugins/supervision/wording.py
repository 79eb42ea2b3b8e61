"""Words for what can happen in a room, for states, for the papers that are printed. Pure."""

from __future__ import annotations

from typing import Final

from lms.api.work import Text, _

# What whoever supervises may write down. Our list, not a regulation's.
NOTED: Final[dict[str, Text]] = {
    "health": _("Somebody is unwell"),
    "device": _("A device failed"),
    "network": _("The network was down"),
    "power": _("The power was off"),
    "help": _("Somebody was helped with the device"),
    "noise": _("There was noise or disorder"),
    "rules": _("Somebody broke the rules of the room"),
    "identity": _("It was not sure who somebody is"),
    "other": _("Something else"),
}
# What the system notes by itself, so that the minutes tell it.
SEEN: Final[dict[str, Text]] = {
    "opened": _("The room was opened"),
    "door": _("The door was closed; nobody more may begin"),
    "reopened": _("The door was opened again"),
    "paused": _("Everything was paused"),
    "resumed": _("Everything went on"),
    "pause-one": _("A paper was paused"),
    "resume-one": _("A paper went on"),
    "extended": _("More time for all"),
    "extend-one": _("More time for one person"),
    "named": _("Somebody who came without being on the list was put on a seat"),
    "released": _("A seat was let go on another device"),
    "moved": _("Somebody was moved to another seat"),
    "reissued": _("A ticket was made invalid and made anew"),
    "twice": _("A ticket was tried on a second device"),
    "handed-in": _("A paper was handed in by whoever supervises"),
    "ended": _("The session was ended"),
    "forgotten": _("The session was still open long after its end; the system ended it"),
    "cancelled": _("The session was cancelled"),
    "clock": _("The clock of the station was set, in minutes"),
}  # fmt: skip
KINDS: Final[dict[str, Text]] = {**NOTED, **SEEN}
MOST_KIND: Final = 16  # letters of a kind, as the table has them

STATES: Final[dict[str, Text]] = {
    "planned": _("Planned"),
    "open": _("The door is open"),
    "closed": _("The door is closed"),
    "ended": _("Ended"),
}

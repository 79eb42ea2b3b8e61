"""Which characters of a typed text are kept: those that somebody sees, and the joiner that makes one emoji of many."""

from __future__ import annotations

import re

JOINER = "\u200d"
# Where emoji lie in Unicode (Extended_Pictographic of UTS #51, as ranges; no letter or digit lies within).
_EMOJI = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u24c2\u25aa"
    "\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297"
    "\u3299\U0001f000-\U0001faff]"
)
_SHADE = "[\ufe0f\U0001f3fb-\U0001f3ff]"  # drawn in color; the shade of a skin
_JOINED = re.compile(f"({_EMOJI}{_SHADE}{{0,2}}{JOINER}(?={_EMOJI}))|{JOINER}")


def visible(text: str, also: str = "") -> str:
    """The text without characters that nobody sees (controls, marks of direction), except those of `also`.

    The joiner U+200D stays between two emoji (👩‍🌾 is a woman, the joiner, an ear of rice) and nowhere else.
    """
    kept = "".join(c for c in text if c.isprintable() or c == JOINER or c in also)
    return _JOINED.sub(lambda found: found[1] or "", kept) if JOINER in kept else kept

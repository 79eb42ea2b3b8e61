"""Pure: forms of a quiz that measure change: what they must have in common, who gets which, and when.

A *measure* joins quizzes by a name: one at the entry, one at the exit, one later. Each has forms, lists of exam
questions under letters; forms share enough questions that what is found with one can be told on the scale of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

# What a quiz's file may say is in lms/packages/measures.py.
ENTRY, EXIT, LATER = "entry", "exit", "later"
DAY = 86_400
LATER_FROM, LATER_UNTIL = 60, 90  # days after the exit form was handed in
ALONE, LITTLE, MUCH = 0, 1, 2  # how much help somebody had
HELP = (ALONE, LITTLE, MUCH)

Forms = Mapping[str, Sequence[str]]


def forms_of(body: Mapping[str, Any]) -> Forms:
    """The forms of a stored quiz by letter; none where it draws its papers."""
    return body.get("forms") or {}


def measure_of(body: Mapping[str, Any]) -> str:
    """The measure that a stored quiz belongs to; empty for a quiz that measures no change."""
    return str((body.get("measure") or {}).get("of", ""))


def purpose_of(body: Mapping[str, Any]) -> str:
    """What it is to the measure: entry, exit or later; empty as above."""
    return str((body.get("measure") or {}).get("purpose", ""))


def lines_of(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The lines by which a deck is laid out: those that the quiz draws by, or one for each form."""
    forms = forms_of(body)
    return [{"from": [code_of(x)], "count": len(forms[x])} for x in sorted(forms)] if forms else list(body["draw"])


def code_of(letter: str) -> str:
    """The code under which the questions of a form lie in its deck; no framework has such a one."""
    return f"form:{letter}"


def asked(body: Mapping[str, Any]) -> int:
    """How many questions a paper has, as far as the quiz says; the longest form's."""
    forms = forms_of(body)
    return max(map(len, forms.values())) if forms else sum(line["count"] for line in body["draw"])


def first_for(measure: str, unit: int, ordinal: int, forms: int) -> int:
    """Which form somebody begins with, from 0: the `ordinal`-th person (from 0) of a unit who begins the measure.

    Blocks of twice as many people as there are forms, each form twice in every block, their order made of the names by
    a hash: so half and half in each unit, not to be guessed by whoever sits beside, and to be checked afterwards.
    """
    size = 2 * forms
    block, place = divmod(ordinal, size)

    def key(n: int) -> bytes:
        return hashlib.sha256(f"{measure}:{unit}:{block}:{n}".encode()).digest()

    return sorted(range(size), key=key)[place] % forms


def form_at(letters: Sequence[str], first: int, purpose: str) -> str:
    """The form of somebody who began with the `first`: another one at the exit, a third or again the first later.

    `letters` in order.
    """
    steps = {ENTRY: 0, EXIT: 1, LATER: 2}
    return letters[(first + steps[purpose]) % len(letters)]


def window(exit_at: int) -> tuple[int, int]:
    """From when until when (not then) the later form is open to somebody who handed in the exit form."""
    return exit_at + LATER_FROM * DAY, exit_at + (LATER_UNTIL + 1) * DAY

"""What was changed about a paper after it was marked, in words, for the person who took it."""

from __future__ import annotations

from msgspec import Struct

from lms.api.web import say, time_and_date
from lms.api.work import Text, _
from quizzes import corrections
from quizzes.queries import AttemptRow
from quizzes.remarks import ALL, DROP, KEY
from quizzes.services import marking

WAYS: dict[str, Text] = {
    DROP: _("Question {n} does not count, because: {why}"),
    ALL: _("Question {n} counts as right for everybody, because: {why}"),
    KEY: _("Question {n}: another answer counts as right too, because: {why}"),
}
ANEW = _("Question {n} was marked anew at {time}: {why}")


class Remarked(Struct, frozen=True):
    """The changes, a line each; `kept`: it stays passed, though its points would not be enough now."""

    lines: list[str]
    kept: bool


def remarked(row: AttemptRow) -> Remarked | None:
    """What was changed; None where nothing was. No statement then."""
    if not row.acts:
        return None
    corrected = corrections.on_paper(row.id)
    lines = {c.position: [_line(WAYS[c.way], c.position, c.reason)] for c in corrected}
    for position, at, why in marking.marked_anew(row.id):
        lines.setdefault(position, []).append(_line(ANEW, position, why, time_and_date(at)))
    said = [line for position in sorted(lines) for line in lines[position]]
    return Remarked(said, any(c.lost for c in corrected)) if said else None


def _line(text: Text, position: int, why: str, time: str = "") -> str:
    return say(_(text.msgid, n=position + 1, why=why, time=time))

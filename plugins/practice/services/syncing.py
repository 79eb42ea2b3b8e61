"""Practices that were played to their end on phones without a network."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from lms.api.learning import Happening, Synced, enrollment, seen_in
from lms.api.work import Invalid, NotFound, _
from plugins.practice.format.stepping import EXAM, MODES, read
from plugins.practice.queries import revision_of
from plugins.practice.services import running

Log = Annotated[str, Meta(max_length=20_000)]


class PracticeFinished(Struct, forbid_unknown_fields=True):
    """A run, as the log of what was tapped in the revision that the phone had."""

    practice: Annotated[str, Meta(min_length=1, max_length=64)]
    mode: Annotated[str, Meta(max_length=16)]
    revision: int
    log: Log
    ms: Log = ""
    course: Annotated[str, Meta(max_length=64)] = ""


def take_run(happening: Happening, said: PracticeFinished) -> None:
    """One more run, played again here by its log. The test is not among them: it needs a network."""
    if said.mode not in MODES or said.mode == EXAM:
        raise Invalid(_("A practice is not played in this way without a network."))
    found = revision_of(said.practice, said.revision)
    if found is None:
        raise NotFound
    state = read(found.body, said.mode, said.log, said.ms)
    running.keep(happening.account_id, found, state, happening.key, _to_join(happening.account_id, said))


def _to_join(account_id: int, said: PracticeFinished) -> int | None:
    """The course in which it was played, where it stands in that course and the person has not joined it yet."""
    if not said.course:
        return None
    try:
        course_id, _activity_id = seen_in(said.course, "practice", said.practice, said.revision)
    except NotFound:
        return None
    return course_id if enrollment(account_id, course_id) is None else None


synced = (Synced("practice.finished", PracticeFinished, take_run),)

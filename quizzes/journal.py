"""What is done with questions, quizzes and attempts, as the journal of acts calls it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from lms.api.learning import named_of
from lms.api.people import below
from lms.api.work import Act, Subject, _, connection
from quizzes.models import Bank

acts = (
    Act("item.retired", _("Took a question out of use")),
    Act("item.returned", _("Put a question back into use")),
    Act("items.brought", _("Took questions in from a file")),
    Act("items.taken_out", _("Took the questions of a file out again")),
    Act("items.given", _("Took exam questions along")),
    Act("answer.marked", _("Marked an answer of a quiz")),
    Act("attempt.extended", _("Gave more time for a quiz")),
    Act("attempt.paused", _("Paused an attempt at a quiz")),
    Act("attempt.resumed", _("Let a paused attempt go on")),
    Act("accommodation.given", _("Gave somebody support in checks")),
    Act("accommodation.ended", _("Ended somebody's support in checks")),
)


def _banks(keys: Collection[str], units: Collection[int]) -> Mapping[str, str]:
    table = Bank.__table__.c
    found = connection().execute(
        select(table.slug, table.title).where(table.slug.in_(list(keys)), table.org_id.in_(below(units)))
    )
    return {row.slug: row.title for row in found}


subjects = (
    Subject("quiz", _("Quiz"), named_of("quiz")),
    Subject("bank", _("Question bank"), _banks),
    Subject("item", _("Question")),  # by its short name alone: what an exam question asks stays secret
    Subject("attempt", _("Attempt at a quiz")),
)

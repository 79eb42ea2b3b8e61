"""What is done with questions, quizzes and attempts, as the journal of acts calls it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from lms.api.learning import named_of
from lms.api.people import below
from lms.api.work import Act, Subject, _, connection
from quizzes.handed import parsed
from quizzes.models import Bank

acts = (
    Act("item.retired", _("Took a question out of use")),
    Act("item.returned", _("Put a question back into use")),
    Act("item.draft_dropped", _("Forgot the draft of a question")),
    Act("items.in_use", _("Put questions in use")),
    Act("questions.submitted", _("Handed questions in for review")),
    Act("questions.remarked", _("Said something about questions under review")),
    Act("questions.reviewed", _("Found questions good")),
    Act("questions.returned", _("Gave questions back")),
    Act("questions.withdrawn", _("Took questions back from review")),
    Act("questions.published", _("Put reviewed questions in use")),
    Act("items.brought", _("Took questions in from a file")),
    Act("items.taken_out", _("Took the questions of a file out again")),
    Act("items.given", _("Took exam questions along")),
    Act("answer.marked", _("Marked an answer of a quiz")),
    Act("answer.decided", _("Decided between two marks")),
    Act("answer.remarked", _("Marked an answer anew")),
    Act("item.corrected", _("Put a bad question right in papers that were taken")),
    Act("item.correction_undone", _("Undid the correction of a question")),
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


def _handed(keys: Collection[str], units: Collection[int]) -> Mapping[str, str]:
    """The banks of what was handed in together."""
    table = Bank.__table__.c
    banks = {parsed(key)[0] for key in keys}
    found = connection().execute(
        select(table.id, table.title).where(table.id.in_(banks), table.org_id.in_(below(units)))
    )
    titles = {row.id: row.title for row in found}
    return {key: titles[parsed(key)[0]] for key in keys if parsed(key)[0] in titles}


subjects = (
    Subject("questions", _("Questions of a bank"), _handed),
    Subject("quiz", _("Quiz"), named_of("quiz")),
    Subject("bank", _("Question bank"), _banks),
    Subject("item", _("Question")),  # by its short name alone: what an exam question asks stays secret
    Subject("attempt", _("Attempt at a quiz")),
)

"""A person's own: what was noticed, what it means, saying something to it, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.learning import activity_by_id
from lms.api.people import here, here_or_none
from lms.api.studio import Field
from lms.api.web import LEARNER, Panel, Routes, address, composed_lines, render, render_fragment, say
from lms.api.work import Invalid, Text, _, unit_of_work
from plugins.integrity import queries
from plugins.integrity.access import case_of_mine
from plugins.integrity.models import CLEARED, OPEN, PROPOSED, RETAKE, UPHELD
from plugins.integrity.queries import CaseRow, PersonRow
from plugins.integrity.services import answering
from plugins.integrity.wording import MINE

routes = Routes("integrity", "/viec-can-tra-loi")
Answer = str | Response | tuple[str, int]
STATES: dict[str, Text] = {
    OPEN: _("A person is going to look"),
    PROPOSED: _("A second person is going to look"),
    RETAKE: _("Please take the check once more"),
    CLEARED: _("All is well with your result"),
    UPHELD: _("Your result is not counted in the figures"),
}
TAGS = {OPEN: "wait", PROPOSED: "wait", RETAKE: "info", CLEARED: "ok", UPHELD: ""}


class Mine(Struct, frozen=True):
    """A case as its person's list shows it."""

    url: str
    quiz: str
    found_at: int
    state: str
    tag: str
    asked: bool


def _quiz(activity_id: int) -> str:
    found = activity_by_id(activity_id)
    return found.title if found else ""


@routes.get("", LEARNER, endpoint="mine")
def mine() -> str:
    """What waits for an answer, and what became of the rest."""
    return render(
        "integrity/mine/list.html",
        rows=[
            Mine(
                address("integrity.mine_one", case=case.uuid),
                _quiz(case.activity_id),
                case.found_at,
                say(STATES[case.state]),
                TAGS[case.state],
                case.state == OPEN and said.answered_at is None,
            )
            for case, said in queries.cases_of(here().id)
        ],
    )


@routes.get("/<uuid:case>", LEARNER, endpoint="mine_one")
def one(case: UUID) -> str:
    """One of them."""
    row, said = case_of_mine(here(), case)
    return _page(row, said, Field(said.answer, []), said.wants_help, {})


@routes.post("/<uuid:case>", LEARNER, endpoint="answer")
def answer(case: UUID) -> Answer:
    """Says something to it."""
    person = here()
    words = composed_lines(request.form.get("answer")) or ""
    helped = request.form.get("help") == "1"
    try:
        with unit_of_work():
            row, _said = case_of_mine(person, case, hold=True)
            answering.answer(row, person.id, words, helped)
    except Invalid as error:
        row, said = case_of_mine(person, case)
        wrong = [say(error.text)]
        return _page(row, said, Field(words, wrong), helped, {"answer": wrong}), 422
    return redirect(address("integrity.mine_one", case=case, xong=1), 303)


def _page(row: CaseRow, said: PersonRow, typed: Field, helped: bool, errors: dict[str, list[str]]) -> str:
    signs = queries.signs_of([row.id])[row.id]
    return render(
        "integrity/mine/case.html",
        quiz=_quiz(row.activity_id),
        found_at=row.found_at,
        answer_by=row.answer_by,
        seen=[say(MINE[kind]) for kind in dict.fromkeys(sign.kind for sign in signs)],
        state=row.state,
        state_words=say(STATES[row.state]),
        tag=TAGS[row.state],
        waits=row.waits,
        late=queries.late(row),
        reason=row.reason if row.state in (CLEARED, UPHELD, RETAKE) else "",
        decided_at=row.decided_at if row.state in (CLEARED, UPHELD, RETAKE) else None,
        answered_at=said.answered_at,
        answer=said.answer,
        wants_help=said.wants_help,
        typed=typed,
        helped=helped,
        errors=errors,
        done="xong" in request.args,
        send_to=address("integrity.answer", case=row.uuid),
    )


def _draw(**_what: Any) -> Markup | None:
    """On the first page and one's own, while an answer is waited for."""
    person = here_or_none()
    if person is None:
        return None
    n, until = queries.asked(person.id)
    if not n:
        return None
    return Markup(render_fragment("integrity/mine/panel.html", n=n, until=until))  # noqa: S704  a template's own output


panels = (Panel("integrity.home", "home", _draw, order=5), Panel("integrity.mine", "mine", _draw, order=5))

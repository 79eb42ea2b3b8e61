"""Officers: mark what a person has to mark, by its rubric."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.api.packages import render as markdown
from lms.api.people import May, here, people_by_id, roles_that
from lms.api.studio import Field, is_number
from lms.api.web import STAFF, MenuItem, Routes, address, composed_lines, render, say
from lms.api.work import Invalid, _, unit_of_work
from quizzes import queries
from quizzes.access import paper_to_mark, papers_to_mark
from quizzes.items.contract import ITEM_TYPES
from quizzes.services import marking
from quizzes.stems import html_of, more_of, words_of

routes = Routes("quizzes", "/can-bo/cham-bai")
menu = (
    MenuItem(
        "quizzes.marking_list", _("Answers to mark"), "pencil", "staff", roles_that(May.CONFIRM), 31, group="people"
    ),
)
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True)
class ToMark:
    """An answer in the list of those that wait: enough to choose it by, no more."""

    name: str
    quiz: str
    question: str
    at: int
    url: str


@routes.get("", STAFF)
def marking_list() -> str:
    """The answers that wait, the oldest first."""
    rows = papers_to_mark(here())
    people = people_by_id(row.account_id for row in rows)
    shown = []
    for row in rows:
        title = queries.revision(row.revision_id)["title"]
        for position in marking.places_waiting(row):
            (version,) = queries.versions([row.paper[position][0]])
            shown.append(
                ToMark(
                    people[row.account_id].full_name if row.account_id in people else "",
                    title,
                    words_of(version.body["stem"])[:140],
                    row.submitted_at or row.started_at,
                    address("quizzes.marking_one", attempt=row.uuid, n=position + 1),
                )
            )
    return render("quizzes/officer/to_mark.html", rows=shown)


@routes.get("/<uuid:attempt>/<int:n>", STAFF, endpoint="marking_one")
def one(attempt: UUID, n: int) -> str:
    """One answer with its rubric."""
    return _page(marking.one_waiting(paper_to_mark(here(), attempt), n - 1), [], "", "")


@routes.post("/<uuid:attempt>/<int:n>", STAFF, endpoint="marking_give")
def give(attempt: UUID, n: int) -> Answer:
    """Gives the mark. The last one that a paper waits for makes its verdict."""
    person = here()
    found = marking.one_waiting(paper_to_mark(person, attempt), n - 1)
    criteria = found.kind.rubric(found.version.spec)
    sent = [request.form.get(f"level-{place}", "") for place in range(len(criteria))]
    note = composed_lines(request.form.get("note")) or ""
    chosen = [int(level) if is_number(level) and len(level) < 3 else -1 for level in sent]
    try:
        with unit_of_work():
            marking.mark(found, chosen, note, person.id)
    except Invalid as error:
        return _page(found, chosen, note, say(error.text)), 422
    return redirect(address("quizzes.marking_list"), 303)


def _page(found: marking.Waiting, chosen: list[int], note: str, wrong: str) -> str:
    body, spec = found.version.body, found.version.spec
    kind = ITEM_TYPES.get(found.version.type)
    people = people_by_id([found.row.account_id])
    model = str(spec.get("model", ""))
    return render(
        "quizzes/officer/mark.html",
        name=people[found.row.account_id].full_name if found.row.account_id in people else "",
        quiz=queries.revision(found.row.revision_id)["title"],
        stem_html=html_of(body["stem"]),
        more_html=more_of(body["stem"]),
        said=kind.in_words(spec, found.answer),
        watched=spec.get("asks") == "nothing",
        model_html=Markup(markdown(model)) if model else "",  # noqa: S704  cleaned
        criteria=found.kind.rubric(spec),
        chosen=chosen,
        note=Field(note, []),
        wrong=wrong,
        send_to=address("quizzes.marking_give", attempt=found.row.uuid, n=found.position + 1),
    )

"""Moderators: decide between two marks, look at what was marked, mark it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.competency import attained_with
from lms.api.learning import activity_by_id
from lms.api.people import May, here, people_by_id, roles_that
from lms.api.studio import Field
from lms.api.web import STAFF, MenuItem, Routes, address, composed_lines, render, say
from lms.api.work import Conflict, Invalid, _, unit_of_work
from quizzes import queries, to_mark
from quizzes.access import moderating_units, paper_marked, paper_to_decide
from quizzes.items.contract import Mark
from quizzes.scoring import in_points
from quizzes.services import marking, moderating
from quizzes.services.marking import Given, Waiting
from quizzes.services.queueing import DECISION, SECOND
from quizzes.stems import words_of
from quizzes.to_mark import A_PAGE, Agreement
from quizzes.views.marking import (
    answer_told,
    levels_sent,
    number_asked,
    page_asked,
    paged,
    queue_of,
    wanted_of,
)

routes = Routes("quizzes", "/can-bo/quyet-dinh-diem")
menu = (
    MenuItem(
        "quizzes.decisions", _("Marks to decide"), "columns-2", "staff", roles_that(May.PUBLISH), 32, group="assess"
    ),
)
Answer = str | Response | tuple[str, int]


class Said(Struct, frozen=True):
    """One person's mark, as the moderator sees it."""

    title: str
    name: str
    points: float
    levels: list[str]
    note: str
    at: int


@routes.get("", STAFF)
def decisions() -> str:
    """The answers with two marks too far apart, and how well markers agree."""
    person = here()
    units = moderating_units(person)
    queue = queue_of(person, units, "quizzes.decisions", "quizzes.decision", deciding=True)
    agreement = _shares(to_mark.agreement(units, wanted_of(units).quiz))
    return render("quizzes/officer/decisions.html", **queue, agreement=agreement)


def _shares(found: Agreement) -> Mapping[str, object]:
    """Counts with their totals; in percent only where there are pairs enough."""
    return {
        "found": found,
        "same": round(100 * found.same / found.pairs) if found.says_something else None,
        "near": round(100 * found.near / found.pairs) if found.says_something else None,
    }


@routes.get("/<uuid:attempt>/<int:n>", STAFF, endpoint="decision")
def decision(attempt: UUID, n: int) -> str:
    """Two marks side by side, with the answer and the rubric."""
    return _decision(marking.one_waiting(paper_to_decide(here(), attempt), n - 1), [], "", "")


@routes.post("/<uuid:attempt>/<int:n>", STAFF, endpoint="decide")
def decide(attempt: UUID, n: int) -> Answer:
    """Gives the mark that counts."""
    person = here()
    found = marking.one_waiting(paper_to_decide(person, attempt), n - 1)
    chosen, reason = levels_sent(found), composed_lines(request.form.get("note")) or ""
    try:
        with unit_of_work():
            moderating.decide(found, chosen, reason, person.id)
    except (Invalid, Conflict) as error:
        return _decision(found, chosen, reason, say(error.text)), error.status
    return redirect(address("quizzes.decisions"), 303)


def _decision(found: Waiting, chosen: list[int], note: str, wrong: str) -> str:
    person = here()
    given = marking.given_to(found.row.id, found.position)
    ready = marking.stand_of(found.row.id, found.position).stage == DECISION
    return render(
        "quizzes/officer/decide.html",
        **answer_told(found),
        chosen=chosen,
        note=Field(note, []),
        wrong=wrong,
        # blind until both are there, and for whoever gave one of them
        given=_said(found, given) if ready and not any(g.by_id == person.id for g in given) else [],
        ready=ready,
        mine=any(g.by_id == person.id for g in given),
        apart=found.policy.apart,
        send_to=address("quizzes.decide", attempt=found.row.uuid, n=found.position + 1),
    )


ROLES = {1: _("First mark"), SECOND: _("Second mark"), DECISION: _("Decided"), 4: _("Marked anew")}


def _said(found: Waiting, given: Sequence[Given]) -> list[Said]:
    people = people_by_id({g.by_id for g in given})
    return [
        Said(
            say(ROLES[g.role]),
            people[g.by_id].full_name if g.by_id in people else "",
            in_points(g.parts),
            _levels(found, g.levels),
            g.note,
            g.at,
        )
        for g in given
    ]


def _levels(found: Waiting, levels: Sequence[int | list[int]]) -> list[str]:
    """The words of the levels that were chosen, line by line; both, where two marks count together."""
    both: list[Sequence[int]] = [one for one in levels if isinstance(one, list)]
    lines = []
    for line in both or [[level for level in levels if isinstance(level, int)]]:
        criteria = found.kind.rubric(found.version.spec)
        lines += [
            f"{criterion.text}: {criterion.levels[level][0]}"
            for criterion, level in zip(criteria, line, strict=False)
            if level < len(criterion.levels)
        ]
    return list(dict.fromkeys(lines))


class Marked(Struct, frozen=True):
    """An answer that was marked, in the list."""

    name: str
    quiz: str
    question: str
    points: float
    by: str
    at: int
    url: str


@routes.get("/da-cham", STAFF, endpoint="marked_list")
def marked_list() -> str:
    """Answers that were marked: the newest first, or any ten of them."""
    person = here()
    units = moderating_units(person)
    quiz, number, sample = number_asked("bai"), page_asked(), request.args.get("mau") == "1"
    rows, total = to_mark.marked(units, person.id, quiz, number, sample)
    people = people_by_id({r.account_id for r in rows} | {r.marked_by for r in rows})
    worded = {v.id: v for v in queries.versions([r.version_id for r in rows])}

    def name(account_id: int) -> str:
        return people[account_id].full_name if account_id in people else ""

    return render(
        "quizzes/officer/marked.html",
        rows=[
            Marked(
                name(r.account_id),
                r.quiz,
                words_of(worded[r.version_id].body["stem"])[:140],
                in_points(r.parts),
                name(r.marked_by),
                r.marked_at,
                address("quizzes.marked_one", attempt=r.uuid, n=r.position + 1),
            )
            for r in rows
        ],
        total=total,
        sample=sample,
        pages=None if sample else paged("quizzes.marked_list", number, total, A_PAGE, {"bai": str(quiz or "")}),
        quizzes=[(str(i), title) for i, title in to_mark.quizzes_marked(units)],
        chosen={"bai": str(quiz or "")},
    )


@routes.get("/da-cham/<uuid:attempt>/<int:n>", STAFF, endpoint="marked_one")
def marked_one(attempt: UUID, n: int) -> Answer:
    """An answer with its mark; with levels in the address also what they would come to. Nothing is changed."""
    found = moderating.one_marked(paper_marked(here(), attempt), n - 1)
    if not request.args:
        return _marked(found, [], "", "")
    chosen, reason = levels_sent(found, request.args), composed_lines(request.args.get("note")) or ""
    try:
        change = moderating.looked_at(found, chosen)
    except Invalid as error:
        return _marked(found, chosen, reason, say(error.text)), error.status
    return _marked(found, chosen, reason, "", change)


@routes.post("/da-cham/<uuid:attempt>/<int:n>", STAFF, endpoint="mark_anew")
def mark_anew(attempt: UUID, n: int) -> Answer:
    """Marks it anew: the score follows, and the learner is told."""
    person = here()
    found = moderating.one_marked(paper_marked(person, attempt), n - 1)
    chosen, reason = levels_sent(found), composed_lines(request.form.get("note")) or ""
    try:
        with unit_of_work():
            held = moderating.one_marked(paper_marked(person, attempt, hold=True), n - 1)
            moderating.mark_anew(held, chosen, reason, person.id)
    except (Invalid, Conflict) as error:
        return _marked(found, chosen, reason, say(error.text)), error.status
    return redirect(address("quizzes.marked_one", attempt=attempt, n=n), 303)


def _marked(found: Waiting, chosen: list[int], note: str, wrong: str, change: moderating.Change | None = None) -> str:
    kept = moderating.kept(found.row.id, found.position)
    given = marking.given_to(found.row.id, found.position)
    people = people_by_id([kept.marked_by])
    quiz = activity_by_id(found.row.activity_id)
    attained = attained_with([found.row.account_id], [quiz.slug] if quiz else [])
    now = Said(
        say(_("The mark that counts")), people[kept.marked_by].full_name if kept.marked_by in people else "",
        in_points(kept.parts), _levels(found, kept.levels), kept.note, kept.marked_at,
    )  # fmt: skip
    return render(
        "quizzes/officer/mark_anew.html",
        **answer_told(found),
        now=now,
        given=_said(found, given),
        chosen=chosen or (kept.levels if kept.levels and not isinstance(kept.levels[0], list) else []),
        note=Field(note, []),
        wrong=wrong,
        change=_change(change) if change else None,
        attained=[row.title for row in attained],
        look_at=address("quizzes.marked_one", attempt=found.row.uuid, n=found.position + 1),
        send_to=address("quizzes.mark_anew", attempt=found.row.uuid, n=found.position + 1),
    )


class Compared(Struct, frozen=True):
    """What another mark would come to, in points and verdicts. `passed…` None: other answers wait still."""

    mark: float
    points_before: float
    points_after: float
    total: int
    need: int
    passed_before: bool | None
    passed_after: bool | None


def _change(change: moderating.Change) -> Compared:
    mark: Mark = change.mark
    after = change.after.score
    return Compared(
        in_points(mark.parts), in_points(change.before.score.got), in_points(after.got), round(in_points(after.most)),
        round(in_points(after.need)), change.passed_before, change.after.passed,
    )  # fmt: skip

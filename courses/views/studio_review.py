"""What waits for a review: the queue, one submission with remarks on its blocks, and which units ask for a review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from courses import drafts, submissions
from courses.access import submission_for, units_of_studio
from courses.services import reviewing
from courses.submissions import REVIEWED, SUBMITTED, SubmissionRow
from courses.views.differences import Row, difference, in_short
from courses.views.handing_over import editor_url, plain
from courses.views.studio_revisions import CHANGES
from lms.api.learning import ACTIVITY_KINDS
from lms.api.people import May, Person, here, may_at, org, require_at, roles_that, units_where
from lms.api.studio import Field, is_number, name_of, said, unit_choices, unit_name
from lms.api.web import STAFF, MenuItem, Routes, composed_lines, render, say
from lms.api.work import Conflict, Invalid, NotFound, Text, _, clock, unit_of_work

routes = Routes("courses", "/studio/duyet")
menu = (
    MenuItem(
        "courses.studio_queue", _("Waiting for review"), "list-checks", "staff",
        roles_that(May.AUTHOR) | roles_that(May.REVIEW) | roles_that(May.PUBLISH), 13, "content",
    ),
)  # fmt: skip
Answer = str | Response | tuple[str, int]
STATES: dict[str, Text] = {
    "submitted": _("Waits for a reviewer"), "reviewed": _("Reviewed, waits to be published"),
    "returned": _("Given back"), "withdrawn": _("Taken back"), "published": _("Published"),
}  # fmt: skip
DAY = 86_400


@dataclass(frozen=True)
class Waiting:
    """A row of the queue."""

    url: str
    title: str
    kind: str
    unit: str
    state: str
    reviewed: bool
    by: str
    days: int
    yours: bool  # it waits for the reader


@dataclass(frozen=True)
class Rights:
    """What a reader may do with a submission now."""

    remark: bool
    approve: bool
    give_back: bool
    publish: bool
    withdraw: bool
    own: bool


def rights(person: Person, row: SubmissionRow) -> Rights:
    """What this person may do with it. Nobody reviews what they handed in."""
    own = row.submitted_by == person.id
    reviews = may_at(person, May.REVIEW, row.org_id) and not own
    publishes = may_at(person, May.PUBLISH, row.org_id)
    return Rights(
        row.is_open and (reviews or publishes),
        row.state == SUBMITTED and reviews,
        row.is_open and (reviews or publishes),
        row.state == REVIEWED and publishes,
        row.is_open and may_at(person, May.AUTHOR, row.org_id),
        own,
    )


@routes.get("", STAFF, endpoint="studio_queue")
def queue() -> str:
    """What waits in my units, the oldest first; and which of them ask for a review."""
    return _queue({})


def _queue(errors: dict[str, list[str]]) -> str:
    person = here()
    rows = [_waiting(person, row) for row in submissions.waiting(units_of_studio(person))]
    decides = frozenset(units_where(person, May.PUBLISH))
    return render(
        "courses/studio/queue.html",
        rows=sorted(rows, key=lambda r: not r.yours),
        units=unit_choices(decides),
        rules=[_rule(unit) for unit in sorted(decides)],
        choice=Field("", []),
        errors=errors,
    )


def _waiting(person: Person, row: SubmissionRow) -> Waiting:
    may = rights(person, row)
    kind = ACTIVITY_KINDS.find(row.kind)
    return Waiting(
        url_for("courses.studio_submission", submission=row.id),
        row.body["title"],
        say(kind.title) if kind else say(_("Course")),
        unit_name(row.org_id),
        say(STATES[row.state]),
        row.state == REVIEWED,
        name_of(row.submitted_by),
        (clock.seconds() - row.submitted_at) // DAY,
        may.approve or may.publish,
    )


def _rule(org_id: int) -> dict[str, Any]:
    rule = submissions.rule_at(org_id)
    return {
        "unit": unit_name(org_id),
        "needs_review": rule.needs_review,
        "own": rule.decided_at == org_id,
        "from": unit_name(rule.decided_at) if rule.decided_at not in (None, org_id) else "",
    }


@routes.post("", STAFF, endpoint="studio_review_rule")
def decide() -> Answer:
    """Decides for a unit, and those below it, whether somebody looks before anything is published."""
    person = here()
    typed, choice = request.form.get("org", ""), request.form.get("choice", "")
    if not is_number(typed) or org(int(typed)) is None:
        raise NotFound
    require_at(person, May.PUBLISH, int(typed))
    if choice not in ("yes", "no", "above"):
        return _queue({"choice": [say(_("Please choose one of the three."))]}), 422
    with unit_of_work():
        reviewing.set_rule(int(typed), None if choice == "above" else choice == "yes", person.id)
    return redirect(url_for("courses.studio_queue") + "#rules", 303)


@dataclass(frozen=True)
class Said:
    """A remark as it is shown."""

    words: str
    by: str
    at: int


@routes.get("/<int:submission>", STAFF, endpoint="studio_submission")
def show(submission: int) -> str:
    """One submission: what is new in it, what was said of it, and what can be done."""
    person = here()
    return _page(person, submission_for(person, submission), {})


def _page(person: Person, row: SubmissionRow, errors: dict[str, list[str]], typed: str = "", block: str = "") -> str:
    newest = drafts.newest_body(row.activity_id)
    before = _before(row, plain(newest) if newest is not None else None)
    found = difference(before, row.body)
    told = submissions.remarks(row.id)
    rows = [*found.facts, *found.blocks] if before["blocks"] or row.kind != "lesson" else found.blocks
    return render(
        "courses/studio/submission.html",
        row=row,
        title=row.body["title"],
        unit=unit_name(row.org_id),
        state=say(STATES[row.state]),
        change=say(CHANGES["first" if newest is None else row.change]),
        by=name_of(row.submitted_by),
        reviewed_by=name_of(row.reviewed_by),
        ended_by=name_of(row.ended_by),
        first=newest is None,
        facts=found.facts,
        blocks=found.blocks,
        short=in_short(found.counted) if newest is not None else [],
        remarks={
            key: [Said(r.words, name_of(r.by_id), r.at) for r in told if r.block == key]
            for key in {"", *(r.block for r in told)}
        },
        places=[("", say(_("All of it"))), *_places(row, rows)],
        typed=Field(typed, errors.get("words", [])),
        block=Field(block, []),
        reason=Field(typed, errors.get("reason", [])),
        errors=errors,
        may=rights(person, row),
        edit_url=editor_url(row.kind, row.slug) if may_at(person, May.AUTHOR, row.org_id) else "",
        revisions_url=url_for("courses.studio_revisions", kind=row.kind, slug=row.slug),
    )


def _before(row: SubmissionRow, newest: dict[str, Any] | None) -> dict[str, Any]:
    """What it is compared with: what is published, or nothing yet."""
    return newest if newest is not None else {"blocks": []}


def _places(row: SubmissionRow, rows: list[Row]) -> list[tuple[str, str]]:
    """The blocks that something can be said of: (id, number and kind)."""
    there = [block.get("id", "") for block in row.body.get("blocks", ())]
    titles = {r.key: r.title for r in rows}
    return [(key, say(_("Block {n}: {kind}", n=n, kind=titles.get(key, "")))) for n, key in enumerate(there, 1) if key]


@routes.post("/<int:submission>", STAFF, endpoint="studio_submission_act")
def act(submission: int) -> Answer:
    """Remarks, approves, gives back, publishes or takes back; whoever may not do it finds nothing."""
    person = here()
    row = submission_for(person, submission)
    do = request.form.get("do", "")
    may = rights(person, row)
    words = composed_lines(request.form.get("words")) or ""
    block = request.form.get("block", "")[:16]
    try:
        _check(do, may, row)
        with unit_of_work():
            _do(do, row, person, words, block)
    except (Conflict, Invalid) as error:
        now = submission_for(person, submission)
        told = said({name: [text] for name, text in (error.fields or {"": error.text}).items()})
        return _page(person, now, told, words, block), error.status
    if do == "publish":
        return redirect(url_for("courses.studio_revisions", kind=row.kind, slug=row.slug) + "#published", 303)
    if do == "withdraw":
        return redirect(editor_url(row.kind, row.slug), 303)
    return redirect(url_for("courses.studio_submission", submission=submission) + (f"#{block}" if block else ""), 303)


def _check(do: str, may: Rights, row: SubmissionRow) -> None:
    """NotFound for what this person may never do; Conflict for what is too late."""
    allowed = {"remark": may.remark, "approve": may.approve, "return": may.give_back, "publish": may.publish,
               "withdraw": may.withdraw}  # fmt: skip
    if do not in allowed:
        raise NotFound
    if allowed[do]:
        return
    if do == "approve" and may.own and row.state == SUBMITTED:
        raise Conflict(reviewing.OWN)
    if not row.is_open or (do == "approve" and row.state == REVIEWED):
        raise Conflict(reviewing.MOVED_ON)
    if do == "publish" and row.state == SUBMITTED:
        raise Conflict(_("A reviewer has to look at it first."))
    raise NotFound


def _do(do: str, row: SubmissionRow, person: Person, words: str, block: str) -> None:
    if do == "remark":
        reviewing.remark(row, block, words, person.id)
    elif do == "approve":
        reviewing.approve(row, person.id)
    elif do == "return":
        reviewing.give_back(row, words, person.id)
    elif do == "publish":
        reviewing.publish(row, person.id)
    else:
        reviewing.withdraw(row, person.id)

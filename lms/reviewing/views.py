"""What waits for a review: the queue, one submission with remarks on its places, and which units ask for a review."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from lms import clock
from lms.db.unit_of_work import unit_of_work
from lms.errors import Conflict, Invalid, NotFound
from lms.identity.people import Person, here
from lms.identity.roles import May, roles_that
from lms.orgs.queries import org
from lms.orgs.scope import may_at, require_at, units_where
from lms.reviewing import queries, steps
from lms.reviewing.access import submission_for, units_of_studio
from lms.reviewing.kinds import REVIEWABLE, Seen
from lms.reviewing.queries import REVIEWED, SUBMITTED, SubmissionRow
from lms.studio import Field, is_number, name_of, said, unit_choices, unit_name
from lms.text import Text, _
from lms.web.forms import composed_lines
from lms.web.menu import MenuItem
from lms.web.rendering import render, say
from lms.web.routes import STAFF, Routes

routes = Routes("reviewing", "/studio/duyet")
menu = (
    MenuItem(
        "reviewing.queue", _("Waiting for review"), "list-checks", "staff",
        roles_that(May.AUTHOR) | roles_that(May.REVIEW) | roles_that(May.PUBLISH), 13, "content",
    ),
)  # fmt: skip
Answer = str | Response | tuple[str, int]
STATES: dict[str, Text] = {
    "submitted": _("Waits for a reviewer"), "reviewed": _("Reviewed, waits to be published"),
    "returned": _("Given back"), "withdrawn": _("Taken back"), "published": _("Published"),
}  # fmt: skip
CHANGES: dict[str, Text] = {
    "first": _("First publication"), "minor": _("Wording"), "major": _("Meaning"),
}  # fmt: skip
DAY = 86_400
A_PAGE = 40  # places of a submission on one page: a file of questions has thousands


class Waiting(Struct, frozen=True):
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


class Rights(Struct, frozen=True):
    """What a reader may do with a submission now."""

    remark: bool
    approve: bool
    give_back: bool
    publish: bool
    withdraw: bool
    own: bool  # they handed it in, or wrote some of it


def rights(person: Person, row: SubmissionRow) -> Rights:
    """What this person may do with it. Nobody reviews what they handed in."""
    own = steps.is_own(row, person.id)
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


@routes.get("", STAFF)
def queue() -> str:
    """What waits in my units, the oldest first; and which of them ask for a review."""
    return _queue({})


def _queue(errors: dict[str, list[str]]) -> str:
    person = here()
    rows = [_waiting(person, row) for row in queries.waiting(units_of_studio(person))]
    decides = frozenset(units_where(person, May.PUBLISH))
    return render(
        "reviewing/queue.html",
        rows=sorted(rows, key=lambda r: not r.yours),
        units=unit_choices(decides),
        rules=[_rule(unit) for unit in sorted(decides)],
        choice=Field("", []),
        errors=errors,
    )


def _waiting(person: Person, row: SubmissionRow) -> Waiting:
    may = rights(person, row)
    return Waiting(
        url_for("reviewing.submission", submission=row.id),
        row.title,
        say(REVIEWABLE.get(row.kind).title),
        unit_name(row.org_id),
        say(STATES[row.state]),
        row.state == REVIEWED,
        name_of(row.submitted_by),
        (clock.seconds() - row.submitted_at) // DAY,
        may.approve or may.publish,
    )


def _rule(org_id: int) -> dict[str, Any]:
    rule = queries.rule_at(org_id)
    return {
        "unit": unit_name(org_id),
        "needs_review": rule.needs_review,
        "own": rule.decided_at == org_id,
        "from": unit_name(rule.decided_at) if rule.decided_at not in (None, org_id) else "",
    }


@routes.post("", STAFF)
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
        steps.set_rule(int(typed), None if choice == "above" else choice == "yes", person.id)
    return redirect(url_for("reviewing.queue") + "#rules", 303)


class Said(Struct, frozen=True):
    """A remark as it is shown."""

    words: str
    by: str
    at: int


@routes.get("/<int:submission>", STAFF, endpoint="submission")
def show(submission: int) -> str:
    """One submission: what is new in it, what was said of it, and what can be done."""
    person = here()
    return _page(person, submission_for(person, submission), {})


def _page(person: Person, row: SubmissionRow, errors: dict[str, list[str]], typed: str = "", block: str = "") -> str:
    kind = REVIEWABLE.get(row.kind)
    newest = kind.published(row.key)
    found = kind.difference(newest, row.body)
    told = queries.remarks(row.id)
    change = CHANGES.get("first" if newest is None else row.change)
    pages = max(1, -(-len(found.blocks) // A_PAGE))
    typed_page = request.args.get("trang", "1")
    number = min(max(1, int(typed_page) if is_number(typed_page) else 1), pages)
    blocks = found.blocks[(number - 1) * A_PAGE : number * A_PAGE]
    here_now = {one.key for one in blocks}
    return render(
        "reviewing/submission.html",
        row=row,
        title=row.title,
        unit=unit_name(row.org_id),
        state=say(STATES[row.state]),
        change=say(change) if change is not None else "",
        by=name_of(row.submitted_by),
        reviewed_by=name_of(row.reviewed_by),
        first=newest is None,
        facts=found.facts,
        blocks=blocks,
        seen=kind.seen(row.body, here_now) if isinstance(kind, Seen) else {},
        pages={
            "number": number,
            "total": pages,
            "previous_url": _page_url(row, number - 1) if number > 1 else None,
            "next_url": _page_url(row, number + 1) if number < pages else None,
        },
        in_order=say(found.named.in_order),
        short=found.short if newest is not None else [],
        remarks={
            key: [Said(r.words, name_of(r.by_id), r.at) for r in told if r.block == key]
            for key in {"", *(r.block for r in told)}
        },
        places=[("", say(_("All of it"))), *(p for p in kind.places(row.body) if pages == 1 or p[0] in here_now)],
        typed=Field(typed, errors.get("words", [])),
        block=Field(block, []),
        reason=Field(typed, errors.get("reason", [])),
        errors=errors,
        may=rights(person, row),
        edit_url=kind.studio_url(row.key) if may_at(person, May.AUTHOR, row.org_id) else "",
        revisions_url=kind.revisions_url(row.key),
    )


def _page_url(row: SubmissionRow, number: int) -> str:
    return url_for("reviewing.submission", submission=row.id, trang=number)


@routes.post("/<int:submission>", STAFF)
def act(submission: int) -> Answer:
    """Remarks, approves, gives back, publishes or takes back; whoever may not do it finds nothing."""
    person = here()
    row = submission_for(person, submission)
    do = request.form.get("do", "")
    may = rights(person, row)
    words = composed_lines(request.form.get("words")) or ""
    block = request.form.get("block", "")[:64]
    try:
        _check(do, may, row)
        with unit_of_work():
            _do(do, row, person, words, block)
    except (Conflict, Invalid) as error:
        now = submission_for(person, submission)
        told = said({name: [text] for name, text in (error.fields or {"": error.text}).items()})
        return _page(person, now, told, words, block), error.status
    kind = REVIEWABLE.get(row.kind)
    here_ = url_for("reviewing.submission", submission=submission)
    if do == "publish":
        revisions = kind.revisions_url(row.key)
        return redirect(revisions + "#published" if revisions else here_, 303)
    if do == "withdraw":
        return redirect(kind.studio_url(row.key), 303)
    return redirect(here_ + (f"#{block}" if block else ""), 303)


def _check(do: str, may: Rights, row: SubmissionRow) -> None:
    """NotFound for what this person may never do; Conflict for what is too late."""
    allowed = {"remark": may.remark, "approve": may.approve, "return": may.give_back, "publish": may.publish,
               "withdraw": may.withdraw}  # fmt: skip
    if do not in allowed:
        raise NotFound
    if allowed[do]:
        return
    if do == "approve" and may.own and row.state == SUBMITTED:
        raise Conflict(steps.OWN)
    if not row.is_open or (do == "approve" and row.state == REVIEWED):
        raise Conflict(steps.MOVED_ON)
    if do == "publish" and row.state == SUBMITTED:
        raise Conflict(_("A reviewer has to look at it first."))
    raise NotFound


def _do(do: str, row: SubmissionRow, person: Person, words: str, block: str) -> None:
    if do == "remark":
        steps.remark(row, block, words, person.id)
    elif do == "approve":
        steps.approve(row, person.id)
    elif do == "return":
        steps.give_back(row, words, person.id)
    elif do == "publish":
        steps.publish(row, person.id)
    else:
        steps.withdraw(row, person.id)

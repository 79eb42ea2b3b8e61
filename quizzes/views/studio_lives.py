"""Instructors: handing drafts in, and what waits for me or came back to me."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from msgspec import Struct

from lms.api.learning import author_orgs
from lms.api.people import May, Person, here, may_at
from lms.api.reviewing import LONGEST_NOTE, is_own, units_of_studio, waiting
from lms.api.studio import Field, is_number, name_of, unit_name
from lms.api.web import STAFF, Routes, composed_lines, render, say
from lms.api.work import DomainError, NotFound, unit_of_work
from quizzes import drafts, listing
from quizzes.access import bank_for, import_for
from quizzes.brought import ImportRow
from quizzes.drafts import BankRow
from quizzes.handed import KIND
from quizzes.listing import Listed, Ready
from quizzes.services import drafting
from quizzes.views.studio import POOLS, Answer, shown_row, type_title

handing = Routes("quizzes", "/studio/ngan-hang/<bank>/gui-duyet")
mine = Routes("quizzes", "/studio/cau-hoi")
MOST_LISTED = 200  # drafts that stand on one page to be chosen


class ToHandIn(Struct, frozen=True):
    """A draft on the page where drafts are handed in."""

    id: int
    slug: str
    words: str
    type: str
    by: str
    chosen: bool


@handing.get("", STAFF, endpoint="studio_hand_in")
def hand_in(bank: str) -> str:
    """Which drafts are to be handed in, or put in use where nobody else has to look."""
    row, held = _asked(here(), bank)
    return _page(row, _pool(), held)


def _pool() -> str:
    pool = request.values.get("pool", "exam")
    return pool if pool in POOLS else "exam"


def _asked(person: Person, bank: str) -> tuple[BankRow, ImportRow | None]:
    """The bank, and the file that the address names."""
    typed = request.values.get("tep", "")
    if not typed:
        return bank_for(person, bank), None
    try:
        return import_for(person, bank, UUID(typed))
    except ValueError:
        raise NotFound from None


def _page(row: BankRow, pool: str, held: ImportRow | None, errors: dict[str, list[str]] | None = None) -> str:
    pool = held.pool if held is not None else pool
    found = listing.to_hand_in(row.id, pool, held.id if held is not None else None)
    whole = [one for one in found if one.is_whole]
    chosen = set(request.form.getlist("item")) if request.method == "POST" else None
    return render(
        "quizzes/studio/hand_in.html",
        bank=row,
        file=held,
        pool=pool,
        pool_title=say(POOLS[pool]),
        pools=[(key, say(text)) for key, text in POOLS.items()],
        reviewed_first=drafting.needs_review(pool, row.org_id),
        rows=[_row(one, chosen) for one in whole[:MOST_LISTED]] if held is None else [],
        whole=len(whole),
        most=MOST_LISTED,
        broken=[_row(one, None) for one in found if not one.is_whole][:MOST_LISTED],
        note=Field(request.form.get("note", ""), (errors or {}).get("note", [])),
        longest=LONGEST_NOTE,
        errors=errors or {},
    )


def _row(one: Ready, chosen: set[str] | None) -> ToHandIn:
    is_chosen = chosen is None or str(one.id) in chosen
    return ToHandIn(
        one.id, one.slug, one.words[:140], type_title(one.type), name_of(one.changed_by), is_chosen
    )  # fmt: skip


@handing.post("", STAFF, endpoint="studio_handed_in")
def handed_in(bank: str) -> Answer:
    """Hands the chosen drafts in together, or puts them in use where nobody else has to look."""
    person = here()
    row, held = _asked(person, bank)
    pool = held.pool if held is not None else _pool()
    found = [one for one in listing.to_hand_in(row.id, pool, held.id if held is not None else None) if one.is_whole]
    if held is None:
        wanted = {int(typed) for typed in request.form.getlist("item") if is_number(typed)}
        found = [one for one in found if one.id in wanted]
    note = composed_lines(request.form.get("note")) or ""
    try:
        with unit_of_work():
            if found and not drafting.needs_review(pool, row.org_id):
                drafting.use([one.id for one in found], row.org_id, person.id)
                return redirect(url_for("quizzes.studio_bank", bank=bank, tt=listing.USED), 303)
            number = drafting.hand_in(
                row.id, row.org_id, [one.id for one in found], person.id, held.name if held is not None else "", note
            )
    except DomainError as error:
        told = {name: [say(text)] for name, text in (error.fields or {"": error.text}).items()}
        return _page(row, pool, held, told), error.status
    return redirect(url_for("reviewing.submission", submission=number), 303)


# --- what waits for me ------------------------------------------------------------------------------------------------


class Mine(Struct, frozen=True):
    """Questions that I handed in together, on their way: where they stand, and why they came back."""

    title: str
    unit: str
    questions: int
    state: str
    reason: str
    by: str
    url: str  # where it is written on
    submission: int
    at: int


class ForMe(Struct, frozen=True):
    """Questions of others that wait for me to look at them, or to put them in use."""

    title: str
    unit: str
    by: str
    is_reviewed: bool
    submission: int
    at: int


@mine.get("", STAFF, endpoint="studio_questions")
def questions() -> str:
    """What waits for me, what was given back to me and why, what of mine waits for others, and my drafts."""
    person = here()
    units = units_of_studio(person)
    writes = author_orgs_of(person)
    banks = [row.id for row in drafts.banks(writes)] if writes else []
    handed = [one for one in listing.handed_in(banks) if one.at.submitted_by == person.id]
    loose = [
        Listed(row, at)
        for row, at in ((row, listing.standing_of_draft(row)[0]) for row in listing.loose_drafts(banks, person.id))
        if at is None or at.state == "withdrawn"
    ]
    return render(
        "quizzes/studio/questions.html",
        for_me=_for_me(person, units),
        returned=[_mine(one) for one in handed if one.at.state == "returned"],
        waits=[_mine(one) for one in handed if one.at.is_open],
        drafts=[shown_row(one) for one in loose],
        writes=bool(writes),
    )


def author_orgs_of(person: Person) -> frozenset[int]:
    """The units where somebody writes; none for whoever only reviews or publishes."""
    try:
        return author_orgs(person)
    except NotFound:
        return frozenset()


def _for_me(person: Person, units: frozenset[int]) -> list[ForMe]:
    found = []
    for row in waiting(units):
        if row.kind != KIND:
            continue
        reviews = row.state == "submitted" and may_at(person, May.REVIEW, row.org_id) and not is_own(row, person.id)
        publishes = row.state == "reviewed" and may_at(person, May.PUBLISH, row.org_id)
        if reviews or publishes:
            found.append(
                ForMe(row.title, unit_name(row.org_id), name_of(row.submitted_by), publishes, row.id, row.submitted_at)
            )
    return found


def _mine(one: listing.HandedIn) -> Mine:
    url = (
        url_for("quizzes.studio_item", slug=one.slug)
        if one.questions == 1
        else url_for("quizzes.studio_bank", bank=one.bank_slug, tt=listing.DRAFT)
    )
    return Mine(
        one.bank_title, unit_name(one.org_id), one.questions, one.at.state, one.at.reason, name_of(one.at.ended_by),
        url, one.at.id, one.at.submitted_at,
    )  # fmt: skip

"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from lms.api.learning import author_orgs
from lms.api.people import Claim, May, Person, here, person_for, reaches, require_anywhere
from lms.api.work import NotFound
from quizzes import brought, drafts
from quizzes.brought import ImportRow
from quizzes.drafts import BankRow, ItemRow, QuizDraft
from quizzes.queries import Answers, AttemptRow, VersionRow, attempt, papers_waiting, practice_item


def attempt_for(reader: Person | Claim, uuid: UUID, hold: bool = False) -> tuple[AttemptRow, Answers]:
    """One's own attempt with its answers; another person's does not exist. NotSignedIn where the session has ended."""
    found = attempt(uuid, reader, hold)
    if found is None:
        here()  # a session that was ended is asked to sign in again
        raise NotFound
    return found


def practice_item_for_anyone(slug: str) -> VersionRow:
    """A practice item, open to everybody."""
    row = practice_item(slug)
    if row is None:
        raise NotFound
    return row


def bank_for(person: Person, slug: str) -> BankRow:
    """A bank of a unit where the person authors, or of one below it."""
    for row in drafts.banks(author_orgs(person), slug):
        return row
    raise NotFound


def import_for(person: Person, slug: str, uuid: UUID, *, hold: bool = False) -> tuple[BankRow, ImportRow]:
    """Questions that were brought from a file into such a bank; `hold` keeps others from changing them meanwhile."""
    bank = bank_for(person, slug)
    row = brought.import_by_uuid(uuid, hold=hold)
    if row is None or row.bank_id != bank.id:
        raise NotFound
    return bank, row


def item_for(person: Person, slug: str) -> tuple[BankRow, ItemRow]:
    """A question of such a bank."""
    row = drafts.item(slug)
    if row is not None:
        for bank in drafts.banks(author_orgs(person)):
            if bank.id == row.bank_id:
                return bank, row
    raise NotFound


def papers_to_mark(person: Person) -> list[AttemptRow]:
    """Papers with an answer that waits for a mark, of people of the units where the person confirms; not their own."""
    return papers_waiting(require_anywhere(person, May.CONFIRM), person.id)


def paper_to_mark(person: Person, uuid: UUID) -> AttemptRow:
    """One of these papers."""
    for row in papers_waiting(require_anywhere(person, May.CONFIRM), person.id, uuid):
        return row
    raise NotFound


def quiz_for(person: Person, slug: str) -> QuizDraft:
    """A quiz's draft of such a unit."""
    granted = author_orgs(person)
    row = drafts.quiz(slug)
    if row is None or not reaches(granted, row.org_id):
        raise NotFound
    return row


def person_to_support(officer: Person, uuid: UUID) -> Person:
    """Somebody of the units that the officer manages, for whom they arrange checks."""
    return person_for(officer, May.MAKE_PEOPLE, uuid)


def supportable(officer: Person, person: Person) -> bool:
    """Whether the officer arranges checks for this person."""
    try:
        person_for(officer, May.MAKE_PEOPLE, person.uuid)
    except NotFound:
        return False
    return True

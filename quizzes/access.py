"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from lms.api.learning import author_orgs
from lms.api.people import Claim, Person, here, reaches
from lms.api.work import NotFound
from quizzes import drafts
from quizzes.drafts import BankRow, ItemRow, QuizDraft
from quizzes.queries import Answers, AttemptRow, VersionRow, attempt, practice_item


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


def item_for(person: Person, slug: str) -> tuple[BankRow, ItemRow]:
    """A question of such a bank."""
    row = drafts.item(slug)
    if row is not None:
        for bank in drafts.banks(author_orgs(person)):
            if bank.id == row.bank_id:
                return bank, row
    raise NotFound


def quiz_for(person: Person, slug: str) -> QuizDraft:
    """A quiz's draft of such a unit."""
    granted = author_orgs(person)
    row = drafts.quiz(slug)
    if row is None or not reaches(granted, row.org_id):
        raise NotFound
    return row

"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from lms.api.learning import KeptDraft, author_orgs
from lms.api.people import Claim, May, Person, here, person_for, reaches, require_anywhere, units_where
from lms.api.reviewing import units_of_studio
from lms.api.work import NotFound, TooEarly, _
from quizzes import brought, corrections, drafts
from quizzes.brought import ImportRow
from quizzes.corrections import CorrectionRow
from quizzes.drafts import BankRow, ItemRow
from quizzes.due import Day, Waiting, day_for
from quizzes.models import OPEN
from quizzes.queries import Answers, AttemptRow, VersionRow, attempt, paper_of, papers_waiting, practice_item


def attempt_for(reader: Person | Claim, uuid: UUID, hold: bool = False) -> tuple[AttemptRow, Answers]:
    """One's own attempt with its answers; another person's does not exist. NotSignedIn where the session has ended.

    A paper of a supervised session is open on the device on which it was begun there and nowhere else, not even to
    whoever is signed in as its person: TooEarly, until it is handed in.
    """
    found = attempt(uuid, reader, hold)
    if found is None:
        here()  # a session that was ended is asked to sign in again
        raise NotFound
    if found[0].state == OPEN and not is_at_home(found[0], reader):
        raise TooEarly(
            _("This check goes on in the room where it was begun, with the ticket. Please ask whoever supervises it.")
        )
    return found


def is_at_home(row: AttemptRow, reader: Person | Claim) -> bool:
    """Whether an open paper may be worked on from here: in the supervised session that it is of, where it is of one."""
    return row.session is None or (isinstance(reader, Claim) and reader.within == row.session)


def practice_item_for_anyone(slug: str) -> VersionRow:
    """A practice item, open to everybody."""
    row = practice_item(slug)
    if row is None:
        raise NotFound
    return row


def waiting_for(person: Person, topic: str, slug: str) -> tuple[Waiting | None, Day]:
    """What comes back to oneself today under this topic, if this is a question of it; and the whole day."""
    day = day_for(person.id)
    held = (one for one in day.waiting if one.topic == topic and slug in dict(one.items).values())
    return next(held, None), day


def bank_for(person: Person, slug: str) -> BankRow:
    """A bank of a unit where the person authors, or of one below it."""
    for row in drafts.banks(author_orgs(person), slug):
        return row
    raise NotFound


def bank_with(person: Person, bank_id: int) -> BankRow:
    """Such a bank, by its id."""
    for row in drafts.banks(author_orgs(person)):
        if row.id == bank_id:
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


def marking_units(person: Person) -> list[int]:
    """The units of whose people one marks answers."""
    return require_anywhere(person, May.CONFIRM)


def paper_to_mark(person: Person, uuid: UUID) -> AttemptRow:
    """A paper with an answer that waits for a mark, of somebody of the units where one confirms; not one's own."""
    for row in papers_waiting(marking_units(person), person.id, uuid):
        return row
    raise NotFound


def moderating_units(person: Person) -> list[int]:
    """The units of whose people one decides between two marks, and marks anew."""
    return require_anywhere(person, May.PUBLISH)


def paper_to_decide(person: Person, uuid: UUID) -> AttemptRow:
    """A paper with an answer that waits, of somebody of the units where the person moderates; not their own."""
    for row in papers_waiting(moderating_units(person), person.id, uuid):
        return row
    raise NotFound


def paper_marked(person: Person, uuid: UUID, *, hold: bool = False) -> AttemptRow:
    """A paper that was handed in, of somebody of the units where the person moderates; not their own."""
    row = paper_of(moderating_units(person), person.id, uuid, hold=hold)
    if row is None:
        raise NotFound
    return row


def correction_for(person: Person, uuid: UUID, *, hold: bool = False) -> CorrectionRow:
    """A correction of a question in a bank of a unit where the person publishes, or of one below it."""
    row = corrections.correction(uuid, hold=hold)
    if row is None or not reaches(correcting_units(person), row.org_id):
        raise NotFound
    return row


def correcting_units(person: Person) -> list[int]:
    """The units of whose banks one puts questions right."""
    return require_anywhere(person, May.PUBLISH)


def item_to_correct(person: Person, slug: str) -> tuple[int, str, str]:
    """(id, pool, bank's title) of a question in such a bank."""
    found = corrections.item_of(slug)
    if found is None or not reaches(correcting_units(person), found[3]):
        raise NotFound
    return found[:3]


def may_correct(person: Person, slug: str) -> bool:
    """Whether the person may put this question right in papers that were taken."""
    try:
        item_to_correct(person, slug)
    except NotFound:
        return False
    return True


def units_seen(person: Person) -> list[int]:
    """The units whose people's names one may see; none where that is nobody's."""
    return units_where(person, May.SEE_PEOPLE)


def item_to_look_at(person: Person, slug: str) -> tuple[BankRow, ItemRow]:
    """A question, for whoever writes, reviews or publishes in its bank's unit or above."""
    row = drafts.item(slug)
    if row is not None:
        for bank in drafts.banks(units_of_studio(person)):
            if bank.id == row.bank_id:
                return bank, row
    raise NotFound


def quiz_for(person: Person, slug: str) -> KeptDraft:
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

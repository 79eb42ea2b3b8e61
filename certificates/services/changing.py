"""Acts on a paper: suspend, restore, withdraw, correct, issue again, put another in its place.

Each is kept with a reason's code and words, who and when; it stands in the journal of acts and in the transparency
log, is told as an event, and its holder reads of it. Nobody changes a paper of their own. The same act sent twice (the
same person, reason and outcome) is done once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import insert, update

from certificates import queries, wording
from certificates.designs.paper import Paper
from certificates.events import CredentialChanged
from certificates.models import EXPIRED, REVOKED, SUPERSEDED, SUSPENDED, VALID, Credential, StatusChange
from certificates.queries import CredentialRow
from certificates.services import issuing, logging
from certificates.services.issuing import Draft, Issued
from certificates.services.lives import state_now
from certificates.services.reasons import CORRECT, REASONS, REISSUE, RESTORE, REVOKE, SUPERSEDE, SUSPEND
from lms.api.people import check_name, path_name
from lms.api.work import Conflict, Invalid, Text, _, audit, clock, connection, notify, settings, tell

C = Credential.__table__
LEAST_WORDS, MOST_WORDS = 5, 1_000  # letters of a reason
APPEAL: Final = "appeal_upheld"
INSTEAD: Final = "Cấp thay giấy số "  # stands among the notes of a new paper; papers are Vietnamese


class Step(Struct, frozen=True):
    """An act: to what state it leads, from which (with the term looked at), its code in the journal (credential.…)."""

    leads_to: str
    since: frozenset[str]
    journal: str
    told: Text  # the title of what the holder reads


STEPS: Final[dict[str, Step]] = {
    SUSPEND: Step(SUSPENDED, frozenset({VALID}), "suspended", _("Your paper is suspended for a time")),
    RESTORE: Step(VALID, frozenset({SUSPENDED}), "restored", _("Your paper is valid again")),
    REVOKE: Step(
        REVOKED, frozenset({VALID, SUSPENDED, EXPIRED}), "revoked", _("Your paper was withdrawn")
    ),
    CORRECT: Step(SUPERSEDED, frozenset({VALID}), "corrected", _("A corrected paper replaces yours")),
    REISSUE: Step(SUPERSEDED, frozenset({VALID, REVOKED}), "reissued", _("A new paper replaces yours")),
    SUPERSEDE: Step(SUPERSEDED, frozenset({VALID}), "superseded", _("Another paper replaces yours")),
}  # fmt: skip


class Why(Struct, frozen=True):
    """Why an act is done, and by whom. `words`: strangers who check the paper read them."""

    code: str
    words: str
    by_id: int


class Corrected(Struct, frozen=True):
    """What a corrected paper says. None: as it stands on the old one. `org_id` with `unit_name`: another unit.

    `papers_seen`: the officer compared name and day of birth with papers of identity; a name or day that nobody
    compared, and that is not on the person's record, is refused.
    """

    full_name: str | None = None
    birth_date: date | None = None
    org_id: int | None = None
    papers_seen: bool = False
    as_recorded: bool = False  # both are as the person's record has them
    assurance_level: int = 0  # of that record


def offered(row: CredentialRow, today: date) -> list[str]:
    """The acts that can be done to a paper as it is now."""
    state = state_now(row, today)
    return [act for act, step in STEPS.items() if state in step.since and not _held_up(row, act)]


def _held_up(row: CredentialRow, act: str) -> bool:
    """Whether there is nobody any more to whom a new paper could be given."""
    return act in (CORRECT, REISSUE) and row.paper["full_name"] == wording.FORGOTTEN


def suspend(row: CredentialRow, why: Why) -> None:
    """Says for a time that a paper does not count."""
    _plain(row, SUSPEND, why)


def restore(row: CredentialRow, why: Why) -> None:
    """Makes a suspended paper valid again."""
    _plain(row, RESTORE, why)


def revoke(row: CredentialRow, why: Why) -> None:
    """Takes a paper back for good. The public page says so at once."""
    _plain(row, REVOKE, why)


def correct(row: CredentialRow, what: Corrected, why: Why) -> int:
    """Issues a paper with the right name, day of birth or unit instead of this one; returns the new one's id.

    The person's own record stays as it is: it is corrected where people are.
    """
    _check(row, CORRECT, why)
    if (done := _done_before(row, CORRECT, why)) is not None and done.successor_id is not None:
        return done.successor_id
    changes, facts = _changes(row, what)
    if not changes:
        text = _("Nothing was changed: name, day of birth and unit are the same as on the paper.")
        raise Invalid(text, full_name=text)
    org_id = what.org_id if what.org_id is not None else row.org_id
    return _instead(row, CORRECT, why, changes, facts, org_id)


def reissue(row: CredentialRow, why: Why) -> int:
    """Issues a paper that says the same under a new number, from today; returns the new one's id.

    Of a paper that was withdrawn only where a complaint was right.
    """
    _check(row, REISSUE, why)
    if (done := _done_before(row, REISSUE, why)) is not None and done.successor_id is not None:
        return done.successor_id
    if row.state == REVOKED and why.code != APPEAL:
        text = _("This paper was withdrawn. A new one is given only where a complaint of the holder was right.")
        raise Invalid(text, code=text)
    return _instead(row, REISSUE, why, {}, {}, row.org_id)


def supersede(row: CredentialRow, by: CredentialRow | None, why: Why) -> None:
    """Says of a paper that another one, which its holder has already, stands in its place."""
    _check(row, SUPERSEDE, why)
    if _done_before(row, SUPERSEDE, why) is not None:
        return
    if by is None or by.id == row.id or by.account_id != row.account_id or state_now(by, clock.today()) != VALID:
        text = _("Please enter the number of another valid paper of the same holder.")
        raise Invalid(text, number=text)
    _move(row, SUPERSEDE, why)
    _succeed(row, by.id)
    _note(row, SUPERSEDE, why, by.number)


def issue_instead(
    row: CredentialRow, changes: Mapping[str, Any], facts: Mapping[str, Any] | None = None, org_id: int | None = None
) -> Issued:
    """Issues a new paper that says what another one said, but for `changes` (fields of `Paper`) and `facts`.

    A number of its own from the same kind of book, today's day, the same term; a note on it names the paper that it
    stands for. Once for each paper: its cause is `instead:<id>`. `org_id`: None for the old one's unit.
    """
    config = settings()
    said = {k: tuple(v) if isinstance(v, list) else v for k, v in row.paper.items()}
    notes = tuple(note for note in said["notes"] if not note.startswith(INSTEAD))
    fresh = {
        "place_and_date": wording.given_at(config.place_name, clock.today()), "qr": (),
        "notes": (*notes, f"{INSTEAD}{row.number}"), "unsigned_notice": wording.UNSIGNED,
    }  # fmt: skip
    [issued] = issuing.issue_drafts(
        [
            Draft(
                cause=f"instead:{row.id}",
                kind=row.kind,
                account_id=row.account_id,
                attainment_id=row.attainment_id,
                org_id=row.org_id if org_id is None else org_id,
                paper=Paper(**{**said, **fresh, **changes}),
                facts={**row.facts, "signed": False, **(facts or {})},
                expires_on=row.expires_on,
            )
        ]
    )
    return issued


def _changes(row: CredentialRow, what: Corrected) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stands on the new paper otherwise than on the old one, and the facts that go with it."""
    changes: dict[str, Any] = {}
    if what.full_name is not None:
        name = check_name(what.full_name)
        if name != row.paper["full_name"]:
            changes["full_name"] = name
    if what.birth_date is not None and f"{what.birth_date:%d/%m/%Y}" != row.paper["birth_date"]:
        if not date(1900, 1, 1) <= what.birth_date < clock.today():
            text = _("This cannot be a day of birth.")
            raise Invalid(text, birth_date=text)
        changes["birth_date"] = f"{what.birth_date:%d/%m/%Y}"
    facts: dict[str, Any] = {}
    if changes:
        if not (what.papers_seen or what.as_recorded):
            text = _("This is not what the person's record says. Please compare it with papers, and tick that you did.")
            raise Invalid(text, papers_seen=text)
        level = what.assurance_level if what.as_recorded else 2
        changes["identity_line"], facts["assurance_level"] = wording.IDENTITY[level], level
    if what.org_id is not None and (unit := path_name(what.org_id)) != row.paper["unit_name"]:
        changes["unit_name"] = unit
    return changes, facts


def _plain(row: CredentialRow, act: str, why: Why) -> None:
    _check(row, act, why)
    if _done_before(row, act, why) is not None:
        return
    _move(row, act, why)
    _note(row, act, why)


def _instead(
    row: CredentialRow, act: str, why: Why, changes: Mapping[str, Any], facts: Mapping[str, Any], org_id: int | None
) -> int:
    if row.paper["full_name"] == wording.FORGOTTEN:
        raise Conflict(_("The holder's data were erased at their wish, so no new paper can be issued."))
    _move(row, act, why)  # first: whoever does the same at this moment waits here, and is refused
    issued = issue_instead(row, changes, facts, org_id)
    _succeed(row, issued.id)
    _note(row, act, why, issued.number)
    return issued.id


def _check(row: CredentialRow, act: str, why: Why) -> None:
    """Raises Invalid for a reason that cannot stand, Conflict for a paper of one's own."""
    if why.by_id == row.account_id:
        raise Conflict(_("This is your own paper. Please ask a colleague to do this."))
    if why.code not in REASONS or act not in REASONS[why.code].acts:
        text = _("Please choose a reason.")
        raise Invalid(text, code=text)
    if len(why.words.strip()) < LEAST_WORDS:
        text = _("Please write the reason, so that the holder can understand it.")
        raise Invalid(text, reason=text)
    if len(why.words) > MOST_WORDS:
        text = _("Please keep it under 1,000 letters.")
        raise Invalid(text, reason=text)


def _done_before(row: CredentialRow, act: str, why: Why) -> CredentialRow | None:
    """The paper as it is now, where this very act was its last: the button was pressed twice."""
    now, last = queries.credential(row.id), queries.last_change(row.id)
    if now is None or last is None or now.state != STEPS[act].leads_to:
        return None
    same = (last.state, last.code, last.reason, last.by_id) == (now.state, why.code, why.words, why.by_id)
    return now if same else None


def _move(row: CredentialRow, act: str, why: Why) -> None:
    """Brings a paper into the state to which an act leads, if it still is in one from which that is possible."""
    step = STEPS[act]
    stored = step.since - {EXPIRED}
    over = state_now(row, clock.today()) == EXPIRED and EXPIRED not in step.since
    done = 0
    if not over:
        moved = update(C).where(C.c.id == row.id, C.c.state.in_(stored)).values(state=step.leads_to)
        done = connection().execute(moved).rowcount
    if done != 1:
        raise Conflict(_("This paper is in another state now, so this cannot be done. Look at it again."))


def _succeed(row: CredentialRow, successor_id: int) -> None:
    connection().execute(update(C).where(C.c.id == row.id).values(successor_id=successor_id))


def _note(row: CredentialRow, act: str, why: Why, successor: str = "") -> None:
    """Keeps an act that was done: in the paper's life, in the journal, in the log; tells it, and its holder."""
    step, now = STEPS[act], clock.seconds()
    connection().execute(
        insert(StatusChange).values(
            credential_id=row.id, state=step.leads_to, code=why.code, reason=why.words, by_id=why.by_id, at=now
        )
    )
    logging.enter_status(row.number, step.leads_to, now, why.code, successor)
    more = {"successor": successor} if successor else {}
    audit.record(why.by_id, f"credential.{step.journal}", row.number, code=why.code, reason=why.words, **more)
    tell(CredentialChanged(row.id, row.number, step.leads_to, why.code, now))
    words = _("Number {number}. {why}: {words}", number=row.number, why=REASONS[why.code].words, words=why.words)
    if successor:
        words = _("Number {number} no longer counts; the new one is {successor}. {why}: {words}", number=row.number,
                  successor=successor, why=REASONS[why.code].words, words=why.words)  # fmt: skip
    notify(row.account_id, "paper", step.told, words, f"/giay/{row.uuid}")

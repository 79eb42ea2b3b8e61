"""From what was attained to papers: numbers without gaps, everything frozen, logged and told in one unit of work.

A paper is made in three steps, each open to others: a `Draft` holds all that it says before it has a number, `_freeze`
gives it number, look and codes, `issue_drafts` writes many by as many statements as one.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import current_app
from msgspec import Struct, structs
from sqlalchemy import bindparam, exists, insert, select, text, update

from certificates import queries, wording
from certificates.designs.paper import Paper
from certificates.events import CredentialDrawn, CredentialIssued
from certificates.models import VALID, Credential
from certificates.numbering import ATTAINMENT, COURSE, format_check_code, format_number
from certificates.services import carrying, logging, standing, terms, waiting
from certificates.services.drawing import drawn, paper_of
from certificates.services.looks import ANY_LOOK, Wardrobe
from lms.api.competency import (
    WITH_HOLDER,
    AttainmentRow,
    ProgrammeAttained,
    attained_by,
    attainments,
    with_holder,
)
from lms.api.data import FileStore, Statement, insert_many
from lms.api.people import AccountMergeUndone, Person, joined_to, path_names, people_by_id
from lms.api.transparency import Key, beside_key
from lms.api.work import Text, Told, _, asks_for_more, clock, connection, notify, notify_many, settings, tell

C = Credential.__table__

# All that a paper is issued from, with whether there is one: (…, Key, any look, issued).
_DUE: Statement[tuple[AttainmentRow, Person | None, str, Sequence[Any]]] = Statement(
    beside_key(WITH_HOLDER, carrying.PURPOSE).add_columns(
        ANY_LOOK.label("any_look"),
        asks_for_more(WITH_HOLDER.selected_columns["account_id"]).label("asks"),
        exists().where(C.c.cause == bindparam("cause")).label("issued"),
    ),
    with_holder,
)
_NEXT: Statement[Any] = Statement(
    text(
        "INSERT INTO certificates_book (issuer_code, kind, year, last) VALUES (:issuer_code, :kind, :year, :many)"
        " ON CONFLICT (issuer_code, kind, year) DO UPDATE SET last = certificates_book.last + :many RETURNING last"
    )
)
_ISSUE: Statement[Any] = Statement(
    insert(C).returning(C.c.id),
    columns=(
        "uuid", "number", "check_code", "kind", "account_id", "attainment_id", "org_id", "issued_at", "design",
        "design_version", "paper", "facts", "digest", "state", "salt", "adopted", "cause", "status_list",
        "status_index", "expires_on",
    ),
)  # fmt: skip
_NOTE_FILE: Statement[Any] = Statement(
    update(C).where(C.c.id == bindparam("credential"), C.c.pdf_key.is_(None)).values(pdf_key=bindparam("key"))
)


class Draft(Struct, frozen=True, kw_only=True):
    """A paper before it has a number: all that it says, to whom and why it is issued.

    `cause` says why, once: of two drafts with one cause the second is refused by the database. `kind` is that of the
    book of numbers. `paper` lacks only what `wording.numbered` adds. `expires_on`: the last day on which it is valid;
    where there is one, `paper.valid_until` says the same day.
    """

    cause: str
    kind: str
    account_id: int
    attainment_id: int | None
    org_id: int | None
    paper: Paper
    facts: Mapping[str, Any]
    expires_on: date | None = None


class Around(Struct, frozen=True):
    """What was read already, in this unit of work, of what issuing goes by; what is None is asked for."""

    key: Key | None = None
    any_look: bool = True
    holder: Person | None = None  # where it is one paper, and its holder is told of it in the inbox alone


class Issued(Struct, frozen=True):
    """A paper that has just been issued."""

    id: int
    uuid: UUID
    number: str
    account_id: int


def when_programme_attained(event: ProgrammeAttained) -> None:
    """Issues the paper of an attainment."""
    issue(event.attainment_id)


def when_account_merge_undone(event: AccountMergeUndone) -> None:
    """Issues what was not issued while two people were taken for one."""
    for row in attained_by(event.gone_id):
        issue(row.id)


def issue(attainment_id: int) -> int | None:
    """Issues a paper for an attainment that has none; returns the credential's id, None where it has one already."""
    due = _DUE.first(id=attainment_id, cause=cause_of(attainment_id), day=clock.today())
    if due is None:
        if not without_paper([attainment_id]):
            return None
        raise LookupError(f"Attainment {attainment_id} is gone.")
    row, person, unit_name, (*key, any_look, asks, is_issued) = due
    if is_issued:
        return None
    if person is None and joined_to(row.account_id) is not None:
        return None  # the person attained it by the other account too, and has that one's paper
    if person is None:
        raise LookupError(f"The person of attainment {attainment_id} is gone.")
    if not waiting.cleared([row]):
        return None  # the rule set wants an officer to look first
    around = Around(Key(*key) if key[0] is not None else None, any_look, None if asks else person)
    [issued] = issue_drafts([compose_for(row, person, unit_name)], around)
    return issued.id


def issue_many(attainment_ids: Collection[int]) -> int:
    """Issues papers for those of the attainments that have none; returns how many.

    The same number of statements for one and for a thousand. Whoever's account is closed or was joined to another gets
    none. Fails as a whole, without losing a number, where somebody else issues one of them at that moment.
    """
    rows = attainments(without_paper(attainment_ids))
    people = people_by_id({row.account_id for row in rows.values()}) if rows else {}
    units = path_names({row.org_id for row in rows.values() if row.org_id is not None}) if people else {}
    drafts = [
        compose_for(row, people[row.account_id], units.get(row.org_id, "") if row.org_id else "")
        for row in waiting.cleared([row for _id, row in sorted(rows.items()) if row.account_id in people])
    ]
    return len(issue_drafts(drafts))


def without_paper(attainment_ids: Collection[int]) -> list[int]:
    """Those of the attainments for which no paper was issued, in order; one statement."""
    causes = {cause_of(one): one for one in attainment_ids}
    if not causes:
        return []
    have = set(connection().execute(select(C.c.cause).where(C.c.cause.in_(causes))).scalars())
    return sorted(one for cause, one in causes.items() if cause not in have)


def cause_of(attainment_id: int) -> str:
    """The cause of an attainment's first paper."""
    return f"attainment:{attainment_id}"


def compose_for(row: AttainmentRow, person: Person, unit_name: str) -> Draft:
    """What the paper of an attainment says. `unit_name`: where the person belonged, with what is above it."""
    config, until = settings(), terms.last_day(row.evidence, clock.today())
    paper = wording.compose(
        evidence=row.evidence,
        full_name=person.full_name,
        birth_date=person.birth_date,
        unit_name=unit_name,
        assurance_level=person.assurance_level,
        issuer_name=config.issuer_name,
        place=config.place_name,
        issued_on=clock.today(),
        attained_on=clock.local(clock.from_seconds(row.attained_at)).date(),
        issuer_is_state=config.issuer_is_state,
    )
    if until is not None:
        paper = structs.replace(paper, valid_until=until.isoformat())
    return Draft(
        cause=cause_of(row.id),
        kind=ATTAINMENT if row.recognition == "attainment" else COURSE,
        account_id=row.account_id,
        attainment_id=row.id,
        org_id=row.org_id,
        paper=paper,
        facts=_facts(row, person.assurance_level, config.issuer_name),
        expires_on=until,
    )


def issue_drafts(drafts: Sequence[Draft], around: Around = Around()) -> list[Issued]:
    """Numbers papers, writes, logs and tells them, in the open unit of work; in the order given.

    The same number of statements for one and for a thousand, one more for each further kind among them. The holders are
    told in their inbox.
    """
    if not drafts:
        return []
    now, today = clock.seconds(), clock.today()
    serials: dict[str, Iterable[int]] = {
        kind: iter(take_serials(settings().issuer_code, kind, today.year, sum(d.kind == kind for d in drafts)))
        for kind in sorted({draft.kind for draft in drafts})  # always in one order: two who lock both books never wait
    }
    pen, wardrobe = carrying.Pen(around.key), Wardrobe((draft.org_id for draft in drafts), around.any_look)
    rows = [_freeze(draft, next(iter(serials[draft.kind])), now, today, pen, wardrobe) for draft in drafts]
    pen.keep_words()
    ids = [_ISSUE.scalar(**rows[0])] if len(rows) == 1 else insert_many(C, rows)
    made = [Issued(i, row["uuid"], row["number"], row["account_id"]) for i, row in zip(ids, rows, strict=True)]
    logging.enter_all_issued([(row["number"], now, row["salt"], row["digest"]) for row in rows])
    tell(*(CredentialIssued(one.id, one.account_id, one.number, now) for one in made))
    _tell_holders(made, around.holder)
    return made


def _freeze(draft: Draft, serial: int, now: int, today: date, pen: carrying.Pen, wardrobe: Wardrobe) -> dict[str, Any]:
    """The row of a paper: here it gets its number, its place in the public lists, its look and its codes.

    Whatever is to stand on the paper is put into `paper` before `frozen`: that is what is hashed and drawn for ever.
    """
    config, year = settings(), today.year
    number = format_number(config.issuer_code, draft.kind, year, serial)
    status_list, status_index = standing.place_of(f"{config.issuer_code}-{draft.kind}-{year}", serial)
    paper = wording.numbered(
        draft.paper,
        number=number,
        serial=serial,
        year=year,
        check_code=format_check_code(secrets.token_bytes(5)),
        base_url=config.public_url(),
    )
    paper, name, version = wardrobe.put_on(paper, draft.org_id)
    paper = pen.on(paper, today, status_list, status_index)
    frozen = structs.asdict(paper)
    return {
        "uuid": uuid4(), "number": number, "check_code": paper.check_code, "kind": draft.kind,
        "account_id": draft.account_id, "attainment_id": draft.attainment_id, "org_id": draft.org_id, "issued_at": now,
        "design": name, "design_version": version, "paper": frozen,
        "facts": {**draft.facts, "issuer": paper.issuer_lines[-1]},
        "digest": logging.digest_of(frozen), "state": VALID, "salt": secrets.token_bytes(16), "adopted": False,
        "cause": draft.cause, "status_list": status_list, "status_index": status_index, "expires_on": draft.expires_on,
    }  # fmt: skip


def _tell_holders(made: Sequence[Issued], holder: Person | None) -> None:
    told = [Told(one.account_id, _("Your paper is ready"), _words(one.number), f"/giay/{one.uuid}") for one in made]
    if len(told) == 1:
        notify(told[0].account_id, "paper", told[0].title, told[0].body, told[0].link, holder)
    elif told:
        notify_many("paper", told)


def _words(number: str) -> Text:
    return _("Number {number}. Open it to see, download or share it.", number=number)


def _facts(row: AttainmentRow, assurance_level: int, issuer: str) -> dict[str, Any]:
    evidence = row.evidence
    return {
        "programme": evidence["programme"],
        "framework": {k: evidence["framework"][k] for k in ("slug", "version", "title", "legal_number", "warning")},
        "rules": {k: evidence["rules"][k] for k in ("slug", "title", "version", "standing")},
        "attained_at": row.attained_at,
        "assurance_level": assurance_level,
        "issuer": issuer or wording.NO_ISSUER,
        "signed": False,
    }


def take_serials(issuer_code: str, kind: str, year: int, many: int) -> range:
    """The next numbers of a book. Its row stays locked until the papers are committed with them: none is lost."""
    last = int(_NEXT.scalar(issuer_code=issuer_code, kind=kind, year=year, many=many))
    return range(last - many + 1, last + 1)


def draw(row: queries.CredentialRow) -> bytes:
    """The paper's PDF from what was frozen: the same bytes each time."""
    return drawn(paper_of(row.paper), row.design, row.design_version)


def draw_and_keep(event: CredentialIssued) -> str:
    """Draws the paper and keeps the file under its hash; before the transaction that notes the hash."""
    row = queries.credential_to_prepare(event.credential_id)
    if row is None:
        raise LookupError(f"Credential {event.credential_id} is gone.")
    store: FileStore = current_app.extensions["lms.files"]
    return store.put(draw(row))


def when_credential_issued(event: CredentialIssued, pdf_key: str) -> None:
    """Notes the hash of the drawn paper, once."""
    _NOTE_FILE.run(credential=event.credential_id, key=pdf_key)
    tell(CredentialDrawn(event.credential_id, event.number))

"""Batches: papers for many, by one act of an officer, issued by the worker in parts.

Every row of a batch names the cause of its paper, and a part is one transaction: its rows are dealt with and its papers
are issued, or neither. Killed anywhere, the worker goes on where the last part ended. A part is a number of statements
that does not grow with its rows.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace
from sqlalchemy import Select, delete, exists, func, insert, literal, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import String

from certificates import batches, wording
from certificates.batches import (
    ATTAINED,
    CANCELLED,
    CARDS,
    CONTEST,
    DEALT_WITH,
    DONE,
    DRAFT,
    OPEN,
    PACKING,
    PAGES,
    PAUSED,
    WORKING,
    ZIP,
    BatchLine,
    RowLine,
)
from certificates.events import BatchFileDue, BatchPartDue
from certificates.listing import Named
from certificates.models import Batch, BatchFile, BatchRow, Credential
from certificates.numbering import COURSE
from certificates.services import issuing
from certificates.services.bundling import KEY_PURPOSE
from lms.api.competency import attained_in
from lms.api.data import Json, insert_many
from lms.api.people import AccountErased, Person, below, children, nation_id, path_names, people_by_id
from lms.api.transparency import ED25519, signing_key
from lms.api.work import Conflict, Invalid, _, audit, clock, connection, notify, settings, tell, unit_of_work

B, W, F, C = Batch.__table__, BatchRow.__table__, BatchFile.__table__, Credential.__table__
PART = 500  # papers in one transaction
MOST = 50_000  # papers of one batch
PER_FILE = {ZIP: 2_000, PAGES: 500, CARDS: 500}  # papers in one file
DRAFT_DAYS = 14  # then a list that was never begun is deleted: it holds what was typed of people
FILE_DAYS = 30  # then files are deleted; they can be made again


# What an officer does.


def waiting(org_id: int, programme_id: int, since: int | None, until: int | None) -> tuple[int, int]:
    """(how many people of a unit attained a programme in a period, how many of them have no paper yet)."""
    attained = attained_in(_orgs(org_id), programme_id, since, until).subquery()
    database = connection()
    all_of_them = int(database.execute(select(func.count()).select_from(attained)).scalar_one())
    missing = _without_paper(org_id, programme_id, since, until).subquery()
    return all_of_them, int(database.execute(select(func.count()).select_from(missing)).scalar_one())


def _orgs(org_id: int) -> Select[int] | None:
    return None if org_id == nation_id() else below([org_id])


def _without_paper(org_id: int, programme_id: int, since: int | None, until: int | None) -> Select[Any]:
    attained = attained_in(_orgs(org_id), programme_id, since, until).subquery()
    has_paper = exists().where(C.c.attainment_id == attained.c.id)
    return select(attained.c.id, attained.c.account_id, attained.c.org_id).where(~has_paper)


def begin(
    org_id: int, programme_id: int, since: int | None, until: int | None, title: str, split: bool, by_id: int
) -> UUID:
    """Begins a batch for those of a unit who attained a programme and have no paper. The same wish twice is one.

    `since`, `until`: seconds since 1970, of the attainment. Invalid where nobody waits, or too many for one batch.
    """
    database = connection()
    wish = {"org_id": org_id, "programme_id": programme_id, "since": since, "until": until}
    same = [B.c[name] == value if value is not None else B.c[name].is_(None) for name, value in wish.items()]
    running = select(B.c.uuid).where(B.c.kind == ATTAINED, B.c.state.in_((WORKING, PAUSED)), *same)
    found: UUID | None = database.execute(running).scalar()
    if found is not None:
        return found
    batch_id, uuid = _insert(ATTAINED, title, by_id, split=split, state=WORKING, turn=1, **wish)
    open_ones = _without_paper(org_id, programme_id, since, until).subquery()
    rows = select(
        literal(batch_id), func.row_number().over(order_by=open_ones.c.id),
        literal("attainment:") + sql_cast(open_ones.c.id, String), open_ones.c.account_id, open_ones.c.id,
        open_ones.c.org_id, literal({}, Json), literal(OPEN),
    ).order_by(open_ones.c.id)  # fmt: skip
    names = ["batch_id", "line", "cause", "account_id", "attainment_id", "org_id", "said", "state"]
    making = insert(W).from_select(names, rows).execution_options(preserve_rowcount=True)
    total = database.execute(making).rowcount
    if not total:
        raise Invalid(_("Everybody who attained this there has their paper; there is nothing to issue."))
    if total > MOST:
        raise Invalid(
            _("These are {n} papers; one batch holds at most {most}. Please choose a smaller unit, or a period.",
              n=total, most=MOST)
        )  # fmt: skip
    database.execute(update(B).where(B.c.id == batch_id).values(total=total))
    audit.record(by_id, "batch.begun", f"batch:{uuid}", papers=total, org=org_id)
    tell(BatchPartDue(batch_id, 1, 0))
    return uuid


def _insert(kind: str, title: str, by_id: int, **values: Any) -> tuple[int, UUID]:
    now, uuid = clock.seconds(), uuid4()
    made = insert(B).values(
        uuid=uuid, kind=kind, title=title, made_by=by_id, made_at=now, changed_at=now, **values
    )  # fmt: skip
    return int(connection().execute(made.returning(B.c.id)).scalar_one()), uuid


def draft_list(
    kind: str, org_id: int, title: str, subtitle: str, statement: str, named: list[Named], by_id: int
) -> UUID:
    """Keeps a list that was read, to be looked at before anything is issued. `kind`: LIST (of a course) or CONTEST."""
    batch_id, uuid = _insert(
        kind, title, by_id, org_id=org_id, subtitle=subtitle, statement=statement, state=DRAFT, total=len(named)
    )
    insert_many(
        W,
        [
            {
                "batch_id": batch_id, "line": one.line, "cause": f"list:{batch_id}:{one.line}",
                "account_id": one.account_id, "org_id": org_id, "said": one.said(), "problem": one.problem,
                "state": OPEN,
            }
            for one in named
        ],
    )  # fmt: skip
    return uuid


def begin_list(batch: BatchLine, without_problems: bool, by_id: int) -> None:
    """Gives a list that was looked at to the worker; twice is once. Lines with a problem hinder it, or are left out.

    `batch` is held. Invalid where lines with problems are to be dealt with first, or none is left.
    """
    if batch.state != DRAFT:
        return
    counted = batches.problems(batch.id)
    good = counted.pop("", 0)
    if not good:
        raise Invalid(_("No line of this list can be issued yet. Please mend the list and send it again."))
    if counted and not without_problems:
        raise Invalid(_("Some lines cannot be issued. Please mend the list, or say that they are to be left out."))
    connection().execute(delete(W).where(W.c.batch_id == batch.id, W.c.problem != ""))
    _to(batch, WORKING, turn=1, total=good, left_out=sum(counted.values()))
    audit.record(by_id, "batch.begun", f"batch:{batch.uuid}", papers=good, org=batch.org_id, list=True)
    tell(BatchPartDue(batch.id, 1, 0))


def throw_away(batch: BatchLine) -> None:
    """Forgets a list of which nothing was issued. Conflict where it was begun. `batch` is held."""
    if batch.state != DRAFT:
        raise Conflict(_("This batch was begun meanwhile. It can be stopped, not thrown away."))
    connection().execute(delete(W).where(W.c.batch_id == batch.id))
    connection().execute(delete(B).where(B.c.id == batch.id))


def pause(batch: BatchLine, by_id: int) -> None:
    """Stops a batch after the part at hand; twice is once. `batch` is held."""
    if batch.state == WORKING:
        _to(batch, PAUSED)
        audit.record(by_id, "batch.paused", f"batch:{batch.uuid}", done=batch.done)


def go_on(batch: BatchLine, by_id: int) -> None:
    """Goes on with a batch that was paused; twice is once. `batch` is held."""
    if batch.state == PAUSED:
        _to(batch, WORKING, turn=batch.turn + 1)
        audit.record(by_id, "batch.resumed", f"batch:{batch.uuid}", done=batch.done)
        tell(BatchPartDue(batch.id, batch.turn + 1, batch.done))


def cancel(batch: BatchLine, by_id: int) -> None:
    """Ends a batch early; what was issued stays issued. Twice is once. `batch` is held."""
    if batch.state in (WORKING, PAUSED):
        _to(batch, CANCELLED, ended_at=clock.seconds())
        connection().execute(update(W).where(W.c.batch_id == batch.id, W.c.state == OPEN).values(said={}))
        audit.record(by_id, "batch.cancelled", f"batch:{batch.uuid}", done=batch.done)


def make_files(batch: BatchLine, split: bool) -> None:
    """Has the files made, anew where they were made before. `split`: one set for each unit right below. Held.

    Conflict while papers are being issued still, or where none was.
    """
    if batch.state not in (DONE, CANCELLED):
        raise Conflict(_("The papers are being issued still. Please wait until that is done."))
    _to(batch, batch.state, split=split)
    if not _plan_files(replace(batch, split=split)):
        raise Conflict(_("No paper was issued by this batch, so there is nothing to put into files."))


def _to(batch: BatchLine, state: int, **values: Any) -> None:
    connection().execute(update(B).where(B.c.id == batch.id).values(state=state, changed_at=clock.seconds(), **values))


# What the worker does.


def when_batch_part_due(event: BatchPartDue) -> None:
    """Issues the next papers of a batch, and calls for the part after them."""
    batch = batches.held(event.batch_id)
    if batch is None or batch.state != WORKING or (batch.turn, batch.done) != (event.turn, event.done):
        return  # paused, ended, or dealt with already
    rows = batches.open_rows(batch.id, PART)
    if rows:
        _issue(batch, rows)
        done = batch.done + len(rows)
        _to(batch, WORKING, done=done)
        tell(BatchPartDue(batch.id, batch.turn, done))
        return
    _to(batch, PACKING if _plan_files(batch) else DONE, ended_at=clock.seconds())
    said = {"title": batch.title, "n": batches.issued([batch.id]).get(batch.id, 0)}
    body = _("{title}: {n} papers have been issued. The files to print and to hand on follow.", **said)
    notify(batch.made_by, "batch", _("The batch of papers is done"), body, f"/can-bo/dot-cap-giay/{batch.uuid}")


def _issue(batch: BatchLine, rows: list[RowLine]) -> None:
    if batch.kind == ATTAINED:
        issuing.issue_many([row.attainment_id for row in rows if row.attainment_id is not None])
    else:
        people = people_by_id({row.account_id for row in rows if row.account_id is not None})
        units = path_names({batch.org_id})
        issuing.issue_drafts(
            [
                draft_of(batch, row, people[row.account_id], units.get(batch.org_id, ""))
                for row in rows
                if row.account_id in people
            ]
        )
    paper = select(C.c.id).where(C.c.cause == W.c.cause).scalar_subquery()
    mine = (W.c.batch_id == batch.id, W.c.id >= rows[0].id, W.c.id <= rows[-1].id, W.c.state == OPEN)
    connection().execute(update(W).where(*mine).values(state=DEALT_WITH, said={}, credential_id=paper))


def draft_of(batch: BatchLine, row: RowLine, person: Person, unit: str) -> issuing.Draft:
    """What the paper of a line says: the name as the account has it, unit and achievement as the list does."""
    config, said = settings(), row.said
    born = date.fromisoformat(said["birth_date"]) if said.get("birth_date") else person.birth_date
    statements = tuple(text for text in (batch.statement, said.get("feat", "")) if text)
    paper = wording.compose_listed(
        kind="contest" if batch.kind == CONTEST else "course",
        subtitle=batch.subtitle,
        statement_lines=statements,
        full_name=person.full_name,
        birth_date=born,
        unit_name=said.get("unit") or unit,
        assurance_level=person.assurance_level,
        issuer_name=config.issuer_name,
        place=config.place_name,
        issued_on=clock.today(),
        issuer_is_state=config.issuer_is_state,
    )
    return issuing.Draft(
        cause=row.cause,
        kind=COURSE,
        account_id=person.id,
        attainment_id=None,
        org_id=batch.org_id,
        paper=paper,
        facts={
            "programme": {"title": batch.statement, "slug": "", "recognition": "course"},
            "framework": {"slug": "", "version": "", "title": "", "legal_number": "", "warning": ""},
            "rules": {"slug": "", "title": "", "version": 0, "standing": "list"},
            "attained_at": clock.seconds(),
            "assurance_level": person.assurance_level,
            "issuer": config.issuer_name or wording.NO_ISSUER,
            "signed": False,
            "list": batch.title,
        },
    )


def _plan_files(batch: BatchLine) -> int:
    """Says which files are to be made, and calls for each; how many. What was planned before is forgotten."""
    database = connection()
    database.execute(delete(F).where(F.c.batch_id == batch.id))
    database.execute(update(W).where(W.c.batch_id == batch.id).values(unit_id=None))
    for unit in children(batch.org_id) if batch.split else []:
        there = (W.c.batch_id == batch.id, W.c.org_id.in_(below([unit.id])))
        database.execute(update(W).where(*there).values(unit_id=unit.id))
    if batch.split:  # papers of people of the unit itself
        rest = (W.c.batch_id == batch.id, W.c.unit_id.is_(None))
        database.execute(update(W).where(*rest).values(unit_id=batch.org_id))
    groups: dict[int | None, list[int]] = {}
    found = select(W.c.unit_id, W.c.id).where(W.c.batch_id == batch.id, W.c.credential_id.is_not(None))
    for unit_id, row_id in database.execute(found.order_by(W.c.id)):
        groups.setdefault(unit_id, []).append(row_id)
    planned = []
    for unit_id, ids in groups.items():
        for kind, most in PER_FILE.items():
            parts = [ids[at : at + most] for at in range(0, len(ids), most)]
            planned += [
                {
                    "batch_id": batch.id, "unit_id": unit_id, "kind": kind, "part": n, "parts": len(parts),
                    "first_id": part[0], "last_id": part[-1], "papers": len(part),
                }
                for n, part in enumerate(parts, 1)
            ]  # fmt: skip
    if planned:
        signing_key(KEY_PURPOSE, ED25519)  # made here, where it can be: files are made outside a unit of work
        tell(*(BatchFileDue(file_id) for file_id in insert_many(F, planned)))
    return len(planned)


def when_batch_file_due(event: BatchFileDue, made: tuple[str, int] | None) -> None:
    """Notes where a file of a batch lies; with the last of them the batch is done."""
    line = batches.file(event.file_id)
    if line is None or made is None or line.key is not None:
        return
    batch = batches.held(line.batch_id)
    assert batch is not None, "its file was read a line above"
    now = clock.seconds()
    connection().execute(update(F).where(F.c.id == line.id).values(key=made[0], size=made[1], made_at=now))
    if batch.state == PACKING and all(one.key for one in batches.files(batch.id) if one.id != line.id):
        _to(batch, DONE)


def files_of_forgotten(event: AccountErased) -> None:
    """Forgets the files in which the papers of somebody lie who was forgotten; they can be made again without them."""
    theirs = select(W.c.batch_id).where(W.c.account_id == event.account_id)
    connection().execute(delete(F).where(F.c.batch_id.in_(theirs)))


def forget_old() -> None:
    """Deletes drafts that nobody went on with and files that are old; periodic."""
    now = clock.seconds()
    with unit_of_work() as database:
        old = select(B.c.id).where(B.c.state == DRAFT, B.c.changed_at < now - DRAFT_DAYS * 86_400)
        database.execute(delete(W).where(W.c.batch_id.in_(old)))
        database.execute(delete(B).where(B.c.state == DRAFT, B.c.changed_at < now - DRAFT_DAYS * 86_400))
        database.execute(delete(F).where(F.c.made_at < now - FILE_DAYS * 86_400))

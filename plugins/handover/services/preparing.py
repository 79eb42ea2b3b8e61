"""From papers to records: one a paper, told anew where a paper changed after it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, case, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from certificates.api import (
    VALID,
    CredentialChanged,
    CredentialIssued,
    CredentialRow,
    all_columns,
    credential,
    credentials_in,
    issued_after,
)
from lms.api.data import Statement, insert_many
from lms.api.people import AccountErased, Purpose
from lms.api.work import _, audit, clock, connection, unit_of_work
from plugins.handover.models import ACCEPTED, PREPARED, REFUSED, SENT, VOID, Record
from plugins.handover.queries import record_by_number, within

R = Record.__table__
KIND = "XN"  # only a Giấy xác nhận is handed over: it says that the level of universal skills was reached
AT_ONCE = 500
_PAPER = all_columns().subquery("paper")
_OF_PAPER = {
    R.c.uuid: bindparam("uuid", type_=R.c.uuid.type), R.c.number: _PAPER.c.number, R.c.credential_id: _PAPER.c.id,
    R.c.account_id: _PAPER.c.account_id, R.c.org_id: _PAPER.c.org_id, R.c.edition: literal(1, R.c.edition.type),
    R.c.state: case((_PAPER.c.state == VALID, PREPARED), else_=VOID), R.c.reference: literal(""),
    R.c.reason: literal(""), R.c.tries: literal(0, R.c.tries.type),
    R.c.due_at: bindparam("now", type_=R.c.due_at.type), R.c.changed_at: bindparam("now", type_=R.c.due_at.type),
}  # fmt: skip
_PREPARE: Statement[Any] = Statement(
    {
        kind: make(R)
        .from_select(list(_OF_PAPER), select(*_OF_PAPER.values()).where(_PAPER.c.id == bindparam("credential")))
        .on_conflict_do_nothing()
        for kind, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    }
)

PURPOSE = Purpose(
    "vneid-handover",
    _("Handing your result over to VNeID"),
    _(
        "If you agree, we hand your confirmation (name, birth date, unit, what you attained) over to the body that"
        " shows results in VNeID. Your paper is as good without it."
    ),
    "2026-11",
)


def is_handed_over(event: CredentialIssued) -> bool:
    """Whether a paper is of the kind that is handed over; its number says so."""
    return event.number.split("-")[1] == KIND


def when_issued(event: CredentialIssued) -> None:
    """Prepares the record of a new paper, as the paper is now; twice is once. One statement."""
    if is_handed_over(event):
        _PREPARE.run(uuid=uuid4(), now=clock.seconds(), credential=event.credential_id)


def prepare(rows: Sequence[CredentialRow]) -> int:
    """Records for papers that have none; how many were made. Twice is once."""
    have = set(
        connection().execute(select(R.c.credential_id).where(R.c.credential_id.in_([r.id for r in rows]))).scalars()
    )
    now = clock.seconds()
    made = [
        {
            "uuid": uuid4(), "number": row.number, "credential_id": row.id, "account_id": row.account_id,
            "org_id": row.org_id, "edition": 1, "state": PREPARED if row.state == VALID else VOID, "reference": "",
            "reason": "", "tries": 0, "due_at": now, "changed_at": now,
        }
        for row in rows
        if row.id not in have
    ]  # fmt: skip
    if made:
        insert_many(R, made)
    return len(made)


def when_changed(event: CredentialChanged) -> None:
    """A paper is in another state. What was told has to be told anew; what nobody was told of yet is told as it is."""
    row = record_by_number(event.number, hold=True)
    if row is None:
        return
    told = row.state in (SENT, ACCEPTED, REFUSED) or row.edition > 1 or row.batch_id is not None
    if not told:
        _set(row.id, state=PREPARED if event.state == VALID else VOID)
        return
    _set(row.id, state=PREPARED, edition=row.edition + 1, batch_id=None, reason="", tries=0)


def again_in(units: Sequence[int], by_id: int) -> int:
    """Prepares the refused records of these units anew, each as another edition; how many were."""
    now = clock.seconds()
    found = connection().execute(
        update(R)
        .where(within(units), R.c.state == REFUSED)
        .values(state=PREPARED, edition=R.c.edition + 1, batch_id=None, tries=0, due_at=now, changed_at=now)
    )
    if found.rowcount:
        audit.record(by_id, "handover.again", "handover:refused", records=found.rowcount)
    return found.rowcount


def _set(record: int, **values: Any) -> None:
    now = clock.seconds()
    connection().execute(update(R).where(R.c.id == record).values(changed_at=now, due_at=now, **values))


def when_erased(event: AccountErased) -> None:
    """Nothing more is told of a person who asked to be forgotten."""
    connection().execute(
        update(R)
        .where(R.c.account_id == event.account_id, R.c.state.in_((PREPARED, REFUSED)))
        .values(state=VOID, reason="", changed_at=clock.seconds())
    )


def collect() -> int:
    """Prepares what was issued before this was in use, or while its events were lost; how many records were made."""
    made, last = 0, 0
    while True:
        with unit_of_work():
            rows = issued_after(last, KIND, AT_ONCE)
            made += prepare(rows) if rows else 0
        if len(rows) < AT_ONCE:
            return made
        last = rows[-1].id


def told(records: Sequence[Any]) -> list[tuple[Any, Mapping[str, Any]]]:
    """Each record with what is told of its paper as it stands now; texts are those that the paper shows."""
    papers = {row.id: row for row in credentials_in([record.credential_id for record in records])}
    return [(record, _as_told(record.name, papers[record.credential_id])) for record in records]


def _as_told(name: str, row: CredentialRow) -> dict[str, Any]:
    paper, facts = row.paper, row.facts
    before = _replaced(row)
    return {
        "id": name,
        "number": row.number,
        "state": row.state,
        "full_name": paper["full_name"],
        "birth_date": paper["birth_date"],
        "unit": paper["unit_name"],
        "title": paper["title"],
        "programme": facts["programme"]["title"],
        "framework": f"{facts['framework']['slug']} {facts['framework']['version']}",
        "rules": f"{facts['rules']['slug']} {facts['rules']['version']}",
        "rules_standing": facts["rules"]["standing"],
        "attained_on": _day(facts["attained_at"]),
        "issued_on": _day(row.issued_at),
        "valid_until": row.expires_on.isoformat() if row.expires_on else None,
        "issuer": facts["issuer"],
        "identity_level": facts["assurance_level"],
        "replaces": before,
        "reason_code": None,
    }


def _replaced(row: CredentialRow) -> str | None:
    kind, _colon, which = row.cause.partition(":")
    before = credential(int(which)) if kind == "instead" else None
    return before.number if before else None


def _day(moment: int) -> str:
    return clock.local(clock.from_seconds(moment)).date().isoformat()

"""From an attainment to a paper: own transaction, once per attainment, number without gaps, everything frozen."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
import threading
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from flask import current_app
from sqlalchemy import bindparam, insert, select, text, update

from certificates import queries, wording
from certificates.designs import CURRENT, design
from certificates.designs.paper import Paper
from certificates.events import CredentialIssued
from certificates.models import VALID, Book, Credential
from certificates.numbering import format_check_code, format_number
from lms.api.competency import AttainmentRow, ProgrammeAttained, attained_by, attainment
from lms.api.data import FileStore, Statement
from lms.api.people import AccountMergeUndone, joined_to, path_name, person_by_id
from lms.api.work import _, clock, notify, settings, tell

C, B = Credential.__table__, Book.__table__
_ONE_AT_A_TIME = threading.Lock()  # ReportLab keeps its work in the fonts, which all threads share


_ISSUED: Statement[Any] = Statement(select(C.c.id).where(C.c.attainment_id == bindparam("attainment")))
_NEXT: Statement[Any] = Statement(
    text(
        "INSERT INTO certificates_book (issuer_code, kind, year, last) VALUES (:issuer_code, :kind, :year, 1)"
        " ON CONFLICT (issuer_code, kind, year) DO UPDATE SET last = certificates_book.last + 1 RETURNING last"
    )
)
_ISSUE: Statement[Any] = Statement(
    insert(C).returning(C.c.id),
    columns=(
        "uuid", "number", "check_code", "kind", "account_id", "attainment_id", "org_id", "issued_at", "design",
        "design_version", "paper", "facts", "digest", "state",
    ),
)  # fmt: skip
_NOTE_FILE: Statement[Any] = Statement(
    update(C).where(C.c.id == bindparam("credential"), C.c.pdf_key.is_(None)).values(pdf_key=bindparam("key"))
)


def when_programme_attained(event: ProgrammeAttained) -> None:
    """Issues the paper of an attainment."""
    issue(event.attainment_id)


def when_account_merge_undone(event: AccountMergeUndone) -> None:
    """Issues what was not issued while two people were taken for one."""
    for row in attained_by(event.gone_id):
        issue(row.id)


def issue(attainment_id: int) -> int | None:
    """Issues a paper for an attainment that has none; returns the credential's id, None where it has one already."""
    if _ISSUED.first(attainment=attainment_id) is not None:
        return None
    row = attainment(attainment_id)
    person = person_by_id(row.account_id) if row else None
    if row is not None and person is None and joined_to(row.account_id) is not None:
        return None  # the person attained it by the other account too, and has that one's paper
    if row is None or person is None:
        raise LookupError(f"Attainment {attainment_id} or its person is gone.")
    config = settings()
    kind = "XN" if row.recognition == "attainment" else "CN"
    now, today = clock.seconds(), clock.today()
    serial = next_serial(config.issuer_code, kind, today.year)
    number = format_number(config.issuer_code, kind, today.year, serial)
    check_code = format_check_code(secrets.token_bytes(5))
    base = config.public_url()
    org_id = row.org_id
    paper = wording.compose(
        number=number,
        check_code=check_code,
        evidence=row.evidence,
        full_name=person.full_name,
        birth_date=person.birth_date,
        unit_name=path_name(org_id) if org_id else "",
        assurance_level=person.assurance_level,
        issuer_name=config.issuer_name,
        place=config.place_name,
        issued_on=today,
        attained_on=clock.local(clock.from_seconds(row.attained_at)).date(),
        verify_url=f"{base}/verify/{number}",
        verify_domain=urlsplit(base).netloc,
        serial=serial,
        issuer_is_state=config.issuer_is_state,
    )
    frozen, uuid = dataclasses.asdict(paper), uuid4()
    credential_id: int = _ISSUE.scalar(
        uuid=uuid,
        number=number,
        check_code=check_code,
        kind=kind,
        account_id=row.account_id,
        attainment_id=attainment_id,
        org_id=org_id,
        issued_at=now,
        design=CURRENT[0],
        design_version=CURRENT[1],
        paper=frozen,
        facts=_facts(row, person.assurance_level, config.issuer_name),
        digest=digest_of(frozen),
        state=VALID,
    )
    tell(CredentialIssued(credential_id, row.account_id, number, now))
    told = _("Number {number}. Open it to see, download or share it.", number=number)
    notify(row.account_id, "paper", _("Your paper is ready"), told, f"/giay/{uuid}")
    return credential_id


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


def digest_of(frozen: dict[str, Any]) -> str:
    """SHA-256 of the frozen paper's canonical JSON."""
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def next_serial(issuer_code: str, kind: str, year: int) -> int:
    """The next number of a book. The row stays locked until the paper is committed with it, so no number is lost."""
    return int(_NEXT.scalar(issuer_code=issuer_code, kind=kind, year=year))


def draw(row: queries.CredentialRow) -> bytes:
    """The paper's PDF from what was frozen: the same bytes each time."""
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.paper.items()}
    with _ONE_AT_A_TIME:
        return design(row.design, row.design_version).draw(Paper(**fields))


def draw_and_keep(event: CredentialIssued) -> str:
    """Draws the paper and keeps the file under its hash; before the transaction that notes the hash."""
    row = queries.credential(event.credential_id)
    if row is None:
        raise LookupError(f"Credential {event.credential_id} is gone.")
    store: FileStore = current_app.extensions["lms.files"]
    return store.put(draw(row))


def when_credential_issued(event: CredentialIssued, pdf_key: str) -> None:
    """Notes the hash of the drawn paper, once."""
    _NOTE_FILE.run(credential=event.credential_id, key=pdf_key)

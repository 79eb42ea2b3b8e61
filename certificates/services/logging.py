"""What stands in the transparency log of papers: a number with a fingerprint, and each change of its state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from certificates.models import SUPERSEDED, VALID, Credential, StatusChange
from certificates.queries import CredentialRow, number_of
from certificates.wording import FORGOTTEN
from lms.api.transparency import Claim, EntryRow, Logged, body_of, enter, enter_many
from lms.api.work import connection

C, S = Credential.__table__, StatusChange.__table__
_NEXT = C.alias("following")
ISSUED, ADOPTED, STATUS = "issued", "adopted", "status"
AT_ONCE = 1_000


def fingerprint(salt: bytes, digest: str) -> str:
    """What the log knows of a paper: SHA-256 over its salt and the digest of all that it says, in hexadecimal."""
    return hashlib.sha256(salt + bytes.fromhex(digest)).hexdigest()


def enter_issued(number: str, at: int, salt: bytes, digest: str) -> None:
    """Logs that a paper was issued, in the unit of work that issues it."""
    enter(ISSUED, number, number=number, at=at, hash=fingerprint(salt, digest))


def enter_all_issued(papers: Sequence[tuple[str, int, bytes, str]]) -> None:
    """The same of many, (number, at, salt, digest) each; one statement for a thousand."""
    if len(papers) == 1:
        enter_issued(*papers[0])
        return
    enter_many(
        ISSUED, [(n, {"number": n, "at": at, "hash": fingerprint(salt, digest)}) for n, at, salt, digest in papers]
    )


def enter_status(number: str, state: str, at: int, code: str = "", successor: str = "") -> None:
    """Logs that a paper is now in another state, in the unit of work that makes it so.

    `code`: the reason's; `successor`: the number of the paper that stands in its place.
    """
    enter(STATUS, number, **_status(number, state, at, code, successor))


def _status(number: str, state: str, at: int, code: str, successor: str) -> dict[str, Any]:
    """What an entry of a change says. Entries from before there were codes have none."""
    more = {"code": code, "successor": successor}
    return {"number": number, "state": state, "at": at, **{key: value for key, value in more.items() if value}}


def is_as_logged(row: CredentialRow, entries: Sequence[EntryRow]) -> bool:
    """Whether a paper says what was issued, and is in the state in which the log has it.

    Of a person who asked to be forgotten the words are gone; then the digest that was kept of them answers.
    """
    if row.paper.get("full_name") != FORGOTTEN and digest_of(row.paper) != row.digest:
        return False
    if row.paper.get("valid_until") != (row.expires_on.isoformat() if row.expires_on else None):
        return False  # the column is what the state is reckoned with, the paper is what was hashed
    state, successor, found = VALID, "", False
    for entry in entries:
        said = msgspec.json.decode(entry.body)
        if entry.kind == STATUS:
            state, successor = said["state"], said.get("successor", "")
        elif entry.kind in (ISSUED, ADOPTED):
            # Day and kind stand in columns too: of somebody forgotten they are all that is told, and no hash has them.
            found = said["hash"] == fingerprint(row.salt, row.digest) and said["number"] == row.number
            found = found and said["at"] == row.issued_at and row.number.split("-")[1] == row.kind
    followed = number_of(row.successor_id) if row.successor_id else ""
    return found and state == row.state and successor == followed


def digest_of(frozen: Mapping[str, Any]) -> str:
    """SHA-256 of the frozen paper's canonical JSON."""
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def claims() -> Iterator[Claim]:
    """What must stand in the log of each paper, as the tables have it now; two statements a thousand papers."""
    after, database = 0, connection()
    while True:
        rows = database.execute(
            select(
                C.c.id,
                C.c.number,
                C.c.issued_at,
                C.c.salt,
                C.c.digest,
                C.c.adopted,
                C.c.state,
                _NEXT.c.number.label("successor"),
            )
            .outerjoin(_NEXT, _NEXT.c.id == C.c.successor_id)
            .where(C.c.id > after)
            .order_by(C.c.id)
            .limit(AT_ONCE)
        ).all()
        changes: dict[int, list[tuple[str, int, str]]] = {}
        ids = [row.id for row in rows]
        wanted = select(S.c.credential_id, S.c.state, S.c.at, S.c.code).where(S.c.credential_id.in_(ids))
        for change in database.execute(wanted.order_by(S.c.id)):
            changes.setdefault(change.credential_id, []).append((change.state, change.at, change.code))
        for row in rows:
            yield Claim(row.number, _bodies(row, changes.get(row.id, [])))
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].id


def _bodies(row: Any, changes: list[tuple[str, int, str]]) -> tuple[bytes, ...]:
    kind, found = ADOPTED if row.adopted else ISSUED, fingerprint(bytes(row.salt), row.digest)
    if row.state != (changes[-1][0] if changes else VALID):
        changes = [*changes, (row.state, 0, "")]  # no act led there, so no entry can say so
    return (
        body_of(kind, number=row.number, at=row.issued_at, hash=found),
        *(
            body_of(STATUS, **_status(row.number, state, at, code, row.successor or "" if state == SUPERSEDED else ""))
            for state, at, code in changes
        ),
    )


def known(numbers: Collection[str]) -> Collection[str]:
    """Which of these numbers are in the book."""
    return set(connection().execute(select(C.c.number).where(C.c.number.in_(numbers))).scalars())


logged = Logged("certificates", (ISSUED, ADOPTED, STATUS), claims, known)

"""What goes with a paper into its signed file, and that the file was signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import bindparam, select, update

from certificates.models import Credential
from certificates.points import ATTACHED, Attached
from certificates.queries import CredentialRow
from certificates.services.issuing import draw
from certificates.services.logging import ADOPTED, ISSUED
from lms.api.data import Statement
from lms.api.transparency import ENDING, logged, proof_of
from lms.api.web import say_to
from lms.api.work import TooEarly, _

C = Credential.__table__
File = tuple[str, str, bytes, str]  # name, media type, content, what it is
_NOTE_SIGNED: Statement[Any] = Statement(
    update(C)
    .where(C.c.id == bindparam("credential"), C.c.signed_key.is_(None), C.c.pdf_key.is_not(None))
    .values(signed_key=bindparam("key"), signed_at=bindparam("at"))
)
_UNSIGNED: Statement[Any] = Statement(
    select(C.c.id, C.c.number)
    .where(
        C.c.signed_key.is_(None), C.c.pdf_key.is_not(None), C.c.state == "valid", C.c.kind == bindparam("kind"),
        C.c.id > bindparam("after"),
    )
    .order_by(C.c.id)
    .limit(bindparam("most"))
)  # fmt: skip


def _log_proof(row: CredentialRow) -> bytes | None:
    for entry in logged(row.number):
        if entry.kind in (ISSUED, ADOPTED):
            try:
                return str(proof_of(entry)).encode()
            except TooEarly:
                return None
    return None


log_proof = Attached(
    f"certificate{ENDING}", "text/plain", _log_proof, _("Proof that this paper stands in the transparency log")
)


def files_of(row: CredentialRow) -> list[File] | None:
    """All files that go with a paper, by their names; None while one of them cannot be made yet."""
    found: list[File] = []
    for entry in sorted(ATTACHED, key=lambda a: a.name):
        content = entry.make(row)
        if content is None:
            return None
        found.append((entry.name, entry.mime, content, say_to(entry.about, "vi", "")))
    return found


def to_sign(row: CredentialRow, files: Sequence[File]) -> bytes:
    """The PDF that is to be signed: the paper as it was frozen, without the words that it is not signed, with files.

    The same bytes each time. Called outside a unit of work: it draws.
    """
    from lms.api.papers import as_pdfa3  # ReportLab costs 25 MB

    said = {**row.paper, "unsigned_notice": None}
    return as_pdfa3(draw(structs.replace(row, paper=said)), files)


def note_signed(credential_id: int, key: str, at: int) -> bool:
    """Notes under which key the signed file of a paper lies. Once: a paper that has one, or no file at all, is left.

    `at`: seconds since 1970. Returns whether it was noted. In a unit of work.
    """
    return _NOTE_SIGNED.run(credential=credential_id, key=key, at=at) == 1


def unsigned(kind: str, after: int, most: int) -> list[tuple[int, str]]:
    """(id, number) of valid papers of a kind without a signed file, by their ids, from the one behind `after` on."""
    return [(row.id, row.number) for row in _UNSIGNED.all(kind=kind, after=after, most=most)]

"""Acts on a credential. Each is recorded with who, why and when."""

from __future__ import annotations

from sqlalchemy import insert, update

from certificates.events import CredentialRevoked
from certificates.models import REVOKED, VALID, Credential, StatusChange
from certificates.queries import CredentialRow
from lms.api.work import Conflict, Invalid, _, audit, clock, connection, tell

C = Credential.__table__


def revoke(row: CredentialRow, reason: str, by_id: int) -> None:
    """Takes a paper back. The public page says so at once."""
    if len(reason) < 5:
        text = _("Please write the reason, so that the holder can understand it.")
        raise Invalid(text, reason=text)
    done = connection().execute(update(C).where(C.c.id == row.id, C.c.state == VALID).values(state=REVOKED))
    if done.rowcount != 1:
        raise Conflict(_("This paper is not valid any more; there is nothing to revoke."))
    now = clock.seconds()
    connection().execute(
        insert(StatusChange).values(credential_id=row.id, state=REVOKED, reason=reason, by_id=by_id, at=now)
    )
    audit.record(by_id, "credential.revoked", row.number, reason=reason)
    tell(CredentialRevoked(row.id, row.number, now))

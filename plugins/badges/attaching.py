"""What goes with a paper, into its signed PDF and its archive: the badge, and the key with which to check it."""

from __future__ import annotations

from certificates.api import Attached, CredentialRow
from lms.api.work import _
from plugins.badges import proofs
from plugins.badges.services import documents, keeping, making


def _credential(row: CredentialRow) -> bytes:
    return making.badge(row).document


def _key(row: CredentialRow) -> bytes | None:
    key = keeping.key_by_kid(making.badge(row).kid)
    return proofs.dumped(documents.of_key(key)) if key is not None else None


attached = (
    Attached("credential.json", "application/ld+json", _credential, _("The paper as a badge that programs can check")),
    Attached("issuer-key.json", "application/json", _key, _("The key with which the badge can be checked")),
)

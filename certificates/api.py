"""All that another plugin may import from certificates."""

from certificates.designs.paper import PLAIN, Look, Paper, PaperDesign, PaperKind
from certificates.events import CredentialChanged, CredentialDrawn, CredentialIssued
from certificates.models import EXPIRED, REVOKED, SUPERSEDED, SUSPENDED, VALID
from certificates.points import (
    ATTACHED,
    CARRIERS,
    DESIGNS,
    READERS,
    Attached,
    Carrier,
    Design,
    Looked,
    Outcome,
    Presented,
    Reader,
)
from certificates.queries import (
    CredentialRow,
    all_columns,
    credential,
    credential_by_number,
    credential_by_uuid,
    credential_to_prepare,
    credentials_in,
    issued_after,
)
from certificates.services.attaching import files_of, note_signed, to_sign, unsigned
from certificates.services.standing import LENGTH, REVOCATION, SUSPENSION, bits, is_list, is_marked, names

__all__ = [
    "ATTACHED", "CARRIERS", "DESIGNS", "EXPIRED", "LENGTH", "PLAIN", "READERS", "REVOCATION", "REVOKED", "SUPERSEDED",
    "SUSPENDED", "SUSPENSION", "VALID", "Attached", "Carrier", "CredentialChanged", "CredentialDrawn",
    "CredentialIssued", "CredentialRow", "Design", "Look", "Looked", "Outcome", "Paper", "PaperDesign", "PaperKind",
    "Presented", "Reader", "all_columns", "bits", "credential", "credential_by_number", "credential_by_uuid",
    "credential_to_prepare", "credentials_in", "files_of", "is_list", "is_marked", "issued_after", "names",
    "note_signed", "to_sign", "unsigned",
]  # fmt: skip

"""Acts of those who sign, in words."""

from __future__ import annotations

from collections.abc import Collection

from lms.api.work import Act, Subject, _
from plugins.signing import signers

acts = (
    Act("papers.sent_to_sign", _("Sent papers to be signed")),
    Act("papers.signing_approved", _("Approved the signing of papers")),
    Act("papers.signing_stopped", _("Stopped the signing of papers")),
)


def _names(keys: Collection[str], _units: Collection[int]) -> dict[str, str]:
    return {s.key: s.label for s in signers.found().setups if s.key in keys}


subjects = (Subject("signer", _("Signer of papers"), _names),)

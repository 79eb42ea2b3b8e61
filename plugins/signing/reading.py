"""A PDF that is shown to be checked: whose signature it bears, whether anything was changed, what it says.

Without any network, and without the papers of the database: what is said here is compared with what was issued by
whoever asks. A paper of ours is one that is signed by a certificate that the operator's file names, whole from the
first byte to the last. What strangers made is never trusted to be well made: nothing in here raises for it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from certificates.api import CredentialRow, Looked, Presented, Reader
from lms.api.work import ProgramError, Text, _, clock, run_program
from plugins.signing import pages, signers

if TYPE_CHECKING:
    from plugins.signing.seals import Signed

MOST: Final = 20 * 1024 * 1024  # bytes
MOST_INSIDE: Final = 256 * 1024  # bytes of an attached file that is looked at
SECONDS = 10  # that reading the words of a stranger's file may take
_NUMBER: Final = re.compile(r"(?<![A-Z0-9-])[A-Z]{0,8}[0-9]{0,6}-(?:XN|CN)-\d{4}-\d{6,9}-\d{2}(?![0-9-])")
_LONGEST: Final = 200_000  # characters of words that are looked at


def takes(content: bytes) -> bool:
    """Whether this is a PDF: some begin with a few bytes of something else."""
    return b"%PDF-" in content[:1024]


def read(content: bytes) -> Presented:
    """What a PDF says of itself, and what was found. Never raises for what somebody made up."""
    if len(content) > MOST:
        return Presented(
            None,
            broken=_(
                "This file is larger than 20 MB. A paper of ours is much smaller. Please choose the paper itself."
            ),
        )
    try:
        return _read(content)
    except (RecursionError, MemoryError):
        return _unreadable()


reader = Reader("pdf", takes, read)


def _unreadable() -> Presented:
    return Presented(
        None,
        broken=_(
            "This PDF is damaged or not whole. Please take the file as it was received, and do not save it again."
        ),
    )


def _read(content: bytes) -> Presented:
    from plugins.signing import seals

    try:
        pdf = seals.opened(content)
        found = pdf.signature()
        inside = pdf.attached(("credential.json", "certificate.tlog-proof"), MOST_INSIDE)
        title = pdf.title()
    except seals.Unreadable:
        return _unreadable()
    ours = next((one for one in signers.found().published if one.der == found.certificate), None)
    is_ours = found.intact and found.whole and ours is not None
    changed = found.count > 0 and not (found.intact and found.whole)
    words = None if changed else _words(content, apart=not is_ours)  # what was changed is not read any further
    numbers = list(dict.fromkeys(_NUMBER.findall(words or "") or _NUMBER.findall(title)))
    number = numbers[0] if numbers else None
    looked: list[Looked] = []
    broken: Text | None = None
    not_ours = False
    if not found.count:
        looked.append(
            Looked(
                _("Digital signature"),
                None,
                _("This file bears none. Only a file that is the same to the last byte is the one that was issued."),
            )
        )
    elif changed:
        broken = (
            _("Something was added to this file after it was signed, or it was signed twice.")
            if found.intact
            else _("This file was changed after it was signed: its signature does not fit any more.")
        )
        looked.append(Looked(_("Digital signature"), False, broken))
    elif ours is None:
        not_ours = True
        looked.append(
            Looked(
                _("Digital signature"),
                False,
                _("Signed by “{who}”, with a certificate that does not sign papers of this system.",
                  who=signers.who(found.certificate)),
            )
        )  # fmt: skip
    else:
        looked.append(
            Looked(
                _("Digital signature"),
                True,
                _("Signed by “{who}”; nothing was changed since.", who=signers.who(ours.der)),
            )
        )
        judged = _in_time(found, ours)
        looked.append(judged)
        if judged.ok is False:
            broken = judged.note
    if len(numbers) > 1 and broken is None:
        broken = _("This file names more than one number of a paper. Please check each paper by itself.")
    said = _inside(inside)
    for name, other in said.items():
        fits = other is not None and other == number
        looked.append(Looked(_LABELS[name], fits, None if fits else _DIFFERS))
        if not fits and broken is None:
            broken = _DIFFERS
    return Presented(
        number, tuple(looked), broken=broken, not_ours=not_ours and broken is None,
        same_as=_same(words, content) if words is not None else None,
    )  # fmt: skip


_LABELS: Final = {
    "credential.json": _("Badge inside the file"),
    "certificate.tlog-proof": _("Log proof inside the file"),
}
_DIFFERS: Final = _("A file inside this PDF speaks of another paper than its page does.")


def _in_time(found: Signed, ours: signers.Published) -> Looked:
    """Whether the certificate was good when it was signed: by the time stamp, else by what the signer says of it."""
    from cryptography import x509

    label = _("The certificate when it was signed")
    certificate = x509.load_der_x509_certificate(ours.der)
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    at = found.stamped_at or found.said_at
    if at is None:
        return Looked(label, False, _("The file does not say when it was signed."))
    if not since <= at <= until:
        return Looked(label, False, _("The certificate was not valid when it was signed, by the time in the file."))
    if ours.revoked is not None and (found.stamped_at is None or found.stamped_at >= ours.revoked):
        return Looked(
            label,
            False,
            _("This certificate was revoked, and nothing proves that the file was signed before."),
        )
    now = clock.now()
    if found.stamped_at is None and not since <= now <= until:
        return Looked(
            label,
            None,
            _("Its term is over by now. The file has no time stamp, so the log and the book of papers must say when."),
        )
    return Looked(label, True)


def _inside(held: dict[str, bytes]) -> dict[str, str | None]:
    """The number that each attached file speaks of; None where it cannot be found."""
    said: dict[str, str | None] = {}
    for name, content in held.items():
        text = content.decode("utf-8", "replace")
        if name.endswith(".tlog-proof"):
            said[name] = _number_in_proof(text)
        else:
            found = set(_NUMBER.findall(text))
            said[name] = found.pop() if len(found) == 1 else None
    return said


def _number_in_proof(text: str) -> str | None:
    import base64
    import binascii

    for line in text.splitlines():
        if line.startswith("extra "):
            try:
                number = json.loads(base64.b64decode(line[6:], validate=True))["number"]
            except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
                return None
            return number if isinstance(number, str) else None
    return None


def _same(words: str, content: bytes) -> Any:
    """Whether the file shows what was issued: where a signed file is kept of it, the same bytes; and the words.

    A signature leaves room: certificates that it carries along can be changed without harm to it. The bytes do not.
    """
    plain, key = _plain(words), hashlib.sha256(content).hexdigest()

    def same(row: CredentialRow) -> bool:
        if row.signed_key is not None and key not in (row.signed_key, row.pdf_key):
            return False
        said = row.paper
        wanted = [said["full_name"], row.number, *said["statement_lines"][:1]]
        if said.get("birth_date"):
            wanted.append(said["birth_date"])
        return all(_plain(str(one)) in plain for one in wanted)

    return same


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def _words(content: bytes, apart: bool) -> str | None:
    """The words of the first pages. What strangers made is read in a process of its own; None where it cannot be."""
    if not apart:
        return pages.words_of(content)[:_LONGEST]
    try:
        out, _complaints = run_program([sys.executable, "-m", "plugins.signing.pages"], content, SECONDS, memory=1024)
    except ProgramError:
        return None
    return out.decode("utf-8", "replace")[:_LONGEST]

"""What shows that certificates were not revoked when a paper was signed: lists (CRL) and answers (OCSP), for B-LT."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from lms.api.work import _, clock
from plugins.signing import signers
from plugins.signing.calling import call
from plugins.signing.protocol import Away, Broken
from plugins.signing.signers import SignerSetup

if TYPE_CHECKING:
    from plugins.signing.sealing import Evidence

KEEP = 1_800  # seconds that what was fetched is used again


def evidence(setup: SignerSetup, chain: Sequence[bytes]) -> Evidence:
    """Roots, lists and answers as the signer's setup names them; nothing for levels that carry none.

    Raises Away where something cannot be fetched, unless the setup says `soft`.
    """
    from plugins.signing.sealing import Evidence

    if setup.level != "B-LT":
        return Evidence()
    roots = tuple(der for path in setup.roots for der in signers.certificates(path))
    slot = clock.seconds() // KEEP
    crls, answers = [], []
    for place in setup.crls:
        try:
            crls.append(_crl(place, slot))
        except (Away, Broken):
            if not setup.soft:
                raise
    if setup.ocsp:
        line = [*chain, *roots]
        for one in chain:
            above = _issuer(one, line)
            if above is None or above == one:
                continue
            try:
                found = _answer(one, above, slot)
            except (Away, Broken):
                if not setup.soft:
                    raise
                continue
            if found:
                answers.append(found)
    return Evidence(roots, tuple(crls), tuple(answers), setup.soft)


@lru_cache(maxsize=16)
def _crl(place: str, _slot: int) -> bytes:
    """A list of revoked certificates in DER, from a file or an address."""
    if place.startswith(("https://", "http://")):
        status, content = call("GET", place)
        if status != 200:
            raise Away(
                _("The list of revoked certificates at {place} cannot be had ({status}).", place=place, status=status)
            )
    else:
        try:
            content = Path(place).read_bytes()
        except OSError as error:
            raise Broken(_("The list of revoked certificates {place} cannot be read.", place=place)) from error
    try:
        read = x509.load_pem_x509_crl if content.lstrip().startswith(b"-----BEGIN") else x509.load_der_x509_crl
        return read(content).public_bytes(serialization.Encoding.DER)
    except ValueError as error:
        raise Broken(_("{place} is no list of revoked certificates.", place=place)) from error


@lru_cache(maxsize=64)
def _answer(der: bytes, issuer: bytes, _slot: int) -> bytes | None:
    """What the service that a certificate names says of it (RFC 6960); None where it names none."""
    certificate, above = x509.load_der_x509_certificate(der), x509.load_der_x509_certificate(issuer)
    try:
        held = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return None
    for place in held:
        if place.access_method == AuthorityInformationAccessOID.OCSP and isinstance(
            place.access_location, x509.UniformResourceIdentifier
        ):
            asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, above, hashes.SHA1()).build()  # noqa: S303
            status, content = call(
                "POST",
                place.access_location.value,
                asked.public_bytes(serialization.Encoding.DER),
                {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"},
            )
            if status == 200:
                return content
            raise Away(_("The service that tells whether certificates are revoked answers {status}.", status=status))
    return None


def _issuer(der: bytes, line: Sequence[bytes]) -> bytes | None:
    certificate = x509.load_der_x509_certificate(der)
    for one in line:
        above = x509.load_der_x509_certificate(one)
        if above.subject == certificate.issuer:
            try:
                certificate.verify_directly_issued_by(above)
            except (ValueError, TypeError, InvalidSignature):  # another of the same name
                continue
            return one
    return None

"""Certificates for tests: a root, a certificate for signing, one for time stamps, lists of revoked ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Made:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, text)])


def make(
    who: str, by: Made | None = None, *, key: Key | None = None, stamps: bool = False,
    since: datetime = NOW - timedelta(days=30), until: datetime = NOW + timedelta(days=700), seal: bool = False,
    asks: str = "",
) -> Made:  # fmt: skip
    """A certificate; without `by` a root. `asks`: the address that tells whether it was revoked."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(who))
        .issuer_name(by.certificate.subject if by else name(who))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=by is not None, content_commitment=by is not None and not stamps and not seal,
                key_encipherment=False, data_encipherment=False, key_agreement=False, key_cert_sign=by is None,
                crl_sign=by is None, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
    )  # fmt: skip
    if by is not None:
        upper = by.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(upper), critical=False
        )
    if asks:
        there = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(asks))
        builder = builder.add_extension(x509.AuthorityInformationAccess([there]), critical=False)
    if stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Made(builder.sign((by or Made(None, key)).key, hashes.SHA256()), key)  # type: ignore[arg-type]


def revocations(by: Made, *revoked: Made, since: datetime = NOW - timedelta(hours=1)) -> bytes:
    """The list of certificates that a root has revoked, in DER."""
    builder = x509.CertificateRevocationListBuilder(
        by.certificate.subject, NOW - timedelta(days=1), NOW + timedelta(days=7)
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder(one.certificate.serial_number, since).build()
        )
    return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

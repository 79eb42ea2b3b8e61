"""Makes a PDF ready to be signed, and puts the signature in. Pure but for the time stamp, which a service gives.

In between only the 32 bytes of `Prepared.digest` are needed, wherever the key is and however long it takes. pyHanko is
heavy, so this module is imported where something is signed or checked, never when the application starts.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final

from asn1crypto import cms, crl, ocsp, tsp, x509
from msgspec import Struct
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    PdfTBSDocument,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lms.api.work import _
from plugins.signing.calling import call
from plugins.signing.looping import finished
from plugins.signing.protocol import ALGORITHM, Away, Broken

logging.getLogger("pyhanko").setLevel(logging.ERROR)  # that nothing is fetched is meant so

FIELD: Final = "ChuKySo"
LEVELS: Final = ("B-B", "B-T", "B-LT")


class Look(Struct, frozen=True):
    """The visible words of a signature: a PDF of one page, and where on the first page it stands (points)."""

    page: bytes
    box: tuple[int, int, int, int]


class Evidence(Struct, frozen=True):
    """What shows that certificates were good when a paper was signed. `soft`: go on where some of it is missing."""

    roots: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    soft: bool = False


@dataclass(frozen=True)
class Prepared:
    """A PDF with an empty place for the signature, and what has to be signed.

    `attributes` (DER) are what the signature covers, the hash of the PDF among them; `digest` is their SHA-256.
    """

    document: bytes
    hash: bytes
    start: int  # of the empty place
    end: int
    attributes: bytes
    digest: bytes = field(repr=False)


class Stamper(TimeStamper):
    """A service that says what time it is, and signs that (RFC 3161)."""

    def __init__(self, address: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._address = address

    async def async_request_tsa_response(self, req: Any) -> Any:
        """Asks once. Raises Away, Broken."""
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        status, body = call("POST", self._address, req.dump(), headers)
        if status != 200:
            raise Away(_("The time-stamp service answers {status}. It is asked again by itself.", status=status))
        try:
            answer = tsp.TimeStampResp.load(body)
            answer["status"]["status"].native  # noqa: B018  # it is read only now
        except (ValueError, TypeError) as error:
            raise Broken(
                _("The time-stamp service answers with something else. Please look at its address.")
            ) from error
        return answer


def prepare(
    pdf: bytes, chain: Sequence[bytes], when: datetime, *, look: Look | None = None, place: str = "",
    level: str = "B-B", stamper: Stamper | None = None, evidence: Evidence = Evidence(),
) -> Prepared:  # fmt: skip
    """Puts an empty signature into a PDF, certified so that nothing may be changed afterwards.

    `chain`: the signer's certificate and those above it in DER; `when` with its zone; `level`: B-B, B-T (wants
    `stamper`) or B-LT (wants `evidence` too). Raises Broken where certificates cannot be shown to be good, Away.
    """
    certificate, *above = (x509.Certificate.load(one) for one in chain)
    signer = _external(certificate, above, None)
    dss = DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE)
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=ALGORITHM,
        location=place or None,
        certify=True,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        embed_validation_info=level == "B-LT",
        validation_context=_context(evidence, above, when) if level == "B-LT" else None,
        signer_key_usage=_usage(certificate),
        dss_settings=dss,
    )
    style = StaticStampStyle(
        background=_Page(look.page), border_width=0,
        background_layout=SimpleBoxLayoutRule(
            AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MIN, Margins(0, 0, 0, 0), InnerScaling.NO_SCALING
        ),
    ) if look else None  # fmt: skip
    box = look.box if look else None
    tool = PdfSigner(
        meta,
        signer,
        timestamper=stamper if level != "B-B" else None,
        stamp_style=style,
        new_field_spec=SigFieldSpec(FIELD, on_page=0, box=box),
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))

    async def run() -> Prepared:
        session = tool.init_signing_session(writer)
        session.system_time = when
        checked = await session.perform_presign_validation(writer)
        room = await session.estimate_signature_container_size(checked)
        tbs = session.prepare_tbs_document(checked, room)
        found, output = tbs.digest_tbs_document()
        attributes = await signer.signed_attrs(found.document_digest, ALGORITHM, use_pades=True)
        signed = attributes.dump()
        output.seek(0)
        document: bytes = output.read()
        return Prepared(
            document,
            found.document_digest,
            found.reserved_region_start,
            found.reserved_region_end,
            signed,
            hashlib.sha256(signed).digest(),
        )

    try:
        return finished(run())
    except (PathError, ValidationError, SigningError) as error:
        raise Broken(
            _(
                "It cannot be shown that the certificate for signing is good: {what}. Please look at its term, at"
                " roots, and at the lists of revoked certificates in the file of signers.",
                what=str(error)[:300],
            )
        ) from error


def finish(prepared: Prepared, signature: bytes, chain: Sequence[bytes], stamper: Stamper | None = None) -> bytes:
    """The signed PDF. Raises Away where no time stamp can be had, Broken where the signature is of another key."""
    certificate, *above = (x509.Certificate.load(one) for one in chain)
    if not fits(signature, prepared.digest, chain[0]):
        raise Broken(
            _("The signature that came back is not by the certificate that this paper was made for. Please retry.")
        )
    signer = _external(certificate, above, signature)
    attributes = cms.CMSAttributes.load(prepared.attributes)

    async def run() -> bytes:
        message = await signer.async_sign_prescribed_attributes(ALGORITHM, attributes, timestamper=stamper)
        output = BytesIO(prepared.document)
        held = PreparedByteRangeDigest(prepared.hash, prepared.start, prepared.end)
        await PdfTBSDocument.async_finish_signing(output, held, message)
        return output.getvalue()

    return finished(run())


def fits(signature: bytes, digest: bytes, certificate: bytes) -> bool:
    """Whether a signature of a SHA-256 digest is by the key of a certificate (DER)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.x509 import load_der_x509_certificate

    key = load_der_x509_certificate(certificate).public_key()
    hashed = Prehashed(hashes.SHA256())
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, digest, padding.PKCS1v15(), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, digest, ec.ECDSA(hashed))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _external(certificate: Any, above: Sequence[Any], signature: bytes | None) -> Any:
    room = 512 if certificate.public_key.algorithm == "rsa" else 144
    return signers.ExternalSigner(
        certificate,
        SimpleCertificateStore.from_certs([certificate, *above]),  # type: ignore[no-untyped-call]
        signature_value=signature if signature is not None else room,
        embed_roots=False,
    )


def _usage(certificate: Any) -> set[str]:
    """Seals say that they are for digital signatures, people's certificates that they bind: either is right."""
    value = certificate.key_usage_value
    said = value.native if value is not None else set()
    return {"non_repudiation"} if "non_repudiation" in said or not said else {"digital_signature"}


SKEW = timedelta(seconds=30)  # by which the clock of whoever tells what was revoked may be ahead of ours


def _context(evidence: Evidence, above: Sequence[Any], when: datetime) -> Any:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(one) for one in evidence.roots],
        other_certs=list(above),
        crls=[crl.CertificateList.load(one) for one in evidence.crls],
        ocsps=[ocsp.OCSPResponse.load(one) for one in evidence.ocsps],
        allow_fetching=False,
        revocation_mode="soft-fail" if evidence.soft else "require",
        moment=when,
        time_tolerance=SKEW,
    )


class _Page(PdfContent):
    """The first page of a PDF as a form, under a name that is always the same."""

    def __init__(self, page: bytes) -> None:
        self._pdf = page
        super().__init__()

    def render(self) -> bytes:
        """The operator that shows it."""
        form = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)), page_ix=0)
        self.resources.xobject["/Words"] = form
        left, low, right, high = form.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(high - low))
        return b"/Words Do"

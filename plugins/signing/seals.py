"""What a signed PDF holds, as pyHanko reads it: imported only when a file is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from asn1crypto import x509
from msgspec import Struct
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_sig_integrity,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

from plugins.signing import signers
from plugins.signing.looping import finished

MOST_OBJECTS: Final = 20_000
_HASHES: Final = ("sha256", "sha384", "sha512")


class Unreadable(Exception):  # noqa: N818
    """Not a PDF that can be read."""


class Signed(Struct, frozen=True):
    """What is found of a file's signature. Without one, `count` is 0 and nothing else is said."""

    count: int
    intact: bool = False  # the hash is that of the file, and the signature is by the certificate in it
    whole: bool = False  # every byte but the signature itself is covered by it
    certificate: bytes = b""
    said_at: datetime | None = None
    stamped_at: datetime | None = None  # by a time-stamp service that the operator trusts


class Opened:
    """A PDF that could be opened."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._reader = PdfFileReader(BytesIO(content))
        if self._reader.encrypted:
            raise Unreadable

    def title(self) -> str:
        """What its information dictionary calls it."""
        try:
            found = self._reader.trailer["/Info"]["/Title"]
        except (KeyError, TypeError):
            return ""
        return str(found)[:500]

    def signature(self) -> Signed:
        """Its one signature. Of a file with several, none is said to be whole."""
        found = list(self._reader.embedded_signatures)
        if not found:
            return Signed(0)
        one: EmbeddedPdfSignature = found[0]
        certificate = one.signer_cert.dump()
        if one.sig_object_type != "/Sig" or one.md_algorithm not in _HASHES:
            return Signed(len(found), certificate=certificate)
        start, first, second, last = (int(number) for number in one.byte_range)
        size = len(self._content)
        sane = start == 0 and 0 < first < second < second + last <= size
        gap = self._content[first:second] if sane else b""
        whole = sane and second + last == size and len(found) == 1 and _is_only(gap, one.pkcs7_content)
        covered = self._content[:first] + self._content[second : second + last] if sane else b""
        digest = hashlib.new(one.md_algorithm, covered).digest()
        intact, valid = validate_sig_integrity(one.signer_info, one.signer_cert, "data", digest)
        said = one.self_reported_timestamp
        stamped, forged = self._stamped(one)
        return Signed(
            len(found), sane and bool(intact and valid) and not forged, whole, certificate,
            said.astimezone(UTC) if said is not None and said.tzinfo is not None else None, stamped,
        )  # fmt: skip

    def _stamped(self, one: EmbeddedPdfSignature) -> tuple[datetime | None, bool]:
        """(when a trusted service saw the signature, whether there is a time stamp that is of something else)."""
        roots = [x509.Certificate.load(der) for der in signers.found().roots]
        for token in extract_tst_data_iter(one.signer_info, signed=False):
            when = token["encap_content_info"]["content"].parsed["gen_time"].native
            context = ValidationContext(
                trust_roots=roots, allow_fetching=False, moment=when, revocation_mode="soft-fail"
            )
            told = finished(validate_tst_signed_data(token, context, message_imprint_checker(one.signer_info)))
            if not (told.get("intact") and told.get("valid")):
                return None, True
            if told.get("trust_problem_indic") is None and told.get("validation_path") is not None:
                return when.astimezone(UTC), False
        return None, False

    def attached(self, names: Collection[str], most: int) -> dict[str, bytes]:
        """Those of its attached files that have these names, at most so many bytes of each."""
        found: dict[str, bytes] = {}
        try:
            listed = self._reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
        except (KeyError, TypeError):
            return {}
        if not isinstance(listed, generic.ArrayObject):
            return {}
        for place in range(0, min(len(listed) - 1, 40), 2):
            name = str(listed[place])
            if name not in names:
                continue
            try:
                stream = listed[place + 1]["/EF"]["/F"]
                content = bytes(stream.data)
            except (KeyError, TypeError, AttributeError) as error:
                raise Unreadable from error
            if name in found or len(content) > most:
                raise Unreadable
            found[name] = content
        return found


def opened(content: bytes) -> Opened:
    """A PDF from its bytes, every call of which raises Unreadable at worst. Raises Unreadable for anything else."""
    try:
        return _Careful(content)
    except Unreadable:
        raise
    except (RecursionError, MemoryError):
        raise
    except Exception as error:  # a library's many ways to say that a file is not well made
        raise Unreadable from error


class _Careful(Opened):
    def signature(self) -> Signed:
        found: Signed = _guarded(super().signature)
        return found

    def attached(self, names: Collection[str], most: int) -> dict[str, bytes]:
        found: dict[str, bytes] = _guarded(lambda: Opened.attached(self, names, most))
        return found

    def title(self) -> str:
        found: str = _guarded(super().title)
        return found


def _guarded(do: Any) -> Any:
    try:
        return do()
    except (Unreadable, RecursionError, MemoryError):
        raise
    except Exception as error:
        raise Unreadable from error


def _is_only(gap: bytes, message: bytes) -> bool:
    """Whether the hole that a signature leaves holds the signature, zeros behind it, and nothing else."""
    if gap[:1] != b"<" or gap[-1:] != b">":
        return False
    length = _der_length(message)
    return length is not None and gap[1:-1].lower() == message[:length].hex().encode().ljust(len(gap) - 2, b"0")


def _der_length(message: bytes) -> int | None:
    """Bytes of the DER value at the beginning."""
    if len(message) < 2 or message[0] != 0x30:
        return None
    if message[1] < 0x80:
        return 2 + message[1]
    count = message[1] & 0x7F
    if not 1 <= count <= 4 or len(message) < 2 + count:
        return None
    return 2 + count + int.from_bytes(message[2 : 2 + count])

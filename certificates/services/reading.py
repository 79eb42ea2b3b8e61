"""What was handed in to be checked: typed words, a code, a file, a photograph of a code. No network, ever.

A file is told by its content, not by its name. What nobody reads is refused with the words for it.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from msgspec.structs import replace

from certificates import queries
from certificates.points import READERS, Looked, Presented
from certificates.queries import CredentialRow
from certificates.services.issuing import draw
from certificates.services.verifying import Shown, canonical
from lms.api.work import Invalid, _, settings

MB: Final = 1024 * 1024
MOST_BYTES: Final = 20 * MB
MOST_LETTERS: Final = 6_000  # of what is typed or pasted: a code of figures is some 500
MOST_DOTS: Final = 60_000_000  # of a photograph: more than phones take
LOOKED_AT: Final = 2_400  # dots of its longer side that are looked at; a code fills a good part of a photograph
PDF, PICTURES = b"%PDF-", (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")
# ASCII: else “verıfy” would be taken for “verify”, which it is not in an address.
_ADDRESS = re.compile(
    r"(?:(?P<site>https?://[^\s/?#]{1,253}))?/verify/(?P<number>[^\s/?#]{1,200})/?(?:[?#]\S*)?", re.I | re.A
)
log = structlog.get_logger("certificates.reading")

TOO_BIG = _("This file has more than {most} MB. Papers are far smaller; please choose the right file.", most=20)
EMPTY_FILE = _("This file is empty. Please choose it again.")
NO_KIND = _(
    "Papers cannot be told from a file of this kind. Please choose the PDF, the badge (PNG, SVG, JSON) or a photograph"
    " of the square code, or type the number that stands on the paper."
)
ZIP = _("This is a ZIP or an office file. Please unpack it and choose one paper, or type the number.")
NO_CODE = _(
    "No square code was found in this picture. Please take it again from nearer, with the whole square in the picture"
    " and without shadow, or type the number that stands on the paper."
)
MANY_CODES = _("In this picture are codes of several papers. Please take a picture of one at a time.")
TOO_MANY_DOTS = _("This picture is too large. Please take it again with a lower resolution.")
NO_PICTURE = _("This picture is damaged and cannot be opened. Please take it again, or type the number.")
TOO_LONG = _("This is too long to be a number or a code of a paper. Please choose it as a file.")
UNREADABLE = _("This file is damaged, or made so that it cannot be read. Nothing that it says can be relied on.")


def read_typed(text: str) -> Shown:
    """A number, an address of ours or a code, as it was typed or scanned. Raises Invalid with the words for it."""
    if len(text) > MOST_LETTERS:
        raise Invalid(TOO_LONG, number=TOO_LONG)
    text = text.strip()
    content = text.encode("utf-8", "replace")
    for reader in READERS:
        if reader.takes(content):
            return _read_by(reader.name, content)
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return Shown("number", Presented(canonical(text)))
    return Shown("address", Presented(canonical(found["number"])), elsewhere=_elsewhere(found["site"]))


def _elsewhere(site: str | None) -> str:
    """The host of an address that is not this installation's; empty where it is, or where none was given."""
    host = urlsplit(site).netloc.lower() if site else ""
    return "" if not host or host == urlsplit(settings().public_url()).netloc.lower() else host


def read_file(content: bytes) -> Shown:
    """What a file is and says; whether it is exactly a file that was issued. Outside a unit of work: it may draw.

    Raises Invalid for what is no file of a paper.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(TOO_BIG, file=TOO_BIG)
    if not content.strip():
        raise Invalid(EMPTY_FILE, file=EMPTY_FILE)
    is_pdf = PDF in content[:1024]
    shown = next((_read_by(r.name, content) for r in READERS if r.takes(content)), None)
    if shown is None:
        shown = _read_plainly(content, is_pdf)
    if not is_pdf:
        return shown
    exact = issued_as(content, shown.presented)
    if exact is not None and shown.presented.number is None:
        shown = replace(shown, presented=replace(shown.presented, number=exact.number))
    return replace(shown, form="pdf", exact=exact, must_be_exact=True)


def _read_by(name: str, content: bytes) -> Shown:
    reader = next(r for r in READERS if r.name == name)
    try:
        return Shown(name, reader.read(content))
    except Exception as error:  # whatever somebody made up: the answer is never "valid", and the operator sees it
        log.error("a reader of papers failed", reader=name, error=repr(error))
        return Shown(name, Presented(None, (Looked(_("Can be read"), False, UNREADABLE),), broken=UNREADABLE))


def _read_plainly(content: bytes, is_pdf: bool) -> Shown:
    if is_pdf:
        return Shown("pdf", Presented(None))
    if content.startswith(b"PK"):
        raise Invalid(ZIP, file=ZIP)
    if content.startswith(PICTURES):
        return read_typed_in_picture(content)
    if len(content) <= MOST_LETTERS:
        try:
            return read_typed(content.decode("utf-8-sig"))
        except (UnicodeDecodeError, Invalid):
            pass  # said below, in words about files
    raise Invalid(NO_KIND, file=NO_KIND)


def issued_as(content: bytes, presented: Presented) -> CredentialRow | None:
    """The paper whose file these very bytes are.

    What the tables say of files is not believed alone: an unsigned file must come out again when the paper is drawn
    anew from what is logged, a signed one must carry its signature.
    """
    key = hashlib.sha256(content).hexdigest()
    row = queries.credential_by_file(key)
    if row is None:
        return None
    if row.signed_key == key:
        oks = [one.ok for one in presented.looked]
        is_signed = True in oks and False not in oks and presented.broken is None and not presented.not_ours
        return row if is_signed and presented.number == row.number else None
    return row if hashlib.sha256(draw(row)).hexdigest() == key else None


def read_typed_in_picture(content: bytes) -> Shown:
    """The one code in a photograph. Raises Invalid where there is none, or several that differ."""
    found = sorted({text for text in codes_in(content) if text})
    if not found:
        raise Invalid(NO_CODE, file=NO_CODE)
    if len(found) > 1:
        raise Invalid(MANY_CODES, file=MANY_CODES)
    try:
        return read_typed(found[0])
    except Invalid:
        words = _("The code in this picture is not one of a paper. It says: {text}", text=found[0][:80])
        raise Invalid(words, file=words) from None


def codes_in(content: bytes) -> list[str]:
    """The words of the QR codes in a picture. Raises Invalid for what is no picture that can be opened."""
    import zxingcpp  # with Pillow, only where a photograph is handed in
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit is ours, before it is unpacked
            with Image.open(io.BytesIO(content)) as opened:
                if opened.width * opened.height > MOST_DOTS:
                    raise Invalid(TOO_MANY_DOTS, file=TOO_MANY_DOTS)
                opened.draft("L", (LOOKED_AT, LOOKED_AT))
                picture = ImageOps.exif_transpose(opened).convert("L")
        picture.thumbnail((LOOKED_AT, LOOKED_AT))
    except Invalid:
        raise
    except Exception as error:  # a damaged file may break any part of the reader
        raise Invalid(NO_PICTURE, file=NO_PICTURE) from error
    formats: Any = zxingcpp.BarcodeFormat.QRCode  # one is taken too, which its stubs do not say
    found = zxingcpp.read_barcodes(picture, formats=formats)
    return [one.text for one in found]

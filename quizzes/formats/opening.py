"""What a file of questions is, judged from its bytes, and whether it can be read without harm. Pure."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from itertools import pairwise

from lms.api.texts import Text, _
from lms.api.work import Invalid

MB = 1024 * 1024
MOST_BYTES = 30 * MB  # of the file
MOST_UNPACKED = 300 * MB  # of all that is in it
MOST_XML = 40 * MB  # of one part of XML in it
MOST_PARTS = 5_000
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word and Excel before 2007; and files with a password
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_MAIN = {"word/document.xml": "word", "xl/workbook.xml": "excel"}
_AIKEN = re.compile(r"^\s*ANSWER\s*:\s*[A-Z]\s*$", re.MULTILINE | re.IGNORECASE)
_LETTERS = "ăâđêôơưĂÂĐÊÔƠƯ"

WANTED = _("Please choose a Word (.docx) or Excel (.xlsx) file, GIFT or Aiken (.txt, .gift), or Moodle XML (.xml).")
DAMAGED = _("This file is damaged. Open it, save it again, then choose it again.")
OLD = _("This file is of an old kind (.doc, .xls). Open it, save it as .docx or .xlsx, then choose it again.")
PASSWORD = _("This file has a password. Save it without one, then choose it again.")


def kind_of(name: str, content: bytes) -> str:
    """word, excel, xml, gift or aiken. Raises Invalid saying what the file is instead, and what to do."""
    if len(content) > MOST_BYTES:
        raise Invalid(
            _("This file has more than {limit} MB. Make its pictures smaller, or divide it.", limit=MOST_BYTES // MB)
        )
    if not content.strip():
        raise Invalid(_("This file is empty. Please choose it again."))
    if content.startswith(_OLD):
        raise Invalid(PASSWORD if _LOCKED in content else OLD)
    if content.startswith(b"%PDF"):
        raise Invalid(_("This is a PDF. Please choose the Word file that it was made from."))
    if content.startswith(b"PK"):
        return _office(content)
    text, _note = decoded(content)
    if re.match(r"\s*(?:<\?xml|<quiz\b|<!DOCTYPE|<!--)", text):
        return "xml"
    if _AIKEN.search(text) and "{" not in text:
        return "aiken"
    if "{" in text or "::" in text or "$CATEGORY" in text:
        return "gift"
    raise Invalid(WANTED)


def _office(content: bytes) -> str:
    """Which office file a zip is. Names that lead outside and packed bombs are refused before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MOST_PARTS or len(names) != len(parts):
                raise Invalid(DAMAGED)
            if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
                raise Invalid(DAMAGED)
            if any(part.flag_bits & 1 for part in parts):
                raise Invalid(PASSWORD)
            unpacked = sum(part.file_size for part in parts)
            xml = [part for part in parts if part.filename.endswith((".xml", ".rels", ".vml"))]
            if unpacked > MOST_UNPACKED or max((part.file_size for part in xml), default=0) > MOST_XML:
                raise Invalid(
                    _("This file holds too much when it is unpacked. Divide it, or make its pictures smaller.")
                )
            kind = next((kind for main, kind in _MAIN.items() if main in names), "")
            if kind:
                if b"macroEnabled.main" in archive.read("[Content_Types].xml"):
                    raise Invalid(
                        _("This file carries macros (.docm, .xlsm). Save it as .docx or .xlsx, then choose it again.")
                    )
                for part in xml:
                    with archive.open(part) as opened:
                        if b"<!DOCTYPE" in opened.read(2000).replace(b"\0", b""):
                            raise Invalid(DAMAGED)  # Office writes none; it is where entities that grow are defined
                return kind
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise Invalid(DAMAGED) from error
    if "mimetype" in names and "content.xml" in names:
        raise Invalid(_("This is a LibreOffice file. Save it as .docx or .xlsx, then choose it again."))
    if "package.yaml" in {name.rpartition("/")[2] for name in names}:
        raise Invalid(_("This is a content package. Please import it on the page “Import and export”."))
    raise Invalid(WANTED)


def decoded(content: bytes) -> tuple[str, Text | None]:
    """The text of a file, and what is to be told of its letters. Raises Invalid for what is no text."""
    for mark, coding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(coding), None
            except UnicodeDecodeError as error:
                raise Invalid(DAMAGED) from error
    if b"\0" in content[:65536]:
        raise Invalid(WANTED)
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    vietnamese = _as_vietnamese(content)
    if vietnamese is not None:
        return vietnamese, _("The file is not UTF-8. It was read as Windows Vietnamese; please look at the letters.")
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text, _("The file is not UTF-8. It was read as Windows Western; please look at the letters.")


def _as_vietnamese(content: bytes) -> str | None:
    """The text by code page 1258, where its tone marks stand behind vowels only; None where they do not."""
    try:
        text = content.decode("cp1258")
    except UnicodeDecodeError:
        return None
    vowels = "aeiouyăâêôơư"
    tones = 0
    for before, sign in pairwise(text):
        if unicodedata.combining(sign):
            if before.lower() not in vowels:
                return None
            tones += 1
    return text if tones and any(letter in text for letter in _LETTERS) else None

"""Opens what somebody sends: what it is, judged from its bytes, and whether it can be read without harm. Pure."""

from __future__ import annotations

import io
import zipfile
import zlib

from lms.api.work import Invalid, _

MOST_BYTES = 50 * 1024 * 1024  # of the file
MOST_UNPACKED = 400 * 1024 * 1024  # of all that is in it
MOST_XML = 40 * 1024 * 1024  # of one part of XML in it
MOST_PARTS = 5_000
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word and PowerPoint before 2007; and files with a password
_MAIN = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx"}


def kind_of(name: str, content: bytes) -> str:
    """docx, pptx or md. Raises Invalid saying what the file is instead, and what to do."""
    if len(content) > MOST_BYTES:
        raise Invalid(
            _("This file has more than {limit} MB. Make its pictures smaller, or divide it.", limit=MOST_BYTES >> 20)
        )
    if not content:
        raise Invalid(_("This file is empty. Please choose it again."))
    if content.startswith(_OLD):
        raise Invalid(
            _("This file is of an old kind (.doc, .ppt) or has a password. Open it, save it as .docx or .pptx without"
              " a password, then choose it again.")
        )  # fmt: skip
    if content.startswith(b"%PDF"):
        raise Invalid(_("This is a PDF. Please choose the Word or PowerPoint file that it was made from."))
    if content.startswith(b"PK"):
        return _office(content)
    if b"\x00" in content[:4096] or not name.lower().endswith((".md", ".markdown", ".txt")):
        raise Invalid(_("Please choose a Word (.docx), PowerPoint (.pptx) or Markdown (.md) file."))
    return "md"


def _office(content: bytes) -> str:
    """Which office file a zip is. Names that lead outside and packed bombs are refused before anything is unpacked."""
    damaged = Invalid(_("This file is damaged. Open it, save it again, then choose it again."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MOST_PARTS or len(names) != len(parts):
                raise damaged
            if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
                raise damaged
            if any(part.flag_bits & 1 for part in parts):
                raise Invalid(_("This file has a password. Save it without one, then choose it again."))
            unpacked = sum(part.file_size for part in parts)
            largest = max((part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))), default=0)
            if unpacked > MOST_UNPACKED or largest > MOST_XML:
                raise Invalid(
                    _("This file holds too much when it is unpacked. Divide it, or make its pictures smaller.")
                )
            for name, kind in _MAIN.items():
                if name in names:
                    _refuse_macros(archive.read("[Content_Types].xml"))
                    return kind
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise damaged from error
    if "mimetype" in names and "content.xml" in names:
        raise Invalid(_("This is a LibreOffice file. Save it as .docx or .pptx, then choose it again."))
    if "package.yaml" in {name.rpartition("/")[2] for name in names}:
        raise Invalid(_("This is a content package. Please import it on the page “Import and export”."))
    raise Invalid(_("Please choose a Word (.docx), PowerPoint (.pptx) or Markdown (.md) file."))


def _refuse_macros(types: bytes) -> None:
    """A file that says it carries programs is refused; one that only hides them loses them: nothing here runs them."""
    if b"macroEnabled.main" in types:
        raise Invalid(_("This file carries macros (.docm, .pptm). Save it as .docx or .pptx, then choose it again."))

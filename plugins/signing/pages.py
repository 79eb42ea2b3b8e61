"""The words on the pages of a PDF, by PDFium. What strangers made is read by `python -m` this module, with limits."""

from __future__ import annotations

import sys

PAGES = 3


def words_of(content: bytes) -> str:
    """The words of the first pages; empty for what PDFium cannot open."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        return ""
    try:
        found = [document[n].get_textpage().get_text_range() for n in range(min(PAGES, len(document)))]
    except pypdfium2.PdfiumError:
        return ""
    finally:
        document.close()
    return "\n".join(found)


if __name__ == "__main__":
    sys.stdout.buffer.write(words_of(sys.stdin.buffer.read()).encode("utf-8", "replace"))

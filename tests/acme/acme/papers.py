"""A paper of the loudspeaker: one line in a box. Imported only when such a paper is drawn."""

from __future__ import annotations

from certificates.api import PLAIN, Look, Paper
from lms.api.papers import Box, Sheet


class LoudspeakerDesign:
    """Draws the least that a paper needs."""

    name = "loudspeaker"
    version = 1

    def draw(self, paper: Paper, look: Look = PLAIN) -> bytes:
        """The PDF; the same paper gives the same bytes."""
        box = Box(40, 40, 555, 380)
        sheet = Sheet(595, 420, title=paper.number, subject=paper.title, author=paper.issuer_lines[-1], archive=True)
        for index, text in enumerate((paper.title, paper.full_name, paper.number, look.accent or "loudspeaker")):
            sheet.text(text, "bold", 18, 60, 340 - 40 * index, (0, 0, 0), box)
        return sheet.finish()


DESIGN = LoudspeakerDesign()

"""The loudspeaker's own voice: a gong for each sentence, for authors who try it out."""

from __future__ import annotations

import io
import math
import struct
import wave
from dataclasses import dataclass

from lms.api.work import Text, _


@dataclass(frozen=True)
class GongVoice:
    """Strikes half a second for any sentence in Vietnamese."""

    name: str = "acme.gong"
    title: Text = _("The loudspeaker's gong")
    order: int = 95
    for_learners: bool = False
    made: bool = True

    def speaks(self, lang: str) -> bool:
        return lang == "vi"

    def say(self, sentence: str, lang: str) -> bytes:
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 4))) for n in range(4000)))
        return out.getvalue()

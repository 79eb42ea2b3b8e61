"""Who can read aloud: voices, in the order in which they are asked."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from lms.contract.points import ExtensionPoint
from lms.text import Text, _


class Voice(Protocol):
    """Something that reads sentences aloud.

    `order`: small ones are asked first. `for_learners`: whether what it says may be published; one that may not is
    heard by authors only. `made`: False for a voice whose sentences are only ever kept, never made: a person's.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Text: ...

    @property
    def order(self) -> int: ...

    @property
    def for_learners(self) -> bool: ...

    @property
    def made(self) -> bool: ...

    def speaks(self, lang: str) -> bool:
        """Whether it can read this language (`lms.languages`)."""

    def say(self, sentence: str, lang: str) -> bytes:
        """A sentence as sound of any kind that ffmpeg reads. Outside any unit of work; may take seconds.

        Raises `ProgramError` where it could not be said.
        """


VOICES: ExtensionPoint[Voice] = ExtensionPoint(
    "voices", "Voices that read lessons aloud, best first by their order.", lambda v: v.name
)
RECORDED = "recorded"


class RecordedVoice(Struct, frozen=True):
    """People: whoever spoke a sentence into the studio. In every language that there are speakers of."""

    name: str = RECORDED
    title: Text = _("A person’s voice")
    order: int = 0
    for_learners: bool = True
    made: bool = False

    def speaks(self, lang: str) -> bool:
        return True

    def say(self, sentence: str, lang: str) -> bytes:
        raise NotImplementedError("People are recorded; nobody asks them to speak here.")


def voices(lang: str, for_learners: bool = True) -> list[Voice]:
    """The voices that can read a language, best first."""
    found = [v for v in VOICES if v.speaks(lang) and (v.for_learners or not for_learners)]
    return sorted(found, key=lambda v: (v.order, v.name))

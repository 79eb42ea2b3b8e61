"""The two voices: programs of their own, started for a sentence; nothing of theirs is ever loaded here."""

from __future__ import annotations

import shlex

from msgspec import Struct

from lms.api.speech import run_program
from lms.api.work import Text, _

MEMORY = 8192  # megabytes of address space: a voice maps its model and more
# What espeak-ng calls the languages that it knows of those in which lessons are told.
ESPEAK = {"vi": "vi", "en": "en-gb", "yue": "yue", "zh": "cmn"}


class CommandVoice(Struct, frozen=True):
    """A program that takes a sentence at its standard input and gives WAV at its output: piper, for one."""

    command: str
    lang: str
    name: str = "command"
    title: Text = _("The installed voice")
    order: int = 10
    for_learners: bool = True
    made: bool = True

    def speaks(self, lang: str) -> bool:
        return lang == self.lang

    def say(self, sentence: str, lang: str) -> bytes:
        return run_program(shlex.split(self.command), sentence.encode() + b"\n", memory=MEMORY)[0]


class EspeakVoice(Struct, frozen=True):
    """espeak-ng: small, everywhere, and plainly a machine."""

    for_learners: bool
    name: str = "espeak"
    title: Text = _("A machine’s voice (espeak-ng)")
    order: int = 90
    made: bool = True
    speed: int = 145  # words a minute: slower than its own 175, for whoever hears it for the first time

    def speaks(self, lang: str) -> bool:
        return lang in ESPEAK

    def say(self, sentence: str, lang: str) -> bytes:
        # The text comes at the standard input, so that no sentence is ever taken for an option.
        return run_program(
            ["espeak-ng", "-v", ESPEAK[lang], "-s", str(self.speed), "-b", "1", "--stdin", "--stdout"],
            sentence.encode(),
            seconds=30,
        )[0]

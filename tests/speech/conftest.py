"""A voice for tests: each sentence is a tone whose length says how many words it has."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask

from lms import programs
from lms.testing.pytest_plugin import missing
from lms.text import Text


def tone(ms: int, rate: int = 16_000, loud: int = 9000) -> bytes:
    """A WAV file with a tone."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        count = rate * ms // 1000
        file.writeframes(b"".join(struct.pack("<h", int(loud * math.sin(n / 6))) for n in range(count)))
    return out.getvalue()


@dataclass
class ToneVoice:
    """Says a tone of 200 ms for each word, and counts what it was asked."""

    name: str = "tone"
    title: Text = field(default_factory=lambda: Text("Tone"))
    order: int = 5
    for_learners: bool = True
    made: bool = True
    lang: str = "vi"
    asked: list[str] = field(default_factory=list)

    def speaks(self, lang: str) -> bool:
        return lang == self.lang

    def say(self, sentence: str, lang: str) -> bytes:
        self.asked.append(sentence)
        return tone(200 * len(sentence.split()))


@pytest.fixture
def ffmpeg() -> None:
    """Skips where there is no ffmpeg."""
    if not programs.there("ffmpeg"):
        missing("ffmpeg", "install the package ffmpeg")


@pytest.fixture
def tone_voice(any_app: Flask, ffmpeg: None) -> Iterator[ToneVoice]:
    """The one made voice of the application, beside the recorded one."""
    from lms.speech.voices import VOICES

    voice = ToneVoice()
    entries = any_app.extensions["lms.registry"].entries(VOICES)
    before = dict(entries)
    for name in [name for name in entries if name != "recorded"]:
        del entries[name]
    entries["tone"] = voice
    yield voice
    entries.clear()
    entries.update(before)

"""Which voices there are, as the operator and the machine have it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lms import programs
from lms.api.plugins import PluginError, Settings
from lms.testing.building import make_app
from lms.testing.pytest_plugin import missing
from plugins.voices import examining
from plugins.voices.plugin import configured
from plugins.voices.voices import CommandVoice, EspeakVoice


def names(settings: Settings) -> list[str]:
    return [voice.name for provided in configured(settings) for voice in provided.entries]


def test_the_operator_decides() -> None:
    has_espeak = ["espeak"] if programs.there("espeak-ng") else []
    assert names(Settings()) == has_espeak
    assert names(Settings(espeak="off")) == []
    assert names(Settings(espeak="off", voice_command="piper --model vi.onnx")) == ["command"]
    for wrong in (
        Settings(espeak="sometimes"),
        Settings(voice_command='piper "', espeak="off"),
        Settings(voice_command="piper", voice_command_lang="xx"),
    ):
        with pytest.raises(PluginError):
            configured(wrong)


def test_a_command_gets_the_sentence_and_gives_the_sound() -> None:
    program = "import sys; sys.stdout.buffer.write(b'RIFF' + sys.stdin.buffer.read())"
    voice = CommandVoice(f'{sys.executable} -c "{program}"', "vi")
    assert voice.say("Xin chào; rm -rf $HOME", "vi") == b"RIFF" + "Xin chào; rm -rf $HOME\n".encode()
    assert (voice.speaks("vi"), voice.speaks("en")) == (True, False)


def test_espeak_speaks_vietnamese_and_takes_no_sentence_for_an_option() -> None:
    if not programs.there("espeak-ng"):
        missing("espeak-ng", "install the package espeak-ng")
    voice = EspeakVoice(for_learners=True)
    assert voice.say("Xin chào các bác.", "vi")[:4] == b"RIFF"
    assert voice.say("--version", "vi")[:4] == b"RIFF"
    assert (voice.speaks("vi"), voice.speaks("mww")) == (True, False)


def test_the_doctor_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(tmp_path, f"sqlite:///{tmp_path}/x.sqlite", voice_command="no-such-piper", espeak="learners")
    monkeypatch.setattr(examining, "there", lambda name: False)
    monkeypatch.setattr(examining, "can_encode", lambda: False)
    with app.app_context():
        found = examining.voices()
    assert [finding.ok for finding in found] == [False, False, False]
    said = " ".join(f"{finding.text} {finding.advice}" for finding in found)
    assert all(word in said for word in ("ffmpeg", "espeak-ng", "no-such-piper", "LMS_VOICE_COMMAND"))
    assert [finding.must for finding in found] == [False, False, True]

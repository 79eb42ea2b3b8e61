"""What this plugin provides: voices, as far as the operator and the machine have them."""

from __future__ import annotations

import shlex

from lms.api.plugins import EXAMINATIONS, Examination, Plugin, PluginError, Provided, Settings
from lms.api.speech import LANGUAGES, VOICES, Voice, there
from plugins.voices import examining
from plugins.voices.voices import CommandVoice, EspeakVoice


def configured(settings: Settings) -> tuple[Provided, ...]:
    """The voices that can be used. Raises PluginError where the operator's command cannot be understood."""
    found: list[Voice] = []
    if settings.voice_command:
        try:
            words = shlex.split(settings.voice_command)
        except ValueError as error:
            raise PluginError(f"LMS_VOICE_COMMAND cannot be understood: {error}.") from error
        if not words or settings.voice_command_lang not in LANGUAGES:
            raise PluginError("LMS_VOICE_COMMAND needs a program, and LMS_VOICE_COMMAND_LANG the code of its language.")
        found.append(CommandVoice(settings.voice_command, settings.voice_command_lang))
    if settings.espeak not in ("learners", "authors", "off"):
        raise PluginError(f"LMS_ESPEAK must be learners, authors or off, not {settings.espeak!r}.")
    if settings.espeak != "off" and there("espeak-ng"):
        found.append(EspeakVoice(settings.espeak == "learners"))
    return (VOICES.of(*found),)


plugin = Plugin(
    name="voices",
    package="plugins.voices",
    needs={"lms": ">=0.1,<1"},
    provides=(EXAMINATIONS.of(Examination("voices", examining.voices)),),
    configured=configured,
)

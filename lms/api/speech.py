"""Reading aloud: voices, sentences, sound with times. It knows nothing of lessons."""

from lms.languages import LANGUAGES, Language, language, name_of
from lms.programs import ProgramError, there
from lms.programs import run as run_program
from lms.speech.sentences import sentences
from lms.speech.sound import Pair, can_encode
from lms.speech.speaking import (
    AudioFile,
    Prepared,
    Recording,
    Spoken,
    Time,
    forget_recording,
    forget_torn,
    forget_voice_of,
    keep_recording,
    recordings,
    speak,
    spoken,
    spoken_by_id,
)
from lms.speech.voices import RECORDED, VOICES, Voice, voices

__all__ = [
    "LANGUAGES", "RECORDED", "VOICES", "AudioFile", "Language", "Pair", "Prepared", "ProgramError", "Recording",
    "Spoken", "Time", "Voice", "can_encode", "forget_recording", "forget_torn", "forget_voice_of", "keep_recording",
    "language", "name_of", "recordings", "run_program", "sentences", "speak", "spoken",
    "spoken_by_id", "there", "voices",
]  # fmt: skip

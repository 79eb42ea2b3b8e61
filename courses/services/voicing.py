"""Sounds of lessons that people record: a track's passages, and single sentences for reading aloud."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from courses.services import reading
from courses.services.translating import newest_of, to_read
from lms.api.data import FileStore
from lms.api.learning import slug_of
from lms.api.people import VOICE, give_consent, has_consent, withdraw_consent
from lms.api.speech import (
    Prepared,
    ProgramError,
    can_encode,
    forget_recording,
    forget_voice_of,
    keep_recording,
    pair_of,
)
from lms.api.work import Invalid, _, audit

MOST_SECONDS = 900  # of one sound
CONSENT_TEXT = "2026-11"  # the version of the words beside the box: changed words are a new version


def prepare_sound(store: FileStore, files: Mapping[str, Any], name: str, content: bytes) -> tuple[str, dict[str, Any]]:
    """A recording made ready for phones: the name that it gets in the track, and how the track keeps it.

    Outside the unit of work: it takes a second for each minute. Raises Invalid with what to do.
    """
    if not can_encode():
        raise Invalid(_("This server cannot work with sound yet. Ask whoever runs it to install ffmpeg."))
    try:
        pair = pair_of(content, MOST_SECONDS)
    except ProgramError as error:
        raise Invalid(
            _("This is no sound that can be used, or it is longer than {n} minutes. Please record it again.",
              n=MOST_SECONDS // 60)
        ) from error  # fmt: skip
    made = {"opus": pair.opus, "mp3": pair.mp3}
    variants = [{"key": store.put(data), "ending": ending, "bytes": len(data)} for ending, data in made.items()]
    entry = {
        "key": variants[1]["key"], "ending": "mp3", "bytes": len(pair.opus), "width": 0, "height": 0,
        "seconds": max(1, round(pair.ms / 1000)), "variants": variants,
    }  # fmt: skip
    return free_name(files, name, entry), entry


def free_name(files: Mapping[str, Any], name: str, entry: Mapping[str, Any]) -> str:
    """A name that no other sound of the track has."""
    stem = slug_of(re.sub(r"\.[^.]*$", "", name)) or "tieng"
    free, number = f"{stem}.mp3", 2
    while free in files and files[free] != entry:
        free, number = f"{stem}-{number}.mp3", number + 1
    return free


def record(activity_id: int, slug: str, lang: str, words: str, prepared: Prepared, by_id: int) -> None:
    """Keeps a sentence that this person spoke, with their yes to its being heard, and has the lesson read anew."""
    if not has_consent(by_id, VOICE):
        give_consent(by_id, VOICE, CONSENT_TEXT, "self", None)
    keep_recording(lang, words, prepared, by_id)
    audit.record(by_id, "lesson.sentence_recorded", f"lesson:{slug}", lang=lang)
    read_anew(activity_id, lang)


def take_away(activity_id: int, slug: str, lang: str, words: str, by_id: int) -> None:
    """Forgets a recorded sentence; the lesson is read by another voice then, if there is one."""
    forget_recording(lang, words)
    audit.record(by_id, "lesson.sentence_forgotten", f"lesson:{slug}", lang=lang)
    read_anew(activity_id, lang)


def be_silent(account_id: int) -> int:
    """Takes back a person's yes and forgets all that they recorded anywhere; returns how many sentences."""
    gone = forget_voice_of(account_id)
    withdraw_consent(account_id, VOICE)
    reading.voices_changed()
    audit.record(account_id, "account.voice_forgotten", f"account:{account_id}", sentences=gone)
    return gone


def read_anew(activity_id: int, lang: str) -> None:
    """Has the newest revision of a lesson read anew in a language."""
    revision_id, _body = newest_of(activity_id)
    to_read(revision_id, lang)


def words_in(said: Sequence[str], number: str) -> str | None:
    """The sentence of a posted number; None where there is none."""
    return said[int(number)] if number.isascii() and number.isdigit() and int(number) < len(said) else None

"""`speak(text, lang, voice)`: the text as sound with the time of each sentence. Each sentence is made once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from msgspec import Struct
from sqlalchemy import RowMapping, delete, func, insert, select

from lms import clock
from lms.db.unit_of_work import after_commit, connection, unit_of_work, writing
from lms.speech import sound
from lms.speech.models import Joined, Sentence
from lms.speech.sentences import key_of, key_of_all, sentences
from lms.speech.voices import RECORDED, VOICES, Voice, voices
from lms.storage import FileStore

S, J = Sentence.__table__, Joined.__table__
MOST_SENTENCES = 400


class Time(Struct, frozen=True):
    """A sentence and when it is heard, in milliseconds from the beginning."""

    words: str
    start: int
    end: int


class AudioFile(Struct, frozen=True):
    """A sound in the file store."""

    key: str
    ending: str
    type: str
    bytes: int


class Spoken(Struct, frozen=True):
    """A text as it is heard."""

    id: int
    lang: str
    voice: str
    ms: int
    files: tuple[AudioFile, ...]  # what a phone may choose from, the smallest first
    times: tuple[Time, ...]


def _store() -> FileStore:
    found: FileStore = current_app.extensions["lms.files"]
    return found


def _spoken(row: RowMapping) -> Spoken:
    return Spoken(
        row["id"], row["lang"], row["voice"], row["ms"],
        (
            AudioFile(row["opus_key"], "opus", "audio/ogg; codecs=opus", row["opus_bytes"]),
            AudioFile(row["mp3_key"], "mp3", "audio/mpeg", row["mp3_bytes"]),
        ),
        tuple(Time(words, start, end) for words, start, end in row["times"]),
    )  # fmt: skip


def spoken(text: str, lang: str, voice: str) -> Spoken | None:
    """What has been made of a text in a voice, or None. Reads only."""
    key = key_of_all(lang, voice, sentences(text))
    row = connection().execute(select(J).where(J.c.key == key)).mappings().first()
    return _spoken(row) if row else None


def spoken_by_id(ids: Sequence[int]) -> dict[int, Spoken]:
    """The same by their numbers."""
    rows = connection().execute(select(J).where(J.c.id.in_(ids))).mappings()
    return {row["id"]: _spoken(row) for row in rows}


def speak(text: str, lang: str, voice: str = "", for_learners: bool = True) -> Spoken | None:
    """A text as sound, in `voice`, or in the best that can say all of it; None where none can.

    Makes what is not there yet: it starts programs and takes seconds, so the worker calls it, never a page. It opens
    its own unit of work at the end and keeps all that was made, or nothing. Raises ProgramError where a voice failed.
    """
    if writing():
        raise RuntimeError("speak() starts programs: it does not belong into a unit of work.")
    said = sentences(text)
    if not said or len(said) > MOST_SENTENCES or not sound.can_encode():
        return None
    asked = [v for v in voices(lang, for_learners) if not voice or v.name == voice]
    for one in asked:
        found = _speak_in(one, said, lang)
        if found is not None:
            return found
    return None


def _speak_in(voice: Voice, said: Sequence[str], lang: str) -> Spoken | None:
    whole = key_of_all(lang, voice.name, list(said))
    row = connection().execute(select(J).where(J.c.key == whole)).mappings().first()
    if row is not None:
        return _spoken(row)
    keys = {words: key_of(lang, voice.name, words) for words in said}
    held = kept(list(keys.values()))
    missing = [words for words, key in keys.items() if key not in held]
    if missing and not voice.made:
        return None
    store = _store()
    made: list[dict[str, Any]] = []
    for words, (content, ms) in zip(missing, sound.sentences_of([voice.say(w, lang) for w in missing]), strict=True):
        file_key = store.put(content)
        made.append(
            {"key": keys[words], "lang": lang, "voice": voice.name, "words": words, "file_key": file_key, "ms": ms,
             "made_at": clock.seconds(), "said_by": None}
        )  # fmt: skip
        held[keys[words]] = (file_key, ms)
    pieces = [(store.get(held[keys[words]][0]), held[keys[words]][1]) for words in said]
    pair, times = sound.joined(pieces)
    with unit_of_work():
        again = kept([values["key"] for values in made])
        new = [values for values in made if values["key"] not in again]
        if new:
            connection().execute(insert(S), new)
        row = connection().execute(select(J).where(J.c.key == whole)).mappings().first()
        if row is None:
            values = {
                "key": whole, "lang": lang, "voice": voice.name, "ms": pair.ms, "made_at": clock.seconds(),
                "times": [[words, *time] for words, time in zip(said, times, strict=True)],
                "opus_key": store.put(pair.opus), "opus_bytes": len(pair.opus),
                "mp3_key": store.put(pair.mp3), "mp3_bytes": len(pair.mp3),
            }  # fmt: skip
            row = connection().execute(insert(J).values(values).returning(J)).mappings().one()
        return _spoken(row)


def kept(keys: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Of sentences by their keys, those that are there: {key: (key of the file, milliseconds)}."""
    if not keys:
        return {}
    rows = connection().execute(select(S.c.key, S.c.file_key, S.c.ms).where(S.c.key.in_(keys)))
    return {key: (file_key, ms) for key, file_key, ms in rows}


class Recording(Struct, frozen=True):
    """A sentence that somebody spoke: where its sound is, and whose voice it is."""

    file_key: str
    ms: int
    said_by: int | None
    made_at: int


def recordings(lang: str, said: Sequence[str]) -> dict[str, Recording]:
    """Of these sentences, those that people have recorded."""
    keys = {key_of(lang, RECORDED, words): words for words in said}
    if not keys:
        return {}
    rows = connection().execute(
        select(S.c.key, S.c.file_key, S.c.ms, S.c.said_by, S.c.made_at).where(S.c.key.in_(keys))
    )
    return {keys[key]: Recording(*more) for key, *more in rows}


class Prepared(Struct, frozen=True):
    """A recording as it will be kept: its sound in the file store (FLAC, one channel, cut to its words)."""

    file_key: str
    ms: int


def keep_recording(lang: str, words: str, recording: Prepared, by_id: int) -> None:
    """Keeps a recorded sentence in place of the one before it. Inside a unit of work."""
    key = key_of(lang, RECORDED, words)
    _forget([key])
    connection().execute(
        insert(S).values(
            key=key, lang=lang, voice=RECORDED, words=" ".join(words.split()), file_key=recording.file_key,
            ms=recording.ms, made_at=clock.seconds(), said_by=by_id,
        )
    )  # fmt: skip


def forget_recording(lang: str, words: str) -> None:
    """Forgets a recorded sentence, with every sound that it was joined into. Inside a unit of work."""
    _forget([key_of(lang, RECORDED, words)])


def forget_voice_of(account_id: int) -> int:
    """Forgets all that a person recorded; returns how many sentences. Inside a unit of work."""
    keys = list(connection().execute(select(S.c.key).where(S.c.said_by == account_id)).scalars())
    _forget(keys)
    return len(keys)


def _forget(keys: Sequence[str]) -> None:
    gone = list(connection().execute(select(S.c.file_key).where(S.c.key.in_(keys))).scalars()) if keys else []
    if not gone:
        return
    connection().execute(delete(S).where(S.c.key.in_(keys)))
    forget_torn()
    after_commit(lambda: _remove_unused(gone))


def forget_torn() -> None:
    """Forgets joined sounds of people's voices of which a sentence is no longer there. Inside a unit of work."""
    rows = connection().execute(select(J.c.id, J.c.lang, J.c.times, J.c.opus_key, J.c.mp3_key).where(
        J.c.voice == RECORDED
    )).all()  # fmt: skip
    if not rows:
        return
    there = set(connection().execute(select(S.c.key).where(S.c.voice == RECORDED)).scalars())
    torn = [row for row in rows if any(key_of(row.lang, RECORDED, words) not in there for words, *_ in row.times)]
    if not torn:
        return
    connection().execute(delete(J).where(J.c.id.in_([row.id for row in torn])))
    files = [key for row in torn for key in (row.opus_key, row.mp3_key)]
    after_commit(lambda: _remove_unused(files))


def _remove_unused(files: Sequence[str]) -> None:
    """After the commit: takes files away that no sentence and no joined sound names any more."""
    store = _store()
    for key in set(files):
        sentences_with = select(func.count()).select_from(S).where(S.c.file_key == key)
        joined_with = select(func.count()).select_from(J).where((J.c.opus_key == key) | (J.c.mp3_key == key))
        if not connection().execute(sentences_with).scalar() and not connection().execute(joined_with).scalar():
            store.remove(key)


def voice_title(name: str) -> Any:
    """What a voice is called; its own name where it is no longer here."""
    found = VOICES.find(name)
    return found.title if found else name

"""From the bytes as they came to what a lesson keeps: files in the store, and facts that name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lms.errors import Invalid
from lms.media import captions, documents, drawings, mp3, pictures, programs, sounds, videos
from lms.media.kinds import CAPTIONS, DOCUMENT, DRAWING, PICTURE, SOUND, SPEECH, VIDEO
from lms.programs import ProgramError
from lms.speech import sound as spoken
from lms.storage import FileStore
from lms.text import _

USUAL_WIDTH = 720  # pixels of the picture that a phone is given where it does not choose itself
ENDINGS = {
    PICTURE: "webp",
    DRAWING: "svg",
    SOUND: "mp3",
    VIDEO: "mp4",
    DOCUMENT: "pdf",
    CAPTIONS: "vtt",
    SPEECH: "flac",
}
LONGEST_TRANSCRIPT = 20_000  # characters
Facts = dict[str, Any]
Percent = Callable[[int], None]
Alive = Callable[[], None]


def at_once(kind: str, content: bytes, store: FileStore) -> Facts | None:
    """What is ready without work: a drawing, captions, a sound as we make them. None for all that takes time.

    A small sound of others passes as it is only where this machine has no program to make it anew.

    Raises Invalid saying what is wrong with it.
    """
    if kind == DRAWING:
        drawings.check(content)
        width, height = drawings.size_of(content)
        return entry(store.put(content), ENDINGS[kind], len(content), width, height)
    if kind == CAPTIONS:
        cues = captions.read(content)
        words = captions.written(cues)
        return {
            **entry(store.put(words), ENDINGS[kind], len(words)),
            "kind": kind,
            "text": captions.transcript(cues)[:LONGEST_TRANSCRIPT],
        }
    if kind == SOUND:
        frames = mp3.frames_of(content)
        if frames is not None and frames.is_small and (frames.is_ours or not programs.is_here()):
            sounds.check_length(frames.seconds)
            return {
                **entry(store.put(frames.content), ENDINGS[kind], len(frames.content)),
                "kind": kind,
                "seconds": max(1, round(frames.seconds)),
            }
    return None


def made_of(kind: str, source: Path, folder: Path, store: FileStore, on_percent: Percent, alive: Alive) -> Facts:
    """Makes the files of a source, reads each of them again, and stores them; `folder` is for what is in between.

    Raises Invalid saying what is wrong with the source, NoRoom, ProgramError, ValueError for what was made wrong.
    """
    if kind in (DRAWING, CAPTIONS, SOUND):
        found = at_once(kind, source.read_bytes(), store)
        if found is not None:
            return found
    if kind == PICTURE:
        return picture(source.read_bytes(), store)
    if kind == SOUND:
        return sound(source, folder, store, on_percent, alive)
    if kind == SPEECH:
        return speech(source, store)
    if kind == VIDEO:
        return video(source, folder, store, on_percent, alive)
    return document(source, folder, store, on_percent, alive)


def entry(key: str, ending: str, size: int, width: int = 0, height: int = 0) -> Facts:
    """One file as a lesson keeps it."""
    return {"key": key, "ending": ending, "bytes": size, "width": width, "height": height}


def picture(content: bytes, store: FileStore) -> Facts:
    """A picture in its widths. One that we made ourselves stays the largest, whatever installation it comes from."""
    made = pictures.made_of(content)
    drawn = list(made.drawn)
    if pictures.is_ours(content):
        drawn[-1] = pictures.Drawn(content, drawn[-1].width, drawn[-1].height)
    variants = []
    for one in drawn:
        key = store.put(one.content)
        pictures.check_drawn(store.get(key), one.width, one.height)
        variants.append(entry(key, "webp", len(one.content), one.width, one.height))
    usual = next((v for v in reversed(variants) if v["width"] <= USUAL_WIDTH), variants[0])
    facts: Facts = {**usual, "kind": PICTURE}
    if made.colour:
        facts["colour"] = made.colour
    if len(variants) > 1:
        facts["variants"] = variants
    if made.notes:
        facts["notes"] = [note.msgid for note in made.notes]
    return facts


def sound(source: Path, folder: Path, store: FileStore, on_percent: Percent, alive: Alive) -> Facts:
    """A sound, levelled, as MP3 and Opus."""
    _must_have_programs()
    length = sounds.length_of(programs.probed(source))
    sounds.check_length(length)
    made = sounds.made_of(source, folder, length, on_percent, alive)
    variants, lasts = [], 0.0
    for ending, path in made.items():
        lasts = sounds.check_made(path, length)
        if lasts < sounds.SHORTEST:
            raise Invalid(_("There is nothing to hear in this sound. Please record it again."))
        variants.append(entry(_kept(store, path), ending, path.stat().st_size))
    return {**variants[0], "kind": SOUND, "seconds": max(1, round(lasts)), "variants": variants}


def speech(source: Path, store: FileStore) -> Facts:
    """A spoken sentence: cut to its words, one channel, FLAC, because it is joined with others before it is heard."""
    _must_have_programs()
    try:
        [(content, ms)] = spoken.sentences_of([source.read_bytes()])
    except ProgramError as error:
        raise Invalid(NO_WORDS) from error
    key = store.put(content)
    if spoken.flac_ms(store.get(key)) != ms:
        raise ValueError("What was stored of a sentence is not what was made.")
    return {**entry(key, ENDINGS[SPEECH], len(content)), "kind": SPEECH, "ms": ms, "seconds": max(1, round(ms / 1000))}


NO_WORDS = _("No words could be heard in this recording. Please hold the phone closer and record the sentence again.")


def video(source: Path, folder: Path, store: FileStore, on_percent: Percent, alive: Alive) -> Facts:
    """A video in its sizes, with its still picture."""
    _must_have_programs()
    what = videos.seen(programs.probed(source))
    still = pictures.made_of(videos.poster(source, folder, what.seconds, alive), (360, USUAL_WIDTH))
    made = videos.made_of(source, folder, what, on_percent, alive)
    variants, lasts = [], 0.0
    for path, width, height in made:
        lasts = videos.check_made(path, width, height, what.seconds)
        videos.check_length(lasts)
        variants.append(entry(_kept(store, path), "mp4", path.stat().st_size, width, height))
    shown = still.drawn[0]
    facts: Facts = {**variants[0], "kind": VIDEO, "seconds": max(1, round(lasts))}
    if not what.sounds:
        facts["silent"] = True
    key = store.put(shown.content)
    pictures.check_drawn(store.get(key), shown.width, shown.height)
    facts["poster"] = entry(key, "webp", len(shown.content), shown.width, shown.height)
    if len(variants) > 1:
        facts["variants"] = variants
    return facts


def document(source: Path, folder: Path, store: FileStore, on_percent: Percent, alive: Alive) -> Facts:
    """A PDF as pictures of its pages with their words, and the copy to take along."""
    copy, pages = documents.made_of(source, folder, on_percent, alive)
    shown = []
    for page in pages:
        alive()
        facts = picture(page.picture.read_bytes(), store)
        page.picture.unlink()
        shown.append({**facts, "text": page.text})
    words = "\n\n".join(page["text"] for page in shown if page["text"]).encode()
    facts = {**entry(_kept(store, copy), "pdf", copy.stat().st_size), "kind": DOCUMENT, "pages": shown}
    if words:
        facts["words"] = entry(store.put(words), "txt", len(words))
    return facts


def _kept(store: FileStore, path: Path) -> str:
    with path.open("rb") as file:
        return store.put_stream(file, path.stat().st_size).key


def _must_have_programs() -> None:
    if not programs.is_here():
        raise Invalid(NO_PROGRAMS)


NO_PROGRAMS = _(
    "This server cannot prepare sound and video, because the program ffmpeg is not installed."
    " Please ask those who run it; until then, use an mp3 of at most 32 kbit/s with one channel."
)


def keys_of(facts: Mapping[str, Any]) -> set[str]:
    """The keys of all files that facts name."""
    found = {facts["key"]} if "key" in facts else set()
    for name in ("variants", "pages"):
        for inner in facts.get(name, ()):
            found |= keys_of(inner)
    for name in ("poster", "words"):
        found |= keys_of(facts[name]) if name in facts else set()
    return found


def to_carry(facts: Mapping[str, Any], most: int) -> Mapping[str, Any]:
    """The one file that a package carries: the best that has at most so many bytes."""
    fitting = [v for v in facts.get("variants", ()) if v["bytes"] <= most and v["ending"] == facts["ending"]]
    best: Mapping[str, Any] = max(fitting, key=lambda v: (v["width"], v["bytes"]), default=facts)
    return best

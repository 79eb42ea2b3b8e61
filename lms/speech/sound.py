"""Sound by ffmpeg: a sentence made even and cut to its words; sentences joined to what a phone fetches."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from lms import programs
from lms.programs import ProgramError

RATE = 24_000  # samples a second: what both forms for phones carry
GAP = 300  # milliseconds of silence between two sentences
OPUS, MP3 = "20k", "24k"  # bits a second: 150 to 180 KB a minute for both
LOUDNESS = -16.0  # LUFS: speech on a phone's small loudspeaker
MOST_GAIN = 24.0  # dB: more would only make noise loud
SHORTEST_SENTENCE, LONGEST_SENTENCE = 150, 60_000  # milliseconds
TOGETHER = 12  # sentences in one call of ffmpeg: each takes threads, and each thread takes of the memory allowed
_SAFE = ("-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe")
_ALONE = ("-threads", "1")
# What people send is sound itself, never a list that names other files.
_PLAIN = ("-format_whitelist", "mov,mp4,m4a,3gp,matroska,webm,ogg,mp3,wav,w64,flac,aac,amr")
# Silence before the first and behind the last word is cut, but for a breath. Some is put there first: ffmpeg 5 gives
# nothing at all for a sound that begins at once.
_CUT = "silenceremove=start_periods=1:start_threshold=-48dB:start_silence=0.06"
_TIDY = f"aresample={RATE},adelay=150:all=1,apad=pad_dur=0.15,{_CUT},areverse,{_CUT},areverse"


class Pair(Struct, frozen=True):
    """One sound in two forms: Opus in Ogg, and MP3 for phones that know no other."""

    opus: bytes
    mp3: bytes
    ms: int


def can_encode() -> bool:
    """Whether ffmpeg is here."""
    return programs.there("ffmpeg")


def sentences_of(recorded: Sequence[bytes]) -> list[tuple[bytes, int]]:
    """Sounds of any kind as sentences are kept (FLAC, one channel, without marks of who and where), each with its
    milliseconds. Raises ProgramError where one is no sound, holds nothing but silence, or is too long for a sentence.
    """
    made: list[tuple[bytes, int]] = []
    with tempfile.TemporaryDirectory(prefix="lms-speech-") as folder:
        for start in range(0, len(recorded), TOGETHER):
            made += _sentences(recorded[start : start + TOGETHER], Path(folder))
    return made


def _sentences(recorded: Sequence[bytes], folder: Path) -> list[tuple[bytes, int]]:
    # One ffmpeg for many: starting one costs more than a sentence.
    given: list[str] = []
    wanted: list[str] = []
    for number, data in enumerate(recorded):
        source, out = folder / f"{number}.in", folder / f"{number}.flac"
        source.write_bytes(data)
        given += [*_ALONE, *_PLAIN, "-i", str(source)]
        wanted += ["-map", f"{number}:a:0", "-vn", "-map_metadata", "-1", "-af", _TIDY, "-ac", "1", "-ar", str(RATE),
                   "-t", str(LONGEST_SENTENCE / 1000 + 1), "-c:a", "flac", str(out)]  # fmt: skip
    programs.run(["ffmpeg", *_SAFE, "-y", *given, *wanted])
    made = [(folder / f"{number}.flac").read_bytes() for number in range(len(recorded))]
    found = [(data, flac_ms(data)) for data in made]
    if any(ms < SHORTEST_SENTENCE for _data, ms in found):
        raise ProgramError("nothing is heard in it")
    if any(ms > LONGEST_SENTENCE for _data, ms in found):
        raise ProgramError("it is longer than one sentence may be")
    return found


def flac_ms(data: bytes) -> int:
    """How long a FLAC file is in milliseconds, from its first block."""
    if data[:4] != b"fLaC" or len(data) < 26:
        raise ProgramError("this is no FLAC file")
    bits = int.from_bytes(data[18:26], "big")
    rate, samples = bits >> 44, bits & ((1 << 36) - 1)
    return round(samples * 1000 / rate) if rate else 0


def joined(sentences: Sequence[tuple[bytes, int]]) -> tuple[Pair, list[tuple[int, int]]]:
    """Sentences one after another, with (first, last) millisecond of each. Raises ProgramError.

    They are put together sample by sample here, so that the times are true to the millisecond.
    """
    times: list[tuple[int, int]] = []
    gap = bytes(2 * RATE * GAP // 1000)
    with tempfile.TemporaryDirectory(prefix="lms-speech-") as name:
        folder = Path(name)
        whole, samples = folder / "all.raw", 0
        with whole.open("wb") as out:
            for start in range(0, len(sentences), TOGETHER):
                for raw in _raw([data for data, _ms in sentences[start : start + TOGETHER]], folder):
                    first, samples = samples, samples + len(raw) // 2
                    times.append((first * 1000 // RATE, samples * 1000 // RATE))
                    out.write(raw + gap)
                    samples += len(gap) // 2
        pair = _encoded(["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", str(whole)], folder)
    return Pair(pair.opus, pair.mp3, samples * 1000 // RATE), times


def _raw(sentences: Sequence[bytes], folder: Path) -> list[bytes]:
    """The samples of sentences, 16 bits each."""
    given: list[str] = []
    wanted: list[str] = []
    for number, data in enumerate(sentences):
        (folder / f"{number}.flac").write_bytes(data)
        given += [*_ALONE, "-i", str(folder / f"{number}.flac")]
        wanted += ["-map", f"{number}:a:0", "-f", "s16le", "-ac", "1", "-ar", str(RATE), str(folder / f"{number}.raw")]
    programs.run(["ffmpeg", *_SAFE, "-y", *given, *wanted])
    return [(folder / f"{number}.raw").read_bytes() for number in range(len(sentences))]


def _encoded(source: Sequence[str], folder: Path) -> Pair:
    """Measures the loudness (EBU R 128), then writes both forms at the loudness wanted, with peaks held down."""
    _out, said = programs.run(
        ["ffmpeg", "-nostdin", "-hide_banner", "-protocol_whitelist", "file,pipe", *source, "-af",
         "ebur128=framelog=verbose", "-f", "null", "-"],
    )  # fmt: skip
    heard = re.findall(r"\bI:\s+(-?\d+(?:\.\d+)?) LUFS", said)
    gain = max(-MOST_GAIN, min(MOST_GAIN, LOUDNESS - float(heard[-1]))) if heard else 0.0
    even = f"volume={gain:.1f}dB,alimiter=limit=0.84:level=false,aresample={RATE}"
    opus, mp3 = folder / "out.opus", folder / "out.mp3"
    bare = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-ac", "1")
    programs.run(
        ["ffmpeg", *_SAFE, "-y", *source, "-filter_complex", f"[0:a]{even},asplit=2[a][b]",
         "-map", "[a]", *bare, "-c:a", "libopus", "-b:a", OPUS, "-application", "voip", str(opus),
         "-map", "[b]", *bare, "-ar", str(RATE), "-c:a", "libmp3lame", "-b:a", MP3, str(mp3)],
    )  # fmt: skip
    return Pair(opus.read_bytes(), mp3.read_bytes(), 0)

"""Sound becomes small: one channel, level in loudness, MP3 for every phone and Opus for those that know it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lms.errors import Invalid
from lms.media import programs
from lms.text import _

LOUDNESS = -16  # LUFS, for speech through a phone's loudspeaker (EBU R128 measures it)
PEAK = -1.5  # dBTP
MP3_RATE, OPUS_RATE = 24_000, 20_000  # bits a second
LONGEST = 60 * 60  # seconds
SHORTEST = 0.2  # seconds: less than that is a click
SLACK = 1.0  # seconds that a derived sound may be longer or shorter than its source
_QUIETEST = -70.0  # what is quieter than that has no loudness to level
TAGS = ("-map", "0:a:0", "-vn", "-sn", "-dn")
_MP3 = ("-c:a", "libmp3lame", "-b:a", str(MP3_RATE), "-ac", "1", "-ar", "24000", "-write_xing", "0",
        "-id3v2_version", "0", "-write_id3v1", "0", "-f", "mp3")  # fmt: skip
_OPUS = ("-c:a", "libopus", "-b:a", str(OPUS_RATE), "-ac", "1", "-ar", "24000", "-application", "voip", "-f", "ogg")


def length_of(found: dict[str, Any]) -> float:
    """How long it lasts in seconds, as ffprobe tells; 0 where it does not know."""
    told = [found.get("format", {}).get("duration"), *(s.get("duration") for s in found.get("streams", ()))]
    return max((float(t) for t in told if t not in (None, "N/A")), default=0.0)


def check_length(seconds: float) -> None:
    """Refuses what is too long."""
    if seconds > LONGEST:
        raise Invalid(_("This sound lasts more than {n} minutes. Please divide it.", n=LONGEST // 60))


def seconds_for(length: float) -> int:
    """How much time a step may take on a slow machine."""
    return int(60 + (length or LONGEST) * 1.5)


def made_of(
    source: Path, folder: Path, length: float, on_percent: Callable[[int], None], alive: Callable[[], None]
) -> dict[str, Path]:
    """{ending: file}: mp3 and opus of a sound, levelled by two passes. Raises ProgramError."""
    level = levelling(source, length, lambda p: on_percent(p * 4 // 10), alive)
    made = {}
    for ending, how, begins in (("mp3", _MP3, 40), ("opus", _OPUS, 70)):
        target = folder / f"sound.{ending}"
        programs.convert(
            source, [*TAGS, *level, *how], target, seconds_for(length), length,
            lambda p, begins=begins: on_percent(begins + p * 3 // 10), alive,  # type: ignore[misc]
        )  # fmt: skip
        made[ending] = target
    return made


def levelling(source: Path, length: float, on_percent: Callable[[int], None], alive: Callable[[], None]) -> list[str]:
    """The filter that brings a sound to our loudness without changing its course: measured first, then applied."""
    target = f"loudnorm=I={LOUDNESS}:TP={PEAK}:LRA=11"
    said = programs.convert(
        source, [*TAGS, "-ac", "1", "-af", f"{target}:print_format=json"], None, seconds_for(length), length,
        on_percent, alive,
    )  # fmt: skip
    try:
        measured = json.loads(said[said.rindex("{") : said.rindex("}") + 1])
        values = {name: float(measured[f"input_{name}"]) for name in ("i", "tp", "lra", "thresh")}
        offset = float(measured["target_offset"])
    except (ValueError, KeyError):
        return []
    if not all(-99 < value < 99 for value in (*values.values(), offset)) or values["i"] < _QUIETEST:
        return []  # silence stays silence
    measures = ":".join(f"measured_{name.upper() if name != 'thresh' else name}={v}" for name, v in values.items())
    return ["-af", f"aformat=channel_layouts=mono,{target}:{measures}:offset={offset}:linear=true,aresample=48000"]


def check_made(path: Path, length: float) -> float:
    """How long a derived sound lasts, decoded anew. ValueError where that is not what its source had."""
    found = programs.probed(path)
    lasts = length_of(found)
    programs.convert(path, ["-map", "0:a:0"], None, seconds_for(lasts), lasts)
    if length and abs(lasts - length) > max(SLACK, length * 0.02):
        raise ValueError(f"{path.name} lasts {lasts:.1f} s, its source {length:.1f} s.")
    return lasts

"""Video becomes small: 240 and 360 lines for every phone, playable from its first bytes, with a still picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from lms.errors import Invalid
from lms.media import programs, sounds
from lms.programs import ProgramError
from lms.text import _

LONGEST = 10 * 60  # seconds
HEIGHTS = (240, 360)  # lines
RATES = {240: (28, "140k", "280k"), 360: (27, "260k", "520k")}  # quality, most bits a second, and in how many bits
MOST_PIXELS = 10_000_000  # of one picture of the source
FRAMES = 24  # a second at most
SLACK = 1.5  # seconds that a derived video may be longer or shorter than its source


class Seen(Struct, frozen=True):
    """What a source is: pixels as it is to be looked at (turned as the phone was), seconds, whether it sounds."""

    width: int
    height: int
    seconds: float
    sounds: bool


def video_stream(found: dict[str, Any]) -> dict[str, Any] | None:
    """The moving pictures in what ffprobe tells; a cover picture is none."""
    for stream in found.get("streams", ()):
        if stream.get("codec_type") == "video" and not stream.get("disposition", {}).get("attached_pic"):
            held: dict[str, Any] = stream
            return held
    return None


def has_sound(found: dict[str, Any]) -> bool:
    """Whether there is sound in it."""
    return any(s.get("codec_type") == "audio" for s in found.get("streams", ()))


def seen(found: dict[str, Any]) -> Seen:
    """What a video is. Raises Invalid where it is too long, too large, or has no picture."""
    stream = video_stream(found)
    width, height = (int(stream.get(side) or 0) for side in ("width", "height")) if stream else (0, 0)
    if stream is None or not width or not height:
        raise Invalid(_("There is no picture in this video. Please choose another file."))
    if width * height > MOST_PIXELS:
        raise Invalid(
            _("This video is {width} × {height}: too large. Please record it in Full HD.", width=width, height=height)
        )
    turned = any(abs(int(side.get("rotation", 0))) % 180 == 90 for side in stream.get("side_data_list", ()))
    seconds = sounds.length_of(found)
    check_length(seconds)
    return Seen(*((height, width) if turned else (width, height)), seconds, has_sound(found))


def check_length(seconds: float) -> None:
    """Refuses what is too long."""
    if seconds > LONGEST:
        raise Invalid(_("This video lasts more than {n} minutes. Please divide it.", n=LONGEST // 60))


def sizes(width: int, height: int) -> list[tuple[int, int]]:
    """The sizes to make, by the shorter side, each even; one that is smaller than all is kept as large as it is."""
    short = min(width, height)
    wanted = [s for s in HEIGHTS if s < short] or []
    if len(wanted) < len(HEIGHTS):
        wanted.append(min(short, HEIGHTS[len(wanted)]))
    return [(_even(width * s / short), _even(height * s / short)) for s in dict.fromkeys(wanted)]


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


def made_of(
    source: Path, folder: Path, what: Seen, on_percent: Callable[[int], None], alive: Callable[[], None]
) -> list[tuple[Path, int, int]]:
    """[(file, width, height)] from the smallest, as H.264 and AAC. Raises ProgramError."""
    level: list[str] = []
    if what.sounds:
        level = sounds.levelling(source, what.seconds, lambda p: on_percent(p // 5), alive)
    made = []
    wanted = sizes(what.width, what.height)
    for place, (width, height) in enumerate(wanted):
        quality, most, buffered = RATES[HEIGHTS[place]]
        target = folder / f"video-{place}.mp4"
        begins = 20 + 75 * place // len(wanted)
        programs.convert(
            source,
            [
                "-map", "0:v:0", *(("-map", "0:a:0?") if what.sounds else ()), "-sn", "-dn",
                "-vf", f"scale={width}:{height}:flags=bicubic,setsar=1,fps={FRAMES}", "-pix_fmt", "yuv420p",
                "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-crf", str(quality),
                "-maxrate", most, "-bufsize", buffered, "-g", str(FRAMES * 5), "-threads", "2",
                *level, "-c:a", "aac", "-b:a", "40k", "-ac", "1", "-ar", "32000",
                "-movflags", "+faststart", "-f", "mp4",
            ],
            target, int(120 + (what.seconds or LONGEST) * 4), what.seconds,
            lambda p, begins=begins: on_percent(begins + p * 75 // 100 // len(wanted)), alive,  # type: ignore[misc]
        )  # fmt: skip
        made.append((target, width, height))
    return made


def poster(source: Path, folder: Path, seconds: float, alive: Callable[[], None]) -> bytes:
    """A still picture from near the beginning, as PNG. Raises ProgramError."""
    target = folder / "poster.png"
    at = min(seconds / 4, 3.0) if seconds else 0.0
    for moment in (at, 0.0):
        programs.convert(
            source, ["-ss", f"{moment:.2f}", "-map", "0:v:0", "-an", "-frames:v", "1", "-f", "image2", "-update", "1"],
            target, 120, alive=alive,
        )  # fmt: skip
        if target.is_file() and target.stat().st_size:
            return target.read_bytes()
    raise ProgramError("no picture came out of the video")


def check_made(path: Path, width: int, height: int, length: float) -> float:
    """How long a derived video lasts, decoded anew; ValueError where it is not what it should be."""
    found = programs.probed(path)
    stream = video_stream(found)
    if stream is None or (stream["width"], stream["height"]) != (width, height):
        raise ValueError(f"{path.name} is not {width} × {height}.")
    lasts = sounds.length_of(found)
    programs.convert(path, ["-map", "0:v:0"], None, int(60 + lasts * 2), lasts)
    if length and abs(lasts - length) > max(SLACK, length * 0.02):
        raise ValueError(f"{path.name} lasts {lasts:.1f} s, its source {length:.1f} s.")
    with path.open("rb") as file:
        head = io.BytesIO(file.read(64 * 1024)).getvalue()
    if b"moov" not in head[: head.find(b"mdat") if b"mdat" in head else len(head)]:
        raise ValueError(f"{path.name} cannot be played before it is whole.")
    return lasts

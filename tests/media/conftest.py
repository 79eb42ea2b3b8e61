"""Files as people bring them: photographs, recordings, films, made here so that nobody else's are needed."""

from __future__ import annotations

import io
import math
import random
import struct
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from lms.db.unit_of_work import unit_of_work
from lms.media import programs
from lms.media.queries import MediaRow, media
from lms.media.taking import received, take_in
from lms.media.working import work_due
from lms.orgs.queries import nation_id
from lms.testing.pytest_plugin import missing


def photograph(size: tuple[int, int] = (1600, 1200), kind: str = "JPEG", seed: int = 7, **options: object) -> bytes:
    """A picture with soft and sharp parts, the same for the same seed."""
    stream = io.BytesIO()
    _drawn(size, seed).save(stream, kind, **options)
    return stream.getvalue()


def _drawn(size: tuple[int, int], seed: int) -> Image.Image:
    chance = random.Random(seed)
    small = Image.new("RGB", (16, 12))
    small.putdata([(chance.randrange(256), chance.randrange(256), chance.randrange(256)) for _ in range(192)])
    return small.resize(size, Image.Resampling.BICUBIC)


def recording(seconds: float = 3.0, loudness: float = 0.05, rate: int = 16_000) -> bytes:
    """A WAV of a voice-like tone."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        for n in range(int(seconds * rate)):
            value = int(32_767 * loudness * math.sin(n * 0.12) * (0.6 + 0.4 * math.sin(n * 0.0008)))
            sound.writeframesraw(struct.pack("<hh", value, value))
    return stream.getvalue()


@pytest.fixture(scope="session")
def needs_programs() -> None:
    """ffmpeg and ffprobe."""
    if not programs.is_here():
        missing("ffmpeg", "apt-get install ffmpeg")


@pytest.fixture(scope="session")
def film(needs_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Makes short films: `film("mp4", "640x360", seconds=2)`."""
    folder = tmp_path_factory.mktemp("films")

    def make(ending: str = "mp4", size: str = "640x480", seconds: float = 2, sound: bool = True, *more: str) -> bytes:
        target = folder / f"film-{len(list(folder.iterdir()))}.{ending}"
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=size={size}:rate=15:duration={seconds}"]
        if sound:
            command += ["-f", "lavfi", "-i", f"sine=frequency=300:duration={seconds}"]
        command += ["-pix_fmt", "yuv420p", "-metadata", "title=BI-MAT", "-metadata", "location=+21.02+105.84/"]
        subprocess.run([*command, *more, str(target)], check=True)  # noqa: S603
        return target.read_bytes()

    return make


@pytest.fixture
def taken(app: Flask) -> Callable[..., MediaRow]:
    """Takes a file in as an author does, lets the worker work, and tells what became of it."""

    def take(content: bytes, name: str, *kinds: str) -> MediaRow:
        with app.app_context():
            came = received(content, name, kinds)
            org = nation_id()
            assert org is not None
            with unit_of_work():
                media_id = take_in(came, name, kinds, org, None)
            work_due()
            return media([media_id])[media_id]

    return take


def stored(app: Flask, key: str) -> bytes:
    """The bytes under a key."""
    found: bytes = app.extensions["lms.files"].get(key)
    return found


def written(folder: Path, content: bytes, name: str = "file") -> Path:
    """The bytes as a file."""
    path = folder / name
    path.write_bytes(content)
    return path

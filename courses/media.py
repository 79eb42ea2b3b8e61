"""Files of lessons: their types, and what of them a phone fetches. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "vtt": "text/vtt; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "pdf": "application/pdf",
}
KINDS_BY_ENDING = {
    "svg": "drawing",
    **dict.fromkeys(("png", "jpg", "jpeg", "webp"), "picture"),
    "mp3": "sound",
    "mp4": "video",
    "pdf": "document",
    "vtt": "captions",
}
MP3_RATE = 24_000  # bits a second of lessons' sound, where a body of old does not say how long it lasts


def seconds_of(file: Mapping[str, Any]) -> int:
    """How long a sound or video lasts."""
    return int(file.get("seconds") or max(1, round(file["bytes"] * 8 / MP3_RATE)))

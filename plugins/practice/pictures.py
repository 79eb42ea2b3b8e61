"""Files beside a practice: pictures of scenes and the sound of steps, as its body keeps them. Pure."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

SOUND = "sound"  # what the sound of a step is among the kinds of `lms.api.media`
PICTURES, SOUNDS = ("svg", "png", "jpg", "jpeg", "webp"), ("mp3",)
ENDINGS = (*PICTURES, *SOUNDS)
_VIEWBOX = re.compile(rb'viewBox\s*=\s*["\']\s*[\d.\-]+[ ,]+[\d.\-]+[ ,]+([\d.]+)[ ,]+([\d.]+)')


def described(name: str, content: bytes) -> dict[str, Any]:
    """A file by the hash of its content; pictures with width and height in pixels.

    Raises OSError or ValueError where a picture is torn.
    """
    ending = name.rsplit(".", 1)[-1].lower()
    width, height = _size(ending, content)
    return {
        "key": hashlib.sha256(content).hexdigest(),
        "ending": ending,
        "bytes": len(content),
        "width": width,
        "height": height,
    }


def _size(ending: str, content: bytes) -> tuple[int, int]:
    if ending == "svg":
        match = _VIEWBOX.search(content[:4000])
        return (round(float(match[1])), round(float(match[2]))) if match else (720, 420)
    if ending in SOUNDS:
        return 0, 0
    from PIL import Image  # heavy, and only authors need it

    with Image.open(io.BytesIO(content)) as picture:
        return picture.size

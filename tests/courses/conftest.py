"""What the tests of courses share."""

from __future__ import annotations

from tests.courses.hiring import hire
from tests.speech.conftest import ffmpeg

__all__ = ["ffmpeg", "hire"]

"""A voice that a plugin brings: authors hear it where learners do not."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.api.speech import VOICES, can_encode, speak, voices
from lms.testing.pytest_plugin import missing


def test_the_gong_is_heard(app: Flask) -> None:
    if not can_encode():
        missing("ffmpeg", "install the package ffmpeg")
    with app.app_context():
        assert VOICES.find("acme.gong") is not None
        assert "acme.gong" not in [voice.name for voice in voices("vi")]
        assert [voice.name for voice in voices("vi", for_learners=False)][-1] == "acme.gong"
        spoken = speak("Alo. Alo.", "vi", "acme.gong", for_learners=False)
        assert spoken is not None
        assert [time.end - time.start for time in spoken.times] == pytest.approx([620, 620], abs=30)
        assert speak("Alo.", "vi", "acme.gong") is None

"""The sound of a step: brought as any sound, made small and level by the worker, read meanwhile; from packages too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.media import mp3, programs
from lms.media.taking import made_now
from lms.media.working import work_due
from lms.orgs.queries import nation_id
from lms.packages.exporting import export_package
from lms.packages.importing import known_parts
from lms.packages.importing import take_in as take_package
from lms.packages.model import Package
from lms.packages.reading import read_files
from lms.packages.writing import package_files
from lms.testing.pytest_plugin import missing
from plugins.practice import queries
from tests.media.conftest import recording
from tests.media.test_sounds_and_videos import converted
from tests.practice.test_studio import a_practice, body_of
from tests.studio.conftest import Author

SLUG = "bat-den-pin"


@pytest.fixture(autouse=True)
def needs_programs() -> None:
    """ffmpeg."""
    if not programs.is_here():
        missing("ffmpeg", "apt-get install ffmpeg")


@pytest.fixture
def author(sign_in: Any) -> Author:
    return Author(sign_in("instructor"))


def published_sound(app: Flask) -> dict[str, object]:
    """How the published practice keeps its one sound."""
    with app.app_context():
        found = queries.newest(SLUG)
        assert found is not None
        (name,) = [step["audio"] for step in found.body["steps"] if step["audio"]]
        entry: dict[str, object] = found.body["files"][name]
        return entry


def test_it_waits_is_made_and_is_heard(app: Flask, author: Author) -> None:
    page = a_practice(author)
    step = f"{page}/buoc/1"
    author.press(step, audio__upload=("Buoc mot.wav", recording(2)))
    body = body_of(app, SLUG)
    assert body["steps"][0]["audio"] == "buoc-mot.mp3"
    assert set(body["files"]["buoc-mot.mp3"]) == {"media", "kind", "state"}
    assert "đang xử lý: 0%" in author.get(step)
    assert "<audio" not in author.get(step)
    refused = author.press(page, "publish", status=422).get_data(as_text=True)
    assert "buoc-mot.mp3" in refused
    played = author.get(f"{page}/choi-thu/chi-dan")
    assert "<audio controls" in played
    assert "src=" not in played.split("<audio controls")[1].split(">")[0], "until then the step is read"
    with app.app_context():
        work_due()
    assert "/tep/" in author.get(step).split("<audio controls")[1].split(">")[0]
    author.press(page, "publish")
    entry = published_sound(app)
    assert [v["ending"] for v in entry["variants"]] == ["mp3", "opus"]  # type: ignore[attr-defined]
    learner = app.test_client().get(f"/thuc-hanh/{SLUG}/chi-dan").get_data(as_text=True)
    assert f"/tep/{entry['key']}.mp3" in learner


def test_what_is_no_sound_is_said_and_nothing_else_is_lost(app: Flask, author: Author) -> None:
    page = a_practice(author)
    step = f"{page}/buoc/1"
    answer = author.press(step, status=422, audio__upload=("anh.wav", b"no sound"), say="Bác chạm vào **đèn**.")
    assert "Bác chạm vào **đèn**." in answer.get_data(as_text=True)
    author.press(step, audio__upload=("cam.wav", recording(0.05)))
    with app.app_context():
        work_due()
    author.press(step, audio="")
    author.press(page, "publish")
    with app.app_context():
        found = queries.newest(SLUG)
        assert found is not None
        assert [name for name in found.body["files"] if name.endswith(".mp3")] == [], "unused, it holds nothing up"


def test_a_package_brings_it_through_the_same_door(app: Flask, author: Author, tmp_path: Path) -> None:
    page = a_practice(author)
    author.press(f"{page}/buoc/1", audio__upload=("mot.wav", recording(2)))
    with app.app_context():
        work_due()
    author.press(page, "publish")
    ours = published_sound(app)
    loud = converted(tmp_path, recording(3, loudness=0.5), "mp3", "-b:a", "32k", "-ac", "1")
    frames = mp3.frames_of(loud)
    assert frames is not None
    assert frames.is_small, "small enough to have passed as it was"
    with app.app_context():
        files = package_files(export_package(), known_parts())
        name = f"practices/{SLUG}/mot.mp3"
        assert name in files
        again = take_package(only_this(files), nation_id() or 0, None)
        assert again == {}, "what went out comes back as the same"
        take_package(only_this({**files, name: loud}), nation_id() or 0, None)
        theirs = published_sound(app)
        assert theirs["key"] != ours["key"]
        assert [v["ending"] for v in theirs["variants"]] == ["mp3", "opus"]  # type: ignore[attr-defined]
        made = mp3.frames_of(app.extensions["lms.files"].get(theirs["key"]))
        assert made is not None
        assert made.is_ours
        _came, other = made_now(loud, "x.mp3", ["sound"])
        assert other["key"] == theirs["key"], "the same bytes are made once"


def only_this(files: dict[str, bytes]) -> Package:
    """A package of this practice alone."""
    wanted = ("package.yaml", f"practices/{SLUG}.", f"practices/{SLUG}/")
    kept = {name: data for name, data in files.items() if name.startswith(wanted)}
    return read_files(kept, known_parts())

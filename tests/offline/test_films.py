"""A film taken along plays with the server dead: a real one, through the door that authors use."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from courses.drafts import newest_body
from courses.services.publishing import PUBLISH
from lms.db.unit_of_work import unit_of_work
from lms.learning.queries import activity
from lms.media import programs
from lms.media.taking import keep_made, made_now
from lms.orgs.queries import nation_id
from lms.testing.building import make_app
from lms.testing.pytest_plugin import missing
from tests.offline.conftest import COURSE, Phone, Station

LESSON = "quet-ma-qr"
AT = f"/hoc/{COURSE}/{LESSON}"
PLAYED = """() => new Promise((done) => {
  const film = document.querySelector("video");
  const tell = (how) => done({ how, at: film.currentTime, wide: film.videoWidth, long: film.duration });
  film.muted = true;
  film.addEventListener("ended", () => tell("ended"));
  film.addEventListener("error", () => tell("error"), true);
  setTimeout(() => tell("time"), 15000);
  film.play().catch((error) => done({ how: String(error) }));
})"""


@pytest.fixture
def film(station: Station, tmp_path: Path) -> Station:
    """The site, with a film of two seconds and 240 lines in a lesson."""
    if not programs.is_here():
        missing("ffmpeg", "apt-get install ffmpeg")
    path = tmp_path / "film.mp4"
    picture = "testsrc=size=426x240:rate=15:duration=2"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=duration=2"]
    subprocess.run([*command, "-pix_fmt", "yuv420p", "-shortest", str(path)], check=True)  # noqa: S603
    station.stop()
    app = make_app(station.folder, f"sqlite:///{station.folder}/lms.sqlite")
    with app.app_context():
        came, facts = made_now(path.read_bytes(), "phim.mp4", ["video"])
        row, course = activity("lesson", LESSON), activity("course", COURSE)
        assert row is not None
        assert course is not None
        body, pinning = newest_body(row.id), newest_body(course.id)
        assert body is not None
        assert pinning is not None
        told = {"file": "phim.mp4", "label": "Cách quét mã", "captions": "", "transcript": "Đưa máy lại gần mã."}
        block = {"id": "bphimqr1", "kind": "video", "data": told}
        with unit_of_work():
            keep_made(came, facts, nation_id() or 0, None)
            files = {**body["files"], "phim.mp4": facts}
            PUBLISH["lesson"](row.id, {**body, "blocks": [*body["blocks"], block], "files": files}, None)
            PUBLISH["course"](course.id, {k: v for k, v in pinning.items() if k != "pinned"}, None)
    station.start()
    return station


def test_a_film_plays_with_the_server_dead(film: Station, phone: Phone) -> None:
    phone.open(f"/tai-ve/{COURSE}")
    phone.page.check("[name=film]")
    phone.page.click("[data-when=none] button[value=get]")
    phone.wait_until_taken()
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    film.stop()
    phone.open(AT)
    assert phone.page.locator("[data-offline=here]").count() == 1
    told = phone.page.evaluate(PLAYED)
    assert told["how"] == "ended", told
    assert told["at"] == pytest.approx(2, abs=0.3)
    assert told["wide"] > 0


def test_without_the_films_the_lesson_opens_and_says_the_rest(film: Station, phone: Phone) -> None:
    phone.take()
    film.stop()
    phone.open(AT)
    assert phone.page.locator("video").count() == 1
    assert phone.page.evaluate(PLAYED)["how"] != "ended"
    assert "Đưa máy lại gần mã." in (phone.page.text_content("main") or "")

"""Taking in and making: once, whole or not at all, and started over where a worker was killed."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Invalid, NoRoom
from lms.media import examining, keeping, making, programs, working
from lms.media.kinds import KINDS, MEGABYTE
from lms.media.models import Media, MediaFile
from lms.media.queries import file_entry, media, settled
from lms.media.taking import made_now, received, take_in
from lms.orgs.models import Org
from lms.orgs.queries import nation_id
from lms.storage import DiskStore
from tests.media.conftest import photograph, recording

M = Media.__table__
PICTURES = ("picture", "drawing")


def nation() -> int:
    """The unit above all."""
    found = nation_id()
    assert found is not None
    return found


def brought(content: bytes, name: str = "a.jpg", kinds: tuple[str, ...] = PICTURES, org: int | None = None) -> int:
    """Takes a file in for a unit."""
    with unit_of_work():
        return take_in(content, name, kinds, org or nation(), None)


def state(media_id: int) -> tuple[str, int]:
    """How far it is."""
    row = media([media_id])[media_id]
    return row.state, row.percent


def test_it_waits_and_then_is_ready(any_app: Flask) -> None:
    with any_app.app_context():
        one = brought(photograph((500, 400)), "../../ảnh\u202e của tôi.jpg")
        row = media([one])[one]
        assert (row.state, row.percent, row.facts) == ("waiting", 0, {})
        assert row.name == "ảnh của tôi.jpg", "no folders, nothing that nobody sees"
        assert file_entry(row) == {"media": one, "kind": "picture", "state": "waiting"}
        assert working.work_due() == 1
        assert state(one) == ("ready", 100)
        assert working.work_due() == 0
        ready = file_entry(media([one])[one])
        assert ready["ending"] == "webp"
        assert "media" not in ready, "learners' pages need no question about uploads"
        files = {"a": {"media": one, "kind": "picture", "state": "waiting"}, "b": {"key": "k"}, "c": {"media": 999}}
        assert settled(files) == {"a": ready, "b": {"key": "k"}, "c": {"media": 999}}


def test_the_same_bytes_are_one_work(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brought twice to a unit it is the same upload; brought to another unit it is that unit's, without new work."""
    with any_app.app_context():
        content = photograph((600, 300))
        other = connection().execute(select(Org.__table__.c.id).where(Org.__table__.c.id != nation())).scalars().first()
        one, again = brought(content), brought(content, "khac.jpg")
        theirs = brought(content, "cua-ho.jpg", org=other)
        assert one == again != theirs
        working.work_due()
        assert state(one) == state(theirs) == ("ready", 100)
        facts = media([one])[one].facts
        assert media([theirs])[theirs].facts == facts
        assert media([theirs])[theirs].name == "cua-ho.jpg"
        monkeypatch.setattr(making, "made_of", lambda *_a: pytest.fail("made twice"))
        late = connection().execute(select(Org.__table__.c.id).where(Org.__table__.c.id.not_in([nation(), other])))
        third = brought(content, org=late.scalars().first())
        assert state(third) == ("ready", 100)


def test_a_derived_file_is_known_by_its_hash(any_app: Flask) -> None:
    """What an export carries comes back as what it was made with: nothing is encoded twice."""
    with any_app.app_context():
        one = brought(photograph((2000, 900)))
        working.work_due()
        facts = media([one])[one].facts
        store = any_app.extensions["lms.files"]
        carried = making.to_carry(facts, 20 * MEGABYTE)
        assert carried["width"] == 1080
        _came, again = made_now(store.get(carried["key"]), "x.webp", PICTURES)
        assert again == facts
        two = brought(store.get(carried["key"]))
        assert media([two])[two].facts == facts


def test_what_is_refused_leaves_nothing(any_app: Flask) -> None:
    with any_app.app_context():
        store = any_app.extensions["lms.files"]
        before = connection().execute(select(func.count()).select_from(M)).scalar_one()
        for content, kinds in (
            (b"\x89PNG\r\n\x1a\n" + bytes(900), PICTURES),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", PICTURES),
            (photograph((30, 20)), ("sound",)),
            (b"\0\0\0\x20ftypisom" + os.urandom(2000), ("video",)),
        ):
            with pytest.raises(Invalid):
                brought(content, kinds=kinds)
            assert not store.has(hashlib.sha256(content).hexdigest())
        assert connection().execute(select(func.count()).select_from(M)).scalar_one() == before


def test_a_refused_upload_does_not_take_away_what_was_there(any_app: Flask) -> None:
    with any_app.app_context():
        store = any_app.extensions["lms.files"]
        content = b"\x89PNG\r\n\x1a\n" + b"of an old lesson"
        key = store.put(content)
        with pytest.raises(Invalid):
            brought(content)
        assert store.get(key) == content


class Endless(io.RawIOBase):
    """Four gigabytes that nobody holds in memory; counts what was read of them."""

    def __init__(self, head: bytes) -> None:
        self.head, self.read_so_far = head, 0

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= MEGABYTE, "a file is taken piece by piece"
        if self.read_so_far >= 4 << 30:
            return b""
        piece = self.head.ljust(size, b"\0")
        self.head = b""
        self.read_so_far += len(piece)
        return piece


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"\x89PNG\r\n\x1a\n", "picture"), (b"%PDF-1.7", "document"), (b"WEBVTT\n", "captions"), (b"<svg ", "drawing")],
)
def test_four_gigabytes_are_cut_off_early(app: Flask, head: bytes, kind: str) -> None:
    with app.app_context():
        folder = app.extensions["lms.settings"].data_dir / "files"
        others = set(folder.glob("coming-*"))  # the folder is other tests' too, and some kill who writes there
        stream = Endless(head)
        with pytest.raises(Invalid) as refused:
            received(stream, "to.png", [kind])
        assert "MB" in str(refused.value.text)
        assert stream.read_so_far <= KINDS[kind].most + MEGABYTE
        assert set(folder.glob("coming-*")) == others


class TornStream(io.RawIOBase):
    """A line that breaks in the middle."""

    def __init__(self) -> None:
        self.pieces = [b"\x89PNG\r\n\x1a\n".ljust(5000, b"x"), b"y" * 5000]

    def read(self, size: int = -1) -> bytes:
        if not self.pieces:
            raise ConnectionResetError("gone")
        return self.pieces.pop(0)


def test_a_full_disk_and_a_torn_line_leave_nothing_half(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "files", reserve=1 << 62)
    with pytest.raises(NoRoom):
        store.put(b"x" * 100)
    with pytest.raises(NoRoom):
        store.put_stream(io.BytesIO(b"x" * 100), 1000)
    roomy = DiskStore(tmp_path / "files", reserve=0)
    key = roomy.put(b"old")
    with pytest.raises(ConnectionResetError):
        roomy.put_stream(TornStream(), 1 << 30)
    with pytest.raises(Invalid):
        roomy.put_stream(io.BytesIO(b"x" * 100), 99)
    assert [p for p in (tmp_path / "files").rglob("*") if p.is_file()] == [tmp_path / "files" / key[:2] / key[2:]]
    assert roomy.put_stream(io.BytesIO(b"old"), 99) == (key, 3, False)
    assert roomy.size(key) == 3
    with roomy.open(key) as file:
        file.seek(1)
        assert file.read() == b"ld"


def test_where_the_disk_is_full_the_work_waits_and_says_so(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with any_app.app_context():
        unseen = int.from_bytes(os.urandom(4), "big")  # what the store holds already needs no room
        one = brought(photograph((500, 400), seed=unseen))
        store = any_app.extensions["lms.files"]
        monkeypatch.setattr(store, "_reserve", 1 << 62)
        assert working.work_due() == 1
        row = media([one])[one]
        assert row.state == "waiting"
        assert "no room left" in str(row.problem)
        with pytest.raises(NoRoom):
            brought(photograph((500, 400), seed=unseen + 1))
        monkeypatch.setattr(store, "_reserve", 0)
        assert working.work_due() == 0, "not at once again"
        later = clock.seconds() + working.PATIENCE
        monkeypatch.setattr(clock, "seconds", lambda: later)
        assert working.work_due() == 1
        row = media([one])[one]
        assert (row.state, row.problem) == ("ready", None)


def test_a_worker_whose_lease_ran_out_changes_nothing(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else has started over meanwhile: the slow one's result is thrown away, not written over theirs."""
    with any_app.app_context():
        one = brought(photograph((500, 400)))
        made = making.made_of

        def slow(*arguments: object) -> making.Facts:
            with unit_of_work() as database:  # another worker took it
                database.execute(update(M).where(M.c.id == one).values(attempts=M.c.attempts + 1, percent=7))
            return made(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(making, "made_of", slow)
        working.work_due()
        assert state(one) == ("working", 7)


def test_what_fails_three_times_is_refused_in_words(any_app: Flask) -> None:
    """A file that kills its worker each time does not do so for ever."""
    with any_app.app_context():
        one = brought(photograph((500, 400)))
        with unit_of_work() as database:
            taken = {"state": "working", "attempts": working.MOST_ATTEMPTS, "until": clock.seconds() - 1}
            database.execute(update(M).where(M.c.id == one).values(**taken))
        working.work_due()
        row = media([one])[one]
        assert row.state == "refused"
        assert "three tries" in str(row.problem)
        assert brought(photograph((500, 400))) == one, "brought again it gets three new tries"
        working.work_due()
        assert state(one) == ("ready", 100)


HELD = """
import sys, time
from lms.app import create_app
from lms.media import making, working
app = create_app()
def held(kind, source, folder, store, on_percent, alive):
    on_percent(40)
    print("at work", flush=True)
    while True:
        time.sleep(0.05)
        alive()
making.made_of = held
working.WORD_EVERY = 0.1
with app.app_context():
    working.work_due()
"""


def test_a_killed_worker_is_started_over(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["lms.settings"]
    with app.app_context():
        one = brought(photograph((500, 400)))
        environment = {
            **os.environ, "LMS_DATABASE_URL": settings.database_url, "LMS_DATA_DIR": str(settings.data_dir),
            "LMS_SECRET_KEY": "a secret for tests only",
        }  # fmt: skip
        with subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-c", HELD], env=environment, stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline().strip() == "at work"
            seen = set()
            for _ in range(400):
                seen.add(state(one))
                if ("working", 40) in seen:
                    break
                time.sleep(0.05)
                from lms.db.unit_of_work import let_go

                let_go()
            assert ("working", 40) in seen, "how far it is can be seen from outside"
            worker.send_signal(signal.SIGKILL)
        assert working.work_due() == 0, "its lease still runs"
        later = clock.seconds() + working.LEASE + 1
        monkeypatch.setattr(clock, "seconds", lambda: later)
        assert working.work_due() == 1
        assert state(one) == ("ready", 100)
        left = settings.data_dir / "work"
        assert [p.name.startswith("media-") for p in left.iterdir()] == [True], "what it left is tidied later"
        old = time.time() - 90_000
        for folder in left.iterdir():
            os.utime(folder, (old, old))
        working.tidy_up()
        assert not list(left.iterdir())


def test_the_bytes_as_they_came_stay_until_their_term(any_app: Flask) -> None:
    with any_app.app_context():
        store = any_app.extensions["lms.files"]
        content = photograph((700, 500))
        key = hashlib.sha256(content).hexdigest()
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0"/></svg>'
        brought(content)
        as_it_is = brought(drawing, "a.svg")
        keeping.forget_originals(clock.seconds() + 10)
        assert store.has(key), "what was not made yet needs its original"
        working.work_due()
        keeping.forget_originals(clock.seconds() - 10)
        assert store.has(key)
        assert keeping.old_originals(clock.seconds() + 10) == 1
        keeping.forget_originals(clock.seconds() + 10)
        assert not store.has(key)
        assert store.has(media([as_it_is])[as_it_is].facts["key"]), "a drawing is shown as it came"
        assert keeping.old_originals(clock.seconds() + 10) == 0
        again = brought(content)
        assert state(again) == ("ready", 100)
        assert not store.has(key), "brought again, it is not kept again: all has been made of it"


def test_without_ffmpeg_pictures_work_and_sound_is_refused_kindly(
    app: Flask, monkeypatch: pytest.MonkeyPatch, needs_programs: None
) -> None:
    with app.app_context():
        _came, facts = made_now(recording(3), "a.wav", ["sound"])
        small = app.extensions["lms.files"].get(facts["key"])
        with unit_of_work() as database:
            database.execute(MediaFile.__table__.delete())
        monkeypatch.setattr(programs, "ffmpeg", lambda: None)
        assert state(brought(small, "nho.mp3", ("sound",))) == ("ready", 100)
        for content, kind in ((recording(1), "sound"), (b"\0\0\0\x20ftypisom" + bytes(99), "video")):
            with pytest.raises(Invalid) as refused:
                brought(content, kinds=(kind,))
            assert "ffmpeg" in str(refused.value.text)
        one = brought(photograph((50, 40)))
        working.work_due()
        assert state(one) == ("ready", 100)
        (finding,) = examining.examine()
        assert not finding.ok
        assert not finding.must
        monkeypatch.undo()
        assert examining.examine()[0].ok


def test_what_is_restored_without_its_files_is_made_again(app: Flask) -> None:
    with app.app_context():
        store = app.extensions["lms.files"]
        content = photograph((640, 480))
        one = brought(content)
        working.work_due()
        facts = media([one])[one].facts
        for key in making.keys_of(facts):
            store.remove(key)
        _came, again = made_now(content, "a.jpg", PICTURES)
        assert again == facts, "the same source gives the same bytes"
        assert all(store.has(key) for key in making.keys_of(facts))

"""Files that nothing names are removed after some days, and no other file ever is."""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Table, delete, insert, inspect, select, text, update

from certificates.models import Credential
from courses.models import Document, Revision, Track
from lms import cli, clock
from lms.db.base import Base
from lms.db.unit_of_work import connection, unit_of_work
from lms.media import clearing
from lms.media.making import keys_of
from lms.media.models import Media, MediaFile
from lms.media.queries import file_entry, media
from lms.media.taking import take_in
from lms.media.working import work_due
from lms.orgs.queries import nation_id
from lms.storage import DiskStore
from plugins.practice.models import PracticeDocument
from tests.media.conftest import photograph

M, D, R, T = Media.__table__, Document.__table__, Revision.__table__, Track.__table__
DAY = 86_400


@pytest.fixture
def store(any_app: Flask, tmp_path: Path) -> Iterator[DiskStore]:
    """A store of the test's own: that of the application is shared with other tests."""
    shared = any_app.extensions["lms.files"]
    any_app.extensions["lms.files"] = own = DiskStore(tmp_path / "own", reserve=0)
    yield own
    any_app.extensions["lms.files"] = shared


class World:
    """Authors who bring files, use them, replace them, publish, forget them; and time that goes by."""

    def __init__(self, store: DiskStore, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.store, self.folder = store, folder
        self.lessons = list(connection().execute(select(D.c.activity_id).limit(3)).scalars())
        self.practice = connection().execute(select(PracticeDocument.__table__.c.activity_id).limit(1)).scalar()
        self.uploads: list[int] = []
        self.published = 0
        changing = ("lms_media", "lms_media_file", D.name, R.name, PracticeDocument.__tablename__)
        here = set(inspect(connection()).get_table_names())  # other tests may have loaded plugins that are not here
        others = [table for table in Base.metadata.sorted_tables if table.name in here and table.name not in changing]
        self.others = "\n".join(_words_of(others))

    def upload(self) -> None:
        """A picture, or a drawing: the first waits for the worker, the second is ready at once; some come twice."""
        number = self.chance.randrange(12)
        if number % 2:
            content, kind = photograph((40, 30), seed=number), "picture"
        else:
            content, kind = (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 {number + 1}"/>'.encode(),
                "drawing",
            )
        with unit_of_work():
            self.uploads.append(take_in(content, "x", (kind,), nation_id() or 0, None))

    def _entry(self) -> dict[str, Any] | None:
        row = media([self.chance.choice(self.uploads)]) if self.uploads else {}
        return next((file_entry(one) for one in row.values() if one.state != "refused"), None)

    def use(self) -> None:
        """A draft names an upload, by its number or by what was made of it; what it named before it names no more."""
        entry = self._entry()
        if entry is None:
            return
        table, column = self.chance.choice(((D, D.c.draft), (PracticeDocument.__table__, None)))
        held = table.c.draft
        activity = self.chance.choice(self.lessons) if column is not None else self.practice
        body = connection().execute(select(held).where(table.c.activity_id == activity)).scalar_one()
        with unit_of_work() as database:
            values = {"draft": {**body, "files": {"anh.webp": entry}}}
            database.execute(update(table).where(table.c.activity_id == activity).values(**values))

    def publish(self) -> None:
        """What a draft names is named by a revision for ever."""
        activity = self.chance.choice(self.lessons)
        body = connection().execute(select(D.c.draft).where(D.c.activity_id == activity)).scalar_one()
        self.published += 1
        values = {"number": 1000 + self.published, "body": body, "digest": f"{self.published:064d}"}
        with unit_of_work() as database:
            before = database.execute(select(R).where(R.c.activity_id == activity).limit(1)).mappings().one()
            database.execute(insert(R).values({**before, **values, "id": None} | {"id": 900_000 + self.published}))

    def empty(self) -> None:
        """A draft names nothing any more."""
        activity = self.chance.choice(self.lessons)
        body = connection().execute(select(D.c.draft).where(D.c.activity_id == activity)).scalar_one()
        with unit_of_work() as database:
            values = {"draft": {**body, "files": {}}}
            database.execute(update(D).where(D.c.activity_id == activity).values(**values))

    def work(self) -> None:
        work_due()

    def days_pass(self) -> None:
        """All that lies there, and all that was done, is so many days older."""
        older = self.chance.choice((1, 3, 8)) * DAY
        for path in self.files():
            at = path.stat().st_mtime - older
            os.utime(path, (at, at))
        with unit_of_work() as database:
            database.execute(update(M).values(done_at=M.c.done_at - older))

    def files(self) -> Iterator[Path]:
        """All files of the store."""
        return (path for path in self.folder.rglob("*") if path.is_file())

    def clear(self) -> None:
        """Clears, and compares with what was to be expected, found out the plain way."""
        now = clock.seconds()
        there = {path.parent.name + path.name: path.stat().st_mtime for path in self.files()}
        words = self.others + "\n".join(_words_of([D, R, PracticeDocument.__table__]))
        rows = connection().execute(select(M)).all()
        young = [
            row for row in rows
            if row.state in ("waiting", "working") or row.done_at >= now - clearing.GRACE
            or re.search(rf'"media": ?{row.id}\D', words) or any(key in words for key in keys_of(row.facts))
        ]  # fmt: skip
        needed = {key for row in young for key in keys_of(row.facts)} | {row.digest for row in young if row.original}
        needed |= {key for key in there if key in words}
        clearing.clear()
        left = {path.parent.name + path.name for path in self.files()}
        assert needed & set(there) <= left, "whatever is needed is readable"
        old = {key for key, at in there.items() if at < now - clearing.GRACE}
        assert left == set(there) - (old - needed), "what nothing needs is gone after its days, and nothing else"
        assert set(connection().execute(select(M.c.id)).scalars()) == {row.id for row in young}
        assert not (old - needed) & set(connection().execute(select(MediaFile.key)).scalars())


def _words_of(tables: Iterable[Table]) -> Iterator[str]:
    """Every value of every row, as text."""
    for table in tables:
        for row in connection().execute(select(table)):
            yield from (json.dumps(v, default=str) if isinstance(v, dict | list) else str(v) for v in row)


@pytest.mark.parametrize("seed", [3])
def test_whatever_is_named_stays_and_all_else_goes(any_app: Flask, store: DiskStore, tmp_path: Path, seed: int) -> None:
    with any_app.app_context():
        world = World(store, tmp_path / "own", seed)
        steps = [world.upload, world.upload, world.use, world.use, world.publish, world.empty, world.work,
                 world.days_pass, world.clear]  # fmt: skip
        for _step in range(50):
            world.chance.choice(steps)()
        for _week in range(2):
            world.days_pass()
            world.days_pass()
            world.days_pass()
            world.clear()
        used = clearing.usage()
        assert used.files == len(list(world.files()))
        assert used.bytes == sum(path.stat().st_size for path in world.files())


def test_a_certificates_paper_is_named_by_a_string(any_app: Flask) -> None:
    with any_app.app_context():
        _inside, whole, _numbers = clearing.columns()
        named = {(column.table, column.name) for column in whole}
        assert (Credential.__table__.name, "pdf_key") in named
        assert {("lms_sentence", "file_key"), ("lms_spoken", "opus_key"), ("lms_spoken", "mp3_key")} <= named


def test_tables_of_a_plugin_that_is_not_in_use_are_read_too(any_app: Flask, store: DiskStore, tmp_path: Path) -> None:
    """Taken out for a day, a plugin finds its files again."""
    with any_app.app_context():
        inside, whole, lost = (store.put(os.urandom(9)) for _ in range(3))
        with unit_of_work() as database:
            kind = "JSONB" if database.dialect.name == "postgresql" else "JSON"
            database.execute(text(f'CREATE TABLE "away_thing" (body {kind}, file_key VARCHAR(64))'))
            row = {"body": json.dumps({"deep": [{"x": inside}]}), "key": whole}
            value = f"CAST(:body AS {kind})" if kind == "JSONB" else ":body"
            database.execute(text(f'INSERT INTO "away_thing" VALUES ({value}, :key)'), row)  # noqa: S608
        long_ago = time.time() - 30 * DAY
        for key in (inside, whole, lost):
            os.utime(tmp_path / "own" / key[:2] / key[2:], (long_ago,) * 2)
        clearing.clear()
        assert [store.has(key) for key in (inside, whole, lost)] == [True, True, False]
        with unit_of_work() as database:
            database.execute(text('DROP TABLE "away_thing"'))


def test_what_is_wanted_again_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DiskStore(tmp_path, reserve=0)
    key = store.put(b"x")
    path = tmp_path / key[:2] / key[2:]
    os.utime(path, (5, 5))
    assert store.put(b"x") == key
    assert not store.remove_older(key, time.time() - 60), "put again, it is as new"
    os.utime(path, (5, 5))
    rename = os.rename

    def renewed_between(old: Any, new: Any) -> None:
        if Path(old) == path:
            store.renew(key)
        rename(old, new)

    monkeypatch.setattr(os, "rename", renewed_between)
    assert not store.remove_older(key, time.time() - 60)
    monkeypatch.undo()
    assert store.get(key) == b"x"
    os.utime(path, (5, 5))
    assert store.remove_older(key, 6)
    assert not store.renew(key)
    assert not store.remove_older(key, 6)
    torn = tmp_path / "coming-abc"
    torn.write_bytes(b"half")
    store.forget_torn(time.time() - 60)
    assert torn.exists()
    os.utime(torn, (5, 5))
    store.forget_torn(time.time() - 60)
    assert not torn.exists()


def test_forgetting_a_sentence_leaves_what_others_need(any_app: Flask, store: DiskStore) -> None:
    with any_app.app_context():
        mine, both = store.put(b"mine"), store.put(b"both")
        values = {"org_id": nation_id(), "format": "wav", "name": "x", "bytes": 4, "state": "waiting", "facts": {},
                  "made_at": clock.seconds()}  # fmt: skip
        with unit_of_work() as database:
            database.execute(delete(M).where(M.c.kind == "speech"))
            for kind, digest in (("speech", mine), ("speech", both), ("sound", both), ("picture", mine)):
                if (kind, digest) != ("picture", mine):
                    database.execute(insert(M).values(**values, kind=kind, digest=digest))
        with unit_of_work():
            clearing.forget(connection().execute(select(M.c.id)).scalars())
        assert [store.has(key) for key in (mine, both)] == [False, True]
        assert list(connection().execute(select(M.c.kind).where(M.c.digest.in_([mine, both]))).scalars()) == ["sound"]


def test_the_wrong_database_takes_nothing_away(
    any_app: Flask, store: DiskStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right files beside an empty database: everything looks unneeded, so nothing is removed unasked."""
    keys = [store.put(os.urandom(9)) for _ in range(clearing.FEW + 1)]
    for key in keys:
        os.utime(tmp_path / "own" / key[:2] / key[2:], (5, 5))
    with any_app.app_context():
        with pytest.raises(clearing.TooMuchError, match="right one"):
            clearing.clear()
        assert all(store.has(key) for key in keys)
    monkeypatch.setattr(cli, "the_app", lambda: any_app)
    told = CliRunner().invoke(cli.main, ["media"]).output
    assert re.search(rf"may be removed +{len(keys)} files", told), told
    told = CliRunner().invoke(cli.main, ["media", "--clear"]).output
    assert re.search(r"may be removed +0 files", told), told
    assert not any(store.has(key) for key in keys)

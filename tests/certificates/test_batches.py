"""Batches: from who waits to signed packages; killed, paused, ended early, begun twice; lists with bad lines."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, update

from bench.crowd import PROGRAMME, attained, commune
from certificates import batches, listing
from certificates.batches import CONTEST
from certificates.events import BatchPartDue
from certificates.models import BatchFile, BatchRow, Book, Credential
from certificates.services import batches as acts
from certificates.services import bundling, logging
from certificates.services.bundling import check_zip, store
from lms.api.competency import programme
from lms.api.people import AccountErased, NewPerson, join, make_people
from lms.api.sheets import as_xlsx
from lms.api.transparency import replace_key
from lms.api.work import Conflict, Invalid, clock
from lms.cli import main
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.outbox.delivering import deliver_due
from lms.outbox.models import DEAD, Delivery

C, W = Credential.__table__, BatchRow.__table__
PEOPLE = {
    "+84912345670": "Giàng A Páo", "+84912345671": "H'Hen Niê", "+84912345672": "Y-Bhăm Êban",
    "+84912345673": "Trần Thị Sửu",
}  # fmt: skip


def begun(many: int, split: bool = False) -> UUID:
    attained(many)
    row = programme(PROGRAMME)
    assert row is not None
    assert acts.waiting(commune(), row.id, None, None) == (many, many)
    with unit_of_work():
        return acts.begin(commune(), row.id, None, None, "Đợt tháng 11", split, 1)


def held(uuid: UUID) -> batches.BatchLine:
    found = batches.batch_by_uuid(uuid)
    assert found is not None
    return found


def work(app: Flask) -> None:
    with app.app_context():
        while deliver_due():
            pass
        dead = select(Delivery.__table__.c.error).where(Delivery.__table__.c.state == DEAD)
        assert connection().execute(dead).scalars().all() == []


def numbers() -> list[int]:
    return sorted(int(number.split("-")[3]) for number in connection().execute(select(C.c.number)).scalars())


def zip_of(uuid: UUID, folder: Path) -> Path:
    [line] = [one for one in batches.files(held(uuid).id) if one.kind == batches.ZIP]
    assert line.key
    path = folder / "goi.zip"
    path.write_bytes(store().get(line.key))
    return path


def test_a_batch_from_count_to_signed_package(any_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "PART", 4)
    with any_app.app_context():
        uuid = begun(10)
        with unit_of_work():
            again = acts.begin(commune(), held(uuid).programme_id or 0, None, None, "nữa", False, 1)
        assert again == uuid, "the same wish twice is one batch"
    work(any_app)
    with any_app.app_context():
        batch = held(uuid)
        assert (batch.state, batch.done, batches.issued([batch.id])[batch.id]) == (batches.DONE, 10, 10)
        assert numbers() == list(range(1, 11))
        found = check_zip(path := zip_of(uuid, tmp_path))
        assert (len(found.numbers), list(found.wrong)) == (10, [])
        with zipfile.ZipFile(path) as archive:
            listed = archive.read("danh-sach.csv").decode("utf-8-sig")
            assert all(number in listed for number in found.numbers)
            assert "lms papers check-zip" in archive.read("DOC-TRUOC.txt").decode()
            first = archive.read(f"giay/{found.numbers[0]}.pdf")
        row = connection().execute(select(C.c.pdf_key).where(C.c.number == found.numbers[0])).scalar_one()
        assert store().get(row) == first, "the very paper that was issued"
        by_kind = {one.kind: one for one in batches.files(batch.id)}
        pages = pypdfium2.PdfDocument(store().get(by_kind[batches.PAGES].key or ""))
        assert len(pages) == 10
        assert found.numbers[3] in pages[3].get_textpage().get_text_range()
        cards = pypdfium2.PdfDocument(store().get(by_kind[batches.CARDS].key or ""))
        assert len(cards) == 2, "eight on a sheet"
        assert "Lò Thị Pẳn" in cards[1].get_textpage().get_text_range()
        zipped = by_kind[batches.ZIP].key
        with unit_of_work():
            acts.make_files(held(uuid), False)
    work(any_app)
    with any_app.app_context():
        assert zipped in {one.key for one in batches.files(held(uuid).id)}, "made again, the same bytes"
        with pytest.raises(Invalid), unit_of_work():
            acts.begin(commune(), held(uuid).programme_id or 0, None, None, "nữa", False, 1)
        let_go()


def test_a_part_that_fails_is_done_again_and_loses_nothing(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "PART", 3)
    enter, times = logging.enter_all_issued, []

    def once_broken(papers: Any) -> None:
        times.append(len(papers))
        enter(papers)
        if len(times) == 2:
            raise RuntimeError("on purpose, after the numbers were taken")

    monkeypatch.setattr(logging, "enter_all_issued", once_broken)
    with any_app.app_context():
        uuid = begun(7)
    with any_app.app_context():
        deliver_due()
        assert held(uuid).done == 3
        assert numbers() == [1, 2, 3]
        with unit_of_work() as database:
            database.execute(update(Delivery.__table__).values(due_at=0))
    work(any_app)
    with any_app.app_context():
        assert (held(uuid).state, held(uuid).done) == (batches.DONE, 7)
        assert numbers() == [1, 2, 3, 4, 5, 6, 7]
        assert connection().execute(select(Book.__table__.c.last)).scalars().all() == [7]
        let_go()


KILLED = """
import os, signal, sys
from certificates.services import batches, logging
from lms.cli import the_app
from lms.outbox.worker import Worker
batches.PART = 4
enter, times = logging.enter_all_issued, []
def die(papers):
    times.append(1)
    enter(papers)
    if len(times) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
logging.enter_all_issued = die
Worker(the_app()).run()
"""


def test_killed_in_the_middle_it_goes_on_where_it_was(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 with numbers taken and papers written, nothing committed: no gap, no paper twice."""
    settings = app.extensions["lms.settings"]
    with app.app_context():
        uuid = begun(11)
        let_go()
    environment = {
        "PATH": "/usr/bin:/bin", "LMS_DATA_DIR": str(settings.data_dir), "LMS_DATABASE_URL": settings.database_url,
        "LMS_SECRET_KEY": settings.secret_key, "LMS_BASE_URL": settings.base_url,
    }  # fmt: skip
    ended = subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False, timeout=300)
    assert ended.returncode == -9
    with app.app_context():
        assert held(uuid).done == 4
        with unit_of_work() as database:  # the lease of the worker that was killed has run out
            database.execute(update(Delivery.__table__).values(due_at=0))
    monkeypatch.setattr(acts, "PART", 4)
    work(app)
    with app.app_context():
        assert (held(uuid).state, held(uuid).done) == (batches.DONE, 11)
        assert numbers() == list(range(1, 12))
        assert connection().execute(select(func.count(func.distinct(C.c.cause)))).scalar_one() == 11
        let_go()


def test_paused_ended_and_begun_again(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "PART", 2)

    def act(do: Any, uuid: UUID) -> None:
        with unit_of_work():
            line = batches.held(held(uuid).id)
            assert line is not None
            do(line, 1)

    with any_app.app_context():
        uuid = begun(5)
        act(acts.pause, uuid)
    work(any_app)
    with any_app.app_context():
        assert (held(uuid).state, numbers()) == (batches.PAUSED, [])
        act(acts.go_on, uuid)
        act(acts.go_on, uuid)
        with unit_of_work():  # what an earlier turn left over means nothing any more
            acts.when_batch_part_due(BatchPartDue(held(uuid).id, 1, 0))
            assert numbers() == []
            acts.when_batch_part_due(BatchPartDue(held(uuid).id, 2, 0))
        act(acts.cancel, uuid)
    work(any_app)
    with any_app.app_context():
        assert (held(uuid).state, numbers()) == (batches.CANCELLED, [1, 2])
        with unit_of_work():
            acts.make_files(held(uuid), True)
    work(any_app)
    with any_app.app_context():
        assert [one.papers for one in batches.files(held(uuid).id)] == [2, 2, 2]
        row = programme(PROGRAMME)
        assert row is not None
        assert acts.waiting(commune(), row.id, None, None) == (5, 3)
        assert acts.waiting(commune(), row.id, clock.seconds() + 99, None) == (0, 0)
        let_go()


def known_people() -> None:
    with unit_of_work():
        ids = make_people([NewPerson(name, "citizens", phone=phone) for phone, name in PEOPLE.items()], None, commune())
        for account_id in ids:
            join(account_id, commune(), "citizens", 1)


ROWS = [
    ("Danh sách thí sinh đạt giải",),
    ("STT", "Họ và tên", "Ngày sinh", "Số điện thoại", "Đơn vị", "Thành tích"),
    ("1", "Giàng A Páo", "03/02/1970", "0912345670", "Thôn Na Hối", "Giải Nhất"),
    ("2", "H’Hen Niê", "", "0912 345 671", "", "Giải Nhì"),
    ("3", "Y-Bhăm Êban", "31/02/1970", "0912345672", "", "Giải Ba"),
    ("4", "Trần Văn Khác", "", "0912345673", "", "Giải Ba"),
    ("5", "Nguyễn Không Có", "", "0999999999", "", "Giải Ba"),
    ("6", "Giàng A Páo", "", "0912345670", "", "Giải Ba"),
    ("7", "", "", "0912345673", "", ""),
    ("8", "Trần Thị Sửu", "", "", "", ""),
    ("9", "Trần Thị Sửu", "1950", "0912345673", "", "Bằng khen"),
]
WRONG = {5: "birth", 6: "other_name", 7: "nobody", 8: "twice", 9: "missing", 10: "login", 11: "words"}


def test_a_list_says_line_by_line_what_is_wrong(any_app: Flask) -> None:
    with any_app.app_context():
        known_people()
        named = listing.people_in(listing.read_file(as_xlsx(ROWS)), [commune()])
        assert {one.line: one.problem for one in named if one.problem} == WRONG
        elsewhere = listing.people_in(listing.read_file(as_xlsx(ROWS[:4])), [])
        assert [one.problem for one in elsewhere] == ["nobody", "nobody"], "of people elsewhere nothing is learnt"
        with unit_of_work():
            uuid = acts.draft_list(
                CONTEST, commune(), "Cuộc thi", "Đạt giải cuộc thi", "Cuộc thi “Kỹ năng số”", named, 1
            )
        assert numbers() == []
        with pytest.raises(Invalid), unit_of_work():
            acts.begin_list(held(uuid), False, 1)
        with unit_of_work():
            acts.begin_list(held(uuid), True, 1)
            acts.begin_list(held(uuid), True, 1)
        with pytest.raises(Conflict), unit_of_work():
            acts.throw_away(held(uuid))
    work(any_app)
    with any_app.app_context():
        assert (held(uuid).left_out, held(uuid).total) == (len(WRONG), 2)
        papers = connection().execute(select(C).order_by(C.c.id)).mappings().all()
        assert [p["paper"]["full_name"] for p in papers] == ["Giàng A Páo", "H'Hen Niê"]
        assert {p["kind"] for p in papers} == {"CN"}
        assert papers[0]["paper"]["statement_lines"] == ["Cuộc thi “Kỹ năng số”", "Giải Nhất"]
        assert papers[0]["paper"]["birth_date"] == "03/02/1970"
        assert (papers[0]["paper"]["kind"], papers[0]["design"], papers[0]["design_version"]) == (
            "contest",
            "contest",
            1,
        )
        assert papers[0]["cause"] == f"list:{held(uuid).id}:3"
        assert connection().execute(select(W.c.said)).scalars().all() == [{}, {}], "what was typed goes with the issue"
        number = papers[0]["number"]
        let_go()
    answer = any_app.test_client().get(f"/verify/{number}")
    assert answer.status_code == 200, "anybody can check it"
    assert "Cuộc thi" in answer.text
    told = any_app.test_client().get(f"/api/v1/verify/{number}").get_json()
    assert (told["kind"], told["state"]) == ("contest", "valid")


@pytest.mark.parametrize("text", ["", "Họ và tên\tNgày sinh\nMai\t1950\n", "a\tb\n1\t2\n"])
def test_a_list_that_is_none_is_refused(app: Flask, text: str) -> None:
    with app.app_context(), pytest.raises(Invalid):
        listing.people_in(listing.read_paste(text), [])


@pytest.fixture
def package(app: Flask, tmp_path: Path) -> Path:
    with app.app_context():
        uuid = begun(3)
    work(app)
    with app.app_context():
        path = zip_of(uuid, tmp_path)
        let_go()
    return path


def rewritten(path: Path, **changes: bytes | None) -> Path:
    """The package with some files changed, removed or added; names with _ for / and . where they must."""
    out = path.with_name("khac.zip")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(out, "w") as after:
        names = before.namelist()
        for name in names:
            content = changes.get(name, before.read(name))
            if content is not None:
                after.writestr(name, content)
        for name, content in changes.items():
            if name not in names and content is not None:
                after.writestr(name, content)
    return out


def test_every_change_of_a_package_is_said(app: Flask, package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = archive.namelist()
    paper = next(name for name in names if name.startswith("giay/"))
    with app.app_context():
        assert list(check_zip(package).wrong) == []
        for name in names:
            if name not in ("manifest.json", "manifest.sig"):
                assert len(check_zip(rewritten(package, **{name: b"other"})).wrong) == 1, name
                assert len(check_zip(rewritten(package, **{name: None})).wrong) == 1, name
        assert len(check_zip(rewritten(package, **{"giay/them.pdf": b"%PDF"})).wrong) == 1
        for one in manifest["files"]:
            if one["name"] == paper:
                one["sha256"] = "0" * 64
        said = json.dumps(manifest).encode()
        assert len(check_zip(rewritten(package, **{"manifest.json": said})).wrong) == 2, "signature and sum"
        assert len(check_zip(rewritten(package, **{"manifest.sig": b"x" * 64})).wrong) == 1
        for name in ("manifest.json", "manifest.sig"):
            with pytest.raises(Invalid):
                check_zip(rewritten(package, **{name: None}))
        for body in (b"", b"[]", b"{}", b"\xff", b"[" * 99_999):
            with pytest.raises(Invalid):
                check_zip(rewritten(package, **{"manifest.json": body}))
        with unit_of_work():
            replace_key(bundling.KEY_PURPOSE, None)
        found = check_zip(package)
        assert (len(found.wrong), len(found.doubtful)) == (0, 1)
        with unit_of_work():
            replace_key(bundling.KEY_PURPOSE, None, revoke=True)
        assert len(check_zip(package, []).wrong) == 1, "a key of nobody"
        let_go()


def test_cut_and_huge_packages_are_refused_in_words(app: Flask, package: Path, tmp_path: Path) -> None:
    whole = package.read_bytes()
    with app.app_context():
        for length in (0, 10, len(whole) // 2, len(whole) - 1, len(whole) - 30):
            (cut := tmp_path / "cut.zip").write_bytes(whole[:length])
            with pytest.raises(Invalid):
                check_zip(cut)
        many = io.BytesIO()
        with zipfile.ZipFile(many, "w") as archive:
            for n in range(50_000):
                archive.writestr(f"{n}", b"")
        (tmp_path / "many.zip").write_bytes(many.getvalue())
        with pytest.raises(Invalid, match="This ZIP holds"):
            check_zip(tmp_path / "many.zip")
        let_go()


def test_the_command_says_it(app: Flask, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["lms.settings"]
    for name in ("data_dir", "database_url", "secret_key"):
        monkeypatch.setenv(f"LMS_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setattr("lms.app.configure_logging", lambda: None)  # it would open standard error once more
    with app.app_context(), unit_of_work() as database:
        database.execute(update(C).where(C.c.id == 1).values(state="revoked"))
        number = database.execute(select(C.c.number).where(C.c.id == 1)).scalar_one()
    answer = CliRunner().invoke(main, ["papers", "check-zip", str(package)])
    assert answer.exit_code == 0, answer.output
    assert number in answer.output, "what was withdrawn since is named"
    changed = rewritten(package, **{"danh-sach.csv": b"x"})
    answer = CliRunner().invoke(main, ["papers", "check-zip", str(changed)])
    assert answer.exit_code == 1
    assert "danh-sach.csv" in answer.output
    assert "Traceback" not in answer.output


def test_files_end_with_their_term_and_with_the_person(app: Flask) -> None:
    F = BatchFile.__table__  # noqa: N806
    with app.app_context():
        uuid = begun(2)
    work(app)
    with app.app_context():
        acts.forget_old()
        assert len(batches.files(held(uuid).id)) == 3
        with unit_of_work() as database:
            who = database.execute(select(C.c.account_id).where(C.c.id == 1)).scalar_one()
            acts.files_of_forgotten(AccountErased(who, clock.seconds()))
            assert batches.files(held(uuid).id) == []
            acts.make_files(held(uuid), False)
            database.execute(update(F).values(made_at=1, key="0" * 64))
        acts.forget_old()
        assert batches.files(held(uuid).id) == []
        let_go()

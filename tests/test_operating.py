"""What an operator sees: the doctor's findings, the demo accounts, what is wrong with a package."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms import clock, starting
from lms.audit import AuditEntry
from lms.contract.points import PluginError
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.doctor import Finding, examine
from lms.identity import accounts
from lms.identity.models import Account
from lms.testing import story
from lms.testing.building import make_app
from lms.testing.page_client import Pages

SignIn = Callable[..., FlaskClient]
WORKER, DEMO = "worker nào đang chạy", "Tài khoản dùng thử"


def lms(app: Flask, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command on the application's database."""
    settings = app.extensions["lms.settings"]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LMS_")}
    mine = {"LMS_DATABASE_URL": settings.database_url, "LMS_DATA_DIR": str(settings.data_dir)}
    return subprocess.run(
        [sys.executable, "-m", "lms.cli", *command],
        env={**kept, **mine, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def finding(app: Flask, words: str) -> Finding | None:
    with app.app_context():
        found = next((f for f in examine(app) if words in f.text), None)
        let_go()
        return found


def attain(app: Flask) -> None:
    """Makes work for the worker."""
    with app.app_context(), unit_of_work():
        story.fulfil(accounts.sign_up("Lò Thị Mẩy", "lomay", None), "nguoi-dan")


def test_the_doctor_misses_a_worker(any_app: Flask) -> None:
    attain(any_app)
    assert finding(any_app, WORKER) is None, "a worker may be about to come"
    with clock.frozen_at(clock.now() + timedelta(minutes=7)):
        late = finding(any_app, WORKER)
        assert late is not None
        assert late.must
        assert "7 phút" in late.text
        assert "lms worker" in late.advice
    while story.one_round(any_app):
        pass
    with clock.frozen_at(clock.now() + timedelta(minutes=7)):
        assert finding(any_app, WORKER) is None


def test_what_fails_and_is_tried_again_is_not_a_missing_worker(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PluginError("on purpose")

    attain(app)
    monkeypatch.setattr("certificates.services.issuing.issue", fail)
    later = clock.now() + timedelta(minutes=7)
    with clock.frozen_at(later):
        story.one_round(app)
        assert finding(app, WORKER) is None


def test_the_doctor_warns_of_demo_accounts_on_a_public_server(app: Flask) -> None:
    public = finding(app, DEMO)
    assert public is not None
    assert public.must
    assert "balanh" in public.text
    assert "quantri" in public.text
    assert "lms demo --remove" in public.advice
    settings = app.extensions["lms.settings"]
    private = make_app(settings.data_dir, settings.database_url, base_url="")
    assert finding(private, DEMO) is None, "on one's own machine they are what one tries"


def test_demo_accounts_are_closed_and_whoever_is_in_is_out(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in("administrator")
    assert browser.get("/studio/khoa-hoc").status_code == 200
    done = lms(app, "demo", "--remove")
    assert (done.returncode, done.stdout) == (0, "Closed: 4 demo accounts.\n"), done.stderr
    assert browser.get("/studio/khoa-hoc").status_code == 303, "the session has ended"
    pages = Pages(app)
    pages.open("/dang-nhap")
    for person in starting.demo_sign_ins().values():
        fields = {"Số điện thoại hoặc tên đăng nhập": person["login"], "Mật khẩu": person["password"]}
        pages.press("Đăng nhập", fields, status=422)
    assert finding(app, DEMO) is None
    with app.app_context():
        assert starting.make_demo_people() == 0, "a start does not bring them back"
        acts = connection().execute(select(AuditEntry.__table__.c.act)).scalars().all()
        assert acts.count("account.closed") == 4
    assert lms(app, "demo", "--remove").stdout == "Closed: 0 demo accounts.\n"


def test_a_person_who_has_the_login_of_a_demo_account_keeps_it(app: Flask) -> None:
    a = Account.__table__
    with app.app_context():
        hashed = accounts.prepared_password("Trần Văn Bản", "canbo", "mùa nước nổi về")
        with unit_of_work():
            connection().execute(
                update(a).where(a.c.username == "canbo").values(full_name="Trần Văn Bản", password_hash=hashed)
            )
        assert set(starting.open_demo_accounts()) == {"balanh", "thaygiao", "quantri"}
        with unit_of_work():  # renamed, yet with the password that everybody knows
            connection().execute(update(a).where(a.c.username == "quantri").values(full_name="Lý Văn Khác"))
        assert starting.close_demo_people() == 3
        open_ = connection().execute(select(a.c.username).where(a.c.closed_at.is_(None))).scalars().all()
        assert open_ == ["canbo"]


def test_problems_of_a_package_are_told_in_the_operators_language(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "package.yaml").write_text("format: hocvuso/1\nslug: thu\ntitle: Thu\n")
    done = lms(app, "import", "--check", str(folder))
    assert done.returncode == 1
    assert "package.yaml:1: Thiếu" in done.stdout
    assert "chưa nhập gì vào" in done.stderr
    english = lms(app, "import", "--check", str(folder), LMS_LANG="en")
    assert english.returncode == 1
    assert "nothing was imported" in english.stderr
    assert len(english.stdout.splitlines()) == len(done.stdout.splitlines())
    assert english.stdout.isascii()
    wrong = lms(app, "import", "--check", str(folder), LMS_LANG="fr")
    assert wrong.stderr == "Error: LMS_LANG must be vi or en, not 'fr'.\n"


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_runs_on_tables_that_are_behind(app: Flask, tmp_path: Path, command: str) -> None:
    empty = f"sqlite:///{tmp_path}/empty.sqlite"
    done = lms(app, command, LMS_DATABASE_URL=empty, LMS_LANG="en")
    assert done.returncode == 1, "it runs, and every page fails"
    assert "not of this version (lms, " in done.stderr
    assert "run: lms migrate" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "chạy: lms migrate" in lms(app, command, LMS_DATABASE_URL=empty).stderr

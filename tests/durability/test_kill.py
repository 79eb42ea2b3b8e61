"""The power fails between graded and issued: web and worker are killed, started again, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from lms.config import Settings
from lms.testing import story
from lms.testing.page_client import OverHttp, Pages
from lms.testing.story import AnswerKey

PATIENCE = 120  # seconds until a process that says nothing is given up
HELD_WORKER = Path(__file__).with_name("held_worker.py")


def until(what: str, found: Callable[[], Any]) -> Any:
    """Asks again and again until something is there; fails when patience ends."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.02)  # only between two questions
    raise AssertionError(f"{what}: not within {PATIENCE} seconds")


class Machine:
    """An installation on this machine: its own data folder, database and port."""

    def __init__(self, folder: Path, database_url: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = Settings.load({}, data_dir=folder, database_url=database_url)
        self.engine: Engine = create_engine(self.settings.sqlalchemy_url())
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("LMS_")},
            "LMS_DATA_DIR": str(folder),
            "LMS_DATABASE_URL": database_url,
            "LMS_BASE_URL": self.url,
            "LMS_SECRET_KEY": "a secret for tests only",
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Starts a program of ours in a process group of its own."""
        with (self.folder / "errors.txt").open("ab") as errors:
            process = subprocess.Popen(
                [sys.executable, *command],
                env={**self.environment, **environment},
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        self.running.append(process)
        return process

    def serve(self, *, worker: bool) -> subprocess.Popen[bytes]:
        """Starts the server as an operator does, and waits for its first answer."""
        process = self.start("-m", "lms.cli", "serve", "--port", str(self.port), LMS_WORKER="1" if worker else "0")
        until("the server answers", self.is_up)
        return process

    def is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9, the whole group: nobody gets to say goodbye."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.running.remove(process)

    def one(self, statement: str) -> Any:
        """The one value that a question has for an answer."""
        with self.engine.connect() as database:
            return database.execute(text(statement)).scalar()

    def stop(self) -> None:
        for process in list(self.running):
            self.kill(process)
        self.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def machine(request: pytest.FixtureRequest, prepared_folder: Path, tmp_path: Path) -> Iterator[Machine]:
    """An installation with the starter content."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "files").symlink_to(prepared_folder / "files")
    if request.param == "sqlite":
        shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
        made = Machine(folder, f"sqlite:///{folder}/lms.sqlite")
        yield made
        made.stop()
        return
    from lms.testing import pytest_plugin as plugin

    template = request.getfixturevalue("postgres_template")
    name = f"lms_test_{uuid.uuid4().hex[:10]}"
    plugin._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
    made = Machine(folder, plugin._postgres(name))
    yield made
    made.stop()
    plugin._administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_killed_between_graded_and_issued(machine: Machine, answer_key: AnswerKey, tmp_path: Path) -> None:
    web = machine.serve(worker=False)
    learner = Pages(OverHttp(machine.url))
    story.come_to_the_final_check(learner, "Học sinh, sinh viên", "Ly Thị Xóa", "xoa2009")
    learner.press("Bắt đầu làm")
    story.answer_all(learner, answer_key)
    answer = learner.send(*learner.filled("Nộp bài"))
    machine.kill(web)

    assert answer.status == 303, "the learner was told that the paper is handed in"
    assert machine.one("SELECT state FROM quizzes_attempt") == 1
    assert machine.one("SELECT count(*) FROM lms_attainment") == 1
    assert machine.one("SELECT count(*) FROM lms_delivery WHERE state = 0") > 0
    assert machine.one("SELECT count(*) FROM certificates_credential") == 0

    come_so_far = tmp_path / "come-so-far"
    worker = machine.start(str(HELD_WORKER), str(come_so_far))
    until("the worker has taken the number", come_so_far.exists)
    held_by = machine.one("SELECT leased_by FROM lms_delivery WHERE event = 'lms.ProgrammeAttained'")
    assert held_by.endswith(f":{worker.pid}"), "it holds the lease"
    machine.kill(worker)
    assert machine.one("SELECT count(*) FROM certificates_credential") == 0
    assert machine.one("SELECT count(*) FROM certificates_book") == 0, "the number went back"

    with machine.engine.begin() as database:  # a minute passes, and the lease with it
        database.execute(text("UPDATE lms_delivery SET due_at = due_at - 60 WHERE state = 0"))
    machine.serve(worker=True)
    until("the paper is there", lambda: machine.one("SELECT count(pdf_key) FROM certificates_credential"))
    learner.open("/giay")
    assert learner.page.heading == "Giấy của tôi", "still signed in"
    number = story.number_on(learner.page)
    assert "-000001-" in number, "no number was left out"
    learner.follow("Mở giấy")
    assert learner.fetch("Tải về để in").body.startswith(b"%PDF-")
    learner.open(f"/verify/{number}")
    assert learner.page.heading == "Giấy có giá trị"

    until("all is delivered", lambda: not machine.one("SELECT count(*) FROM lms_delivery WHERE state <> 1"))
    assert machine.one("SELECT count(*) FROM certificates_credential") == 1
    assert machine.one("SELECT last FROM certificates_book") == 1
    assert machine.one("SELECT count(*) FROM lms_evidence WHERE kind = 2") == 1
    checked = subprocess.run(
        [sys.executable, "-m", "lms.cli", "rebuild", "--check"],
        env=machine.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_a_worker_that_dies_is_started_again(machine: Machine, answer_key: AnswerKey) -> None:
    machine.serve(worker=True)
    learner = Pages(OverHttp(machine.url))
    server = machine.running[0].pid
    (worker,) = until("the worker runs", lambda: _workers(server))
    os.kill(worker, signal.SIGKILL)
    until("another one runs", lambda: _workers(server) and worker not in _workers(server))
    story.attain(learner, answer_key, "Học sinh, sinh viên", "Ly Thị Xóa", "xoa2009")
    until("the paper is there", lambda: machine.one("SELECT count(*) FROM certificates_credential"))


def _workers(server: int) -> list[int]:
    """The processes of a server's group that call themselves `lms worker`; not what one of them is just starting."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if os.getpgid(int(folder.name)) == server and (folder / "comm").read_text().strip() == "lms worker":
                    after_name = (folder / "stat").read_text().rpartition(")")[2].split()
                    parents[int(folder.name)] = int(after_name[1])
            except (ProcessLookupError, FileNotFoundError):
                continue
    return [process for process, parent in parents.items() if parent not in parents]

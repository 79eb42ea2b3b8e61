"""A site that can be stopped, and a phone in front of it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lms.starting import demo_sign_ins

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

COURSE = "ky-nang-so-nguoi-dan"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests with a browser, as those of tests/browser are."""
    for item in items:
        if item.path.is_relative_to(HERE) and "phone" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@dataclass
class Station:
    """A server process on a fixed port."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None
    said: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *words: str) -> None:
        assert self.process is None
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.offline.served", str(self.folder), str(self.port), *words],
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE.parents[1],
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "ready"

    def stop(self) -> None:
        """Kills it: nothing listens on the port any more."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def trouble(self, name: str, on: bool = True) -> None:
        path = self.folder / name
        path.touch() if on else path.unlink()

    def rows(self, statement: str) -> list[Any]:
        """What its database holds."""
        engine = sa.create_engine(f"sqlite:///{self.folder}/lms.sqlite")
        with engine.connect() as connection:
            found = list(connection.execute(sa.text(statement)).all())
        engine.dispose()
        return found


@pytest.fixture
def station(prepared_folder: Path, tmp_path: Path) -> Iterator[Station]:
    """A running site of the test's own."""
    shutil.copy(prepared_folder / "lms.sqlite", tmp_path / "lms.sqlite")
    (tmp_path / "files").symlink_to(prepared_folder / "files")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    made = Station(tmp_path, port)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@dataclass
class Phone:
    """A phone: one browser with its own store."""

    context: BrowserContext
    page: Page
    station: Station

    def open(self, path: str) -> None:
        self.page.goto(self.station.base + path, wait_until="load")

    def sign_in(self, role: str) -> None:
        person = demo_sign_ins()[role]
        self.open("/dang-nhap")
        self.page.fill("#identifier", str(person["login"]))
        self.page.fill("#password", str(person["password"]))
        with self.page.expect_navigation():
            self.page.press("#password", "Enter")

    def sign_out(self) -> None:
        self.context.clear_cookies()

    def take(self, course: str = COURSE) -> None:
        """Downloads a course."""
        self.open(f"/tai-ve/{course}")
        self.page.click("[data-when=none] button[value=get]")
        self.wait_until_taken()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def wait_until_taken(self) -> None:
        """Returns when a course is here whole, which a busy machine takes its time for."""
        self.page.wait_for_selector("[data-when=ready]:not([hidden])", timeout=90_000)

    def shown(self) -> str:
        """Which of the pieces about a download is shown."""
        return str(self.page.get_attribute("[data-plan] [data-when]:not([hidden])", "data-when"))

    def heading(self) -> str:
        return self.page.inner_text("h1")

    def waiting(self) -> int:
        """How much waits on the phone to be sent."""
        return len(self.outbox())

    def outbox(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate("outbox.all('outbox')")
        return found

    def flush(self) -> str:
        """Sends what can be sent; where the worker is just sending, after it."""
        return str(
            self.page.evaluate(
                """async () => {
                  for (;;) {
                    const how = await outbox.flush();
                    if (how !== "busy") return how;
                    await new Promise((done) => setTimeout(done, 50));
                  }
                }"""
            )
        )


@pytest.fixture
def phone(browser: Browser, station: Station) -> Iterator[Phone]:
    """A phone on which nobody has signed in yet."""
    made = new_phone(browser, station)
    yield made
    made.context.close()


@pytest.fixture
def more_phones(browser: Browser, station: Station) -> Iterator[Callable[[], Phone]]:
    """Makes further phones."""
    made: list[Phone] = []

    def another(**options: Any) -> Phone:
        made.append(new_phone(browser, station, **options))
        return made[-1]

    yield another
    for each in made:
        each.context.close()


def new_phone(browser: Browser, station: Station, **options: Any) -> Phone:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN", **options)
    return Phone(context, context.new_page(), station)

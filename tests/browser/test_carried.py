"""An official's phone whose server process is really stopped: a paper's code is checked by the browser alone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from certificates.models import Credential
from certificates.queries import CredentialRow, credential_by_number
from certificates.services import carrying, logging
from lms.api.work import clock, connection, unit_of_work
from lms.db.base import db
from lms.db.unit_of_work import let_go
from lms.identity import accounts
from lms.testing import story
from lms.testing.building import make_app
from tests.browser.tabs import AXE, Seen, faults

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

C = Credential.__table__
VALID, UNSURE = "Giấy có giá trị", "Chữ ký đúng, chưa biết có bị thu hồi không"


@dataclass
class Place:
    """A site with two papers whose server can be stopped: then nothing listens on its port."""

    app: Flask
    port: int
    papers: list[CredentialRow]
    server: BaseWSGIServer | None = None
    thread: threading.Thread | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True, request_handler=_Silent)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        if self.server is not None and self.thread is not None:
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()
            self.server = None

    def set_state(self, row: CredentialRow, state: str) -> None:
        with self.app.app_context():
            with unit_of_work():
                connection().execute(sa.update(C).where(C.c.id == row.id).values(state=state))
                logging.enter_status(row.number, state, clock.seconds())
            let_go()
        self.app.extensions.pop("certificates.carried", None)  # a list is signed once a minute

    def revoke_key(self, revoked: bool) -> None:
        words = "UPDATE lms_signing_key SET revoked_at = :at WHERE purpose = :of"
        with self.app.app_context():
            with unit_of_work():
                values = {"at": clock.seconds() if revoked else None, "of": carrying.PURPOSE}
                connection().execute(sa.text(words), values)
            let_go()


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Says nothing: the tests say what matters."""


@pytest.fixture(scope="module")
def place(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Two papers were issued there: of somebody grown, and of a child."""
    folder = tmp_path_factory.mktemp("carried")
    shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
    (folder / "files").symlink_to(prepared_folder / "files")
    app = make_app(folder, f"sqlite:///{folder}/lms.sqlite")
    with app.app_context():
        with unit_of_work() as database:
            for name, login, born in (("Lê Thị Tươi", "tuoi", "1968-11-20"), ("Lò Văn Bé", "be2015", "2015-01-02")):
                who = accounts.sign_up(name, login, "no hash: nobody signs in", target_group="citizens")
                database.execute(sa.text("UPDATE lms_account SET birth_date = :b WHERE id = :i"), {"b": born, "i": who})
                story.fulfil(who, "nguoi-dan")
        story.one_round(app)
        numbers = connection().execute(sa.select(C.c.number).order_by(C.c.id)).scalars()
        rows = [row for row in map(credential_by_number, numbers) if row]
        let_go()
    made = Place(app, 0, rows)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@dataclass
class Phone:
    """An official's phone."""

    context: BrowserContext
    page: Page
    place: Place

    def visit(self) -> None:
        """Opens the page with a network, until all of it is kept."""
        self.page.goto(self.place.base + "/v/")
        self.page.wait_for_selector("[data-v=ready]:not([hidden])")
        self.page.wait_for_function(
            """async () => {
              const name = (await caches.keys()).find((each) => each.startsWith("hv-own-v"));
              return name && !!(await (await caches.open(name)).match("/v/status"));
            }"""
        )

    def scan(self, figures: str) -> str:
        """What the page answers to a code, opened as the phone's camera opens it."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.place.base}/v/#{figures}")
        self.page.wait_for_selector("#answer h1")
        assert "#" not in self.page.url
        return self.page.inner_text("#answer h1")

    def said(self) -> str:
        return self.page.inner_text("#answer")

    def at(self, seconds: int) -> None:
        """The phone's clock is so many seconds off."""
        self.page.add_init_script(f"{{ const now = Date.now.bind(Date); Date.now = () => now() + {seconds} * 1000; }}")


@pytest.fixture
def phone(browser: Browser, place: Place) -> Iterator[Phone]:
    """A phone that was never here."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    yield Phone(context, page, place)
    context.close()


def figures_of(row: CredentialRow) -> str:
    return str(row.paper["qr"][1])


def test_a_paper_is_checked_with_the_server_dead(phone: Phone, place: Place, shots: Path | None) -> None:
    grown, child = place.papers
    phone.context.add_init_script(path=AXE)
    phone.visit()
    seen = Seen(phone.page, place.base)
    asked: list[str] = []
    phone.context.on("request", lambda request: asked.append(request.url))
    place.stop()
    phone.context.set_offline(True)
    try:
        assert phone.scan(figures_of(grown)) == VALID
        said = phone.said()
        for words in (
            "Lê Thị Tươi", "1968", "thẻ căn cước", grown.number, "Phổ cập kỹ năng số cho người dân",
            "Trung tâm Học vụ số (bản thử)", "Không có thu hồi nào được biết đến",
        ):  # fmt: skip
            assert words in said
        assert faults(seen) == []
        if shots:
            phone.page.screenshot(path=shots / "carried-valid.png", full_page=True)
        assert phone.scan(figures_of(child)) == VALID
        assert "L***** Văn Bé" in phone.said()
        assert "Lò" not in phone.said()
        figures = figures_of(grown)
        for at in (3, 60, 150, 250, len(figures) - 1):
            other = str((int(figures[at]) + 1) % 10)
            title = phone.scan(figures[:at] + other + figures[at + 1 :])
            assert title in ("Mã đã bị sửa", "Không phải do nơi này ký", "Đây không phải trọn vẹn mã của một giấy")
            assert phone.page.locator("#answer .verdict:not(.bad):not(.unsure)").count() == 0
        assert phone.scan(figures[:300]) == "Đây không phải trọn vẹn mã của một giấy"
        assert not any("Tươi" in url or figures[:50] in url for url in asked)  # nothing of a paper leaves the phone
    finally:
        phone.context.set_offline(False)
        place.start()


def test_withdrawn_suspended_and_keys(phone: Phone, place: Place, shots: Path | None) -> None:
    row = place.papers[0]
    try:
        for state, title in (
            ("revoked", "Giấy đã bị thu hồi"), ("suspended", "Giấy đang tạm dừng"),
            ("replaced", "Đã có giấy mới thay giấy này"),
        ):  # fmt: skip
            place.set_state(row, state)
            assert phone.scan(figures_of(row)) == title
        if shots:
            phone.page.screenshot(path=shots / "carried-replaced.png", full_page=True)
    finally:
        place.set_state(row, "valid")
    try:
        place.revoke_key(True)
        assert phone.scan(figures_of(row)) == "Khóa ký của mã này đã bị hủy"
    finally:
        place.revoke_key(False)
    assert phone.scan(figures_of(row)) == VALID


def test_a_wrong_clock_and_an_old_list_are_never_green(phone: Phone, place: Place, shots: Path | None) -> None:
    row = place.papers[0]
    figures = figures_of(row)
    phone.visit()
    phone.at(8 * 86_400)
    assert phone.scan(figures) == UNSURE
    assert "cũ hơn bảy ngày" in phone.said()
    assert phone.page.inner_text("#answer [data-v=listed]").count("/") == 2
    if shots:
        phone.page.screenshot(path=shots / "carried-old.png", full_page=True)
    phone.at(-373 * 86_400)  # with the days before: a year slow
    assert phone.scan(figures) == UNSURE
    assert "chạy chậm" in phone.said()
    phone.at(365 * 86_400)  # right again
    assert phone.scan(figures) == VALID


def test_a_list_that_is_missing_or_altered_is_never_green(phone: Phone, place: Place) -> None:
    figures = figures_of(place.papers[0])
    held = phone.context.request.get(place.base + "/v/status").body()

    def answer(body: bytes | None) -> Any:
        def fulfil(route: Any) -> None:
            route.abort() if body is None else route.fulfill(body=body, content_type="application/cose")

        return fulfil

    pattern = "**/v/status"
    broken = "đã bị sửa hoặc không nguyên vẹn"
    for body, words in (
        (None, "không có danh sách"), (held[:-1] + bytes([held[-1] ^ 1]), broken), (held[:200], broken),
        (held.replace(b"\x02\x1a", b"\x02\x1b", 1), broken), (b"", broken),
    ):  # fmt: skip
        context = phone.context.browser.new_context(locale="vi-VN", service_workers="block")  # type: ignore[union-attr]
        other = Phone(context, context.new_page(), place)
        context.route(pattern, answer(body))
        assert other.scan(figures) == UNSURE
        assert words in other.said()
        context.close()


def test_figures_that_are_typed_and_a_photo(phone: Phone, place: Place) -> None:
    row = place.papers[0]
    phone.page.add_init_script(
        """self.BarcodeDetector = class {
          async detect() { return [{ rawValue: "https://hocvuso.example.vn/v/#FIGURES" }]; }
        };""".replace("FIGURES", figures_of(row))
    )
    phone.page.goto(place.base + "/v/")
    phone.page.fill("#number", "https://hocvuso.example.vn/v/#" + figures_of(row))
    phone.page.press("#number", "Enter")
    phone.page.wait_for_selector("#answer h1")
    assert phone.page.inner_text("#answer h1") == VALID
    phone.page.goto(place.base + "/v/")
    photo = Path(__file__).parents[2] / "certificates" / "static" / "certificates" / "v-192.png"
    phone.page.set_input_files("#photo", photo)
    phone.page.wait_for_selector("#answer h1")
    assert phone.page.inner_text("#answer h1") == VALID
    phone.page.goto(place.base + "/v/")
    phone.page.fill("#number", row.number)
    with phone.page.expect_navigation():
        phone.page.press("#number", "Enter")
    assert VALID in phone.page.inner_text("main")

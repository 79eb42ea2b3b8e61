"""The site on a free port of this machine, people in every state, and one browser for the whole folder."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from lms.db.base import db
from lms.errors import Gone, NotAllowed, TooMany
from lms.testing.building import make_app
from tests.browser.people import ANYONE, World, make_world
from tests.browser.tabs import AXE, LOOKS, Seen, Site, open_context
from tests.openid.places import never_asked

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks this folder's tests, so that they can be chosen or left out."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Says nothing: the tests say what matters."""


def _copy(prepared: Path, folder: Path) -> Flask:
    shutil.copy(prepared / "lms.sqlite", folder / "lms.sqlite")
    (folder / "files").symlink_to(prepared / "files")
    return make_app(
        folder,
        f"sqlite:///{folder}/lms.sqlite",
        help_line="1900 1945",
        place_name="Tỉnh Thử Nghiệm",
        openid_file=never_asked(folder),
    )


def _served(app: Flask) -> Iterator[Site]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(app, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _refuse(app: Flask) -> None:
    """Addresses that refuse on purpose, for the looks of the pages that say so."""
    refusals: dict[str, Callable[[], Exception]] = {
        "403": NotAllowed,
        "410": Gone,
        "429": lambda: TooMany(retry_after=60),
        "500": lambda: RuntimeError("on purpose"),
    }

    def refuse(status: str) -> str:
        raise refusals[status]()

    app.add_url_rule("/loi/<status>", "tests.refuse", refuse)


@pytest.fixture(scope="session")
def site(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site that the tests of pages only look at."""
    app = _copy(prepared_folder, tmp_path_factory.mktemp("site"))
    _refuse(app)
    yield from _served(app)


@pytest.fixture(scope="session")
def world(site: Site) -> World:
    """Who is where on that site."""
    made = make_world(site.app)
    site.app.testing = False  # from now on an unexpected error is the page that a reader would see
    return made


@pytest.fixture
def own_site(prepared_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """A site of the test's own, to write in."""
    yield from _served(_copy(prepared_folder, tmp_path))


@pytest.fixture(scope="session")
def tab_of(browser: Browser, site: Site, world: World) -> Iterator[Callable[[str], Seen]]:
    """`tab_of(who)`: a person's tab on the shared site, as wide as a phone. Each has one, kept open."""
    kept: dict[str, Seen] = {}
    with ExitStack() as stack:

        def tab(who: str) -> Seen:
            if who not in kept:
                context = open_context(browser, site, LOOKS[0], "" if who == ANYONE else world.cookies[who])
                context.add_init_script(path=AXE)
                stack.callback(context.close)
                kept[who] = Seen(context.new_page(), site.base)
            kept[who].turn_to(LOOKS[0])
            kept[who].forget()
            return kept[who]

        yield tab


@pytest.fixture
def shots() -> Path | None:
    """Where pictures of the pages go: the folder named by LMS_TEST_SHOTS, if any."""
    named = os.environ.get("LMS_TEST_SHOTS")
    if not named:
        return None
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder

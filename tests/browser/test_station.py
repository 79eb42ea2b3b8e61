"""The station in a real browser: papers that are sealed, opened, and the answers given back, on every screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lms.api.work import clock
from plugins.supervision.format import sealing
from plugins.supervision.format.sealing import grouped
from plugins.supervision.services import station
from tests.browser.conftest import _served
from tests.browser.tabs import AXE, LOOKS, Look, Seen, Site, faults, open_context, press
from tests.supervision.stations import CHEAP, Planned, a_station, pack, plan, sit_all

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PIN = "482915"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "COST", CHEAP)


@pytest.fixture
def planned(own_site: Site) -> Planned:
    return plan(own_site.app)


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "tram").mkdir()
    with a_station(tmp_path / "tram") as app, contextmanager(_served)(app) as site:
        yield site


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_state_on_every_screen(
    browser: Browser, own_site: Site, planned: Planned, laptop: Site, look: Look, shots: Path | None, tmp_path: Path
) -> None:
    content, code = pack(own_site.app, planned)
    file = tmp_path / "de.hvs-phien"
    file.write_bytes(content)
    context = open_context(browser, laptop, look)
    context.add_init_script(path=AXE)
    seen = Seen(context.new_page(), laptop.base)
    page = seen.page

    def sees(what: str, status: int = 200) -> None:
        if shots:
            page.screenshot(path=shots / f"station-{re.sub(r'[^a-z]+', '-', what)}.{look.name}.png", full_page=True)
        found = faults(seen, status)
        assert not found, f"{what}: {page.url}\n" + "\n".join(found)
        seen.forget()

    page.goto("/tram")
    sees("no papers yet")
    page.set_input_files("#file", str(file))
    press(page, "form[enctype] button")
    sees("sealed")
    page.fill("#code", "ABCD EFGH JKLM")
    press(page, "form[action='/tram/mo'] button")
    sees("a slip in the code", 422)
    page.fill("#code", grouped(code).lower())
    page.fill("#time", f"{clock.local(clock.now()):%H:%M}")
    press(page, "form[action='/tram/mo'] button")
    sees("opened")
    assert page.locator(".tag-ok").count() == 1
    with laptop.app.app_context():
        row = station.brought()[0]
    page.goto("/coi-thi")
    with laptop.app.app_context():
        from plugins.supervision import queries

        assert row.session_id is not None
        session = queries.session_by_id(row.session_id)
        assert session is not None
    page.fill("#room", session.code)
    page.fill("#pin", PIN)
    page.fill("#name", "Lê Thị Coi")
    press(page, "main form button")
    press(page, "form:has(input[value=open]) button")
    seen.forget()
    sit_all(laptop.app, row.uuid)
    page.goto("/coi-thi/bai")
    sees("giving back")
    with page.expect_download() as download:
        page.click("a[href='/coi-thi/bai/tep']")
    assert download.value.suggested_filename.endswith(".hvs-bai")
    page.goto("/coi-thi/bang")
    assert page.locator("a[href='/coi-thi/bai']").count() == 1
    context.close()

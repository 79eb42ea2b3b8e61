"""The placement test in the hand, with a script and without: begun, answered, not known, back, stopped in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plugins.measuring.adaptive import MOST
from tests.browser.tabs import AXE, LOOKS, Seen, Site, faults, open_context, press

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PHONE = next(look for look in LOOKS if look.name == "phone")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_somebody_without_an_account_finds_where_to_begin(browser: Browser, own_site: Site, script: bool) -> None:
    context = open_context(browser, own_site, PHONE, "", script=script)
    context.add_init_script(path=AXE)
    seen = Seen(context.new_page(), own_site.base)
    page, found = seen.page, []
    page.goto("/chuong-trinh/nguoi-dan")
    press(page, "a:has-text('Xem mình nên bắt đầu từ đâu')")
    press(page, "button:has-text('Bắt đầu làm')")
    asked = 0
    while page.locator("form#answer").count():
        asked += 1
        assert asked <= MOST
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        if asked == 1:
            found += faults(seen) if script else []
            page.locator("form#answer label.choice, form#answer label").first.click()
            press(page, "button:has-text('Câu tiếp theo')")
        else:
            press(page, "button:has-text('Tôi không biết')")
    page.locator("text=Gợi ý bắt đầu từ bài này").wait_for()
    found += faults(seen) if script else []
    ended = page.url
    page.go_back()  # the last question: its answer stands, so it leads on to the result
    page.goto(ended.removesuffix("/ket-qua"))
    assert page.url == ended
    press(page, "a:has-text('Học bài này')")
    assert "/hoc/ky-nang-so-nguoi-dan/" in page.url
    context.close()
    assert found == []

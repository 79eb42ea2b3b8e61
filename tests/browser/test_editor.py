"""The editor in the hand: it saves by itself, loses nothing, and stays in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from courses import drafts
from lms.starting import demo_sign_ins
from tests.browser.people import Learner
from tests.browser.tabs import LOOKS, WIDER, Look, Site, open_context
from tests.studio.conftest import Author, a_lesson

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

WIDE = Look("wide", 1280, 900)
PICTURE = """async (selector) => {
  const canvas = document.createElement("canvas");
  canvas.width = 60; canvas.height = 40;
  canvas.getContext("2d").fillRect(5, 5, 20, 20);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const held = new DataTransfer();
  held.items.add(new File([blob], "Ảnh chợ.png", {type: "image/png"}));
  const target = document.querySelector(selector);
  target.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: held}));
}"""


def signed_in(site: Site, role: str) -> Learner:
    who = demo_sign_ins()[role]
    return Learner(site.app).sign_in(who["login"], who["password"])


@pytest.fixture
def instructor(own_site: Site) -> Learner:
    return signed_in(own_site, "instructor")


@pytest.fixture
def lesson(instructor: Learner) -> str:
    return a_lesson(Author(instructor.client))


@pytest.fixture
def context(browser: Browser, own_site: Site, instructor: Learner) -> Iterator[BrowserContext]:
    held = open_context(browser, own_site, WIDE, instructor.cookie)
    yield held
    held.close()


@pytest.fixture
def page(context: BrowserContext, lesson: str) -> Page:
    opened = context.new_page()
    opened.clock.install()  # the pause after the last letter passes when the test says so
    opened.goto(lesson)
    return opened


def draft(site: Site, lesson: str) -> dict[str, Any]:
    with site.app.app_context():
        row = drafts.document("lesson", lesson.rsplit("/", 1)[1])
        assert row is not None
        return dict(row.draft)


def pause(page: Page) -> None:
    """The pause in which it saves by itself, and its answer."""
    with page.expect_response(re.compile("/luu$")):
        page.clock.run_for(3500)


def says(page: Page, words: str) -> None:
    page.locator("#saved", has_text=words).wait_for()


def says_in_the_end(page: Page, words: str) -> None:
    """The same, where a line that has just come back may break once more: the page tries again after a while."""
    from playwright.sync_api import TimeoutError as TookTooLong

    for _time in range(4):
        with suppress(TookTooLong):
            page.locator("#saved", has_text=words).wait_for(timeout=5_000)
            return
        page.clock.run_for(60_000)
    says(page, words)


def kept(page: Page) -> str:
    found: str = page.evaluate("Object.entries(localStorage).filter(([k]) => k.startsWith('lesson-draft/')).join()")
    return found


def test_it_saves_by_itself_and_leaves_the_hand_where_it_is(page: Page, own_site: Site, lesson: str) -> None:
    box = page.locator("[id='0-md']")
    box.fill("Chữ đầu. ")
    box.press_sequentially("Thêm chữ giữa câu")
    for _step in range(3):
        box.press("ArrowLeft")
    says(page, "Chưa lưu")
    pause(page)
    says(page, "Đã lưu lúc")
    assert draft(own_site, lesson)["blocks"][0]["data"]["md"] == "Chữ đầu. Thêm chữ giữa câu"
    assert page.evaluate("document.activeElement.id") == "0-md"
    box.press_sequentially("X")
    pause(page)
    says(page, "Đã lưu lúc")
    assert draft(own_site, lesson)["blocks"][0]["data"]["md"] == "Chữ đầu. Thêm chữ giữa Xcâu"
    assert page.locator("[id='0-md-note']").text_content() == "Câu dài nhất 4 tiếng · dễ đọc"
    assert kept(page) == "", "what the server has is not kept on the device"


def test_letters_being_put_together_are_left_alone(page: Page, own_site: Site, lesson: str) -> None:
    """Vietnamese typing tools rewrite what stands before the caret: saving meanwhile must not take part in it."""
    box = page.locator("[id='3-md']")
    box.fill("")
    box.focus()
    typing = page.context.new_cdp_session(page)
    typing.send("Input.imeSetComposition", {"text": "tie", "selectionStart": 3, "selectionEnd": 3})
    pause(page)
    typing.send("Input.imeSetComposition", {"text": "tiê", "selectionStart": 3, "selectionEnd": 3})
    typing.send("Input.insertText", {"text": "tiếng"})
    pause(page)
    says(page, "Đã lưu lúc")
    assert box.input_value() == "tiếng"
    assert draft(own_site, lesson)["blocks"][3]["data"]["md"] == "tiếng"


def test_without_a_network_it_is_kept_here_and_saved_later(page: Page, own_site: Site, lesson: str) -> None:
    page.context.set_offline(True)
    page.locator("[id='0-md']").fill("Gõ lúc mất mạng.")
    page.clock.run_for(3500)
    says(page, "Mất mạng")
    assert "Gõ lúc mất mạng." in kept(page)
    page.locator("button[value='down:0']").click()
    says(page, "Đang mất mạng")
    with page.expect_response(re.compile("/luu$")):
        page.context.set_offline(False)
    says_in_the_end(page, "Đã lưu lúc")
    assert draft(own_site, lesson)["blocks"][0]["data"]["md"] == "Gõ lúc mất mạng."
    assert kept(page) == ""


def test_a_look_that_could_not_be_loaded_is_loaded_by_the_next_save(context: BrowserContext, lesson: str) -> None:
    page, look = context.new_page(), re.compile("/xem-truoc")
    page.clock.install()
    page.route(look, lambda route: route.abort("internetdisconnected"))
    with page.expect_event("requestfailed", lambda failed: look.search(failed.url) is not None):
        page.goto(lesson)
    page.unroute(look)
    page.locator("[id='0-md']").fill("Mạng vừa có lại.")
    pause(page)
    says(page, "Đã lưu lúc")
    page.frame_locator("#preview").get_by_text("Mạng vừa có lại.").wait_for()


def lose_the_answer(route: Route) -> None:
    """The server takes the save, and the line breaks before its answer is here."""
    route.fetch()
    route.abort("connectionreset")


def test_a_save_whose_answer_was_lost_is_nobody_elses(page: Page, own_site: Site, lesson: str) -> None:
    box = page.locator("[id='0-md']")
    page.route("**/luu", lose_the_answer, times=1)
    box.fill("Lưu rồi mà không hay.")
    page.clock.run_for(3500)
    says(page, "Mất mạng")
    assert draft(own_site, lesson)["blocks"][0]["data"]["md"] == "Lưu rồi mà không hay."
    box.fill("Gõ tiếp sau đó.")
    page.clock.run_for(20_000)
    says(page, "Đã lưu lúc")
    assert draft(own_site, lesson)["blocks"][0]["data"]["md"] == "Gõ tiếp sau đó."
    assert kept(page) == ""


def test_a_button_after_a_lost_answer_is_no_clash_either(page: Page, own_site: Site, lesson: str) -> None:
    page.route("**/luu", lose_the_answer, times=1)
    page.locator("[id='0-md']").fill("Lưu rồi mà không hay.")
    page.clock.run_for(3500)
    says(page, "Mất mạng")
    page.locator("[id='0-md']").fill("Gõ tiếp sau đó.")
    moved = page.locator("[data-block]").first.get_attribute("data-block")
    page.locator("button[value='down:0']").click()
    says(page, "Đã lưu lúc")
    blocks = draft(own_site, lesson)["blocks"]
    assert (blocks[1]["id"], blocks[1]["data"]["md"]) == (moved, "Gõ tiếp sau đó.")


def test_somebody_elses_save_after_a_lost_answer_sets_the_newest_aside(page: Page, own_site: Site, lesson: str) -> None:
    box = page.locator("[id='0-md']")
    page.route("**/luu", lambda route: route.abort("connectionreset"), times=1)
    box.fill("Chưa tới nơi.")
    page.clock.run_for(3500)
    says(page, "Mất mạng")
    Author(signed_in(own_site, "administrator").client).press(lesson, b3__md="Của người kia.")
    box.fill("Chưa tới nơi, và thêm nữa.")
    page.clock.run_for(20_000)
    says(page, "Có người khác vừa lưu bài này")
    page.locator("#saved a").click()
    page.locator("h1", has_text="Hai bản").wait_for()
    with page.expect_navigation():
        page.locator("button[value=choose]").click()
    assert draft(own_site, lesson)["blocks"][0]["data"]["md"] == "Chưa tới nơi, và thêm nữa."


def test_what_was_typed_comes_back_on_the_next_visit(page: Page, own_site: Site, lesson: str) -> None:
    page.context.set_offline(True)
    page.locator("[id='0-md']").fill("Chưa kịp lưu.\nHai dòng.")
    page.clock.run_for(3500)
    says(page, "Mất mạng")
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(lesson)
    # A page that is closed still tries to save; where the line comes back in that very moment nothing is left to offer.
    if again.locator("#kept").is_visible():
        with again.expect_navigation():
            again.locator("#kept [data-take]").click()
    assert draft(own_site, lesson)["blocks"][0]["data"]["md"] == "Chưa kịp lưu.\nHai dòng."
    assert not again.locator("#kept").is_visible()
    assert kept(again) == ""


def test_a_session_that_ends_takes_nothing_with_it(page: Page, own_site: Site, lesson: str) -> None:
    page.context.clear_cookies()
    page.locator("[id='0-md']").fill("Gõ khi hết phiên.")
    pause(page)
    says(page, "Đã hết phiên đăng nhập")
    who = demo_sign_ins()["instructor"]
    page.locator("#saved a").click()
    page.locator("[name=identifier]").fill(who["login"])
    page.locator("[name=password]").fill(who["password"])
    with page.expect_navigation(url=re.compile(lesson)):
        page.locator("[name=password]").press("Enter")
    page.locator("#kept").wait_for(state="visible")
    with page.expect_navigation():
        page.locator("#kept [data-take]").click()
    assert draft(own_site, lesson)["blocks"][0]["data"]["md"] == "Gõ khi hết phiên."


def test_somebody_elses_save_is_told_and_leads_to_both(page: Page, own_site: Site, lesson: str) -> None:
    Author(signed_in(own_site, "administrator").client).press(lesson, b3__md="Của người kia.")
    page.locator("[id='0-md']").fill("Của tôi.")
    pause(page)
    says(page, "Có người khác vừa lưu bài này")
    page.locator("#saved a").click()
    page.locator("h1", has_text="Hai bản").wait_for()
    assert page.evaluate(WIDER) == []
    with page.expect_navigation():
        page.locator("button[value=choose]").click()
    blocks = draft(own_site, lesson)["blocks"]
    assert (blocks[0]["data"]["md"], blocks[3]["data"]["md"]) == ("Của tôi.", "Của người kia.")


def test_a_button_redraws_the_blocks_and_keeps_the_place(page: Page, own_site: Site, lesson: str) -> None:
    page.evaluate("window.here = true")
    page.locator("[id='2-items']").fill("Bước vừa gõ.")
    name = page.locator("#block-2").get_attribute("data-block")
    top = "document.querySelector(`[data-block='${name}']`).getBoundingClientRect().top".replace("${name}", str(name))
    button = page.locator("button[value='up:2']")
    button.scroll_into_view_if_needed()
    before = page.evaluate(top)
    button.focus()
    page.keyboard.press("Enter")
    page.locator(f"#block-1[data-block='{name}']").wait_for()
    assert abs(page.evaluate(top) - before) < 2
    assert page.evaluate("document.activeElement.value") == "up:1", "pressed again it goes on"
    assert page.locator("[id='1-items']").input_value() == "Bước vừa gõ."
    page.keyboard.press("Enter")
    page.locator(f"#block-0[data-block='{name}']").wait_for()
    page.locator("button[value='remove:0']").click()
    page.locator("#removed").wait_for()
    assert page.evaluate("document.activeElement.value") == "undo"
    page.keyboard.press("Enter")
    page.locator(f"#block-0[data-block='{name}']").wait_for()
    assert [b["kind"] for b in draft(own_site, lesson)["blocks"]][:3] == ["steps", "text", "image"]
    page.locator("button[value='add::text']").click()
    page.locator("#block-6").wait_for()
    assert page.evaluate("document.activeElement.id") == "6-md"
    assert page.evaluate("window.here"), "the page was never left"


def test_a_picture_dropped_onto_a_block_stands_below_it(page: Page, own_site: Site, lesson: str) -> None:
    page.evaluate(PICTURE, "[id='2-items']")
    page.locator("#block-3 input[type=file]").wait_for()
    page.locator("[id='3-file'] input[name='3-file']:not([value=''])").wait_for(state="attached")
    block = draft(own_site, lesson)["blocks"][3]
    assert (block["kind"], block["data"]["file"]) == ("image", "anh-cho.webp")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_both_versions_fit_every_screen(
    browser: Browser, own_site: Site, instructor: Learner, lesson: str, look: Look
) -> None:
    author = Author(instructor.client)
    mine = author.fields(lesson)
    Author(signed_in(own_site, "administrator").client).press(lesson, b3__md="x" * 200, guide="Dài " * 60)
    answer = author.client.post(lesson, data={**mine, "0-md": "y" * 200, "3-md": "Khác", "do": "save"})
    assert answer.status_code == 409
    held = open_context(browser, own_site, look, instructor.cookie)
    opened = held.new_page()
    opened.goto(lesson)
    assert opened.evaluate(WIDER) == []
    opened.locator("#set-aside a").click()
    opened.locator("h1", has_text="Hai bản").wait_for()
    assert opened.evaluate(WIDER) == []
    held.close()

"""A phone whose server process is really stopped: what was taken along opens, what is done there is sent once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.offline.conftest import COURSE, Phone, Station

if TYPE_CHECKING:
    from playwright.sync_api import Route

LESSON = "quet-ma-qr"
AT = f"/hoc/{COURSE}/{LESSON}"
SENT = "SELECT count(*) FROM offline_sent"
ANSWERS = "SELECT count(*) FROM quizzes_practice_answer"


def answer(phone: Phone, place: int) -> bool:
    """Chooses an answer of the question in the lesson; whether it was right."""
    phone.page.locator(".check .choice").nth(place).click()
    phone.page.click(".check button")
    phone.page.wait_for_selector(".check .feedback")
    return phone.page.locator(".check .feedback:not(.retry)").count() == 1


def test_a_course_opens_with_the_server_dead(phone: Phone, station: Station) -> None:
    phone.sign_in("learner")
    phone.take()
    station.stop()
    began = time.perf_counter()
    phone.open(AT)
    print(f"\na lesson with the server dead: {1000 * (time.perf_counter() - began):.0f} ms")
    assert phone.page.locator("[data-offline=here]").count() == 1
    assert phone.page.evaluate("document.images[0].decode().then(() => document.images[0].naturalWidth)") > 0
    phone.open(f"/khoa-hoc/{COURSE}")
    assert phone.page.locator("ol.rows li").count() > 5
    phone.open("/chuong-trinh")
    assert phone.heading() == "Chưa có mạng"
    assert phone.page.locator("[data-row]").count() == 1
    phone.page.click("[data-row] a")
    phone.page.wait_for_url(f"**/khoa-hoc/{COURSE}")


def test_what_is_done_without_a_network_is_sent_once(phone: Phone, station: Station) -> None:
    phone.sign_in("learner")
    phone.take()
    before = station.rows(ANSWERS)[0][0]
    station.stop()
    phone.open(AT)
    rights = [answer(phone, place) for place in (0, 1)]
    assert not all(rights)
    phone.page.reload()
    assert phone.waiting() == 2
    phone.page.click(".dock button")
    phone.page.wait_for_url(lambda url: not url.endswith(AT))
    assert phone.waiting() == 3
    station.trouble("lose")
    station.start()
    for _ in range(6):
        phone.flush()
    assert phone.waiting() == 0
    assert station.rows(SENT) == [(3,)]
    assert station.rows(ANSWERS)[0][0] == before + 2
    done = f"SELECT count(*) FROM lms_evidence e JOIN lms_activity a ON a.id = e.activity_id WHERE a.slug = '{LESSON}'"
    assert station.rows(done) == [(1,)]


def test_a_practice_is_played_with_the_server_dead(phone: Phone, station: Station) -> None:
    phone.sign_in("learner")
    phone.take()
    [(slug,)] = station.rows("SELECT slug FROM lms_activity WHERE kind = 'practice' ORDER BY slug LIMIT 1")
    station.stop()
    phone.open(f"/thuc-hanh/{slug}?course={COURSE}")
    with phone.page.expect_navigation():
        phone.page.click(".dock a")
    for _ in range(40):
        further = phone.page.locator("[name=tap][value='@next']:visible")
        if not further.count():
            break
        further.first.click()
    phone.page.wait_for_function("document.querySelector('.practice [data-kept]').textContent.length > 10")
    assert "Đã ghi lại trên máy" in phone.page.inner_text(".practice [data-kept]")
    assert [(e["kind"], e["data"]["mode"]) for e in phone.outbox()] == [("practice.finished", "watch")]
    station.start()
    phone.flush()
    assert station.rows("SELECT count(*) FROM practice_run") == [(1,)]
    assert phone.waiting() == 0


def test_players_get_pieces_of_a_sound(phone: Phone, station: Station) -> None:
    phone.take()
    station.stop()
    phone.open("/tai-ve")
    got = phone.page.evaluate("""async () => {
      const at = "/tep/" + "a".repeat(64) + ".mp3";
      const body = new Uint8Array(1000).map((_, n) => n % 251);
      const cache = await caches.open((await caches.keys()).find((name) => name.startsWith("hv-course:")));
      await cache.put(at, new Response(body, { headers: { "Content-Type": "audio/mpeg" } }));
      const ask = async (range) => {
        const answer = await fetch(at, { headers: { Range: range } });
        const bytes = new Uint8Array(await answer.arrayBuffer());
        return [answer.status, answer.headers.get("Content-Range"), bytes.length, bytes[0] || 0];
      };
      return [await ask("bytes=0-99"), await ask("bytes=900-"), await ask("bytes=-10"), await ask("bytes=2000-")];
    }""")
    assert got == [
        [206, "bytes 0-99/1000", 100, 0],
        [206, "bytes 900-999/1000", 100, 900 % 251],
        [206, "bytes 990-999/1000", 10, 990 % 251],
        [416, "bytes */1000", 0, 0],
    ]


def test_a_server_in_trouble_and_a_weak_line_give_the_copy(phone: Phone, station: Station) -> None:
    phone.take()
    phone.open(AT)
    assert phone.page.locator("[data-offline=here]").count() == 0  # the network has it: the live page
    station.trouble("broken")
    phone.open(AT)
    assert phone.page.locator("[data-offline=here]").count() == 1
    phone.open("/chuong-trinh")
    assert phone.heading() == "busy"  # no copy: what the server says
    station.trouble("broken", on=False)
    station.trouble("slow")
    began = time.perf_counter()
    phone.open(AT)
    assert phone.page.locator("[data-offline=here]").count() == 1
    print(f"\na lesson on a line that hangs: {time.perf_counter() - began:.1f} s")


def test_a_thousand_wait_and_every_third_reply_is_lost(phone: Phone, station: Station) -> None:
    phone.sign_in("learner")
    phone.take()
    [(slug, version)] = station.rows(
        "SELECT slug, current_id FROM quizzes_item WHERE pool = 'practice' ORDER BY id LIMIT 1"
    )
    station.stop()
    phone.page.evaluate(
        """async ([item, version]) => {
          for (let n = 0; n < 1000; n += 1) {
            const key = outbox.hex(crypto.getRandomValues(new Uint8Array(16)));
            const data = { item, version, fields: { answer: ["ab"[n % 2]] } };
            const person = outbox.who();
            await outbox.put("outbox", { key, t: 1e9 + n, person, kind: "check.answered", data, tries: 0 });
          }
        }""",
        [slug, version],
    )
    station.trouble("lose")
    station.start()
    began = time.perf_counter()
    rounds = 0
    while phone.waiting():
        phone.flush()
        rounds += 1
        assert rounds < 60
    print(f"\n1,000 events in {time.perf_counter() - began:.1f} s, {rounds} times begun")
    assert station.rows(SENT) == [(1000,)]
    assert station.rows(ANSWERS) == [(1000,)]
    assert station.rows("SELECT count(*) FROM offline_sent WHERE unsure") == [(1000,)]


def test_one_phone_two_people(phone: Phone, station: Station) -> None:
    phone.sign_in("learner")
    phone.take()
    station.stop()
    phone.open(AT)
    answer(phone, 0)
    phone.sign_out()
    station.start()
    phone.sign_in("instructor")
    phone.open(f"/tai-ve/{COURSE}")
    phone.flush()
    assert phone.waiting() == 1  # the first one's, and it stays
    assert station.rows(SENT) == [(0,)]
    phone.page.wait_for_selector("[data-when=others]:not([hidden])")
    station.stop()
    phone.open(AT)
    answer(phone, 1)
    phone.page.click(".dock button")
    phone.page.wait_for_url(lambda url: not url.endswith(AT))
    station.start()
    phone.open("/tai-ve")
    phone.flush()
    assert phone.waiting() == 1
    phone.sign_out()
    phone.open("/tai-ve")
    assert phone.flush() == "sign-in"
    assert phone.waiting() == 1
    phone.sign_in("learner")
    phone.open("/tai-ve")
    phone.flush()
    assert phone.waiting() == 0
    found = station.rows(
        "SELECT a.username, s.kind FROM offline_sent s JOIN lms_account a ON a.id = s.account_id ORDER BY s.kind, 1"
    )
    assert len({name for name, _kind in found}) == 2
    assert sorted(kind for _name, kind in found) == ["check.answered", "check.answered", "lesson.read"]


def test_nobody_signed_in_keeps_nothing(phone: Phone, station: Station) -> None:
    phone.take()
    station.stop()
    phone.open(AT)
    answer(phone, 0)  # it is judged all the same
    assert phone.page.locator("[data-offline=nobody]").is_visible()
    assert phone.waiting() == 0


def test_a_worker_of_a_release_long_ago_goes(phone: Phone, station: Station) -> None:
    station.trouble("old-worker")
    phone.open("/tai-ve")
    phone.page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    phone.open("/tai-ve")
    assert phone.heading() == "The old shell"
    station.trouble("old-worker", on=False)
    # What a browser does by itself when a page is opened and a day has gone by.
    phone.page.evaluate("navigator.serviceWorker.getRegistration().then((held) => held.update())")
    # The new one keeps its files while it is installed; only when none is on its way any more does it answer.
    phone.page.wait_for_function("""async () => {
        const held = await navigator.serviceWorker.getRegistration(), names = await caches.keys();
        return !held.installing && !held.waiting && names.length === 1 && names[0].startsWith('hv-static:');
    }""")
    for _page in range(3):  # one that is asked for in this very moment may still be the old one's
        phone.open(f"/tai-ve/{COURSE}")
        if phone.heading() != "The old shell":
            break
    assert phone.shown() == "none"
    phone.take()
    assert phone.shown() == "ready"


def test_the_kill_switch_frees_the_phone(phone: Phone, station: Station) -> None:
    phone.sign_in("learner")
    phone.take()
    station.stop()
    phone.open(AT)
    answer(phone, 0)
    station.start("off")
    phone.open("/tai-ve")
    phone.page.evaluate("navigator.serviceWorker.getRegistration().then((held) => held && held.update())")
    phone.page.wait_for_function(
        "navigator.serviceWorker.getRegistrations().then(async (all) => !all.length && !(await caches.keys()).length)"
    )
    phone.open("/tai-ve")  # what waited is sent by the page itself
    phone.page.wait_for_function("outbox.all('outbox').then((rows) => !rows.length)")
    assert station.rows(SENT) == [(1,)]
    phone.open(f"/tai-ve/{COURSE}")
    assert phone.page.locator("[data-plan]").count() == 0
    assert phone.page.locator("link[rel=manifest]").count() == 0


def test_too_little_room_is_said_before_anything_is_fetched(phone: Phone) -> None:
    phone.context.add_init_script(
        "Object.defineProperty(navigator.storage, 'estimate', { value: async () => ({ quota: 4e5, usage: 3e5 }) })"
    )
    phone.open(f"/tai-ve/{COURSE}")
    phone.page.click("[data-when=none] button[value=get]")
    phone.page.wait_for_selector("[data-when=room]:not([hidden])")
    assert phone.page.inner_text("[data-when=room] [data-fill=free]") == "100\u00a0KB"
    assert phone.page.evaluate("outbox.all('courses')") == []


def test_a_download_goes_on_where_it_stopped(phone: Phone, station: Station) -> None:
    fetched: list[str] = []
    phone.context.on("request", lambda request: fetched.append(request.url))
    phone.open(f"/tai-ve/{COURSE}")
    station.trouble("no-files")
    phone.page.click("[data-when=none] button[value=get]")
    phone.page.wait_for_selector("[data-when=failed]:not([hidden])")
    assert phone.page.evaluate("outbox.all('courses')") == []
    station.trouble("no-files", on=False)
    before = {url for url in fetched if "/lesson/" in url}
    fetched.clear()
    phone.page.click("[data-when=failed] button[value=get]")
    phone.wait_until_taken()
    again = [url for url in fetched if "/lesson/" in url and url in before]
    assert len(before) > 3
    assert len(again) <= 3  # those that were under way


def test_a_new_revision_takes_the_place_of_the_old_one(phone: Phone, station: Station) -> None:
    phone.take()
    old = phone.page.evaluate("caches.keys()")
    phone.page.evaluate(
        """async () => {
          const [held] = await outbox.all("courses");
          await outbox.put("courses", { ...held, rev: "0-older" });
          const name = (await caches.keys()).find((one) => one.startsWith("hv-course:"));
          const cache = await caches.open(name);
          const copy = await caches.open(`hv-course:${held.course}:0-older`);
          for (const asked of await cache.keys()) await copy.put(asked, await cache.match(asked));
          await caches.delete(name);
        }"""
    )
    phone.open(f"/tai-ve/{COURSE}")
    phone.page.wait_for_selector("[data-when=new]:not([hidden])")
    phone.page.click("[data-when=new] button[value=get]")
    phone.wait_until_taken()
    assert sorted(phone.page.evaluate("caches.keys()")) == sorted(old)


def test_a_course_is_taken_off_again(phone: Phone, station: Station) -> None:
    phone.take()
    phone.open("/tai-ve")
    phone.page.click("[data-row] button")
    phone.page.wait_for_selector("[data-offline=none]:not([hidden])")
    assert [name for name in phone.page.evaluate("caches.keys()") if name.startswith("hv-course:")] == []


def test_a_station_without_tls_says_that_lessons_open_there(phone: Phone, station: Station) -> None:
    def pass_on(route: Route) -> None:
        answer = route.fetch(url=route.request.url.replace("http://tram.lan", station.base))
        route.fulfill(response=answer)

    phone.context.route("http://tram.lan/**", pass_on)
    phone.page.goto(f"http://tram.lan/tai-ve/{COURSE}")
    assert phone.page.evaluate("isSecureContext") is False
    assert phone.shown() == "station"
    assert phone.page.locator("button[value=get]:visible").count() == 0
    phone.page.goto(f"http://tram.lan{AT}")
    assert phone.page.locator(".check").count() >= 1


@pytest.mark.parametrize("agent", ["Zalo/24.1 Android", "FBAN/FB4A"])
def test_in_another_app_it_says_to_open_chrome(more_phones: Callable[..., Phone], agent: str) -> None:
    phone = more_phones(user_agent=f"Mozilla/5.0 (Linux; Android 12) {agent}")
    phone.context.add_init_script("delete Navigator.prototype.serviceWorker")
    phone.open(f"/tai-ve/{COURSE}")
    assert phone.shown() == "app"


def marked(phone: Phone) -> list[str]:
    """The activities that the copy of the course says are done."""
    return [str(row.get_attribute("data-mark")).split("/")[2] for row in phone.page.locator("[data-mark].done").all()]


def test_a_copy_knows_what_was_learnt_elsewhere_and_speaks_the_readers_language(phone: Phone, station: Station) -> None:
    """Taken along in English: what the server knows stands on it, what is done on the phone comes besides, and goes."""
    phone.sign_in("learner")
    phone.context.add_cookies([{"name": "lang", "value": "en", "url": station.base}])
    phone.open(f"/khoa-hoc/{COURSE}")
    lessons = list(dict.fromkeys(phone.page.locator(f"ol a[href^='/hoc/{COURSE}/']").evaluate_all(
        "links => links.map((link) => link.pathname.split('/')[3])"
    )))  # fmt: skip
    phone.open(f"/hoc/{COURSE}/{lessons[0]}")
    with phone.page.expect_navigation():
        phone.page.click(".dock button")
    phone.take()
    phone.open(f"/hoc/{COURSE}/{lessons[1]}")
    with phone.page.expect_navigation():
        phone.page.click(".dock button")
    phone.page.wait_for_function(
        "async ([name]) => { const base = await new Promise((done) => { const o = indexedDB.open('hocvuso');"
        " o.onsuccess = () => done(o.result); }); const got = await new Promise((done) => {"
        " const a = base.transaction('done').objectStore('done').getAllKeys(); a.onsuccess = () => done(a.result); });"
        " base.close(); return got.some((key) => key.endsWith(name)); }",
        arg=[f"/lesson/{lessons[1]}"],
    )
    station.stop()
    phone.open(f"/khoa-hoc/{COURSE}")
    phone.page.wait_for_selector("[data-offline=next]:not([hidden])")
    assert marked(phone) == lessons[:2], "done before it was taken along, and online afterwards"
    assert phone.page.get_attribute("[data-offline=next] a", "href") == f"/hoc/{COURSE}/{lessons[2]}"
    assert phone.page.get_attribute("html", "lang") == "en"
    assert "The copy on your phone" in phone.page.inner_text("main")
    phone.page.click("[data-offline=next] a")
    phone.page.click(".dock button")
    phone.page.wait_for_url(lambda url: not url.endswith(lessons[2]))
    phone.open(f"/khoa-hoc/{COURSE}")
    phone.page.wait_for_selector("[data-offline=next]:not([hidden])")
    assert marked(phone) == lessons[:3], "and without a network"
    phone.open("/cua-toi")
    assert phone.heading() == "No network now"
    station.start()
    phone.sign_out()
    phone.open("/tai-ve")
    phone.page.wait_for_function("async () => (await outbox.all('done')).length === 0")
    assert phone.waiting() == 1, "what was done is kept for its person"
    station.stop()
    phone.open(f"/khoa-hoc/{COURSE}")
    assert marked(phone) == []
    station.start()
    phone.context.clear_cookies()
    phone.open(f"/tai-ve/{COURSE}")
    phone.page.wait_for_selector("[data-when=other]:not([hidden])")
    phone.page.click("[data-when=other] button[value=get]")
    phone.wait_until_taken()
    station.stop()
    phone.open(f"/khoa-hoc/{COURSE}")
    assert phone.page.get_attribute("html", "lang") == "vi"

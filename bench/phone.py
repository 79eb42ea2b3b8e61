"""Pages as a phone in the mountains gets them: Chromium, slowed down, counts bytes, requests and time to the content.

400 kbit/s, 400 ms, a processor six times slower: what an old phone has at the edge of a cell. Bytes and requests are
exact; times are medians of three and vary with the machine, so they are compared with the budgets and asserted nowhere.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from lms.starting import demo_sign_ins
from lms.testing.browser import chromium
from lms.testing.building import make_app, prepare_database
from lms.web.session import COOKIE

BITS_A_SECOND, LATENCY_MS, SLOWER = 400_000, 400, 6
TRIES = 3
COURSE = "ky-nang-so-nguoi-dan"


@dataclass(frozen=True)
class Budget:
    """What a first view may take: KB of 1,000 bytes in all, requests, milliseconds to the largest content."""

    kilobytes: float
    requests: int
    content_ms: int


LEARNER, LESSON, STAFF = Budget(25, 4, 1_800), Budget(60, 6, 2_200), Budget(60, 8, 2_500)


@dataclass(frozen=True)
class PageKind:
    """A page to look at: as whom, and within which budget."""

    name: str
    who: str
    path: str
    budget: Budget


@dataclass(frozen=True)
class Seen:
    """What one first view took."""

    kilobytes: float
    requests: int
    first_ms: float
    content_ms: float
    shift: float
    again_ms: float  # the second view, from what the phone kept


class _Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection for all, as a real server keeps it

    def log(self, type: str, message: str, *args: object) -> None:
        """Says nothing."""


def kinds(app: Flask) -> list[PageKind]:
    """The pages, found in the starter content."""
    from sqlalchemy import select

    from lms.db.unit_of_work import connection
    from lms.learning.access import course_for
    from lms.learning.models import Activity
    from lms.learning.queries import newest_syllabus

    with app.test_request_context("/"):
        at = course_for(None, COURSE)
        lesson = next(p for p in at.places if p.kind == "lesson")
        quiz = next(p for p in at.places if p.kind == "quiz")
        a = Activity.__table__
        practice = connection().execute(select(a.c.slug).where(a.c.kind == "practice").order_by(a.c.slug)).scalar()
        assert newest_syllabus(at.course.id)
    found = [
        PageKind("home", "", "/", LEARNER),
        PageKind("programmes", "", "/chuong-trinh", LEARNER),
        PageKind("course", "", f"/khoa-hoc/{COURSE}", LEARNER),
        PageKind("lesson with its first picture", "", f"/hoc/{COURSE}/{lesson.slug}", LESSON),
        PageKind("lesson, signed in", "learner", f"/hoc/{COURSE}/{lesson.slug}", LESSON),
        PageKind("quiz: its first page", "learner", f"/hoc/{COURSE}/kiem-tra/{quiz.slug}", LEARNER),
        PageKind("my learning", "learner", "/cua-toi", LEARNER),
        PageKind("checking a paper", "", "/verify", LEARNER),
        PageKind("editor of a lesson", "administrator", f"/studio/bai-hoc/{lesson.slug}", STAFF),
        PageKind("people of a unit", "administrator", "/can-bo/nguoi", STAFF),
    ]
    if practice:
        found.insert(6, PageKind("practice, with a guide", "", f"/thuc-hanh/{practice}/chi-dan", LEARNER))
    return found


def measure() -> list[tuple[PageKind, Seen]]:
    """Every kind of page, in a browser of its own each time."""
    with tempfile.TemporaryDirectory(prefix="bench-phone-") as name:
        app = make_app(Path(name), f"sqlite:///{name}/lms.sqlite")
        prepare_database(app)
        with _served(app) as base, chromium() as browser:
            cookies = {who: _session(app, who) for who in ("learner", "administrator")}
            return [(kind, _look(browser, base, kind, cookies.get(kind.who, ""))) for kind in kinds(app)]


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _session(app: Flask, who: str) -> str:
    person: dict[str, Any] = demo_sign_ins()[who]
    browser = app.test_client()
    answer = browser.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    assert answer.status_code == 303, f"{who} cannot sign in"
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    return str(cookie.value)


_TIMES = """() => new Promise((done) => {
  let content = 0, shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { content = e.startTime; }))
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) shift += e.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => {
    const first = performance.getEntriesByName("first-contentful-paint")[0];
    done({ content, shift, first: first ? first.startTime : 0 });
  }, 400);
})"""


def _look(browser: Any, base: str, kind: PageKind, session: str) -> Seen:
    tries = [_once(browser, base, kind, session) for _try in range(TRIES)]
    return Seen(
        tries[0].kilobytes,
        tries[0].requests,
        statistics.median(t.first_ms for t in tries),
        statistics.median(t.content_ms for t in tries),
        max(t.shift for t in tries),
        statistics.median(t.again_ms for t in tries),
    )


def _once(browser: Any, base: str, kind: PageKind, session: str) -> Seen:
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2, locale="vi-VN")
    try:
        if session:
            context.add_cookies([{"name": COOKIE, "value": session, "url": base}])
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MS,
                "downloadThroughput": BITS_A_SECOND / 8,
                "uploadThroughput": BITS_A_SECOND / 8,
            },
        )
        wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        sizes: list[float] = []
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        answer = page.goto(base + kind.path, wait_until="load", timeout=90_000)
        assert answer is not None
        assert answer.status == 200, f"{kind.name}: {answer.status} at {answer.url}"
        times = page.evaluate(_TIMES)
        first = list(sizes)
        page.goto(base + kind.path, wait_until="load", timeout=90_000)
        again = page.evaluate(_TIMES)
        return Seen(sum(first) / 1000, len(first), times["first"], times["content"], times["shift"], again["content"])
    finally:
        context.close()


def markdown(found: list[tuple[PageKind, Seen]]) -> str:
    """The table, with the budget of each and a mark where it is passed."""
    about = (
        f"Pages on a slow phone: {BITS_A_SECOND // 1000} kbit/s, {LATENCY_MS} ms, processor ÷ {SLOWER}; Chromium,"
        " 360 × 740, nothing kept from before. Budgets in brackets; over budget in bold. Times are medians of"
        f" {TRIES} and vary with the machine."
    )
    lines = [
        about,
        "",
        "| page | KB | requests | first paint ms | largest content ms | layout shift | second view ms |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for kind, seen in found:
        b = kind.budget
        lines.append(
            f"| {kind.name} | {_told(seen.kilobytes, b.kilobytes, 1)} | {_told(seen.requests, b.requests)}"
            f" | {seen.first_ms:.0f} | {_told(seen.content_ms, b.content_ms)} | {seen.shift:.3f}"
            f" | {seen.again_ms:.0f} |"
        )
    return "\n".join(lines)


def _told(value: float, budget: float, digits: int = 0) -> str:
    text = f"{value:,.{digits}f}"
    return f"{text} ({budget:,.0f})" if value <= budget else f"**{text}** ({budget:,.0f})"

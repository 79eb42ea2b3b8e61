"""The pictures of README: starts the demo on a free port with data of its own and looks at it through Chromium.

    make screenshot

Writes docs/images/<page>-<width>.png, few colours, at most 120 KB each.
"""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from lms import progress, starting
from lms.app import create_app
from lms.competency import queries as competency
from lms.config import Settings
from lms.db import migrating
from lms.db.base import db
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts
from lms.identity.models import Account
from lms.learning import queries as learning
from lms.learning.models import Kind
from lms.learning.record import Result
from lms.testing.browser import find_chromium, flags

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZES = {360: 740, 1280: 800}
MOST = 120 * 1024  # bytes of one picture
COURSE, PROGRAMME, QUIZ = "ky-nang-so-nguoi-dan", "nguoi-dan", "kiem-tra-cuoi-nguoi-dan"
LESSON = "giu-kin-ma-otp"
LEARNT = 7  # lessons that the learner has behind her when the pictures begin
PATIENCE = 60  # seconds for the server to start, or for the worker to draw a paper


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def demo(folder: Path, port: int) -> Iterator[Settings]:
    """A prepared installation in `folder`, served by the same command as everywhere."""
    chosen = {
        "LMS_DATA_DIR": str(folder),
        "LMS_DATABASE_URL": f"sqlite:///{folder}/demo.sqlite",
        "LMS_PORT": str(port),
        "LMS_ISSUER_NAME": "Trung tâm Học vụ số (bản dùng thử)",
        "LMS_PLACE_NAME": "Xã Bắc Hà",
    }
    settings = Settings.load(chosen)
    app = create_app(settings)
    with app.app_context():
        migrating.upgrade(db.engine, app.extensions["lms.registry"].packages())
        starting.load_units()
        starting.load_content(starting.CONTENT / "starter")
        starting.make_demo_people()
        learn(LEARNT)
        db.session.remove()
        db.engine.dispose()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LMS_")} | chosen
    server = subprocess.Popen([sys.executable, "-m", "lms.cli", "serve"], env=environment)  # noqa: S603  ourselves
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield settings
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str) -> None:
    """Returns once an address answers with 200."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  our own server
                if answer.status == 200:
                    return
        except OSError:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


def learn(lessons: int | None = None) -> None:
    """Lets the demo learner do the course: so many lessons, or all of it, passed and confirmed by the rules."""
    learner = starting.DEMO[0]
    who = connection().execute(db.select(Account.id).where(Account.username == learner.login)).scalar_one()
    course = learning.activity("course", COURSE)
    syllabus = learning.newest_syllabus(course.id) if course else None
    if course is None or syllabus is None:
        raise LookupError(f"The starter content has no course {COURSE}.")
    places = [p for p in learning.places(syllabus) if lessons is None or p.kind == "lesson"][:lessons]
    with unit_of_work():
        accounts.set_birth_date(who, date(1961, 5, 19))
        progress.enroll(who, course.id)
        for place in places:
            if place.kind == "quiz":
                result = Result(Kind.SCORED, 38, 40, passed=True)
            else:
                result = Result(Kind.DECLARED if place.kind == "task" else Kind.COMPLETED)
            progress.record_result(who, place.activity_id, result)
    if lessons is None and not competency.attained_by(who):
        raise RuntimeError("The whole course was done, and the programme is not attained.")


def go_on(settings: Settings, lessons: int | None = None) -> None:
    """The learner goes on while the demo is being served."""
    with create_app(settings).app_context():
        learn(lessons)
        db.session.remove()
        db.engine.dispose()


def sign_in(page: Page, base: str, role: str) -> None:
    """Signs a demo person in."""
    person = starting.demo_sign_ins()[role]
    page.goto(f"{base}/dang-nhap")
    page.fill("[name=identifier]", person["login"])
    page.fill("[name=password]", person["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "dang-nhap" not in url)


def visit(page: Page, address: str) -> None:
    """Opens a page; RuntimeError where there is none to be pictured."""
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise RuntimeError(f"{address} answers {answer.status if answer else 'nothing'}.")


def take(page: Page, name: str) -> None:
    """A picture of what the page shows at each size."""
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.fonts.ready")
        keep(page.screenshot(), IMAGES / f"{name}-{width}.png")


def keep(picture: bytes, path: Path) -> None:
    """Writes a picture with as many colours as fit into 120 KB."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST:
            path.write_bytes(out.getvalue())
            sys.stdout.write(f"{path.name}: {out.tell():,} bytes, {colours} colours\n")
            return
    raise ValueError(f"{path.name} does not fit into {MOST} bytes.")


def paper_is_here(page: Page, base: str) -> str:
    """The address of the learner's paper, once the worker has issued and drawn it."""
    until = time.monotonic() + PATIENCE
    while True:
        page.goto(f"{base}/giay")
        links = page.locator("main a[href*='/giay/']")
        if links.count():
            address = str(links.first.get_attribute("href"))
            if page.request.get(f"{base}{address.removesuffix('.pdf')}.pdf").ok:
                return base + address.removesuffix(".pdf")
        if time.monotonic() > until:
            raise TimeoutError("The worker has not issued the paper.")
        page.wait_for_timeout(200)


def look(browser: Browser, settings: Settings) -> None:
    """Every picture, in the order of the story."""
    base = f"http://{settings.host}:{settings.port}"
    page = browser.new_context(locale="vi-VN").new_page()
    visit(page, base)
    take(page, "home")
    sign_in(page, base, "learner")
    visit(page, f"{base}/hoc/{COURSE}/{LESSON}")
    take(page, "lesson")
    go_on(settings, 62)
    visit(page, f"{base}/hoc/{COURSE}/kiem-tra/{QUIZ}")
    page.click("form[action$='/bat-dau'] button")
    page.wait_for_url("**/luot/**")
    choose_question(page)
    take(page, "quiz")
    go_on(settings)
    visit(page, paper_is_here(page, base))
    take(page, "certificate")
    number = page.locator("main").inner_text()
    visit(page, f"{base}/verify/{number_in(number)}")
    take(page, "verify")
    staff = browser.new_context(locale="vi-VN").new_page()
    sign_in(staff, base, "administrator")
    visit(staff, f"{base}/studio/khoa-hoc/{COURSE}")
    take(staff, "studio")


def choose_question(page: Page) -> None:
    """Goes to a question of the paper that shows a message and several answers, and chooses the first one."""
    first = page.url.rpartition("/")[0]
    for n in range(1, 21):
        visit(page, f"{first}/{n}")
        answers = page.locator("[name=answer]")
        if answers.count() > 2 and page.locator("figure.message").count():
            break
    answers.first.check(force=True)


def number_in(text: str) -> str:
    """The number of a paper, found in what a page says."""
    for word in text.split():
        if word.count("-") == 4 and word.startswith("HVS-"):
            return word.strip(".,;:")
    raise LookupError("The page names no number.")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = find_chromium(playwright.chromium.executable_path)
        if not path:
            sys.exit("Chromium is missing. Install it: apt-get install chromium")
        with demo(Path(folder), free_port()) as settings:
            browser = playwright.chromium.launch(executable_path=path, args=flags(), chromium_sandbox=os.geteuid() != 0)
            look(browser, settings)
            browser.close()


if __name__ == "__main__":
    main()

"""A learner's journey over any browser: each call is one request, so that each can be measured by itself."""

from __future__ import annotations

import gzip
import itertools
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from html.parser import HTMLParser
from typing import Protocol

from bench.data import COURSE, LESSONS, PASSWORD, PROGRAMME, QUESTIONS, QUIZ


@dataclass(frozen=True)
class Answer:
    """What came back: `size` is all that came over the wire, headers too; `statements` where the server counts them."""

    status: int
    headers: dict[str, str]
    body: bytes
    size: int
    statements: int = 0

    @cached_property
    def text(self) -> str:
        """The body as text, unpacked when somebody looks: a page's cost ends where the server's does."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode(errors="replace")

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


class Browser(Protocol):
    """Somebody who asks for pages and keeps cookies."""

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, script: bool = False) -> Answer:
        """One request; redirects are not followed. `script`: our script asks for what the next page holds."""


class Recorder(Protocol):
    """Whoever wants to know of each step: the meter, the profiler."""

    def step(self, workload: str) -> AbstractContextManager[list[Answer]]:
        """Around one request; the answer is put into the list."""


class _Options(HTMLParser):
    """The keys and texts of the options on a question page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._key = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "input":
            self._key = values.get("value") or "" if values.get("name") == "answer" else ""
        if tag in ("button", "footer"):
            self._key = ""

    def handle_data(self, data: str) -> None:
        if self._key and data.strip():
            self.found[self._key] = (self.found.get(self._key, "") + " " + data.strip()).strip()


WITHOUT_SCRIPT = 5  # answers that are sent once more as a browser without script sends them
OUTSIDE = {"W7b", "W8a", "W12", "W13"}  # what a journey measures beside itself


class JourneyError(RuntimeError):
    """An answer that the journey cannot go on with; the figures would mean nothing."""


def _form_of(page: Answer) -> dict[str, str]:
    token = re.search(r'name="token" value="([^"]*)"', page.text)
    return {"token": token[1]} if token else {}


@dataclass
class Journey:
    """One learner from the sign-in form to the paper in hand."""

    browser: Browser
    recorder: Recorder
    login: str
    right: frozenset[str]
    attempt: str = ""
    first: Answer = field(default_factory=lambda: Answer(0, {}, b"", 0))  # the first question on the screen
    paper: str = ""
    number: str = ""
    form: dict[str, str] = field(default_factory=dict)

    def _do(
        self,
        workload: str,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        status: int = 200,
        script: bool = False,
    ) -> Answer:
        with self.recorder.step(workload) as answers:
            answer = self.browser.ask(method, path, form, script)
            answers.append(answer)
        if answer.status != status:
            raise JourneyError(f"{method} {path} answered {answer.status}, not {status}: {answer.text[:300]}")
        return answer

    def _get(self, workload: str, path: str, script: bool = False) -> Answer:
        answer = self._do(workload, "GET", path, script=script)
        self.form = _form_of(answer)
        return answer

    def _post(self, workload: str, path: str, form: dict[str, str] | None = None) -> Answer:
        return self._do(workload, "POST", path, self.form | (form or {}), 303)

    def sign_in(self) -> None:
        """W1 the form, W2 name and password, W3 the page that it leads to."""
        self._get("W1", "/dang-nhap")
        answer = self._post("W2", "/dang-nhap", {"identifier": self.login, "password": PASSWORD})
        self._get("W3", answer.location)

    def learn(self) -> None:
        """W4 the programme's page; W5 the first lesson; 9 × W6 learnt, which brings the next; W6a the last learnt."""
        self._get("W4", f"/chuong-trinh/{PROGRAMME}")
        lessons = [f"/hoc/{COURSE}/bench-bai-{n:02d}" for n in range(1, LESSONS + 1)]
        self._get("W5", lessons[0])
        for lesson, following in itertools.pairwise(lessons):
            answer = self._do("W6", "POST", f"{lesson}/xong", {"token": ""}, script=True)
            if answer.headers.get("content-location") != following:
                raise JourneyError(f"{lesson} learnt did not bring {following}.")
        self._do("W6a", "POST", f"{lessons[-1]}/xong", {"token": ""}, 303, script=True)

    def begin(self) -> None:
        """W7 the quiz's front page; W7a begin, which brings the first question."""
        front = f"/hoc/{COURSE}/kiem-tra/{QUIZ}"
        self._get("W7", front, script=True)  # where the last lesson leads to
        answer = self._do("W7a", "POST", f"{front}/bat-dau", self.form, script=True)
        self.attempt, _slash, question = answer.headers.get("content-location", "").rpartition("/")
        if question != "1" or not self.attempt.startswith("/luot/"):
            raise JourneyError(f"The quiz did not begin, but led to {answer.headers}.")
        self.first = answer

    def answer(self) -> None:
        """19 × W8 an answer, which brings the next question; W8c the last one, which brings all.

        Outside the journey, a browser without script: W7b a question, W8a its answer.
        """
        page = self.first
        for n in range(1, QUESTIONS + 1):
            at, chosen = f"{self.attempt}/{n}", {"answer": self._right_key(page.text)}
            if n <= WITHOUT_SCRIPT:
                self._get("W7b", at)
                self._post("W8a", at, chosen)
            page = self._do("W8" if n < QUESTIONS else "W8c", "POST", at, chosen, script=True)
            then = f"{self.attempt}/{n + 1}" if n < QUESTIONS else f"{self.attempt}/xem-lai"
            if page.headers.get("content-location") != then:
                raise JourneyError(f"The answer to question {n} did not bring {then}.")
        self.form = _form_of(page)

    def _right_key(self, page: str) -> str:
        options = _Options()
        options.feed(page)
        keys = [key for key, text in options.found.items() if text in self.right]
        if len(keys) != 1:
            raise JourneyError(f"The question shows {options.found}, of which {len(keys)} are right.")
        return keys[0]

    def hand_in(self) -> None:
        """W9 hand in, W10 the results."""
        answer = self._do("W9", "POST", f"{self.attempt}/nop", self.form, 303, script=True)
        self._get("W10", answer.location, script=True)

    def collect(self) -> None:
        """W11a my papers and the paper's page, W11b the PDF. The worker has made them by now."""
        page = self._get("W11a", "/giay")
        found = re.search(r'href="(/giay/[0-9a-f-]{36})"', page.text)
        if found is None:
            raise JourneyError("No paper is in the list.")
        self.paper = found[1]
        page = self._get("W11a", self.paper)
        number = re.search(r"HVS-XN-\d{4}-\d{6}-\w{2}", unescape(page.text))
        if number is None:
            raise JourneyError("The paper's page shows no number.")
        self.number = number[0]
        self._pdf("W11b")

    def again(self) -> None:
        """W12 the PDF once more; not part of the journey."""
        self._pdf("W12")

    def _pdf(self, workload: str) -> None:
        answer = self._do(workload, "GET", f"{self.paper}.pdf")
        if answer.headers.get("content-type") != "application/pdf":
            raise JourneyError("The paper is no PDF.")


def verify(browser: Browser, recorder: Recorder, number: str) -> None:
    """W13: anybody looks a number up."""
    with recorder.step("W13") as answers:
        answer = browser.ask("GET", f"/verify/{number}")
        answers.append(answer)
    if answer.status != 200 or number not in answer.text:
        raise JourneyError(f"/verify/{number} answered {answer.status}.")


def whole(journey: Journey, wait_for_paper: Callable[[], None]) -> None:
    """W20, all of it in order; `wait_for_paper` is called where the learner waits for the worker."""
    journey.sign_in()
    journey.learn()
    journey.begin()
    journey.answer()
    journey.hand_in()
    wait_for_paper()
    journey.collect()

"""W15: 10,000 people from an Excel list, entered and enrolled. CPU of web server, worker and database, per person.

A clerk sends the workbook, takes the columns as they are guessed, looks at the check, takes the list in, and looks at
the outcome; the worker does the rest. Compared with Moodle's upload of users, 7.8 ms a person.
"""

from __future__ import annotations

import io
import re
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from openpyxl import Workbook
from sqlalchemy import select

from bench import data, databases, inside
from bench.browsing import Jar
from bench.counting import FILE, HEADER
from bench.databases import Database
from bench.machine import Meter, Process, Server
from bench.words import full_name
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts, grants, passwords
from lms.orgs.models import Org
from lms.rebuilding import differences

PEOPLE, GOAL = 10_000, 0.52  # ms of CPU a person: a fifteenth of Moodle's 7.8
LOGIN, PASSWORD = "can.bo.nhap", "nhap-ca-danh-sach"
MOST_WAIT = 300  # seconds for the worker


@dataclass(frozen=True)
class Found:
    """What one database gave: CPU milliseconds and statements, per person; seconds until all were in."""

    database: str
    web: float
    worker: float
    engine: float
    statements: float
    elapsed: float

    @property
    def total(self) -> float:
        return self.web + self.worker + self.engine


def workbook(people: int, seed: int = data.SEED) -> bytes:
    """A list as a commune has it: titles, capitals, dates as text, telephones without their zero, signatures below."""
    dice, book = Random(f"{seed}:roster"), Workbook(write_only=True)
    sheet = book.create_sheet("Danh sách")
    sheet.append(["UBND XÃ"])
    sheet.append(["STT", "Họ và tên", "Ngày sinh", "Nam/Nữ", "Số CCCD", "SĐT", "Thôn", "Đối tượng", "Ghi chú"])
    for n in range(1, people + 1):
        born = dice.randint(1945, 2005)
        number = f"{dice.randint(1, 96):03d}{2 * (born // 100 - 19) + n % 2}{born % 100:02d}{n:06d}" if n % 2 else None
        sheet.append(
            [
                n, full_name(dice).upper(), f"{dice.randint(1, 28):02d}/{dice.randint(1, 12):02d}/{born}",
                "Nam" if n % 2 else "Nữ", number, 900_000_000 + n if n % 3 else None, None, "Người dân", None,
            ]
        )  # fmt: skip
    sheet.append([None, "Tổng cộng", people])
    sheet.append([None, None, None, "Người lập biểu"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Clerk:
    """A browser in which somebody sends lists; counts the statements that the answers name."""

    def __init__(self, port: int) -> None:
        self._connection, self._jar, self.statements = HTTPConnection("127.0.0.1", port, timeout=120), Jar(), 0

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str, str]:
        """One request: status, where it leads, and the page."""
        headers = {
            "Cookie": self._jar.header(),
            "X-Forwarded-For": "10.4.0.1",
            **({"Content-Type": kind} if kind else {}),
        }
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        page = answer.read().decode()
        self._jar.keep(answer.getheaders())
        self.statements += int(answer.getheader(HEADER) or 0)
        return answer.status, answer.getheader("Location") or "", page

    def post(self, path: str, fields: dict[str, str]) -> str:
        """A form; where it leads."""
        status, to, page = self.ask("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")
        if status != 303:
            raise RuntimeError(f"POST {path} answered {status}: {page[-2000:]}")
        return to

    def upload(self, path: str, fields: dict[str, str], content: bytes) -> str:
        """A form with a file; where it leads."""
        edge = uuid.uuid4().hex
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="danh-sach.xlsx"\r\n\r\n'
        body = ("".join(parts) + head).encode() + content + f"\r\n--{edge}--\r\n".encode()
        status, to, page = self.ask("POST", path, body, f"multipart/form-data; boundary={edge}")
        if status != 303:
            raise RuntimeError(f"POST {path} answered {status}: {page[-2000:]}")
        return to

    def send(self, unit: int, programme: int, content: bytes) -> str:
        """All that the clerk does until the list is with the worker; its address."""
        fields = {"unit": str(unit), "group": data.GROUP, "programme": str(programme)}
        columns = self.upload("/can-bo/danh-sach/moi", fields, content)
        _status, _to, page = self.ask("GET", columns)
        chosen = {
            name: picked[1] if (picked := re.search(r'value="(\w+)" selected', options)) else ""
            for name, options in re.findall(r'<select id="(column-\d+)"[^>]*>(.*?)</select>', page, re.S)
        }
        check = self.post(columns, chosen)
        self.ask("GET", check)
        address = columns.rpartition("/")[0]
        for problem in ("twin", "known"):
            self.post(f"{address}/ra-soat/{problem}", {"do": "all-new"})
        return self.post(f"{address}/nhan", {"without": "1"})

    def wait(self, address: str) -> str:
        """Returns the page of the outcome when the worker is done. Looks seldom: looking costs too."""
        began = time.monotonic()
        while time.monotonic() - began < MOST_WAIT:
            _status, _to, page = self.ask("GET", address)
            if 'id="progress"' not in page:
                return page
            time.sleep(2)
        raise TimeoutError(f"The list is not in after {MOST_WAIT} s.")


def _prepare(database: Database, folder: Path) -> tuple[int, int]:
    app = inside.application(folder, database.url)
    with app.app_context():
        data.fill(data.Size(50, 20))
        hashed = passwords.hash_password(PASSWORD)
        with unit_of_work():
            o = Org.__table__
            commune = select(o.c.id).where(o.c.level == "commune").order_by(o.c.code).limit(1)
            unit = int(connection().execute(commune).scalar_one())
            grants.give(accounts.sign_up("Lò Thị Nhập", LOGIN, hashed), "manager", unit, None)
        from lms.competency.queries import programme

        found = programme(data.PROGRAMME)
        if found is None:
            raise RuntimeError("The programme of the data set has not been imported.")
    inside.let_go(app)
    return unit, found.id


@contextmanager
def _running(database: Database, folder: Path, counted: bool) -> Iterator[tuple[Server, Process]]:
    environment = {
        **{f"LMS_{k.upper()}": str(v) for k, v in inside.SETTINGS.items()},
        "LMS_DATABASE_URL": database.url,
        "LMS_DATA_DIR": str(folder),
        "LMS_WORKER": "no",
        FILE: str(folder / "statements"),
    }
    log = folder / "servers.log"
    commands = (["-m", "lms.cli", "serve"], ["-m", "lms.cli", "worker"])
    if counted:
        commands = (["-m", "bench.counting", "web"], ["-m", "bench.counting", "worker"])
    server, worker = (
        Server("bench_web", commands[0], environment, log),
        Process("bench_worker", commands[1], environment, log),
    )
    with server, worker:
        server.first_answer("/dang-nhap")
        yield server, worker


def run(database: Database, folder: Path, people: int = PEOPLE) -> Found:
    """One list counted, then one measured, of other people."""
    unit, programme = _prepare(database, folder)
    with _running(database, folder, counted=True) as (server, _worker):
        clerk = Clerk(server.port)
        clerk.post("/dang-nhap", {"identifier": LOGIN, "password": PASSWORD})
        small = people // 10
        before, _page = clerk.statements, clerk.wait(clerk.send(unit, programme, workbook(small, 1)))
        counted = clerk.statements - before
    worker_lines = (folder / "statements").read_text().split()
    statements = (counted + sum(int(line) for line in worker_lines)) / small
    content = workbook(people)
    with _running(database, folder, counted=False) as (server, worker):
        clerk = Clerk(server.port)
        clerk.post("/dang-nhap", {"identifier": LOGIN, "password": PASSWORD})
        meters = [Meter(server.pids()), Meter(worker.pids())]
        engine = Meter([*database.backends(server.name), *database.backends(worker.name)])
        began = time.monotonic()
        page = clerk.wait(clerk.send(unit, programme, content))
        elapsed = time.monotonic() - began
        web, work, base = meters[0].lap() / people, meters[1].lap() / people, engine.lap() / people
    if not re.search(r"Đã thêm mới: [\d.]+", page):
        raise RuntimeError("The list was not taken in.")
    app = inside.application(folder, database.url)
    with app.app_context():
        wrong = differences()
    inside.let_go(app)
    if wrong:
        raise RuntimeError(f"The figures do not follow from the facts: {wrong[:5]}")
    return Found(database.name, web, work, base, statements, elapsed)


def measure(which: str, people: int = PEOPLE) -> list[Found]:
    """W15 on the databases asked for: "sqlite", "postgresql" or "both"."""
    found = []
    for kind in ("sqlite", "postgresql"):
        if which not in (kind, "both") or (kind == "postgresql" and not databases.has_postgresql()):
            continue
        with tempfile.TemporaryDirectory(prefix="bench-rosters-") as name:
            place: AbstractContextManager[Database] = (
                databases.sqlite(Path(name)) if kind == "sqlite" else databases.postgresql()
            )
            with place as database:
                found.append(run(database, Path(name), people))
    return found


def markdown(found: list[Found], people: int = PEOPLE) -> str:
    """The figures as a table."""
    head = f"| W15, {people:,} people from a list, enrolled | CPU ms a person | web + worker + database | goal"
    lines = [f"{head} | statements a person | seconds in all |", "| --- |" + " ---: |" * 5]
    for f in found:
        parts = f"{f.total:.2f} | {f.web:.2f} + {f.worker:.2f} + {f.engine:.2f}"
        lines.append(f"| {f.database} | {parts} | {GOAL:g} | {f.statements:.2f} | {f.elapsed:.0f} |")
    return "\n".join(lines)

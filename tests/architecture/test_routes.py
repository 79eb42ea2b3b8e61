"""Every address says for whom it is, the list has been read by somebody, and reading never writes.

routes.txt is that list. Whoever adds an address adds its line, and asks: who may come in, and what do they see?
Write it anew with `python -m tests.architecture.test_routes > tests/architecture/routes.txt` and read the difference.
"""

from __future__ import annotations

import itertools
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.contract.registry import Registry
from lms.db.base import Base, db
from lms.learning.models import Activity
from lms.rest.operations import OPERATIONS
from lms.starting import demo_sign_ins
from lms.testing import story
from lms.testing.building import make_app
from lms.web.routes import ANYONE, LEARNER, MACHINE, ROUTES, STAFF
from tests.identity import ways

LISTED = Path(__file__).parent / "routes.txt"
MEANINGS = {ANYONE, LEARNER, STAFF, MACHINE}
# What a GET may write: the record that a paper was checked, and the limit on checking. Nothing else, nowhere else.
MAY_WRITE = {
    "certificates.verify_number": {"certificates_check", "lms_rate_limit"},
    "courses.search": {"lms_rate_limit"},
    "certificates.api_check_paper": {"certificates_check", "lms_rate_limit"},
}
# What only somebody on the way sees; the tests named here look at what it writes.
ON_THE_WAY = {
    "openid.back": "tests/openid/test_writing.py",
    **dict.fromkeys(
        ("supervision.station_front", "supervision.giving", "supervision.answers_file"),
        "tests/supervision/test_handing.py",  # on a station only
    ),
}
# What an address asks for besides, where it shows nothing without.
ASKED = {
    "courses.studio_find": ["?module=0"],
    "courses.studio_questions": [f"?block={n}" for n in range(16)],
}
_WRITES = re.compile(
    r"^\s*(?:INSERT|REPLACE|UPDATE|DELETE|CREATE|DROP|ALTER)\b(?:\s+(?:INTO|OR\s+\w+\s+INTO|FROM|TABLE))?\s+(\w+)", re.I
)


def declared(app: Flask) -> dict[str, str]:
    """The audience of every endpoint that a plugin gave."""
    registry: Registry = app.extensions["lms.registry"]
    pages = {row.endpoint: row.audience for _owner, routes in registry.owned(ROUTES) for row in routes.rows}
    return pages | {operation.endpoint: operation.audience for _owner, operation in registry.owned(OPERATIONS)}


def lines(app: Flask) -> list[str]:
    """One line an address: method, audience, address, endpoint."""
    audiences = declared(app)
    return sorted(
        f"{method:<5}{audiences.get(rule.endpoint, '?'):<9}{rule.rule}  {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def test_every_address_is_on_the_list(app: Flask) -> None:
    assert lines(app) == LISTED.read_text(encoding="utf-8").splitlines()


def test_every_address_declares_its_audience(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - set(declared(app)) == set()
    assert set(declared(app).values()) <= MEANINGS


def test_an_address_takes_one_method(app: Flask) -> None:
    """What reads and what writes are two views."""
    for rule in app.url_map.iter_rules():
        assert len((rule.methods or set()) - {"HEAD", "OPTIONS"}) == 1, rule


def test_nobody_unknown_comes_to_what_is_for_somebody(app: Flask) -> None:
    client, audiences = app.test_client(), declared(app)
    for rule in app.url_map.iter_rules():
        if audiences[rule.endpoint] in (ANYONE, MACHINE):
            continue
        for address in itertools.islice(addresses(rule, Values()), 1):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = client.open(address, method=method)
                assert answer.status_code in (303, 401, 404), f"{method} {address}: {answer.status_code}"
                if answer.status_code == 303:
                    assert answer.location.startswith("/dang-nhap"), f"{method} {address}: {answer.location}"


# --- reading never writes ---------------------------------------------------------------------------------------------


@dataclass
class Values:
    """What may stand in the places of addresses."""

    by_name: dict[str, list[object]] = field(default_factory=dict)
    texts: list[object] = field(default_factory=lambda: ["x"])
    uuids: list[object] = field(default_factory=lambda: ["00000000-0000-0000-0000-000000000000"])

    def of(self, rule: Rule, name: str) -> list[object]:
        kind = type(rule._converters[name]).__name__
        if kind == "UUIDConverter":
            return self.uuids
        if kind == "IntegerConverter":
            return [1, 2, *self.by_name.get(name, [])]
        return self.by_name.get(name, self.texts)


def addresses(rule: Rule, values: Values) -> Iterator[str]:
    """The rule with its places filled in every way."""
    names = sorted(rule.arguments)
    for chosen in itertools.product(*(values.of(rule, name) for name in names)):
        address = rule.rule
        for name, value in zip(names, chosen, strict=True):
            address = re.sub(rf"<(?:\w+:)?{name}>", str(value), address)
        yield address


def values_in(app: Flask) -> Values:
    """Names and numbers of what is in the database."""
    by_name: dict[str, list[object]] = defaultdict(list)
    with app.app_context():
        activities = db.session.execute(sa.select(Activity.kind, Activity.slug).order_by(Activity.id)).all()
        for kind, slug in activities:
            if len(by_name[kind]) < 3:
                by_name[kind].append(slug)
        texts: list[object] = [slug for slugs in list(by_name.values()) for slug in slugs]
        uuids: list[object] = []
        for table in Base.metadata.tables.values():
            if table.name.startswith("acme_"):
                continue
            for column, into in (("uuid", uuids), ("number", by_name["number"]), ("slug", texts)):
                if column in table.c and table.name not in ("lms_activity", "lms_account", "lms_org"):
                    found = db.session.execute(
                        sa.select(table.c[column]).order_by(*table.primary_key).limit(3)
                    ).scalars()
                    into += [value for value in found if value is not None and not isinstance(value, int)]
        by_name["problem"] = ["skipped"]  # rows of a list that are left out
        by_name["item"] = list(
            db.session.execute(sa.text("SELECT slug FROM quizzes_item WHERE pool = 'practice' LIMIT 2")).scalars()
        )
        body: dict[str, Any] = next(
            b
            for b in db.session.execute(sa.select(Base.metadata.tables["courses_revision"].c.body)).scalars()
            if b.get("files")
        )
        file = next(iter(body["files"].values()))
        by_name["key"], by_name["ending"] = [file["key"]], [file["ending"]]
        by_name["syllabus"] = list(db.session.execute(sa.text("SELECT id FROM lms_syllabus ORDER BY id")).scalars())
        db.session.remove()
    by_name["kind"] = ["lesson"]
    texts.append(app.extensions["tests.revisions"].fork)
    by_name["submission"] = [app.extensions["tests.revisions"].submission]
    by_name["group"] = ["citizens"]
    by_name["lang"] = ["mww", "vi"]
    by_name["mode"] = ["chi-dan"]
    by_name["act"] = ["lap", "doi-ten", "sap-nhap", "tach", "chuyen", "quan-ly", "giai-the"]
    by_name["provider"] = ["vneid"]
    privacy = app.extensions["tests.privacy"]
    by_name["token"], by_name["minor"] = [privacy.stop_token], [privacy.ward]
    cards = app.extensions["tests.cards"]
    by_name["secret"] = [cards.secret]
    uuids = [cards.holder, cards.room, *uuids]
    return Values(by_name, texts, uuids)


@pytest.fixture(scope="module")
def readers(lived_in: Flask) -> dict[str, FlaskClient]:
    """Nobody, the two learners of the story, and the people of each role."""
    people = {role: (p["login"], p["password"]) for role, p in demo_sign_ins().items()}
    people |= {"attained": ("0912 000 001", story.PASSWORD), "underway": ("0912 000 002", story.PASSWORD)}
    clients = {"nobody": lived_in.test_client()}
    for name, (login, password) in people.items():
        clients[name] = client = lived_in.test_client()
        assert client.post("/dang-nhap", data={"identifier": login, "password": password}).status_code == 303
    clients |= {step: ways.on_the_way(lived_in, step) for step in ways.STEPS}
    ways.on_the_way(lived_in, "code", clients["underway"])
    clients["nobody"].set_cookie("coithi", lived_in.extensions["tests.proctor"], path="/coi-thi")
    clients["nobody"].set_cookie("lop", lived_in.extensions["tests.cards"].device)  # a device of a class
    return clients


FIRST_ASKED = {
    ANYONE: ["nobody", *ways.STEPS, "underway"],
    MACHINE: ["nobody"],
    LEARNER: ["attained", "underway"],
    STAFF: ["administrator"],
}


@contextmanager
def written(app: Flask) -> Iterator[list[str]]:
    """The tables that are written to meanwhile."""
    found: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        match = _WRITES.match(statement)
        if match:
            found.append(match[1])

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


def test_a_write_would_be_heard(lived_in: Flask) -> None:
    with written(lived_in) as tables, lived_in.app_context(), db.engine.connect() as connection:
        connection.execute(sa.text("UPDATE lms_activity SET title = title WHERE id = 0"))
        connection.execute(sa.text("INSERT OR IGNORE INTO lms_rate_limit (key, level, at) VALUES ('x', 1, 1)"))
        connection.execute(sa.text("DELETE FROM lms_rate_limit WHERE key = 'x'"))
        connection.execute(sa.select(sa.func.count()).select_from(Activity))
        connection.rollback()
    assert tables == ["lms_activity", "lms_rate_limit", "lms_rate_limit"]


def test_reading_never_writes(lived_in: Flask, readers: dict[str, FlaskClient]) -> None:
    values, audiences = values_in(lived_in), declared(lived_in)
    known: dict[str, str] = lived_in.extensions["tests.known"]
    unseen, wrong = [], []
    for rule in lived_in.url_map.iter_rules():
        if "GET" not in (rule.methods or set()):
            continue
        asked = [a + q for a in addresses(rule, values) for q in ASKED.get(rule.endpoint, [""])]
        asked += [known[rule.endpoint]] if rule.endpoint in known else []
        for address, name in itertools.product(asked, FIRST_ASKED[audiences[rule.endpoint]]):
            if shown(readers[name].get(address, buffered=True)):
                break
        else:
            if rule.endpoint not in ON_THE_WAY:
                unseen.append(rule.endpoint)
            continue
        for name, client in readers.items():
            with written(lived_in) as tables:
                answer = client.get(address, buffered=True)
            if more := set(tables) - MAY_WRITE.get(rule.endpoint, set()):
                wrong.append(f"{name} reads {address}: writes {sorted(more)}")
            assert answer.status_code < 500, f"{name} reads {address}: {answer.status_code}"
    assert wrong == []
    assert unseen == [], "nobody of the story could see these: give values in `values_in` or `ASKED`"


def test_the_work_pages_are_for_those_who_work_here(lived_in: Flask, readers: dict[str, FlaskClient]) -> None:
    """Nobody unknown gets further than the sign-in page; to a learner they do not exist, whatever is asked for."""
    values, audiences, wrong, seen = values_in(lived_in), declared(lived_in), [], set()
    for rule in lived_in.url_map.iter_rules():
        if audiences[rule.endpoint] != STAFF:
            continue
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        for address in itertools.islice(addresses(rule, values), 30):
            seen.add(rule.endpoint)
            answer = readers["nobody"].open(address, method=method)
            if address.startswith("/api/"):  # who is told in words of JSON; tests/rest looks at what is sent there
                if answer.status_code != 401:
                    wrong.append(f"nobody: {method} {address}: {answer.status_code}")
                continue
            if (answer.status_code, (answer.location or "")[:10]) != (303, "/dang-nhap"):
                wrong.append(f"nobody: {method} {address}: {answer.status_code} {answer.location}")
            for name in ("attained", "underway"):
                if (status := readers[name].open(address, method=method).status_code) != 404:
                    wrong.append(f"{name}: {method} {address}: {status}")
    assert wrong == []
    assert seen == {line.split()[-1] for line in LISTED.read_text("utf-8").splitlines() if line.split()[1] == STAFF}


def shown(answer: TestResponse) -> bool:
    """Whether something was shown, rather than refused."""
    return answer.status_code == 200 or (answer.status_code == 303 and not answer.location.startswith("/dang-nhap"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(lines(make_app(Path(folder), f"sqlite:///{folder}/lms.sqlite"))))  # noqa: T201

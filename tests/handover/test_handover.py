"""Confirmations on their way to VNeID: of those who agreed, each told once; answers taken in whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from flask import Flask
from sqlalchemy import select

from certificates.api import CARRIERS, Carrier, Outcome
from certificates.models import Credential
from certificates.queries import credential_by_number
from certificates.services import changing
from lms import clock
from lms.api.people import nation_id
from lms.api.sheets import as_xlsx
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.errors import Conflict, Invalid
from lms.identity import accounts
from lms.identity.models import Account
from lms.privacy import consenting, erasing
from lms.testing import story
from lms.testing.page_client import Pages
from lms.text import _
from plugins.handover import queries, records
from plugins.handover.models import ACCEPTED, PREPARED, REFUSED, SENT, VOID, Record
from plugins.handover.services import answering, carrying, keeping, packing, preparing
from tests.certificates.lives import why

R, C = Record.__table__, Credential.__table__


@dataclass
class Office:
    """A server on which people hold confirmations; `numbers` are their papers."""

    app: Flask
    officer: int
    people: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    def add(self, name: str, agrees: bool = True) -> str:
        with self.app.app_context():
            with unit_of_work():
                who = accounts.sign_up(
                    name, f"nguoi{len(self.people)}", "no hash: nobody signs in", target_group="citizens"
                )
                if agrees:
                    consenting.give(who, preparing.PURPOSE.key)
                story.fulfil(who, "nguoi-dan")
            story.one_round(self.app)
            number = connection().execute(select(C.c.number).where(C.c.account_id == who)).scalar_one()
            let_go()
        self.people.append(who)
        self.numbers.append(number)
        return str(number)

    def states(self) -> dict[str, tuple[str, int]]:
        with self.app.app_context():
            found = connection().execute(select(R.c.number, R.c.state, R.c.edition)).all()
            let_go()
        return {row.number: (row.state, row.edition) for row in found}

    def pack(self) -> queries.BatchRow:
        with self.app.app_context(), unit_of_work():
            return packing.make([nation_id()], nation_id(), self.officer)

    def hand_over(self) -> queries.BatchRow:
        made = self.pack()
        with self.app.app_context(), unit_of_work():
            packing.note_sent(made, self.officer)
        return made

    def take(self, content: bytes) -> answering.Taken:
        with self.app.app_context():
            lines = answering.read(content)
            with unit_of_work():
                return answering.take(lines, lambda _row: True, self.officer)


@pytest.fixture
def office(any_app: Flask) -> Office:
    with any_app.app_context():
        officer = connection().execute(select(Account.id).where(Account.username == "quantri")).scalar_one()
        let_go()
    return Office(any_app, officer)


def answers(*rows: Sequence[str]) -> bytes:
    return "\r\n".join(";".join(row) for row in [("Mã hồ sơ", "Kết quả", "Lý do", "Mã tiếp nhận"), *rows]).encode()


# --- records and files ------------------------------------------------------------------------------------------------


def test_only_those_who_agreed_are_in_the_file(office: Office) -> None:
    yes, no = office.add("Lê Thị Tươi"), office.add("Hoàng Văn Kín", agrees=False)
    assert office.states() == {yes: (PREPARED, 1), no: (PREPARED, 1)}
    made = office.pack()
    with office.app.app_context():
        content = packing.content_of(made)
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(files[records.JSON_NAME])
    assert [one["id"] for one in told["records"]] == [f"{yes}/1"]
    assert told["records"][0]["full_name"] == "Lê Thị Tươi"
    assert "chưa có giao diện chính thức" in told["note"]
    assert "Hoàng Văn Kín" not in content.decode("latin-1") + files[records.CSV_NAME].decode()
    said = json.loads(files[records.SIGNATURE_NAME])
    signed = json.loads(said["signed"])
    assert signed["files"][records.CSV_NAME] == hashlib.sha256(files[records.CSV_NAME]).hexdigest()
    public = load_der_public_key(base64.b64decode(said["public_key"]))
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(base64.b64decode(said["signature"]), said["signed"].encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(said["signature"]), said["signed"].encode() + b" ", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(Conflict):
        office.pack()  # the one that is in a file waits no more, the other never agreed


def test_a_cancelled_file_lets_its_records_wait_again_and_one_that_went_stays(office: Office) -> None:
    number = office.add("Lê Thị Tươi")
    first = office.pack()
    with office.app.app_context(), unit_of_work():
        packing.cancel(first, office.officer)
        packing.cancel(queries.batch_by_uuid(first.uuid) or first, office.officer)
    with office.app.app_context(), pytest.raises(Conflict), unit_of_work():
        packing.note_sent(queries.batch_by_uuid(first.uuid) or first, office.officer)
    second = office.hand_over()
    assert office.states() == {number: (SENT, 1)}
    with office.app.app_context(), pytest.raises(Conflict), unit_of_work():
        packing.cancel(queries.batch_by_uuid(second.uuid) or second, office.officer)


def test_what_changes_after_it_was_told_is_told_anew_and_what_ends_before_is_not(office: Office) -> None:
    told, untold = office.add("Lê Thị Tươi"), office.add("Vàng A Sử")
    with office.app.app_context(), unit_of_work():
        consenting.withdraw(office.people[1], preparing.PURPOSE.key)
    office.hand_over()
    for number in (told, untold):
        with office.app.app_context():
            row = credential_by_number(number)
            assert row is not None
            with unit_of_work():
                changing.revoke(row, why("issued_in_error", by=office.officer))
            story.one_round(office.app)
    assert office.states() == {told: (PREPARED, 2), untold: (VOID, 1)}
    again = office.pack()
    with office.app.app_context():
        content = packing.content_of(again)
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (one,) = json.loads(archive.read(records.JSON_NAME))["records"]
    assert (one["id"], one["state"]) == (f"{told}/2", "revoked")


def test_what_was_issued_before_is_collected_once(office: Office) -> None:
    number = office.add("Lê Thị Tươi")
    with office.app.app_context():
        with unit_of_work() as database:
            database.execute(R.delete())
        assert preparing.collect() == 1
        assert preparing.collect() == 0
    assert office.states() == {number: (PREPARED, 1)}


def test_of_somebody_who_asked_to_be_forgotten_nothing_is_told(office: Office) -> None:
    number = office.add("Lê Thị Tươi")
    with office.app.app_context():
        with unit_of_work():
            erasing.erase(office.people[0], office.officer, "người học yêu cầu")
        story.one_round(office.app)
    assert office.states() == {number: (VOID, 1)}


def test_files_with_names_are_forgotten_and_what_was_sent_stays_known(office: Office) -> None:
    office.add("Lê Thị Tươi")
    made = office.hand_over()
    with office.app.app_context():
        now = clock.seconds()
        assert keeping.files_before(now) == 0
        assert keeping.files_before(now + 1) == 1
        keeping.forget_files(now + 1)
        row = queries.batch_by_uuid(made.uuid)
        assert row is not None
        assert (row.file_key, row.records) == (None, 1)
        assert packing.content_of(row) is None


# --- answers ----------------------------------------------------------------------------------------------------------


def test_answers_in_every_form_and_twice(office: Office) -> None:
    one, two = office.add("Lê Thị Tươi"), office.add("Vàng A Sử")
    office.hand_over()
    table = [["Mã hồ sơ", "Kết quả", "Lý do", "Mã tiếp nhận"], [f"{one}/1", "Đã tiếp nhận", "", "TN-1"]]
    assert office.take(as_xlsx(table)) == answering.Taken(accepted=1)
    assert office.take(as_xlsx(table)) == answering.Taken(same=1)
    assert office.take(answers((f"{two}/1", "Từ chối", "sai ngày sinh", ""))) == answering.Taken(refused=1)
    both = {"answers": [{"id": f"{one}/1", "state": "accepted", "reference": "TN-1"}]}
    assert office.take(json.dumps(both).encode()) == answering.Taken(same=1)
    assert office.states() == {one: (ACCEPTED, 1), two: (REFUSED, 1)}
    with office.app.app_context(), unit_of_work():
        assert preparing.again_in([nation_id()], office.officer) == 1
    assert office.states()[two] == (PREPARED, 2)
    assert office.take(answers((f"{two}/1", "Đã tiếp nhận", "", ""))) == answering.Taken(older=1)
    assert office.states()[two] == (PREPARED, 2)


def test_all_of_a_file_or_nothing(office: Office) -> None:
    one, two = office.add("Lê Thị Tươi"), office.add("Vàng A Sử")
    office.hand_over()
    wrong = answers(
        (f"{one}/1", "Đã tiếp nhận", "", ""),
        (f"{two}/1", "chắc là được", "", ""),
        (f"{two}/2", "Đã tiếp nhận", "", ""),
        ("linh tinh", "Đã tiếp nhận", "", ""),
        ("HVS-XN-2026-999999-99/1", "Đã tiếp nhận", "", ""),
        (f"{one}/1", "Đã tiếp nhận", "", ""),
        (f"{two}/1", "Từ chối", "", ""),
    )
    with pytest.raises(answering.Refused) as found:
        office.take(wrong)
    assert [problem.place for problem in found.value.problems] == [3, 4, 5, 6, 7, 8]
    assert office.states() == {one: (SENT, 1), two: (SENT, 1)}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[[[[", b'{"answers": 5}', b"\x00\x01\x02", b"PK\x03\x04 no zip", b"Ten;Tuoi\r\nA;5", b"[" * 200_000],
    ids=["nothing", "half", "lists", "no list", "bytes", "no workbook", "other heads", "deep"],
)
def test_what_is_no_file_of_answers_is_refused_in_words(app: Flask, content: bytes) -> None:
    with app.app_context(), pytest.raises(Invalid):
        answering.read(content)


# --- carriers ---------------------------------------------------------------------------------------------------------


class Service(ThreadingHTTPServer):
    """The other side, for tests: takes each id once, refuses who has no birth date, and may be out of order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: dict[str, Mapping[str, Any]] = {}
        self.asked = 0
        self.broken = False
        self.dies = False  # after it took a message, before it answers


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # noqa: N802
        service = self.server
        assert isinstance(service, Service)
        service.asked += 1
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if service.broken:
            self.send_error(503)
            return
        for one in body:
            service.taken.setdefault(one["id"], one)
        if service.dies:
            self.close_connection = True
            return
        said = json.dumps(
            [{"id": one["id"], "state": "accepted", "reference": f"TN-{one['id']}"} for one in body]
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()


def carried_by(office: Office, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes that service the other side."""

    def send(given: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        line = http.client.HTTPConnection("127.0.0.1", service.server_port, timeout=10)
        try:
            line.request("POST", "/", json.dumps(list(given)))
            answer = line.getresponse()
            if answer.status != 200:
                raise OSError(f"status {answer.status}")
            return [Outcome(**one) for one in json.loads(answer.read())]
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            line.close()

    carrier = Carrier("thu", _("Prepared"), send, most=2)
    monkeypatch.setattr(CARRIERS, "find", lambda name: carrier if name == "thu" else None)
    office.app.extensions["lms.settings"] = replace(office.app.extensions["lms.settings"], handover="thu")


def test_a_carrier_takes_each_once_whatever_breaks(
    office: Office, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [office.add(f"Lê Thị {name}") for name in ("Tươi", "Thắm", "Hồng")]
    office.add("Hoàng Văn Kín", agrees=False)
    carried_by(office, service, monkeypatch)
    begun = clock.now()
    service.broken = True
    with office.app.app_context():
        assert carrying.carry() == 3
        assert carrying.carry() == 0, "what could not be sent waits a while"
    assert {state for state, _edition in office.states().values()} == {PREPARED}
    service.broken, service.dies = False, True
    with (
        clock.frozen_at(begun + (later := clock.from_seconds(3_700) - clock.from_seconds(0))),
        office.app.app_context(),
    ):
        carrying.carry()
    assert set(service.taken) == {f"{n}/1" for n in numbers}, "it took them, and the answer was lost"
    service.dies = False
    with clock.frozen_at(begun + 2 * later), office.app.app_context():
        carrying.carry()
        asked = service.asked
        assert carrying.carry() == 0
        assert service.asked == asked
    found = office.states()
    assert [found[n] for n in numbers] == [(ACCEPTED, 1)] * 3
    assert len(service.taken) == 3
    with office.app.app_context():
        assert keeping.files_before(clock.seconds() + 10) == 0
        row = queries.record_by_number(numbers[0])
        assert row is not None
        assert row.reference == f"TN-{numbers[0]}/1"
        let_go()


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_way_of_a_clerk(office: Office) -> None:
    number = office.add("Lê Thị Tươi")
    pages = Pages(office.app)
    pages.sign_in("administrator")
    page = pages.open("/can-bo/ban-giao")
    assert "Chưa có giao diện chính thức" in page
    assert "1 giấy xác nhận đã sẵn sàng" in page
    page = pages.press("Lập tệp")
    assert "Chưa bàn giao" in page
    page = pages.press("Đã bàn giao")
    assert office.states() == {number: (SENT, 1)}
    client = office.app.test_client()
    assert client.get("/can-bo/ban-giao").status_code == 303


def test_a_learner_reads_it_and_decides(office: Office) -> None:
    office.add("Lê Thị Tươi", agrees=False)
    with office.app.test_request_context():
        from lms.identity.people import person_by_id
        from plugins.handover.views.mine import _draw

        person = person_by_id(office.people[0])
        assert person is not None
        shown = _draw(person)
        assert shown is not None
        assert "Đọc và quyết định" in shown
        with unit_of_work():
            consenting.give(person.id, preparing.PURPOSE.key)
        assert "Đang chờ chuyển đi" in (_draw(person) or "")
        let_go()

"""Messages leave after the commit, at least once, late ones not at all, and secrets are wiped."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.api.plugins import Plugin
from lms.api.work import connection, unit_of_work
from lms.app import create_app
from lms.config import Settings, SettingsError
from lms.contract.discovery import installed
from lms.contract.registry import Registry
from lms.db.unit_of_work import let_go
from lms.messages.channels import CHANNELS, Envelope, channel_for
from lms.messages.models import Outgoing
from lms.messages.sending import send
from lms.messages.standard import send_mail
from lms.outbox.delivering import deliver_due
from lms.testing.building import make_app
from lms.testing.channels import FakeGateway

O = Outgoing.__table__  # noqa: E741
PHONE = "+84912000111"


@pytest.fixture
def sms(any_app: Flask) -> FakeGateway:
    """A gateway of the application that reaches nobody."""
    gateway = FakeGateway("sms", "phone")
    registry: Registry = any_app.extensions["lms.registry"]
    registry._add(registry.plugins[0], CHANNELS, gateway.channel)
    return gateway


def kept() -> list[tuple[str, bool, bool]]:
    rows = connection().execute(select(O.c.body, O.c.sent_at.is_not(None), O.c.left_out).order_by(O.c.id)).all()
    let_go()
    return [(row[0], bool(row[1]), bool(row[2])) for row in rows]


def test_a_message_leaves_once_after_the_commit(any_app: Flask, sms: FakeGateway) -> None:
    with any_app.app_context():
        with unit_of_work():
            send("sms", PHONE, "Mã của bác: 123456", secret=True)
        assert sms.handed_over == []
        deliver_due()
        deliver_due()
        assert [e.body for e in sms.handed_over] == ["Mã của bác: 123456"]
        assert kept() == [("", True, False)]


def test_what_is_rolled_back_is_not_sent(any_app: Flask, sms: FakeGateway) -> None:
    with any_app.app_context():

        def fail() -> None:
            with unit_of_work():
                send("sms", PHONE, "không gửi")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        deliver_due()
        assert sms.handed_over == []


def test_a_gateway_that_is_down_is_tried_again(any_app: Flask, sms: FakeGateway) -> None:
    sms.broken = True
    start = clock.now()
    with any_app.app_context():
        with clock.frozen_at(start), unit_of_work():
            send("sms", PHONE, "Giấy của bác đã có")
        with clock.frozen_at(start):
            deliver_due()
        assert kept() == [("Giấy của bác đã có", False, False)]
        sms.broken = False
        with clock.frozen_at(start + timedelta(minutes=5)):
            deliver_due()
        assert [e.address for e in sms.handed_over] == [PHONE]


def test_a_code_that_comes_too_late_is_not_sent(any_app: Flask, sms: FakeGateway) -> None:
    start = clock.now()
    with any_app.app_context():
        with clock.frozen_at(start), unit_of_work():
            send("sms", PHONE, "Mã: 654321", secret=True, seconds=300)
        with clock.frozen_at(start + timedelta(seconds=301)):
            deliver_due()
        assert sms.handed_over == []
        assert kept() == [("", False, True)]


def test_the_operator_chooses_the_order_of_channels(tmp_path: Path) -> None:
    sms, zalo = FakeGateway("sms", "phone"), FakeGateway("zalo", "zalo", "phone")
    gateways = Plugin("gateways", "lms", {}, (CHANNELS.of(sms.channel, zalo.channel),))

    def first(channels: str, takes: str) -> str | None:
        settings = Settings.load(
            {}, data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/x.sqlite", channels=channels
        )
        app = create_app(settings, [*installed(), gateways])
        with app.app_context():
            found = channel_for(takes)
            return found.name if found else None

    assert first("sms,console", "phone") == "sms"
    assert first("zalo, sms", "phone") == "zalo"
    assert first("console", "email") == "console"
    assert first("sms", "email") is None
    assert first("", "phone") is None
    with pytest.raises(SettingsError, match="pigeon"):
        first("pigeon", "phone")


def test_settings_for_mail_are_checked_at_the_start() -> None:
    with pytest.raises(SettingsError, match="LMS_SMTP_URL"):
        Settings.load({"LMS_CHANNELS": "smtp"})
    with pytest.raises(SettingsError, match="LMS_MAIL_FROM"):
        Settings.load({"LMS_CHANNELS": "smtp", "LMS_SMTP_URL": "smtp://localhost"})


class _MailServer(socketserver.StreamRequestHandler):
    """Enough of SMTP to take a letter."""

    taken: list[bytes]

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    letter += part
                type(self).taken.append(letter)
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mail_server() -> Iterator[tuple[int, list[bytes]]]:
    _MailServer.taken = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _MailServer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1], _MailServer.taken
        server.shutdown()
        thread.join()


def test_mail_goes_out_with_its_letters_and_a_way_to_stop(tmp_path: Path, mail_server: tuple[int, list[bytes]]) -> None:
    port, taken = mail_server
    app = make_app(
        tmp_path,
        f"sqlite:///{tmp_path}/x.sqlite",
        channels="smtp",
        smtp_url=f"smtp://127.0.0.1:{port}",
        mail_from="khong-tra-loi@hocvuso.example.vn",
    )
    with app.app_context():
        assert CHANNELS.get("smtp").send is send_mail
        send_mail(
            Envelope("lanh@example.vn", "Giấy của bác đã có", "Số HVS-XN\nMời bác xem.", "https://x.example/dung")
        )
    letter = message_from_bytes(taken[0], policy=policy.default)
    assert letter["To"] == "lanh@example.vn"
    assert letter["Subject"] == "Giấy của bác đã có"
    assert letter["List-Unsubscribe"] == "<https://x.example/dung>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Mời bác xem." in letter.get_content()


def test_a_password_is_not_sent_in_clear_across_the_net(
    tmp_path: Path, mail_server: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    port, taken = mail_server
    real = socket.create_connection

    def here(address: tuple[str, int], *rest: object, **more: object) -> socket.socket:
        return real(("127.0.0.1", address[1]), *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "create_connection", here)
    app = make_app(
        tmp_path,
        f"sqlite:///{tmp_path}/x.sqlite",
        channels="smtp",
        smtp_url=f"smtp://name:secret@mail.example.vn:{port}",
        mail_from="a@example.vn",
    )
    with app.app_context(), pytest.raises(Exception, match="STARTTLS"):
        send_mail(Envelope("lanh@example.vn", "x", "y"))
    assert taken == []

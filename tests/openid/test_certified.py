"""Against oidc-provider, a certified provider that we did not write, running for real: real HTTP, real redirects."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, inspect, text

from lms.api.people import identity_key
from lms.api.work import connection
from lms.db.base import db
from lms.doctor import examine
from lms.identity.accounts import prepared_password, sign_up
from tests.openid.places import (
    CITIZEN,
    DROPPED,
    NUMBER,
    SUBJECT,
    Browser,
    Seen,
    application,
    certified,
    described,
    free_port,
    let_go,
    served,
    vneid,
)

BUTTON = "Đăng nhập bằng VNEID"
PASSWORD = "chín bậc tình yêu"


@dataclass(frozen=True)
class Stage:
    """Our application and the provider, both serving; `issuer` is the provider."""

    app: Flask
    ours: str
    issuer: str
    port: int

    def row(self, statement: str, **values: object) -> dict[str, object]:
        """The one row that a statement finds."""
        with self.app.app_context():
            return dict(connection().execute(text(statement), values).mappings().one())

    def account(self, login: str) -> int:
        """Somebody who signed up here before, with a password."""
        from lms.api.work import unit_of_work

        with self.app.test_request_context():
            hashed = prepared_password("Hoàng Lành", login, PASSWORD)
            with unit_of_work():
                return sign_up("Hoàng Lành", login, hashed)


@pytest.fixture
def stage(prepared_folder: Path, tmp_path: Path) -> Iterator[Stage]:
    """Our application with the VNeID profile, and the provider playing VNeID."""
    ours, theirs = free_port(), free_port()
    app = application(prepared_folder, tmp_path, vneid(theirs), ours)
    with served(app, ours) as address, certified(theirs, address) as issuer:
        yield Stage(app, address, issuer, theirs)
    let_go(app)


def press(browser: Browser, stage: Stage, back: str = "/cua-toi") -> Seen:
    """The button on the sign-in page: the provider's own page comes."""
    page = browser.get(f"{stage.ours}/dang-nhap?return_to={back}")
    page = browser.get(page.link(BUTTON))
    assert page.url.startswith(stage.issuer), page.text
    return page


def new_account(browser: Browser, stage: Stage, subject: str = SUBJECT, back: str = "/cua-toi") -> Seen:
    """Comes for the first time and opens an account."""
    page = browser.through(press(browser, stage, back), subject)
    assert page.url.startswith(f"{stage.ours}/danh-tinh-moi"), page.text
    return browser.submit(page, {"address": "bác", "agree": "yes"}, "/danh-tinh-moi/tai-khoan-moi")


def sign_in_by_password(browser: Browser, stage: Stage, login: str) -> Seen:
    page = browser.get(f"{stage.ours}/dang-nhap")
    return browser.submit(page, {"identifier": login, "password": PASSWORD}, "/dang-nhap")


def test_somebody_new_opens_an_account_and_is_known_from_then_on(stage: Stage, browser: Browser) -> None:
    page = new_account(browser, stage, back="/giay")
    assert (page.url, page.status) == (f"{stage.ours}/giay", 200)
    kept = stage.row(
        "SELECT a.* FROM lms_account a JOIN lms_identity i ON i.account_id = a.id WHERE i.subject = :s", s=SUBJECT
    )
    assert (kept["full_name"], str(kept["birth_date"]), kept["birth_year"]) == ("Hoàng Thị Lành", "1960-03-05", 1960)
    assert (kept["assurance_level"], kept["identity_tail"]) == (3, "1234")
    with stage.app.app_context():
        assert kept["identity_key"] == identity_key(NUMBER)
    again = Browser()
    page = again.through(press(again, stage, "/giay"), SUBJECT)
    assert (page.url, page.status) == (f"{stage.ours}/giay", 200)
    assert stage.row("SELECT COUNT(*) AS n FROM lms_identity")["n"] == 1
    again.close()


def everything_in(engine: Engine) -> str:
    """Every value of every table, as text; binary values also as hexadecimal and as letters."""
    found = []
    with engine.connect() as database:
        for table in inspect(engine).get_table_names():
            for row in database.execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    found.append(str(value))
                    if isinstance(value, bytes):
                        found += [value.hex(), value.decode("utf-8", "replace")]
    return "\n".join(found)


def test_what_is_not_needed_is_dropped_at_the_door(
    stage: Stage, browser: Browser, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody comes, links, comes again, is refused, signs out: none of it is in the database, the log or a page."""
    caplog.set_level("DEBUG")
    pages = [new_account(browser, stage)]
    pages += [browser.get(f"{stage.ours}{path}") for path in ("/cai-dat", "/cua-toi", "/cai-dat/danh-tinh")]
    second = Browser()
    pages.append(second.through(press(second, stage), SUBJECT))
    code = next(url for url in second.trail if "/ve?code=" in url)
    pages.append(second.get(code))  # a replay, refused, and logged
    second.close()
    pages.append(browser.submit(browser.get(f"{stage.ours}/cai-dat"), {}, "Đăng xuất"))
    with stage.app.app_context():
        kept = everything_in(db.engine)
    files = [p.read_bytes() for p in Path(stage.app.extensions["lms.settings"].data_dir).rglob("*") if p.is_file()]
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    assert "state-unknown" in logged, "the log was not caught"
    assert SUBJECT in kept, "the database was not read"
    for claim, value in {**DROPPED, "SoDinhDanh": CITIZEN["SoDinhDanh"]}.items():
        assert str(value) not in kept, f"{claim} is in the database"
        assert str(value) not in logged, f"{claim} is in the log"
        assert not any(str(value).encode() in content for content in files), f"{claim} is in a file"
        assert not any(str(value) in page.html for page in pages), f"{claim} is on a page"
    for word in ("id_token", "access_token", "eyJhbGciOi"):
        assert word not in kept
        assert word not in logged
    for name in ("Lành", "1960"):
        assert name not in logged
    spent = re.findall(r"(?:code|state)=([^&]+)", code)
    assert not any(secret in kept for secret in spent)


def test_an_account_that_was_here_before_is_linked_and_keeps_everything(stage: Stage, browser: Browser) -> None:
    """Coming with the identity first: the account is proved by its own way, then the two are linked."""
    account = stage.account("lanh1960")
    page = browser.through(press(browser, stage), SUBJECT)
    there = next(
        n.attrs["href"]
        for n in page.root.all("a")
        if n.attrs.get("href", "").startswith("/dang-nhap?return_to=/danh-tinh-moi")
    )
    page = browser.get(stage.ours + there)
    page = browser.submit(page, {"identifier": "lanh1960", "password": PASSWORD}, "/dang-nhap")
    assert page.url.startswith(f"{stage.ours}/danh-tinh-moi"), page.url
    page = browser.submit(page, {}, "/danh-tinh-moi/lien-ket")
    assert page.status == 200
    row = stage.row("SELECT * FROM lms_account WHERE id = :i", i=account)
    assert (row["full_name"], row["assurance_level"], row["identity_tail"]) == ("Hoàng Thị Lành", 3, "1234")
    fresh = Browser()
    page = fresh.through(press(fresh, stage, "/cai-dat"), SUBJECT)
    assert "lanh1960" in page.text
    fresh.close()


def test_whoever_is_signed_in_adds_the_identity(stage: Stage, browser: Browser) -> None:
    """The other way round: from the page about one's identity."""
    account = stage.account("lanh1960")
    sign_in_by_password(browser, stage, "lanh1960")
    page = browser.get(f"{stage.ours}/dang-nhap/qua/vneid?return_to=/cua-toi")
    page = browser.through(page, SUBJECT)
    assert "Hoàng Lành" in page.text
    page = browser.submit(page, {}, "/danh-tinh-moi/lien-ket")
    assert stage.row("SELECT account_id FROM lms_identity")["account_id"] == account
    page = browser.get(f"{stage.ours}/dang-nhap/qua/vneid?return_to=/cua-toi")  # again: only the proof is renewed
    assert page.url == f"{stage.ours}/cua-toi"


def test_an_identity_of_somebody_else_is_not_moved(stage: Stage, browser: Browser) -> None:
    new_account(browser, stage)
    owner = stage.row("SELECT account_id FROM lms_identity")["account_id"]
    account = stage.account("lanh1960")
    other = Browser()
    sign_in_by_password(other, stage, "lanh1960")
    page = other.through(other.get(f"{stage.ours}/dang-nhap/qua/vneid"), SUBJECT)
    assert page.status == 409
    assert "cán bộ xã" in page.text
    assert stage.row("SELECT account_id FROM lms_identity")["account_id"] == owner != account
    assert "Hoàng Lành" in other.get(f"{stage.ours}/cai-dat").html  # still as whoever they were
    other.close()


def test_the_way_back_is_good_once_and_for_this_browser(stage: Stage, browser: Browser) -> None:
    new_account(browser, stage)
    way_back = next(url for url in browser.trail if "/ve?code=" in url)
    for somebody in (browser, Browser()):
        page = somebody.get(way_back)
        assert page.status == 400
        assert "không có gì bị mất" in page.text
    # A code of another sign-in, under a state of this one: PKCE makes the provider refuse it.
    thief = Browser()
    press(thief, stage)
    asked = next(url for url in thief.trail if url.startswith(f"{stage.issuer}/auth?"))
    state = re.findall(r"[?&]state=([^&]+)", asked)[0]
    victim = Browser()
    page = victim.submit(press(victim, stage), {"login": "vneid-subject-000456", "password": "x"})
    victim.jars.pop(stage.ours.removeprefix("http://"), None)  # it never reaches us
    page = victim.submit(page, {})
    code = re.findall(r"[?&]code=([^&]+)", victim.trail[-1])[0]
    page = thief.get(f"{stage.ours}/dang-nhap/qua/vneid/ve?code={code}&state={state}&iss={stage.issuer}")
    assert page.status == 400
    assert thief.get(f"{stage.ours}/cua-toi").url.startswith(f"{stage.ours}/dang-nhap")
    thief.close()
    victim.close()


def test_whoever_says_no_there_is_told_so_here(stage: Stage, browser: Browser) -> None:
    page = press(browser, stage)
    page = browser.get(page.link("Cancel"))
    assert page.url.startswith(f"{stage.ours}/dang-nhap/qua/vneid/ve"), page.url
    assert page.status == 400
    assert "chưa đồng ý ở bên đó" in page.text
    assert "Các cách đăng nhập khác" in page.text


def test_signing_out_there_ends_the_sessions_here_that_began_there(stage: Stage, browser: Browser) -> None:
    """Back-channel logout as the provider sends it: of one device, and only of what began with it."""
    new_account(browser, stage)
    phone, by_password = Browser(), Browser()
    phone.through(press(phone, stage), SUBJECT)
    account = stage.account("lanh1960")
    sign_in_by_password(by_password, stage, "lanh1960")
    assert stage.row("SELECT account_id FROM lms_session WHERE account_id = :i", i=account)
    page = phone.get(f"{stage.issuer}/session/end")
    phone.submit(page, {"logout": "yes"})
    deadline = time.monotonic() + 10
    while phone.get(f"{stage.ours}/cua-toi").url == f"{stage.ours}/cua-toi":
        assert time.monotonic() < deadline, "the session goes on"
        time.sleep(0.05)
    assert browser.get(f"{stage.ours}/cua-toi").url == f"{stage.ours}/cua-toi"
    assert by_password.get(f"{stage.ours}/cua-toi").url == f"{stage.ours}/cua-toi"
    phone.close()
    by_password.close()


def test_signing_out_here_offers_to_sign_out_there(stage: Stage, browser: Browser) -> None:
    new_account(browser, stage)
    page = browser.submit(browser.get(f"{stage.ours}/cai-dat"), {}, "Đăng xuất")
    assert page.url == f"{stage.ours}/dang-nhap/qua/vneid/da-ra"
    assert browser.get(f"{stage.ours}/cua-toi").url.startswith(f"{stage.ours}/dang-nhap")
    page = browser.get(page.link("Đăng xuất cả VNEID"))
    assert page.url.startswith(f"{stage.issuer}/session/end")
    page = browser.submit(page, {"logout": "yes"})
    assert page.url == f"{stage.ours}/"
    page = browser.get(f"{stage.ours}/dang-nhap/qua/vneid")
    assert page.url.startswith(f"{stage.issuer}/interaction"), "the provider still knows who sits there"


def test_new_keys_and_then_nobody(prepared_folder: Path, tmp_path: Path, browser: Browser) -> None:
    """The provider starts anew with other keys, and later not at all."""
    ours, theirs = free_port(), free_port()
    app = application(prepared_folder, tmp_path, vneid(theirs), ours)
    with served(app, ours) as address:
        with certified(theirs, address) as issuer:
            stage = Stage(app, address, issuer, theirs)
            assert new_account(browser, stage).status == 200
            assert [f for f in examined(app) if "trả lời" in f], examined(app)
        with certified(theirs, address):
            again = Browser()
            assert again.through(press(again, stage), SUBJECT).url == f"{address}/cua-toi"
            again.close()
            waiting = Browser()
            page = press(waiting, stage)
            page = waiting.submit(page, {"login": SUBJECT, "password": "x"})
            waiting.jars.pop(address.removeprefix("http://"))
            jar = Browser()
            press(jar, stage)
        state = re.findall(r"[?&]state=([^&]+)", next(u for u in jar.trail if "/auth?" in u))[0]
        page = jar.get(f"{address}/dang-nhap/qua/vneid/ve?code=x&state={state}&iss=http://localhost:{theirs}")
        assert page.status == 503
        assert "lúc này không trả lời" in page.text
        assert "Số điện thoại hoặc tên đăng nhập" in page.text
        assert [f for f in examined(app) if "không lấy được khóa" in f]
        jar.close()
        waiting.close()
    let_go(app)


def examined(app: Flask) -> list[str]:
    with app.app_context():
        return [f.text for f in examine(app) if "Đăng nhập qua" in f.text]


@pytest.mark.parametrize("kind", ["RSA", "EC"])
def test_we_may_prove_who_we_are_with_a_key(prepared_folder: Path, tmp_path: Path, browser: Browser, kind: str) -> None:
    """private_key_jwt: the provider has our public key, and no secret is shared."""
    from joserfc.jwk import ECKey, RSAKey

    key = RSAKey.generate_key(2048) if kind == "RSA" else ECKey.generate_key("P-256")
    algorithm = "RS256" if kind == "RSA" else "ES256"
    pem = tmp_path / "key.pem"
    pem.write_bytes(key.as_pem(private=True))
    ours, theirs = free_port(), free_port()
    toml = described("vneid", f"http://localhost:{theirs}", authentication="private_key_jwt", private_key_id="ours")
    toml += f"private_key = {{ file = {json.dumps(str(pem))} }}\n"
    app = application(prepared_folder, tmp_path, toml, ours)
    jwks = {"keys": [{**key.as_dict(private=False), "kid": "ours", "use": "sig"}]}
    client = {
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": algorithm,
        "jwks": jwks,
        "client_secret": None,
    }
    with served(app, ours) as address, certified(theirs, address, **client) as issuer:
        page = browser.through(press(browser, Stage(app, address, issuer, theirs)), SUBJECT)
        assert page.url.startswith(f"{address}/danh-tinh-moi"), page.text
    let_go(app)


def test_signed_userinfo(prepared_folder: Path, tmp_path: Path, browser: Browser) -> None:
    """A provider that signs what userinfo says."""
    ours, theirs = free_port(), free_port()
    app = application(prepared_folder, tmp_path, vneid(theirs), ours)
    with served(app, ours) as address, certified(theirs, address, userinfo_signed_response_alg="RS256") as issuer:
        assert new_account(browser, Stage(app, address, issuer, theirs)).url == f"{address}/cua-toi"
    let_go(app)

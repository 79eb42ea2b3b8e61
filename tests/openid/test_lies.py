"""A provider that lies, is down, slow or talks nonsense: nobody is let in, and the page names the other ways."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import text

from lms.api.work import clock, connection, unit_of_work
from lms.testing.markup import read
from plugins.openid import calling, protocol
from tests.openid import places
from tests.openid.liar import Liar, Raw, as_json, dripping, rsa
from tests.openid.places import SECRET

OTHER_WAYS = ("Số điện thoại hoặc tên đăng nhập", "Các cách đăng nhập khác")
NOT_TRUSTED, DOWN = "không đáng tin", "lúc này không trả lời"
AGAIN, NO = "bắt đầu đã quá lâu, hoặc ở một trình duyệt khác", "chưa đồng ý ở bên đó"


def sent(client: FlaskClient, key: str = "one", return_to: str = "/cua-toi") -> str:
    """Where the browser is sent to, having pressed the button."""
    answer = client.get(f"/dang-nhap/qua/{key}", query_string={"return_to": return_to})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def words(client: FlaskClient, address: str, status: int) -> str:
    """What the page says that the browser comes back to; it is checked that nobody was let in."""
    answer = client.get(address)
    root, mistakes = read(answer.get_data(as_text=True))
    assert mistakes == []
    assert answer.status_code == status, root.text
    assert client.get("/cua-toi").status_code == 303, "somebody is signed in"
    return root.text


def refused(client: FlaskClient, address: str, why: str, status: int) -> None:
    said = words(client, address, status)
    assert why in said
    for way in OTHER_WAYS:
        assert way in said


def count(app: Flask, table: str) -> int:
    with app.app_context():
        found: int = connection().execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one()  # noqa: S608
        return found


def arrives(app: Flask, liar: Liar, client: FlaskClient | None = None, key: str = "one") -> FlaskClient:
    """Somebody comes in for the first time and opens an account."""
    client = client or app.test_client()
    answer = client.get(liar.authorized(sent(client, key)))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert answer.location.startswith("/danh-tinh-moi")
    fields = {"full_name": "Nguyễn Thị Mai", "address": "chị", "agree": "yes", "return_to": "/cua-toi"}
    opened = client.post("/danh-tinh-moi/tai-khoan-moi", data=fields)
    assert opened.status_code == 303, opened.get_data(as_text=True)
    assert client.get("/cua-toi").status_code == 200
    return client


def test_an_honest_provider_lets_in_and_knows_again(here: Flask, liar: Liar) -> None:
    arrives(here, liar)
    again = here.test_client()
    answer = again.get(liar.authorized(sent(again, return_to="/giay")))
    assert (answer.status_code, answer.location) == (303, "/giay")
    assert again.get("/giay").status_code == 200


# --- ID tokens --------------------------------------------------------------------------------------------------------

NOW = int(time.time())
LIES: dict[str, Callable[[Liar], object]] = {
    "no signature": lambda p: setattr(p, "algorithm", "none"),
    "no signature, with its key's name away": lambda p: (setattr(p, "algorithm", "none"), p.header.update(kid=None)),
    "signed with the public key as a secret": lambda p: (
        setattr(p, "algorithm", "HS256"),
        setattr(p, "key", rsa(1).as_pem(private=False)),
    ),
    "signed with the client's secret": lambda p: (
        setattr(p, "algorithm", "HS256"),
        setattr(p, "key", SECRET.encode()),
    ),
    "signed with a key that is not published": lambda p: setattr(p, "key", rsa(2)),
    "signed with another key under a known name": lambda p: (setattr(p, "key", rsa(2)), p.header.update(kid="key-1")),
    "a critical header that nobody knows": lambda p: p.header.update(crit=["x"], x="1"),
    "of another issuer": lambda p: p.in_token.update(iss="https://somebody.example.vn"),
    "of an issuer with a slash more": lambda p: p.in_token.update(iss=p.issuer + "/"),
    "without an issuer": lambda p: p.in_token.update(iss=None),
    "for another audience": lambda p: p.in_token.update(aud="somebody-else"),
    "for another audience, though given to us": lambda p: p.in_token.update(aud="somebody-else", azp="hocvuso"),
    "for several, and it does not say whom": lambda p: p.in_token.update(aud=["hocvuso", "somebody-else"]),
    "for several, given to another": lambda p: p.in_token.update(aud=["hocvuso", "x"], azp="x"),
    "given to another": lambda p: p.in_token.update(azp="somebody-else"),
    "for nobody": lambda p: p.in_token.update(aud=[]),
    "for an object": lambda p: p.in_token.update(aud={"hocvuso": 1}),
    "without an audience": lambda p: p.in_token.update(aud=None),
    "expired": lambda p: p.in_token.update(exp=NOW - 600),
    "expiring in words": lambda p: p.in_token.update(exp="tomorrow"),
    "never expiring": lambda p: p.in_token.update(exp=None),
    "from the future": lambda p: p.in_token.update(iat=NOW + 3600),
    "not valid yet": lambda p: p.in_token.update(nbf=NOW + 3600),
    "without a date": lambda p: p.in_token.update(iat=None),
    "for another sign-in": lambda p: p.in_token.update(nonce="another"),
    "without a nonce": lambda p: p.in_token.update(nonce=None),
    "with a nonce that is no text": lambda p: p.in_token.update(nonce=[1]),
    "about nobody": lambda p: p.in_token.update(sub=None),
    "about an empty name": lambda p: p.in_token.update(sub=""),
    "about a number": lambda p: p.in_token.update(sub=7),
    "about a name far too long": lambda p: p.in_token.update(sub="x" * 256),
    "with the hash of another access token": lambda p: p.in_token.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "with a hash that is not ASCII": lambda p: p.in_token.update(at_hash="đ"),
    "while userinfo is about another person": lambda p: p.in_userinfo.update(sub="somebody-else"),
    "while userinfo is about nobody": lambda p: p.in_userinfo.update(sub=None),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_lies(here: Flask, liar: Liar, lie: str) -> None:
    LIES[lie](liar)
    client = here.test_client()
    accounts = count(here, "lms_account")
    refused(client, liar.authorized(sent(client)), NOT_TRUSTED, 502)
    assert (count(here, "lms_identity"), count(here, "lms_arriving"), count(here, "lms_account")) == (0, 0, accounts)


def test_a_token_within_the_leeway_of_clocks(here: Flask, liar: Liar) -> None:
    now = int(time.time())
    liar.in_token.update(exp=now - 30, iat=now + 60)
    arrives(here, liar)


def test_a_token_for_several_that_says_it_is_ours(here: Flask, liar: Liar) -> None:
    liar.in_token.update(aud=["hocvuso", "somebody-else"], azp="hocvuso")
    arrives(here, liar)


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_provider_with_new_keys_is_asked_for_them_once(here: Flask, liar: Liar) -> None:
    arrives(here, liar)
    liar.key, liar.published = rsa(2), [rsa(2)]
    liar.calls.clear()
    client = here.test_client()
    assert client.get(liar.authorized(sent(client))).location == "/cua-toi"
    assert liar.calls.count("/jwks") == 1
    liar.key = rsa(3)  # not published
    liar.calls.clear()
    client = here.test_client()
    refused(client, liar.authorized(sent(client)), NOT_TRUSTED, 502)
    assert liar.calls.count("/jwks") == 1


def test_a_key_that_was_taken_back_is_no_good_after_an_hour(here: Flask, liar: Liar) -> None:
    liar.published = [rsa(1), rsa(2)]
    arrives(here, liar)
    liar.published = [rsa(2)]
    with here.app_context():
        memory = here.extensions["openid.known"]["one"]
    memory.keys_at -= protocol.KEEP
    client = here.test_client()
    refused(client, liar.authorized(sent(client)), NOT_TRUSTED, 502)


@pytest.mark.parametrize(
    "published",
    [
        [], None, "x", [None], [[]], [{}], [{"kty": "oct", "k": "c2VjcmV0", "kid": "key-1"}], [{"kty": "RSA"}],
        [{"kty": "RSA", "n": 5, "e": []}], [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}], [{"kty": []}],
        [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}], [{"kty": "EC", "crv": {}, "x": "AA", "y": "AA"}],
        [{"kty": "OKP", "crv": "X25519", "x": "AA"}], [{"kty": "RSA", "n": "đ", "e": "AQAB"}],
    ],
)  # fmt: skip
def test_keys_that_are_none(here: Flask, liar: Liar, published: object) -> None:
    liar.raw["/jwks"] = as_json({"keys": published})
    client = here.test_client()
    refused(client, liar.authorized(sent(client)), NOT_TRUSTED, 502)


def test_nonsense_beside_a_good_key_does_no_harm(here: Flask, liar: Liar) -> None:
    good = rsa(1).as_dict(private=False)
    liar.raw["/jwks"] = as_json({"keys": [None, {"kty": "RSA"}, {"kty": "oct", "k": "c2VjcmV0", "kid": "key-1"}, good]})
    arrives(here, liar)


def test_a_key_for_encryption_signs_nothing(here: Flask, liar: Liar) -> None:
    liar.raw["/jwks"] = as_json({"keys": [{**rsa(1).as_dict(private=False), "use": "enc"}]})
    client = here.test_client()
    refused(client, liar.authorized(sent(client)), NOT_TRUSTED, 502)


@pytest.mark.filterwarnings("ignore")  # of the library, when the test makes such a key
def test_a_key_that_is_too_short(here: Flask, liar: Liar) -> None:
    pem = generate_private_key(65537, 1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    liar.key = RSAKey.import_key(pem, {"kid": "short"})
    liar.published = [liar.key]
    client = here.test_client()
    refused(client, liar.authorized(sent(client)), NOT_TRUSTED, 502)


@pytest.mark.filterwarnings("ignore")  # EdDSA has a new name since
@pytest.mark.parametrize("algorithm", ["PS256", "ES256", "EdDSA"])
def test_other_signatures(here: Flask, liar: Liar, algorithm: str) -> None:
    keys = {"PS256": rsa(1), "ES256": ECKey.generate_key("P-256"), "EdDSA": OKPKey.generate_key("Ed25519")}
    liar.algorithm, liar.key = algorithm, keys[algorithm]
    liar.published = [rsa(2), liar.key]
    offered = liar.describe(id_token_signing_alg_values_supported=[algorithm])
    liar.raw["/.well-known/openid-configuration"] = as_json(offered)
    arrives(here, liar)


# --- the way back -----------------------------------------------------------------------------------------------------


def test_a_state_that_this_browser_was_not_sent_with(here: Flask, liar: Liar) -> None:
    client = here.test_client()
    good = liar.authorized(sent(client))
    for state in ("", "x", secrets.token_urlsafe(32), "đ"):
        forged = re.sub(r"state=[^&]*", f"state={state}", good)
        refused(here.test_client(), forged, AGAIN, 400)
        refused(client, forged, AGAIN, 400)
    stranger = here.test_client()
    sent(stranger)
    refused(stranger, good, AGAIN, 400)  # somebody else's answer, slipped into this browser
    assert client.get(good).status_code == 303  # the right browser is not kept from it
    assert "/token" in liar.calls


def test_an_answer_is_good_once(here: Flask, liar: Liar) -> None:
    client = here.test_client()
    url = sent(client)
    cookie = client.get_cookie("hv")
    assert cookie is not None
    good = liar.authorized(url)
    assert client.get(good).status_code == 303
    refused(client, good, AGAIN, 400)
    copied = here.test_client()
    copied.set_cookie("hv", cookie.value)  # the cookie as it was before, and the provider gives another code for it
    liar.calls.clear()
    refused(copied, liar.authorized(url), AGAIN, 400)
    assert liar.calls == []


def test_a_code_is_good_once_there_too(here: Flask, liar: Liar) -> None:
    client, second = here.test_client(), here.test_client()
    code = re.findall(r"code=([^&]*)", liar.authorized(sent(client)))[0]
    liar.codes.pop(code)
    url = sent(second)
    refused(second, liar.authorized(url, code=code), AGAIN, 400)


def test_a_state_that_is_too_old(here: Flask, liar: Liar) -> None:
    client = here.test_client()
    address = liar.authorized(sent(client))
    with clock.frozen_at(clock.now() + timedelta(seconds=901)):
        refused(client, address, AGAIN, 400)


def test_two_tabs_both_arrive(here: Flask, liar: Liar) -> None:
    arrives(here, liar)
    client = here.test_client()
    first, second = sent(client, return_to="/giay"), sent(client)
    assert client.get(liar.authorized(first)).location == "/giay"
    assert client.get(liar.authorized(second)).location == "/cua-toi"


def test_pkce_is_checked_by_the_provider_and_a_stolen_code_is_worth_nothing(here: Flask, liar: Liar) -> None:
    victim, thief = here.test_client(), here.test_client()
    stolen = re.findall(r"code=([^&]*)", liar.authorized(sent(victim)))[0]
    mine = liar.authorized(sent(thief), code=stolen)
    refused(thief, mine, AGAIN, 400)
    assert liar.calls.count("/token") == 1  # it was tried, and the verifier was not the victim's


@pytest.mark.parametrize(
    ("answer", "why", "status"),
    [
        ({"error": "access_denied"}, NO, 400),
        ({"error": "login_required"}, AGAIN, 400),
        ({"error": "server_error"}, DOWN, 503),
        ({"error": "temporarily_unavailable", "error_description": "<script>alert(1)</script>"}, DOWN, 503),
        ({"error": "invalid_scope"}, NOT_TRUSTED, 502),
        ({"code": ""}, AGAIN, 400),
        ({"code": "x" * 5000}, AGAIN, 400),
    ],
)
def test_an_answer_without_a_code(here: Flask, liar: Liar, answer: dict[str, str], why: str, status: int) -> None:
    client = here.test_client()
    address = liar.authorized(sent(client), **{"code": "", **answer})
    refused(client, address, why, status)
    assert "alert(1)" not in client.get(address).get_data(as_text=True)


def test_an_answer_of_another_provider_is_not_taken(here: Flask, liar: Liar, other: Liar) -> None:
    """Mix-up: two sends the browser, with the state of one, to the address of one; and the other way round."""
    client = here.test_client()
    answer = other.authorized(sent(client), iss=other.issuer)
    other_calls = len(other.calls)
    refused(client, answer, NOT_TRUSTED, 502)
    client = here.test_client()
    answer = liar.authorized(sent(client)).replace("/qua/one/ve", "/qua/two/ve")
    liar.calls.clear()
    refused(client, answer, AGAIN, 400)
    assert liar.calls == []
    assert len(other.calls) == other_calls


def test_a_provider_that_always_says_who_it_is_must_say_so(here: Flask, liar: Liar) -> None:
    liar.says_who = True
    client = here.test_client()
    refused(client, liar.authorized(sent(client), iss=""), NOT_TRUSTED, 502)
    arrives(here, liar)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_off_the_site(here: Flask, liar: Liar, target: str) -> None:
    arrives(here, liar)
    client = here.test_client()
    assert client.get(liar.authorized(sent(client, return_to=target))).location == "/cua-toi"


def test_an_unknown_provider_is_no_page(here: Flask) -> None:
    client = here.test_client()
    for path in ("three", "three/ve", "three/da-ra"):
        assert client.get(f"/dang-nhap/qua/{path}").status_code == 404
    assert client.post("/dang-nhap/qua/three/ket-thuc").status_code == 404


# --- what is down, slow or nonsense -----------------------------------------------------------------------------------

DEEP = b"[" * 200_000
NONSENSE: dict[str, Raw] = {
    "nothing": (200, "application/json", b""),
    "a page": (200, "text/html", b"<html>Xin ch\xc3\xa0o</html>"),
    "half a file": (200, "application/json", b'{"access_token": "x", "id_'),
    "a list": as_json([]),
    "null": as_json(None),
    "a text": as_json("x"),
    "no UTF-8": (200, "application/json", b'{"\xff": "\xfe"}'),
    "very deep": (200, "application/json", DEEP),
    "very long": (200, "application/json", b'"' + b"x" * 300_000 + b'"'),
    "the wrong types": as_json({"issuer": 1, "keys": 2, "id_token": 3, "access_token": 4, "sub": 5}),
    "tokens that are none": as_json({"id_token": "a.b.c", "access_token": "x"}),
    "a token in parts that are no JSON": as_json({"id_token": "bm8.bm8.bm8", "access_token": "x"}),
    "an empty token": as_json({"id_token": "", "access_token": "x"}),
    "a token that is not ASCII": as_json({"id_token": "đ.đ.đ", "access_token": "x"}),
}


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token", "/me"])
def test_nonsense(here: Flask, liar: Liar, path: str, nonsense: str) -> None:
    client = here.test_client()
    if path.startswith("/.well"):
        liar.raw[path] = NONSENSE[nonsense]
        refused(client, "/dang-nhap/qua/one", NOT_TRUSTED, 502)
    else:
        address = liar.authorized(sent(client))
        liar.raw[path] = NONSENSE[nonsense]
        refused(client, address, NOT_TRUSTED, 502)


@pytest.mark.parametrize("status", [302, 401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token", "/me"])
def test_refusals_and_redirects(here: Flask, liar: Liar, other: Liar, path: str, status: int) -> None:
    client = here.test_client()
    address = "/dang-nhap/qua/one" if path.startswith("/.well") else liar.authorized(sent(client))
    liar.raw[path] = (status, "text/html", f"{other.issuer}{path}".encode())
    answer = client.get(address)
    assert answer.status_code in (502, 503)
    assert client.get("/cua-toi").status_code == 303
    assert other.calls == [], "a redirect was followed"


LIES_IN_DISCOVERY: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://somebody.example.vn"},
    "plain http": {"token_endpoint": "http://somebody.example.vn/token"},
    "no token endpoint": {"token_endpoint": None},
    "a file": {"jwks_uri": "file:///etc/passwd"},
    "a name and a password": {"authorization_endpoint": "https://a:b@somebody.example.vn/"},
    "a script": {"authorization_endpoint": "javascript:alert(1)"},
    "a line break": {"authorization_endpoint": "https://somebody.example.vn/\r\nX: y"},
    "a port that is none": {"userinfo_endpoint": "https://somebody.example.vn:99999999/"},
    "only symmetric signatures": {"id_token_signing_alg_values_supported": ["HS256", "none"]},
}


@pytest.mark.parametrize("lie", LIES_IN_DISCOVERY)
def test_a_description_that_lies(here: Flask, liar: Liar, lie: str) -> None:
    liar.raw["/.well-known/openid-configuration"] = as_json(liar.describe(**LIES_IN_DISCOVERY[lie]))
    refused(here.test_client(), "/dang-nhap/qua/one", NOT_TRUSTED, 502)


def test_a_provider_that_is_down_is_left_alone_for_a_while(here: Flask, liar: Liar, other: Liar) -> None:
    liar.raw["/.well-known/openid-configuration"] = (503, "text/plain", b"")
    client = here.test_client()
    refused(client, "/dang-nhap/qua/one", DOWN, 503)
    refused(client, "/dang-nhap/qua/one", DOWN, 503)
    assert len(liar.calls) == 1
    page = client.get("/dang-nhap/qua/one").get_data(as_text=True)
    assert "/dang-nhap/qua/two" in page, "the other provider is not offered"
    arrives(here, other, client, "two")
    liar.raw.clear()
    with clock.frozen_at(clock.now() + timedelta(seconds=protocol.REST + 1)):
        assert here.test_client().get("/dang-nhap/qua/one").status_code == 303


def test_a_provider_that_was_known_goes_on_while_its_description_is_away(here: Flask, liar: Liar) -> None:
    client = here.test_client()
    sent(client)
    here.extensions["openid.known"]["one"].described_at -= protocol.KEEP
    liar.raw["/.well-known/openid-configuration"] = (503, "text/plain", b"")
    sent(client)


def test_nobody_listens(prepared_folder: Path, tmp_path: Path) -> None:
    app = places.application(
        prepared_folder, tmp_path, places.described("one", f"http://127.0.0.1:{places.free_port()}")
    )
    try:
        refused(app.test_client(), "/dang-nhap/qua/one", DOWN, 503)
    finally:
        places.let_go(app)


def test_an_answer_that_never_ends_is_given_up(here: Flask, liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "SECONDS", 0.4)
    client = here.test_client()
    with dripping() as address:
        liar.raw["/.well-known/openid-configuration"] = as_json(liar.describe(token_endpoint=f"{address}/token"))
        way_back = liar.authorized(sent(client))
        refused(client, way_back, DOWN, 503)


def test_the_network_is_not_for_inside_a_transaction(here: Flask) -> None:
    with here.app_context(), unit_of_work(), pytest.raises(RuntimeError, match="unit of work"):
        calling.call("GET", "http://127.0.0.1:1/")


def test_many_tries_from_one_place_are_slowed_down(here: Flask, liar: Liar) -> None:
    client = here.test_client()
    statuses = []
    with clock.frozen_at(clock.now()):
        for _ in range(301):
            address = liar.authorized(sent(client), code="", error="access_denied")
            statuses.append(client.get(address).status_code)
    assert statuses == [400] * 300 + [429]

"""The back channel: what ends sessions, and what does not because it is forged, old, or came before."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugins.openid import protocol
from tests.openid.liar import EVENT, Liar, as_json, rsa
from tests.openid.places import SECRET
from tests.openid.test_lies import arrives, count, sent

HOUR = 3600


def told(app: Flask, token: str, key: str = "one") -> int:
    """The provider's server sends a logout token."""
    answer = app.test_client().post(f"/dang-nhap/qua/{key}/ket-thuc", data={"logout_token": token})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/json"
    return answer.status_code


def is_in(client: FlaskClient) -> bool:
    return client.get("/cua-toi").status_code == 200


def again(app: Flask, liar: Liar, session: str = "") -> FlaskClient:
    """The same person on one more device; `session` is the provider's name for its session there."""
    client = app.test_client()
    liar.in_token["sid"] = session or None
    assert client.get(liar.authorized(sent(client))).location == "/cua-toi"
    return client


def test_all_sessions_of_a_person_end(here: Flask, liar: Liar, other: Liar) -> None:
    first, second = arrives(here, liar), again(here, liar)
    elsewhere = arrives(here, other, key="two")
    assert told(here, liar.logout_token()) == 200
    assert (is_in(first), is_in(second), is_in(elsewhere)) == (False, False, True)


def test_one_session_ends(here: Flask, liar: Liar) -> None:
    liar.in_token["sid"] = "session-a"
    first = arrives(here, liar)
    second = again(here, liar, "session-b")
    assert told(here, liar.logout_token(sid="session-b")) == 200
    assert (is_in(first), is_in(second)) == (True, False)
    assert told(here, liar.logout_token(sid="session-a", sub=None)) == 200
    assert not is_in(first)


def test_a_session_that_nobody_knows_ends_all_of_the_person(here: Flask, liar: Liar) -> None:
    first = arrives(here, liar)
    assert told(here, liar.logout_token(sid="never-heard-of", sub=None)) == 200
    assert is_in(first)
    assert told(here, liar.logout_token(sid="never-heard-of")) == 200
    assert not is_in(first)


def test_a_session_that_began_in_another_way_goes_on(here: Flask, liar: Liar) -> None:
    arrives(here, liar)
    with here.app_context():
        from sqlalchemy import text

        from lms.api.work import unit_of_work
        from lms.identity.passwords import hash_password

        with unit_of_work() as database:
            database.execute(
                text(
                    "UPDATE lms_account SET username = 'mai1990', password_hash = :h"
                    " WHERE id = (SELECT account_id FROM lms_identity)"
                ),
                {"h": hash_password("chín bậc tình yêu")},
            )
    client = here.test_client()
    fields = {"identifier": "mai1990", "password": "chín bậc tình yêu"}
    assert client.post("/dang-nhap", data=fields).status_code == 303
    assert told(here, liar.logout_token()) == 200
    assert is_in(client)


def test_a_token_is_good_once(here: Flask, liar: Liar) -> None:
    arrives(here, liar)
    token = liar.logout_token()
    assert told(here, token) == 200
    client = again(here, liar)
    assert told(here, token) == 400
    assert is_in(client)


def test_a_stranger_is_nobody(here: Flask, liar: Liar) -> None:
    client = arrives(here, liar)
    assert told(here, liar.logout_token(sub="somebody-else")) == 200  # nothing says whether we know them
    assert is_in(client)


NOW = int(time.time())
FORGED: dict[str, Callable[[Liar], str]] = {
    "no token": lambda p: "",
    "nonsense": lambda p: "x.y.z",
    "much nonsense": lambda p: "x" * 100_000,
    "not ASCII": lambda p: "đ.đ.đ",
    "unsigned": lambda p: (setattr(p, "algorithm", "none"), p.logout_token())[1],
    "signed with the public key": lambda p: (
        setattr(p, "algorithm", "HS256"),
        setattr(p, "key", rsa(1).as_pem(private=False)),
        p.logout_token(),
    )[2],
    "signed with the secret": lambda p: (
        setattr(p, "algorithm", "HS256"),
        setattr(p, "key", SECRET.encode()),
        p.logout_token(),
    )[2],
    "signed by somebody": lambda p: (setattr(p, "key", rsa(2)), p.logout_token())[1],
    "of another issuer": lambda p: p.logout_token(iss="https://somebody.example.vn"),
    "for another": lambda p: p.logout_token("somebody-else"),
    "without an issuer": lambda p: p.logout_token(iss=None),
    "without an audience": lambda p: p.logout_token(aud=None),
    "expired": lambda p: p.logout_token(exp=NOW - 600),
    "never expiring": lambda p: p.logout_token(exp=None),
    "old": lambda p: p.logout_token(iat=NOW - 2 * HOUR, exp=NOW + HOUR),
    "from the future": lambda p: p.logout_token(iat=NOW + HOUR, exp=NOW + 2 * HOUR),
    "without a number": lambda p: p.logout_token(jti=None),
    "with a number that is no text": lambda p: p.logout_token(jti=7),
    "an ID token": lambda p: p.logout_token(events=None, nonce="x"),
    "with a nonce": lambda p: p.logout_token(nonce="x"),
    "without an event": lambda p: p.logout_token(events=None),
    "of another event": lambda p: p.logout_token(events={"http://schemas.openid.net/event/other": {}}),
    "with an event that is no object": lambda p: p.logout_token(events={EVENT: "x"}),
    "with events that are a list": lambda p: p.logout_token(events=[EVENT]),
    "about nobody": lambda p: p.logout_token(sub=None),
    "about a list": lambda p: p.logout_token(sub=["liar-subject-1"]),
    "of a kind that is none": lambda p: (p.header.update(typ="at+jwt"), p.logout_token())[1],
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_token_that_is_not_good(here: Flask, liar: Liar, forgery: str) -> None:
    client = arrives(here, liar)
    seen = count(here, "openid_once")
    assert told(here, FORGED[forgery](liar)) == 400
    assert is_in(client)
    assert count(here, "openid_once") == seen, "what is not good leaves a trace"


def test_a_token_of_one_provider_is_nothing_to_another(here: Flask, liar: Liar, other: Liar) -> None:
    client = arrives(here, liar)
    assert told(here, other.logout_token(), "one") == 400
    assert told(here, liar.logout_token(), "two") == 400
    other.key = rsa(1)  # even where both have the same keys
    assert told(here, other.logout_token(), "one") == 400
    assert is_in(client)


def test_nobody_makes_us_ask_for_keys_again_and_again(here: Flask, liar: Liar) -> None:
    arrives(here, liar)
    liar.calls.clear()
    liar.key = rsa(2)
    for _ in range(20):
        assert told(here, liar.logout_token()) == 400
    assert liar.calls.count("/jwks") == 0
    liar.published = [rsa(2)]
    here.extensions["openid.known"]["one"].keys_at -= protocol.REST + 1
    assert told(here, liar.logout_token()) == 200
    assert liar.calls.count("/jwks") == 1


def test_a_provider_that_is_away_is_told_to_come_again(here: Flask, liar: Liar) -> None:
    client = arrives(here, liar)
    here.extensions["openid.known"].clear()
    liar.raw["/jwks"] = (500, "text/plain", b"")
    liar.calls.clear()
    token = liar.logout_token()
    assert told(here, token) == 503
    assert [told(here, token) for _ in range(20)] == [503] * 20
    assert liar.calls.count("/jwks") == 1, "anybody can make us ask again and again"
    here.extensions["openid.known"]["one"].keys_failed_at -= protocol.REST
    liar.raw["/jwks"] = as_json({"keys": [rsa(1).as_dict(private=False)]})
    assert told(here, token) == 200
    assert not is_in(client)


def test_what_its_own_date_refuses_is_forgotten(here: Flask, liar: Liar) -> None:
    from datetime import timedelta

    from lms.api.work import clock
    from plugins.openid.services.arriving import forget_old

    arrives(here, liar)
    told(here, liar.logout_token())
    assert count(here, "openid_once") == 2
    with here.app_context(), clock.frozen_at(clock.now() + timedelta(hours=2)):
        forget_old()
    assert count(here, "openid_once") == 0

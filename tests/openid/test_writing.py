"""The way back from a provider is a GET, because the protocol says so: what it writes is what it must, and no more."""

from __future__ import annotations

from flask import Flask

from tests.architecture.test_routes import written
from tests.openid.liar import Liar
from tests.openid.test_lies import arrives, sent

FIRST = {"lms_rate_limit", "openid_once", "lms_arriving"}
AGAIN = {"lms_rate_limit", "openid_once", "openid_session", "lms_session", "integrity_device"}
PROVED = {"lms_account", "lms_proof", "lms_audit"}


def test_going_there_writes_nothing(here: Flask, liar: Liar) -> None:
    with written(here) as tables:
        sent(here.test_client())
    assert tables == []


def test_coming_back_writes_what_it_must(here: Flask, liar: Liar) -> None:
    client = here.test_client()
    address = liar.authorized(sent(client))
    with written(here) as tables:
        client.get(address)
    assert set(tables) == FIRST
    with written(here) as tables:
        assert client.get(address).status_code == 400  # once more
    assert tables == []
    arrives(here, liar)
    liar.in_token["sid"] = "a session there"
    liar.claims["level"] = "high"
    client = here.test_client()
    address = liar.authorized(sent(client))
    with written(here) as tables:
        assert client.get(address).location == "/cua-toi"
    assert AGAIN <= set(tables) <= AGAIN | PROVED


def test_a_lie_writes_only_that_it_came(here: Flask, liar: Liar) -> None:
    liar.in_token["nonce"] = "another"
    client = here.test_client()
    address = liar.authorized(sent(client))
    with written(here) as tables:
        assert client.get(address).status_code == 502
    assert set(tables) == {"lms_rate_limit", "openid_once"}

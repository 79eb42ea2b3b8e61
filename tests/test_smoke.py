"""The fixtures themselves."""

from flask import Flask


def test_health(any_app: Flask) -> None:
    answer = any_app.test_client().get("/healthz")
    assert answer.json == {"status": "ok"}

"""Files as browsers and players ask for them: whole, in parts, not at all where they have them."""

from __future__ import annotations

import os

import pytest
from flask import Flask
from flask.testing import FlaskClient

CONTENT = bytes(os.urandom(300_000))


@pytest.fixture
def address(app: Flask) -> str:
    """Where a film is served."""
    return f"/tep/{app.extensions['lms.files'].put(CONTENT)}.mp4"


def test_a_file_is_served_whole_and_for_ever(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.data == CONTENT
    assert answer.content_type == "video/mp4"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=299990-", 299_990, 300_000), ("bytes=-5", 299_995, 300_000),
     ("bytes=100-999999", 100, 300_000), ("bytes=70000-140001", 70_000, 140_002)],
)  # fmt: skip
def test_a_part_is_served_as_asked(client: FlaskClient, address: str, asked: str, start: int, end: int) -> None:
    answer = client.get(address, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == CONTENT[start:end]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/300000"
    assert answer.content_length == end - start
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_part_that_there_is_not(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers={"Range": "bytes=300000-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */300000"


def test_several_parts_or_nonsense_are_served_whole(client: FlaskClient, address: str) -> None:
    for asked in ("bytes=0-1,5-9", "lines=1-2", "bytes=abc"):
        answer = client.get(address, headers={"Range": asked})
        assert (answer.status_code, len(answer.data)) == (200, 300_000)


def test_only_if_it_is_still_the_same(client: FlaskClient, address: str) -> None:
    tag = client.get(address).headers["ETag"]
    part = client.get(address, headers={"Range": "bytes=0-9", "If-Range": tag})
    assert part.status_code == 206
    whole = client.get(address, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (whole.status_code, len(whole.data)) == (200, 300_000)
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_a_head_is_a_head(client: FlaskClient, address: str) -> None:
    answer = client.head(address)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == "300000"
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_drawings_and_captions_travel_compressed(app: Flask, client: FlaskClient) -> None:
    key = app.extensions["lms.files"].put(b"<svg>" + b" " * 5000 + b"</svg>")
    answer = client.get(f"/tep/{key}.svg", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 200
    words = app.extensions["lms.files"].put(b"WEBVTT\n")
    assert client.get(f"/tep/{words}.vtt").content_type == "text/vtt; charset=utf-8"


def test_a_document_is_taken_along_not_opened(app: Flask, client: FlaskClient) -> None:
    key = app.extensions["lms.files"].put(b"%PDF-1.7")
    assert client.get(f"/tep/{key}.pdf").headers["Content-Disposition"] == "attachment"


@pytest.mark.parametrize("name", ["0" * 64 + ".mp4", "../../etc/passwd.mp4", "abc.mp4", "A" * 64 + ".mp4"])
def test_what_there_is_not(client: FlaskClient, name: str) -> None:
    assert client.get(f"/tep/{name}").status_code == 404


def test_no_other_endings_are_served(app: Flask, client: FlaskClient) -> None:
    key = app.extensions["lms.files"].put(b"<script>")
    assert client.get(f"/tep/{key}.html").status_code == 404
    assert client.get(f"/tep/{key}.js").status_code == 404

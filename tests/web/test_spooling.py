"""Uploads while a form is read: whole or not at all, and a full TMPDIR takes nothing else away. /dev/full is the disk
that is full: the kernel itself refuses each write."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from lms.errors import NoRoom
from lms.web.application import Application
from lms.web.spooling import IN_MEMORY, Spool


def full_disk(*_args: Any, **_more: Any) -> Any:
    """What a full disk gives instead of a new file."""
    return open("/dev/full", "r+b", buffering=0)  # noqa: SIM115


@given(st.lists(st.integers(0, 300_000), max_size=6), st.integers(1, 400_000))
def test_what_came_in_pieces_is_read_as_one(sizes: list[int], at_once: int) -> None:
    pieces = [bytes([n % 251]) * size for n, size in enumerate(sizes)]
    with Spool() as spool:
        for piece in pieces:
            assert spool.write(piece) == len(piece)
        spool.seek(0)
        read = b""
        while more := spool.read(at_once):
            read += more
        assert read == b"".join(pieces)
        spool.seek(-min(5, len(read)), io.SEEK_END)
        assert spool.read() == read[-5:]


@pytest.mark.parametrize("size", [IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY])
def test_only_what_goes_to_the_disk_needs_room(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", full_disk)
    with Spool() as spool:
        for start in range(0, size, 65_536):
            spool.write(b"x" * min(65_536, size - start))
        spool.seek(0)
        assert spool.is_lost is (size > IN_MEMORY)
        if spool.is_lost:
            with pytest.raises(NoRoom):
                spool.read()
        else:
            assert len(spool.read()) == size


@pytest.fixture
def reads() -> Flask:
    """An application that tells what it read of a form."""
    app = Application("reads")

    @app.post("/")
    def read() -> dict[str, Any]:
        try:
            came = len(request.files["film"].read())
        except NoRoom:
            came = -1
        return {"came": came, "before": request.form["before"], "behind": request.form["behind"],
                "small": request.files["small"].read().decode()}  # fmt: skip

    return app


@pytest.mark.parametrize(("make", "came"), [(full_disk, -1), (tempfile.TemporaryFile, 2_000_000)])
def test_the_rest_of_the_form_comes_in(
    reads: Flask, make: Callable[..., Any], came: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", make)
    sent = {
        "before": "Trước", "film": FileStorage(io.BytesIO(b"x" * 2_000_000), "a.mp4"), "behind": "Sau",
        "small": FileStorage(io.BytesIO("nhỏ".encode()), "b.txt"),
    }  # fmt: skip
    boundary, body = encode_multipart(sent)
    kind = f"multipart/form-data; boundary={boundary}"
    told = reads.test_client().post("/", data=body, content_type=kind).get_json()
    assert told == {"came": came, "before": "Trước", "behind": "Sau", "small": "nhỏ"}

"""Where the server has no room left for a file: the author keeps all that was typed, and is told what to do."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.media.conftest import photograph
from tests.studio.conftest import Author
from tests.studio.test_editor import a_lesson, draft_of
from tests.web.test_spooling import full_disk

NO_ROOM = "không còn chỗ"
LARGE = photograph((1500, 1000), "PNG", seed=11)


def files_in(app: Flask) -> set[Path]:
    """All that lies in the store."""
    folder = Path(app.extensions["lms.settings"].data_dir) / "files"
    return {path for path in folder.rglob("*") if path.is_file()}


def full_store(after: int) -> Any:
    """A disk that takes so many bytes of a new file and no more."""
    real = tempfile.NamedTemporaryFile

    def make(*args: Any, **more: Any) -> Any:
        file = real(*args, **more)
        write, left = file.write, [after]

        def bounded(piece: bytes) -> int:
            left[0] -= len(piece)
            if left[0] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return int(write(piece))

        file.write = bounded
        return file

    return make


@pytest.mark.parametrize(
    ("what", "make"),
    [("TemporaryFile", full_disk), ("NamedTemporaryFile", full_store(300_000)), ("NamedTemporaryFile", full_store(0))],
)
def test_what_was_typed_is_kept(
    app: Flask, author: Author, what: str, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(LARGE) > 600_000
    page = a_lesson(author)
    before, held = draft_of(app, page), files_in(app)
    monkeypatch.setattr(tempfile, what, make)
    picture = ("ruong.png", LARGE)
    answer = author.press(page, status=507, title="Tên gõ rồi", b1__file__upload=picture, b3__md="Chữ mới.")
    monkeypatch.undo()
    assert NO_ROOM in answer.get_data(as_text=True)
    after = draft_of(app, page)
    assert (after["title"], after["blocks"][3]["data"]["md"]) == ("Tên gõ rồi", "Chữ mới.")
    assert after["files"] == before["files"]
    assert after["blocks"][1] == before["blocks"][1], "the picture before stays"
    assert files_in(app) == held, "nothing half lies there"
    author.press(page, b1__file__upload=picture)
    assert len(draft_of(app, page)["files"]) == len(before["files"]) + 1, "sent again when there is room, it comes in"


def test_any_other_write_into_a_full_disk_says_so_too(
    app: Flask, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> str:
        with open("/dev/full", "w", encoding="utf-8") as file:
            file.write("x")
        return ""

    monkeypatch.setitem(app.view_functions, "home.home", full)
    answer = author.client.get("/")
    assert answer.status_code == 507
    assert NO_ROOM in answer.get_data(as_text=True)

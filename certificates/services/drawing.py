"""Drawing papers, one at a time, with what they name beside their words."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import current_app

from certificates.designs.paper import Look, Paper
from certificates.points import drawer_of

_ONE_AT_A_TIME = threading.Lock()  # ReportLab keeps its work in the fonts, which all threads share


def drawn(paper: Paper, design: str, version: int) -> bytes:
    """The PDF of a paper in a published design: the same bytes each time. NotFound where its logo's file is gone."""
    look, drawer = look_of(paper), drawer_of(design, version)
    with _ONE_AT_A_TIME:
        return drawer.draw(paper, look)


def look_of(paper: Paper) -> Look:
    """What a paper names and does not hold: the pixels of its logo."""
    return Look(paper.accent, logo_file(paper.logo) if paper.logo else b"")


def logo_file(key: str) -> bytes:
    """A logo from the store; the last few are remembered, for a batch has one look."""
    return _read(current_app.extensions["lms.files"], key)


@lru_cache(maxsize=16)
def _read(store: Any, key: str) -> bytes:
    content: bytes = store.get(key)
    return content


def paper_of(frozen: Mapping[str, Any]) -> Paper:
    """What a paper says, from how it was frozen; what was not known of papers then has its default."""
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in frozen.items()}
    return Paper(**fields)


def as_picture(pdf: bytes, width: int, mark: str = "") -> bytes:
    """The first page of a PDF as PNG, so many pixels across. `mark`: letters written across it, for samples."""
    from lms.api.papers import png_of

    return png_of(pdf, width, mark)

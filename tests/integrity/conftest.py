"""The quiz and its people, on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.integrity.world import Integrity


@pytest.fixture
def world(any_app: Flask) -> Iterator[Integrity]:
    with any_app.app_context():
        yield Integrity(any_app)

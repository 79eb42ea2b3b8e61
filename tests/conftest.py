"""For all tests: one browser for a process, and what Hypothesis may not do is fail because the machine is busy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from lms.testing.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. One for all folders: a process cannot drive two at a time."""
    with chromium() as running:
        yield running

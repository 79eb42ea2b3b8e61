"""Two thousand changes to everything that can be shown of a paper: never valid, unless it shows what was issued."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates.checked import an_app
from tests.certificates.mutations import Shelf, run, shelf_of

HOW_MANY = 2_000


@pytest.fixture(scope="module")
def shelf(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """A paper in every form."""
    for app, number in an_app(prepared_folder, tmp_path_factory.mktemp("mutations"), rate_limits=False):
        with shelf_of(app, number, tmp_path_factory.mktemp("keys")) as held:
            yield held


def test_nothing_that_was_changed_is_valid(shelf: Shelf) -> None:
    tried = run(shelf, HOW_MANY)
    assert tried.wrong == []
    assert sum(sum(outcomes.values()) for outcomes in tried.outcomes.values()) == HOW_MANY
    forms = {"signed PDF", "badge.jwt", "badge.png", "badge.svg", "credential.json", "code"}
    assert {"number", "address", "row", "PDF", "photograph"} | forms <= set(tried.outcomes)
    assert all(tried.outcomes[kind].total() > tried.outcomes[kind]["refused"] for kind in forms), "they are read"
    assert tried.outcomes["number"]["valid, the same"] > 0, "small letters and blanks are forgiven"
    assert tried.outcomes["row"]["altered"] > HOW_MANY / 40


def test_the_test_would_notice(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the log not asked, changed rows would be valid; were bytes not asked, changed files."""
    from certificates.services import verifying

    monkeypatch.setattr(verifying, "is_as_logged", lambda *_: True)
    monkeypatch.setattr(verifying, "_beside_fits", lambda *_: True)
    assert any("valid, though something differs" in line for line in run(shelf, 200).wrong)

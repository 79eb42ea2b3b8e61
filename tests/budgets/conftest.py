"""The site with people in every state, without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.db.base import db
from lms.testing.building import make_app
from tests.browser.people import World, make_world
from tests.openid.places import never_asked


@pytest.fixture(scope="session")
def weighed_world(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Who is where; read only."""
    folder = tmp_path_factory.mktemp("weighed")
    shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
    (folder / "files").symlink_to(prepared_folder / "files")
    app = make_app(
        folder,
        f"sqlite:///{folder}/lms.sqlite",
        help_line="1900 1945",
        place_name="Tỉnh Thử Nghiệm",
        openid_file=never_asked(folder),
    )
    yield make_world(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()

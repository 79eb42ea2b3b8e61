"""The application with people who have come far: somebody who attained, somebody in the middle of a quiz."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from lms.db.base import db
from lms.testing.building import make_app
from tests.browser import (
    recipes_cards,
    recipes_editor,
    recipes_items,
    recipes_merging,
    recipes_papers,
    recipes_places,
    recipes_practice,
    recipes_privacy,
    recipes_questions,
    recipes_revisions,
    recipes_rosters,
    recipes_tracks,
)
from tests.browser.people import World
from tests.openid.places import never_asked

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_upgrade_fixture.py"


def known(app: Flask) -> dict[str, str]:
    """Addresses whose parts belong together, so that no list of values by name gives them."""
    world = World(app)
    return {
        "courses.studio_bring_report": recipes_papers.report(world),
        "courses.studio_lesson_sides": recipes_editor.both(world),
        "offline.along": f"/offline/them/practice/{recipes_practice.SLUG}/0",
        "quizzes.studio_import": recipes_questions.at("look")(world),
        "quizzes.marking_one": recipes_items.made("to-mark")(world),
        "practice.studio_look": f"{recipes_practice.STUDIO}/xem/stall",
        "practice.studio_screen": f"{recipes_practice.STUDIO}/man-hinh/stall",
    }


@pytest.fixture(scope="module")
def lived_in(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The same story as in the databases of releases."""
    folder = tmp_path_factory.mktemp("lived-in")
    shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
    (folder / "files").symlink_to(prepared_folder / "files")
    app = make_app(folder, f"sqlite:///{folder}/lms.sqlite", openid_file=never_asked(folder))
    spec = importlib.util.spec_from_file_location("make_upgrade_fixture", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.populate(app)
    recipes_places.make(app)
    recipes_merging.make(app)
    recipes_rosters.make(app)
    recipes_revisions.make(app)
    recipes_tracks.make_first(app)
    app.extensions["tests.known"] = known(app)
    app.extensions["tests.privacy"] = recipes_privacy.make(app)
    app.extensions["tests.cards"] = recipes_cards.make(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()

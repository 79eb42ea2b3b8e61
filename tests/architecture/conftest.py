"""The application with people who have come far: somebody who attained, somebody in the middle of a quiz."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from certificates.models import Credential
from lms.api.people import nation_id
from lms.db.base import db
from lms.db.unit_of_work import unit_of_work
from lms.testing.building import make_app
from plugins.handover.queries import batches
from plugins.integrity import rules
from plugins.integrity.rules import Sign
from plugins.supervision import queries
from plugins.supervision.models import Session
from plugins.supervision.services import supervising
from quizzes.api import papers
from quizzes.models import Attempt
from tests.browser import (
    recipes_badges,
    recipes_batches,
    recipes_cards,
    recipes_checks,
    recipes_editor,
    recipes_handover,
    recipes_integrity,
    recipes_items,
    recipes_looks,
    recipes_marking,
    recipes_measuring,
    recipes_merging,
    recipes_papers,
    recipes_places,
    recipes_practice,
    recipes_privacy,
    recipes_questions,
    recipes_register,
    recipes_revisions,
    recipes_rosters,
    recipes_signing,
    recipes_station,
    recipes_supervision,
    recipes_tracks,
)
from tests.browser.people import World
from tests.openid.places import never_asked

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_upgrade_fixture.py"


def papers_of_the_story(app: Flask) -> dict[str, str]:
    """A result and a question of the papers that the two learners of the story have."""
    with app.app_context():
        found = db.session.execute(sa.select(Attempt.uuid, Attempt.state).order_by(Attempt.id)).all()
    of = {state: uuid for uuid, state in found}
    pages = {
        1: {"quizzes.result": "ket-qua"},
        0: {"quizzes.question": "1", "quizzes.review": "xem-lai", "quizzes.rest": "nghi"},
    }
    return {
        endpoint: f"/luot/{of[state]}/{page}"
        for state, those in pages.items()
        if state in of
        for endpoint, page in those.items()
    }


def placed(app: Flask) -> None:
    """Two strangers try where they could begin: one is in the middle, one has stopped."""
    for stops in (False, True):
        guest = app.test_client()
        address = guest.post("/bat-dau-tu-dau/nguoi-dan").headers["Location"]
        if stops:
            guest.post(f"{address}/dung")


def supervised(app: Flask) -> str:
    """What the browser of somebody who supervises a session holds."""
    recipes_supervision.make(app)
    wanted = sa.select(Session.uuid).where(Session.title == recipes_supervision.PLANNED)
    with app.app_context(), unit_of_work() as database:
        planned = queries.session_by_uuid(database.execute(wanted).scalar_one())
        assert planned is not None
        return supervising._enter(planned, "Lê Thị Coi", None)


def handed_over(world: World) -> str:
    """A file with confirmations that went to the other side."""
    office = recipes_handover.made(world)
    with world.app.app_context():
        return f"{office}/{batches([nation_id()])[0].uuid}.zip"


def looked_at(app: Flask) -> dict[str, str]:
    """Pages of a case in which are the papers of the story's learner and of somebody else."""
    with app.app_context():
        of_the_story, *others = papers()
        other = next(paper for paper in others if paper.account_id != of_the_story.account_id)
        both = {paper.id: paper for paper in (of_the_story, other)}
        facts = {"compared": 378, "pairs": [[*sorted(both), 9, 11, 20, 7]]}
        case = recipes_integrity._open(both, [Sign(rules.ALIKE, tuple(sorted(both)), facts)])
    return {
        "integrity.case": f"{recipes_integrity.LIST}/{case}",
        "integrity.sides": f"{recipes_integrity.LIST}/{case}/1/2",
        "integrity.mine_one": f"{recipes_integrity.MINE}/{case}",
    }


def previewed(app: Flask) -> str:
    """The picture that the page of a paper names for those who show a link to it."""
    with app.app_context():
        number = db.session.execute(
            sa.select(Credential.number).where(Credential.state == "valid").limit(1)
        ).scalar_one()
    picture = re.search(r'og:image" content="([^"]+)"', app.test_client().get(f"/verify/{number}").text)
    assert picture is not None
    there = urlsplit(unescape(picture[1]))
    return f"{there.path}?{there.query}"


def known(app: Flask) -> dict[str, str]:
    """Addresses whose parts belong together, so that no list of values by name gives them."""
    own = papers_of_the_story(app)  # before recipes add papers of others
    world = World(app)
    placed(app)
    pages = {
        "certificates.batch_file": recipes_batches.file(app),
        "certificates.preview": previewed(app),
        "courses.studio_bring_report": recipes_papers.report(world),
        "courses.studio_lesson_sides": recipes_editor.both(world),
        "handover.file": handed_over(world),
        "measuring.item": recipes_measuring.version("worst")(world),
        "offline.along": f"/offline/them/practice/{recipes_practice.SLUG}/0",
        "certificates.look": recipes_looks.editor(world),
        "certificates.look_preview": recipes_looks.preview(world),
        "quizzes.studio_import": recipes_questions.at("look")(world),
        "quizzes.marking_one": recipes_items.made("to-mark")(world),
        "quizzes.decision": recipes_marking.made("decision")(world),
        "quizzes.marked_one": recipes_marking.made("marked")(world),
        "quizzes.correction": recipes_marking.made("bad")(world),
        "quizzes.correction_people": recipes_marking.made("bad-people")(world),
        "certificates.admin_act": recipes_register.act("revoke")(world),
        "certificates.handover": (handed := recipes_register.handover(world)),
        "certificates.handover_pdf": f"{handed}.pdf",
        "certificates.register_pdf": recipes_register.book(world),
        "supervision.receipt": recipes_station.receipt(world),
        "supervision.handed_paper": recipes_station.waits(world),
        "supervision.bundle_file": recipes_station.bundle(world),
        "practice.studio_look": f"{recipes_practice.STUDIO}/xem/stall",
        "practice.studio_screen": f"{recipes_practice.STUDIO}/man-hinh/stall",
        "lms.log_tile": "/log/tile/0/000.p/1",
        "signing.batch": recipes_signing.at("batch")(world),
    }
    pages |= {endpoint: of(world) for endpoint, of in {**recipes_checks.KNOWN, **recipes_badges.KNOWN}.items()}
    return own | pages | looked_at(app)


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
    recipes_batches.make(app)
    recipes_revisions.make(app)
    recipes_tracks.make_first(app)
    app.extensions["tests.known"] = known(app)
    app.extensions["tests.proctor"] = supervised(app)
    app.extensions["tests.privacy"] = recipes_privacy.make(app)
    app.extensions["tests.cards"] = recipes_cards.make(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()

"""An upload that is being prepared, for the tests that open every address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lms.db.unit_of_work import let_go, unit_of_work
from lms.media.taking import take_in
from lms.orgs.queries import nation_id

if TYPE_CHECKING:
    from tests.browser.people import World

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'


def upload(world: World) -> str:
    """How far a drawing is that the nation's author brought."""
    with world.app.app_context():
        org = nation_id()
        assert org is not None
        with unit_of_work():
            media_id = take_in(DRAWING, "hình vẽ.svg", ("drawing",), org, None)
        let_go()
    return f"/studio/tep/{media_id}"

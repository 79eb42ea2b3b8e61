"""practice: played by anybody, written by authors."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import at, begun_in, everybody, list_of
from tests.scope.world import Someone, Thing, World

PLAYED = "/thuc-hanh/quet-ma-tra-tien"
STUDIO = "/studio/luyen-tap"
WRITTEN = STUDIO + "/{key}"


def _author(world: World, _practice: Thing) -> Iterable[Thing | Someone]:
    """A save over somebody else's names who that was."""
    return [world.people[0]]


ENTRIES = {
    "practice.front": everybody(PLAYED),
    "practice.play": everybody(f"{PLAYED}/chi-dan"),
    "practice.step": everybody(f"{PLAYED}/chi-dan", form={"tap": "sms"}),
    "practice.finish": everybody(f"{PLAYED}/chi-dan/xong", form={"l": "sms!"}),
    "practice.studio_practices": list_of(May.AUTHOR, STUDIO, "practice"),
    "practice.studio_practice_begin": begun_in(May.AUTHOR, STUDIO, "org", {"title": ""}, "practice"),
    "practice.studio_practice": at(May.AUTHOR, "practice", WRITTEN),
    "practice.studio_practice_save": at(May.AUTHOR, "practice", WRITTEN, {"base": "0"}),
    "practice.studio_practice_text": at(May.AUTHOR, "practice", WRITTEN + "/van-ban"),
    "practice.studio_practice_text_save": at(May.AUTHOR, "practice", WRITTEN + "/van-ban", {"base": "0"}),
    "practice.studio_screen": at(May.AUTHOR, "practice", WRITTEN + "/man-hinh/den"),
    "practice.studio_screen_save": at(
        May.AUTHOR, "practice", WRITTEN + "/man-hinh/den", {"base": "0"}, besides=_author
    ),
    "practice.studio_step": at(May.AUTHOR, "practice", WRITTEN + "/buoc/1"),
    "practice.studio_step_save": at(May.AUTHOR, "practice", WRITTEN + "/buoc/1", {"base": "0"}, besides=_author),
    "practice.studio_look": at(May.AUTHOR, "practice", WRITTEN + "/xem/den"),
    "practice.studio_try": at(May.AUTHOR, "practice", WRITTEN + "/choi-thu"),
    "practice.studio_play": at(May.AUTHOR, "practice", WRITTEN + "/choi-thu/chi-dan"),
    "practice.studio_play_step": at(May.AUTHOR, "practice", WRITTEN + "/choi-thu/chi-dan", {"tap": "bat"}),
    "practice.studio_play_finish": at(May.AUTHOR, "practice", WRITTEN + "/choi-thu/chi-dan/xong", {"l": "bat"}),
}

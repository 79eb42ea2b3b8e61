"""The pages about taking courses along; what a phone keeps itself is looked at in test_offline.py."""

from __future__ import annotations

from tests.browser.people import ANYONE, COURSE

VISITS = (
    ("taken-along", "offline.mine", ANYONE, "/tai-ve"),
    ("take-along", "offline.course", ANYONE, f"/tai-ve/{COURSE}"),
    ("take-along-learner", "offline.course", "midway", f"/tai-ve/{COURSE}"),
)
NO_PAGES = {
    "offline.app": "what the app is called",
    "offline.package": "a list for the phone's own script",
    "offline.worker": "the worker's script",
}
ELSEWHERE = dict.fromkeys(
    ("offline.along", "offline.contents", "offline.copy", "offline.shell"), "tests/browser/test_offline.py"
)

"""plugins/offline: nothing that travels is anybody's; what a phone sends is its person's own."""

from __future__ import annotations

from tests.scope.law import Entry, apart, everybody, oneself
from tests.scope.things import COURSE, LESSON

PACKAGE = f"/offline/{COURSE}/{{syllabus}}"

ENTRIES: dict[str, Entry] = {
    "offline.worker": everybody("/sw.js"),
    "offline.app": everybody("/app.webmanifest"),
    "offline.shell": everybody("/offline/khung"),
    "offline.mine": everybody("/tai-ve"),
    "offline.course": everybody(f"/tai-ve/{COURSE}"),
    "offline.package": everybody(PACKAGE + ".json"),
    "offline.contents": everybody(PACKAGE),
    "offline.along": everybody("/offline/them/lesson/x/0", 404),
    "offline.copy": everybody(f"{PACKAGE}/lesson/{LESSON}"),
    "offline.api_learned": oneself(f"/api/v1/learned/{COURSE}"),
    "offline.api_sync": apart("asks for a header and for whose phone it is: tests/offline/test_sync.py"),
}

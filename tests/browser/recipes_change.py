"""Addresses of the placement test, and of forms that measure change, before, after and in figures."""

from __future__ import annotations

from sqlalchemy import select

from lms.api.learning import Entry, anchor, publish_syllabus
from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from quizzes.api import note_help
from quizzes.measures import DAY, ENTRY, EXIT, LATER
from quizzes.models import Attempt, Measured
from tests.browser.people import ANYONE, Address, Learner, World
from tests.measuring.people import Measuring
from tests.quizzes.world import newest

NO_PAGES = {"measuring.change_csv": "a file", "measuring.change_xlsx": "a file"}
COURSE, FRONT = "khoa-do-thu", "/bat-dau-tu-dau/nguoi-dan"


def _account(name: str) -> int:
    return int(connection().execute(select(Account.id).where(Account.full_name == name)).scalar_one())


def _made(world: World) -> World:
    """Guests on their way through the placement test; a measure that people of a commune took."""
    if "change" in world.at:
        return world
    begun = Learner(world.app).post(FRONT).headers["Location"]
    world.at["placing"] = begun
    guest = Learner(world.app)
    path = guest.post(FRONT).headers["Location"]
    number = 1
    while guest.client.get(path).status_code == 200:
        guest.post(f"{path}/{number}", unknown="1")
        number += 1
    world.at["placing-done"] = f"{path}/ket-qua"
    stopped = Learner(world.app)
    path = stopped.post(FRONT).headers["Location"]
    stopped.post(f"{path}/dung")
    world.at["placing-stopped"] = f"{path}/ket-qua"
    with world.app.app_context():
        m = Measuring(world.app)
        m.quizzes[LATER] = m.quiz(LATER)
        with unit_of_work():
            m.course = anchor("course", COURSE, "Khóa có bài đo")
            entries = [Entry(quiz, 0, "Bài đo", newest(quiz), required=False) for quiz in m.quizzes.values()]
            publish_syllabus(m.course, entries)
        for n in range(24):
            someone = m.someone(n, "citizens" if n < 13 else "workers")
            m.take(someone, ENTRY, n % 5, helped=0 if n % 3 else 1)
            if n < 22:
                m.take(someone, EXIT, 3 + n % 6, helped=0)
        midway, waiting = _account("Hoàng Thị Giữa"), _account("Đặng Thị Sẵn")
        asked = m.take(midway, ENTRY, 3, helped=None)
        said = m.take(waiting, ENTRY, 3, helped=None)
        m.take(waiting, EXIT, 8, helped=0)
        with unit_of_work() as database:
            note_help(said, 1, waiting)
            database.execute(
                Measured.__table__.update()
                .where(Measured.__table__.c.account_id == waiting)
                .values(exit_at=clock.seconds() - 70 * DAY)
            )
        table = Attempt.__table__
        rows = connection().execute(select(table.c.id, table.c.uuid).where(table.c.id.in_([asked, said])))
        uuids = {row.id: row.uuid for row in rows}
        world.at["helped-asked"] = f"/luot/{uuids[asked]}/ket-qua"
        world.at["helped-said"] = f"/luot/{uuids[said]}/ket-qua"
        world.at["change"] = f"/can-bo/thay-doi?unit={m.unit}&measure=an-toan"
    return world


def at(key: str) -> Address:
    return lambda world: _made(world).at[key]


def after(path: str) -> Address:
    """An address that shows something once all this is there."""

    def address(world: World) -> str:
        _made(world)
        return path

    return address


VISITS = (
    ("placing", "measuring.placing", ANYONE, FRONT),
    ("placing-question", "measuring.placing_question", ANYONE, at("placing")),
    ("placing-result", "measuring.placing_result", ANYONE, at("placing-done")),
    ("placing-stopped", "measuring.placing_result", ANYONE, at("placing-stopped")),
    ("measure-front", "quizzes.front", "new", after(f"/hoc/{COURSE}/kiem-tra/do-entry")),
    ("measure-done", "quizzes.front", "midway", after(f"/hoc/{COURSE}/kiem-tra/do-entry")),
    ("measure-later", "quizzes.front", "midway", after(f"/hoc/{COURSE}/kiem-tra/do-later")),
    ("measure-helped", "quizzes.result", "midway", at("helped-asked")),
    ("measure-said", "quizzes.result", "ready", at("helped-said")),
    ("measure-home", "home.home", "ready", after("/")),
    ("measure-mine", "home.mine", "ready", after("/cua-toi")),
    ("change", "measuring.change", "administrator", at("change")),
    ("change-few", "measuring.change", "administrator", after("/can-bo/thay-doi?measure=an-toan")),
    ("measure-studio", "quizzes.studio_quiz", "administrator", after("/studio/bai-kiem-tra/do-exit")),
)

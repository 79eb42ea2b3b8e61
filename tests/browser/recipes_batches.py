"""Batches of papers in every state that their pages show."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from lms.api.people import find_units, nation_id
from lms.starting import demo_sign_ins

if TYPE_CHECKING:
    from flask import Flask

    from tests.browser.people import Address, Learner, World

LIST = "/can-bo/dot-cap-giay"
ROWS = (
    "Họ và tên\tNgày sinh\tTên đăng nhập\tĐơn vị\tThành tích\n"
    "{name}\t\t{login}\tThôn Na Hối Tày\tGiải Nhất\n"
    "Giàng A Không Có\t31/02/1970\tkhong-co\t\tGiải Nhì\n"
    "Ai Đó\t\tai-do\t\tGiải Ba\n"
)
NO_PAGES = {
    "certificates.batch_file": "a file",
    "certificates.batch_template": "a file",
}


def _clerk(world: World) -> Learner:
    from tests.browser.people import Learner

    who = demo_sign_ins()["administrator"]
    return Learner(world.app).sign_in(who["login"], who["password"])


def _send(world: World, clerk: Learner, title: str) -> str:
    who = demo_sign_ins()["learner"]
    with world.app.app_context():
        unit = str(nation_id())
    text = ROWS.format(name=who["name"], login=who["login"])
    answer = clerk.post(
        f"{LIST}/danh-sach", kind="contest", unit=unit, title=title, subtitle="Đạt giải cuộc thi",
        statement="Cuộc thi Kỹ năng số 2026",
        file=(io.BytesIO(text.encode()), "thi.csv"),
    )  # fmt: skip
    return answer.headers["Location"]


def _prepare(world: World) -> None:
    from tests.browser.people import work

    clerk = _clerk(world)
    world.at["batch-draft"] = _send(world, clerk, "Cuộc thi của xã")
    for state in ("done", "running", "paused"):
        world.at[f"batch-{state}"] = _send(world, clerk, f"Cuộc thi {state}")
        clerk.post(world.at[f"batch-{state}"] + "/bat-dau", without="1")
        if state == "done":
            work(world.app)
    clerk.post(world.at["batch-paused"] + "/tam-dung")


def make(app: Flask) -> None:
    """A list to be looked at, and one by which a paper was issued."""
    from tests.browser.people import World

    _prepare(World(app))


def file(app: Flask) -> str:
    """The address of a file of a batch."""
    from certificates import batches

    with app.app_context():
        for line in batches.batches([nation_id() or 0], 0):
            for one in batches.files(line.id):
                if one.key:
                    return f"{LIST}/{line.uuid}/tep/{one.id}"
    raise AssertionError("No batch has a file.")


def at(key: str, suffix: str = "") -> Address:
    """The address of a batch in a state; the batches are made when the first one is asked for."""

    def address(world: World) -> str:
        if f"batch-{key}" not in world.at:
            _prepare(world)
        return world.at[f"batch-{key}"] + suffix

    return address


def _counted(world: World) -> str:
    with world.app.app_context():
        from lms.api.competency import programme

        unit = find_units("bac ha lao cai", 1, levels={"commune"})[0].id
        row = programme("nguoi-dan")
        assert row is not None
        return f"{LIST}/moi?unit={unit}&programme={row.id}&since=01/01/2026"


VISITS = (
    ("batches", "certificates.batches", "administrator", LIST),
    ("batch-new", "certificates.batch_new", "administrator", f"{LIST}/moi"),
    ("batch-counted", "certificates.batch_new", "administrator", _counted),
    ("batch-list", "certificates.batch_list", "administrator", f"{LIST}/danh-sach"),
    ("batch-draft", "certificates.batch", "administrator", at("draft")),
    ("batch-done", "certificates.batch", "administrator", at("done")),
    ("batch-paused", "certificates.batch", "administrator", at("paused")),
    ("batch-running", "certificates.batch", "administrator", at("running")),
)

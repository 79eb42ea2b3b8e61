"""Lists of people in every state that their pages show."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from lms.api.people import find_units
from lms.starting import demo_sign_ins

if TYPE_CHECKING:
    from flask import Flask

    from tests.browser.people import Address, Learner, World

LIST = (
    "UBND XÃ BẮC HÀ\nSTT\tHọ và tên\tNgày sinh\tSố CCCD\tSĐT\tThôn\tĐối tượng\n"
    "1\tLÒ VĂN PHÚC HẬU\t12/03/1960\t001060001234\t912345678\t\tNông dân\n"
    "2\tGiàng Thị Mỷ\t13/25/1971\t\t0162 1234567\tNa Hối Tày\tNgười dân\n"
    "3\tGiàng Thị Mỷ B2\t1971\t12345\t091234\tNa Hối Tày\tHộ nghèo\n"
    "4\tSùng A Chớ\t1980\t\t\t\tNgười dân\n"
    "5\tSùng A Chớ\t1980\t\t\t\tNgười dân\n"
    "6\tLò Văn Phúc Hậu\t12/03/1960\t001060001234\t\t\tNgười dân\n"
    "7\tTẩn Mẩy Khé\t1955\t\t912345678\t\tNgười dân\n"
    "Tổng cộng\t7\n\t\t\tNgười lập biểu\n"
)
SHORT = "Họ và tên\tNăm sinh\tSĐT\nVàng A Nhà\t1958\t\nSùng Thị Sào\t1949\t0966123123\nSùng Thị Sáo\t1951\t0966123123\n"
KNOWN = "Họ và tên\tNăm sinh\tSĐT\nVàng A Nhà\t1958\t0977111222\n"


def _clerk(world: World) -> Learner:
    from tests.browser.people import Learner

    who = demo_sign_ins()["administrator"]
    return Learner(world.app).sign_in(who["login"], who["password"])


def _send(world: World, clerk: Learner, text: str) -> str:
    with world.app.app_context():
        unit = find_units("bac ha lao cai", 1, levels={"commune"})[0].id
    answer = clerk.post(
        "/can-bo/danh-sach/moi", unit=str(unit), group="citizens", file=(io.BytesIO(text.encode()), "thôn.csv")
    )
    return answer.headers["Location"].rpartition("/")[0]


def _columns(clerk: Learner, address: str) -> str:
    page = clerk.get(address + "/cot")
    chosen = {}
    for name, options in re.findall(r'<select id="(column-\d+)"[^>]*>(.*?)</select>', page, re.S):
        picked = re.search(r'value="(\w+)" selected', options)
        chosen[name] = picked[1] if picked else ""
    clerk.post(address + "/cot", **chosen)
    return address


def _prepare(world: World) -> None:
    from tests.browser.people import work

    clerk = _clerk(world)
    world.at["roster-columns"] = _send(world, clerk, LIST)
    world.at["roster-check"] = _columns(clerk, _send(world, clerk, LIST.replace("UBND XÃ", "UBND")))
    done = _columns(clerk, _send(world, clerk, SHORT))
    clerk.post(done + "/nhan", without="1")
    work(world.app)
    world.at["roster-done"] = done
    world.at["roster-known"] = _columns(clerk, _send(world, clerk, KNOWN))
    world.at["roster-running"] = _columns(clerk, _send(world, clerk, SHORT.replace("Vàng A Nhà", "Thào Mí Pó")))
    clerk.post(world.at["roster-running"] + "/nhan", without="1")


def make(app: Flask) -> None:
    """One list to be checked and one that was taken in."""
    from tests.browser.people import World, work

    world = World(app)
    clerk = _clerk(world)
    done = _columns(clerk, _send(world, clerk, SHORT))
    clerk.post(done + "/nhan", without="1")
    work(app)
    _columns(clerk, _send(world, clerk, LIST))


def at(key: str, suffix: str = "") -> Address:
    """The address of a list in a state; the lists are made when the first one is asked for."""

    def address(world: World) -> str:
        if f"roster-{key}" not in world.at:
            _prepare(world)
        return world.at[f"roster-{key}"] + suffix

    return address

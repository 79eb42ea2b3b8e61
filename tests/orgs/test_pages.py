"""The pages of units: a clerk merges two communes and takes it back; a learner says where they belong; who may what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import pytest
from flask import Flask, g
from sqlalchemy import select

from lms import clock
from lms.api.work import connection, unit_of_work
from lms.identity import grants
from lms.identity.models import Account
from lms.orgs import acts, queries
from lms.orgs.belonging import belongings
from lms.orgs.queries import ancestors, children, org, org_by_code, reaches
from lms.starting import demo_sign_ins
from lms.testing.page_client import Pages

BAC_HA, LUNG_PHINH, LAO_CAI = "02839", "02848", "15"
T = TypeVar("T")
DECREE = {"Văn bản quyết định": "Nghị quyết 12/2026/NQ-HĐND"}


def signed(token: int) -> list[tuple[str, str]]:
    """What every form of an act sends: today, the decision, the form's own number."""
    day = clock.today()
    when = [("day", str(day.day)), ("month", str(day.month)), ("year", str(day.year))]
    return [*when, ("source", "NQ"), ("token", str(UUID(int=token)))]


class Country:
    """What the application says between two requests: each question in a context of its own, as requests have."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def ask(self, read: Callable[..., T], *args: object) -> T:
        with self.app.app_context():
            return read(*args)

    def unit(self, code: str) -> int:
        found = self.ask(org_by_code, code)
        assert found is not None
        return found.id

    def names(self, code: str) -> list[str]:
        return [row.full_name for row in self.ask(children, self.unit(code))]

    def account(self, role: str) -> tuple[int, UUID]:
        a = Account.__table__
        with self.app.app_context():
            found = select(a.c.id, a.c.uuid).where(a.c.username == demo_sign_ins()[role]["login"])
            row = connection().execute(found).one()
        return row.id, row.uuid

    def do(self, act: acts.Act) -> int:
        with self.app.app_context(), unit_of_work():
            return acts.do(act, clock.today(), "NQ", None)

    def manager_of(self, code: str) -> Pages:
        """The demo's instructor as manager of a unit."""
        account, at = self.account("instructor")[0], self.unit(code)
        with self.app.app_context(), unit_of_work():
            grants.give(account, "manager", at, None)
        pages = Pages(self.app)
        pages.sign_in("instructor")
        return pages


def test_two_communes_are_merged_looked_at_first_and_taken_back(any_app: Flask) -> None:
    here = Country(any_app)
    pages = here.manager_of(LAO_CAI)
    pages.open("/can-bo/don-vi")
    assert "tỉnh Lào Cai" in pages.page
    pages.press("Tìm", {"Tìm đơn vị": "bac ha"})
    pages.follow("xã Bắc Hà")
    pages.follow("Sáp nhập")
    pages.press("Tìm", {"Tên đơn vị": "lung phinh"})
    pages.press("Xem những gì sẽ thay đổi", DECREE, choose=["xã Lùng Phình, tỉnh Lào Cai", "Một đơn vị đang có"])
    assert "Số thành viên chuyển sang đơn vị kia: 2" in pages.page
    assert "Đơn vị kết thúc" in pages.page
    pages.press("Thực hiện")
    assert "Đã xong" in pages.page
    assert here.ask(org, here.unit(LUNG_PHINH)) is not None
    assert here.ask(org_by_code, BAC_HA) is None
    done = pages.page.path
    pages.press("Hoàn tác")
    assert "Đã hoàn tác" in pages.page
    assert here.ask(org_by_code, BAC_HA) is not None
    assert pages.open(done).has_button("Hoàn tác") is False


def test_a_unit_is_founded_renamed_moved_and_dissolved(app: Flask) -> None:
    here = Country(app)
    pages = here.manager_of(LAO_CAI)
    at = here.unit(BAC_HA)
    pages.open(f"/can-bo/don-vi/{at}/lap")
    pages.open(f"/can-bo/don-vi/{at}/lap?name=Na+Lo&preview=1")
    assert "Xin chọn loại đơn vị" in pages.page
    kind = {"Loại": "thôn", "Tên, không ghi loại đơn vị phía trước": "Na Lo"}
    pages.press("Xem những gì sẽ thay đổi", kind | DECREE)
    pages.press("Thực hiện")
    (village,) = here.ask(children, at)
    assert village.full_name == "thôn Na Lo"
    pages.open(f"/can-bo/don-vi/{village.id}/doi-ten")
    pages.press("Xem những gì sẽ thay đổi", {"Loại": "tổ dân phố"} | DECREE)
    pages.press("Thực hiện")
    pages.open(f"/can-bo/don-vi/{village.id}/chuyen")
    pages.press("Tìm", {"Tên đơn vị": "lung phinh"})
    pages.press("Xem những gì sẽ thay đổi", DECREE, choose=["xã Lùng Phình, tỉnh Lào Cai"])
    pages.press("Thực hiện")
    assert [row.full_name for row in here.ask(children, here.unit(LUNG_PHINH))] == ["tổ dân phố Na Lo"]
    pages.open(f"/can-bo/don-vi/{village.id}/giai-the")
    pages.press("Xem những gì sẽ thay đổi", DECREE)
    pages.press("Thực hiện")
    assert here.ask(org, village.id) is None
    pages.open(f"/can-bo/don-vi/{village.id}")
    assert "Đơn vị này đã kết thúc" in pages.page
    assert "Giải thể" in pages.page
    (first,) = [row for row in here.ask(acts.acts_of, village.id) if row.kind == "found"]
    pages.open(f"/can-bo/don-vi/viec/{first.id}")
    assert "Không hoàn tác được nữa" in pages.page
    assert pages.send("POST", f"/can-bo/don-vi/viec/{first.id}/hoan-tac").status == 422


def test_a_commune_is_split(app: Flask) -> None:
    here = Country(app)
    pages = here.manager_of(LAO_CAI)
    at = here.unit(BAC_HA)
    pages.open(f"/can-bo/don-vi/{at}/tach")
    part = [("part1_kind", "phường"), ("part1_name", "Bắc Hà Phố"), ("part1_code", "99998")]
    fields = [*part, ("keeps", "yes"), *signed(5)]
    for _twice in range(2):
        assert pages.send("POST", f"/can-bo/don-vi/{at}/tach", fields).status == 303
    assert here.ask(org_by_code, "99998") is not None
    assert len([row for row in here.ask(acts.acts_of, at) if row.kind == "split"]) == 1, "sent twice, done once"


@pytest.mark.parametrize("act", ["doi-ten", "sap-nhap", "tach", "chuyen", "quan-ly", "giai-the"])
def test_nobody_changes_the_unit_that_they_stand_at(app: Flask, act: str) -> None:
    here = Country(app)
    pages = here.manager_of(BAC_HA)
    at, other = here.unit(BAC_HA), here.unit(LUNG_PHINH)
    pages.open(f"/can-bo/don-vi/{at}/lap")
    pages.open(f"/can-bo/don-vi/{at}/{act}", status=403)
    assert pages.send("POST", f"/can-bo/don-vi/{at}/{act}", [("token", str(UUID(int=1)))]).status == 403
    pages.open(f"/can-bo/don-vi/{other}/{act}", status=404)
    pages.open(f"/can-bo/don-vi/{here.unit(LAO_CAI)}", status=404)


def test_a_manager_takes_nothing_from_a_neighbor(app: Flask) -> None:
    """The unit may be one's own, and where it should go another's."""
    here = Country(app)
    pages = here.manager_of(BAC_HA)
    at, other = here.unit(BAC_HA), here.unit(LUNG_PHINH)
    village = here.do(acts.Found(acts.NewUnit("thôn", "Na Lo", at)))
    theirs = here.do(acts.Found(acts.NewUnit("thôn", "Lùng", other)))
    (mine,) = here.ask(children, at)
    (their,) = here.ask(children, other)
    day = signed(2)
    for act, fields in (
        ("chuyen", [("parent", str(other))]),
        ("giai-the", [("successor", str(other))]),
        ("sap-nhap", [("into", str(their.id)), ("becomes", "existing")]),
        ("sap-nhap", [("sources", str(their.id)), ("becomes", "new"), ("kind", "thôn"), ("name", "Mới")]),
    ):
        answer = pages.send("POST", f"/can-bo/don-vi/{mine.id}/{act}", [*day, *fields])
        assert answer.status in (403, 422), (act, answer.status)
    assert [row.id for row in here.ask(children, other)] == [their.id]
    pages.open(f"/can-bo/don-vi/viec/{village}")
    pages.open(f"/can-bo/don-vi/viec/{theirs}", status=404)
    assert pages.send("POST", f"/can-bo/don-vi/viec/{theirs}/hoan-tac").status == 404


def test_who_only_sees_an_act_cannot_undo_it(app: Flask) -> None:
    here = Country(app)
    pages = here.manager_of(BAC_HA)
    act = here.do(acts.Rename(here.unit(BAC_HA), "phường", "Bắc Hà"))
    assert not pages.open(f"/can-bo/don-vi/viec/{act}").has_button("Hoàn tác")
    assert pages.send("POST", f"/can-bo/don-vi/viec/{act}/hoan-tac").status == 403


def test_a_table_of_villages_is_taken_in_whole_or_not(app: Flask) -> None:
    here = Country(app)
    pages = here.manager_of(BAC_HA)
    at = here.unit(BAC_HA)
    path = f"/can-bo/don-vi/{at}/nhap-bang"
    head = "code,kind,name,parent,source,managed_by\n"
    day = signed(4)
    bad = head + ",thôn,A,02839,QĐ,\n,lâu đài,B,02839,QĐ,\n,thôn,A,02839,QĐ,\n,thôn,C,02848,QĐ,\n,xã,D,02839,QĐ,\n"
    answer = pages.send("POST", path, [("text", bad), *day])
    said = answer.body.decode()
    assert answer.status == 422
    assert re.findall(r"Dòng (\d+)", said) == ["3", "4", "6"], "every line is named at once"
    outside = pages.send("POST", path, [("text", head + ",thôn,C,02848,QĐ,\n"), *day])
    assert outside.status == 422
    assert "không nằm trong xã Bắc Hà" in outside.body.decode()
    assert here.ask(children, at) == []
    good = head + "BH-01,thôn,Na Lo,02839,QĐ,\n,trường tiểu học,Bắc Hà,02839,QĐ,BH-01\n"
    for new in ("2", "0"):
        answer = pages.send("POST", path, [("text", good), *day])
        assert answer.status == 303
        assert answer.headers["Location"].endswith(f"taken={new}")
    assert [row.level for row in here.ask(children, at)] == ["school", "village"]
    assert pages.send("POST", path, [("text", "")]).status == 422


def test_a_learner_says_where_they_belong_and_leaves(any_app: Flask) -> None:
    here = Country(any_app)
    pages = Pages(any_app)
    pages.sign_in("learner")
    pages.open("/cai-dat")
    pages.follow("Thêm hoặc rời đơn vị")
    pages.press("Thêm đơn vị này", status=422)
    assert "Xin tìm rồi chọn đơn vị" in pages.page
    pages.press("Tìm", {"Tên đơn vị": "Lung phinh"}, status=422)
    pages.press("Thêm đơn vị này", choose=["xã Lùng Phình, tỉnh Lào Cai", "Người lao động"])
    assert "Đã lưu" in pages.page
    who = here.account("learner")[0]
    assert [(b.unit, b.target_group) for b in here.ask(belongings, who)] == [
        ("xã Lùng Phình, tỉnh Lào Cai", "workers"),
        ("xã Bắc Hà, tỉnh Lào Cai", "citizens"),
    ]
    held = here.ask(belongings, who)[0].id
    other = Pages(any_app)
    other.sign_in("instructor")
    assert other.send("POST", f"/cai-dat/don-vi/{held}/roi").status == 404
    assert pages.send("POST", f"/cai-dat/don-vi/{held}/roi").status == 303
    assert len(here.ask(belongings, who)) == 1
    assert pages.send("POST", f"/cai-dat/don-vi/{held}/roi").status == 404


def test_a_manager_transfers_somebody(app: Flask) -> None:
    here = Country(app)
    pages = here.manager_of(LAO_CAI)
    who, uuid = here.account("learner")
    path = f"/can-bo/nguoi/{uuid}/don-vi"
    pages.open(f"/can-bo/nguoi/{uuid}")
    pages.follow("Vào, rời, chuyển đơn vị")
    pages.press("Tìm", {"Tên đơn vị": "lung phinh"}, status=422)
    pages.press("Lưu", choose=["xã Bắc Hà, tỉnh Lào Cai, Người dân", "xã Lùng Phình, tỉnh Lào Cai"])
    assert [b.unit for b in here.ask(belongings, who)] == ["xã Lùng Phình, tỉnh Lào Cai"]
    (held,) = here.ask(belongings, who)
    day = [("day", "1"), ("month", "1"), ("year", "2020"), ("leaves", str(held.id))]
    assert pages.send("POST", path, day).status == 422, "before they came"
    later = [("day", "1"), ("month", "1"), ("year", "2099"), ("leaves", str(held.id))]
    assert pages.send("POST", path, later).status == 422, "not yet"
    ha_noi = [*signed(3), ("unit", str(here.unit("01"))), ("group", "citizens")]
    assert pages.send("POST", path, ha_noi).status == 422, "not the manager's to give"
    assert [b.unit for b in here.ask(belongings, who)] == ["xã Lùng Phình, tỉnh Lào Cai"]


def test_what_is_kept_of_the_tree_ages_with_it(any_app: Flask) -> None:
    """Another process changes the tree: the next request here sees it."""
    with any_app.app_context():
        at, province = (found.id for code in (BAC_HA, "01") if (found := org_by_code(code)))
        assert not reaches([province], at)
        remembered = dict(queries._paths)
        with unit_of_work():
            acts.do(acts.Move(at, province), clock.today(), "NQ", None)
        queries._paths.update(remembered)  # as a process that has heard nothing remembers it
        queries._ages[connection().engine] = 1
        g.pop("tree_is_known", None)
        assert reaches([province], at)
        assert ancestors(at)[1] == province

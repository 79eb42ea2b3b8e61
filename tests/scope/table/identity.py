"""The core: ways in, sessions, the second step, levels of identity, PINs for others."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from lms.identity.roles import May
from tests.scope.law import REFUSED, TAKEN, Case, Entry, everybody, for_the_nation, nothing, oneself, person, words
from tests.scope.world import Someone, World

AWAY = (303, 401, 404)  # a step that is not left, for whoever is signed in already


def pin(path: str, form: dict[str, str] | None = None, only: May | None = None) -> Entry:
    """Help for somebody of one's units: never oneself; never whoever holds or will hold a role that one does not
    administer.
    """

    def cases(world: World, who: Someone) -> Iterable[Case]:
        found = []
        for other in world.random.sample(world.people, 3):
            address = path.format(uuid=other.uuid)
            if (only is not None and not world.may_with(who, only, other)) or not any(
                world.may_with(who, may, other) for may in (May.MAKE_PEOPLE, May.HELP)
            ):
                found.append(Case(address, REFUSED, form=form))
            elif other.id == who.id:
                found.append(Case(address, frozenset({409}), form=form))
            elif any(not world.may(who, May.ADMINISTER, g.org) for g in world.held_or_coming(other)):
                found.append(Case(address, frozenset({403}), form=form))
            else:
                status = frozenset({200}) if form is None else TAKEN
                found.append(Case(address, status, may_show=words([other]), form=form))
        return found

    return cases


ENTRIES = {
    "identity.ask_code": everybody("/dang-nhap/ma", 200, *AWAY),
    "identity.ask_code_post": everybody("/dang-nhap/ma", *AWAY, form={}),
    "identity.type_code": everybody("/dang-nhap/ma/nhap", 200, *AWAY),
    "identity.type_code_post": everybody("/dang-nhap/ma/nhap", *AWAY, form={}),
    "identity.second_factor_page": everybody("/dang-nhap/buoc-hai", 200, *AWAY),
    "identity.second_factor_post": everybody("/dang-nhap/buoc-hai", *AWAY, form={}),
    "identity.consent": everybody("/dang-nhap/dong-y", 200, *AWAY),
    "identity.agree": everybody("/dang-nhap/dong-y", *AWAY, form={}),
    "identity.not_now": everybody("/dang-nhap/khong-dong-y", *AWAY, form={}),
    "identity.new_password": everybody("/dang-nhap/mat-khau-moi", 200, *AWAY),
    "identity.new_password_post": everybody("/dang-nhap/mat-khau-moi", *AWAY, form={}),
    "identity.enrol_first": everybody("/dang-nhap/thiet-lap-buoc-hai", 200, *AWAY),
    "identity.enrol_first_begin": everybody("/dang-nhap/thiet-lap-buoc-hai", *AWAY, form={}),
    "identity.enrol_first_done": everybody("/dang-nhap/thiet-lap-buoc-hai/xong", *AWAY, form={}),
    "identity.whose": everybody("/danh-tinh-moi", 200, *AWAY),
    "identity.give_up_identity": everybody("/danh-tinh-moi/bo", *AWAY, form={}),
    "identity.open_for_identity": everybody("/danh-tinh-moi/tai-khoan-moi", *AWAY, form={}),
    "identity.link_identity": oneself("/danh-tinh-moi/lien-ket", nothing, *AWAY, form={}),
    "identity.kept": oneself("/dang-nhap/da-nhap"),
    "identity.drop_kept": oneself("/dang-nhap/da-nhap/bo", nothing, form={}),
    "identity.unlink_identity": oneself("/cai-dat/danh-tinh/bo-lien-ket", nothing, 404, form={}),
    "identity.assurance": oneself("/cai-dat/danh-tinh", may_show=lambda _w, who: [who]),
    "identity.phone": oneself("/cai-dat/dien-thoai", nothing, 200, 303),
    "identity.phone_post": oneself("/cai-dat/dien-thoai", form={}),
    "identity.phone_code": oneself("/cai-dat/dien-thoai/ma", nothing, 200, 303, 404),
    "identity.phone_code_post": oneself("/cai-dat/dien-thoai/ma", nothing, 404, form={}),
    "identity.second_step": oneself("/cai-dat/buoc-hai", nothing, 200, 303),
    "identity.second_step_begin": oneself("/cai-dat/buoc-hai", form={}),
    "identity.second_step_done": oneself("/cai-dat/buoc-hai/xong", form={}),
    "identity.second_step_change": oneself("/cai-dat/buoc-hai/doi", form={}),
    "identity.where": oneself("/cai-dat/noi-dang-nhap"),
    "identity.end_session": oneself("/cai-dat/noi-dang-nhap", nothing, 404, form={"session": "1"}),
    "identity.end_others": oneself("/cai-dat/noi-dang-nhap/noi-khac", form={}),
    "proving.papers": person(May.SEE_PAPERS_OF_IDENTITY, "/can-bo/nguoi/{uuid}/giay-to"),
    "proving.papers_post": person(May.SEE_PAPERS_OF_IDENTITY, "/can-bo/nguoi/{uuid}/giay-to", form={}),
    "proving.pin": pin("/can-bo/nguoi/{uuid}/ma-pin"),
    "proving.pin_post": pin("/can-bo/nguoi/{uuid}/ma-pin", form={"username": f"x{uuid4()}"}),
    "proving.lost_phone": pin("/can-bo/nguoi/{uuid}/buoc-hai", form={}, only=May.ADMINISTER),
    "proving.levels": for_the_nation(May.ADMINISTER, "/can-bo/muc-danh-tinh"),
    "proving.levels_post": for_the_nation(May.ADMINISTER, "/can-bo/muc-danh-tinh", form={}),
}

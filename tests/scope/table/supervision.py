"""plugins/supervision: whoever enters people at a unit plans its sessions, whoever helps people there may supervise."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import REFUSED, SHOWN, TAKEN, Case, Entry, anywhere, apart, at, everybody, list_of, words
from tests.scope.world import Someone, Thing, World

OFFICE = "/can-bo/phong-thi"
ONE = OFFICE + "/{key}"
PLANS, SUPERVISES = May.MAKE_PEOPLE, May.HELP


def listed(_world: World, hall: Thing) -> list[Someone]:
    """Who is on the list of a session."""
    people: list[Someone] = hall.more["people"]
    return people


def choosing(form: dict[str, str] | None = None) -> Entry:
    """The people of the session's unit, to choose from; nobody besides those whom the officer may enter anyway."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        found = []
        for hall in world.of("hall"):
            right = world.may(who, PLANS, world.owner[hall])
            shown = words([hall, *listed(world, hall)]) | words(world.within(who, PLANS))
            status = (SHOWN if form is None else TAKEN) if right else REFUSED
            path = f"{OFFICE}/{hall.key}/nguoi"
            found.append(Case(path, status, may_show=shown if right else frozenset(), form=form))
        return found

    return cases


def hall(may: May, path: str, form: dict[str, str] | None = None) -> Entry:
    """A session of a unit where one may do it."""
    return at(may, "hall", path, form, besides=listed)


ENTRIES = {
    "supervision.office": list_of(SUPERVISES, OFFICE, "hall"),
    "supervision.plan": anywhere(PLANS, f"{OFFICE}/moi"),
    "supervision.plan_post": anywhere(PLANS, f"{OFFICE}/moi", {"title": ""}),
    "supervision.plan_change": hall(PLANS, ONE + "/sua"),
    "supervision.plan_change_post": hall(PLANS, ONE + "/sua", {"title": ""}),
    "supervision.session_page": hall(SUPERVISES, ONE),
    "supervision.list_add": choosing(),
    "supervision.list_add_post": choosing({}),
    "supervision.list_names": hall(PLANS, ONE + "/ten", {"names": ""}),
    "supervision.list_remove": hall(PLANS, ONE + "/bo", {"seat": ""}),
    "supervision.new_pin": hall(PLANS, ONE + "/pin", {}),
    "supervision.supervise_here": apart("it lets the browser in to supervise; tests/supervision"),
    "supervision.cancel": apart("it ends the session for good; tests/supervision"),
    "supervision.tickets": hall(PLANS, ONE + "/phieu.pdf", {}),
    "supervision.seat_list": hall(SUPERVISES, ONE + "/danh-sach.pdf"),
    "supervision.minutes": hall(SUPERVISES, ONE + "/bien-ban.pdf"),
    "supervision.sign": hall(PLANS, ONE + "/chot", {}),
    "supervision.handing": hall(PLANS, ONE + "/may-tram"),
    "supervision.pack": hall(PLANS, ONE + "/may-tram", {"spare": "x"}),
    "supervision.receive": hall(PLANS, ONE + "/may-tram/nhan", {}),
    "supervision.code_sheet": apart("it needs papers that were made; tests/supervision/test_handing.py"),
    "supervision.bundle_file": apart("it needs papers that were made; tests/supervision/test_handing.py"),
    "supervision.back_to_server": hall(PLANS, ONE + "/may-tram/ve-may-chu", {}),
    "supervision.receipt": apart("it needs answers that came back; tests/supervision/test_handing.py"),
    "supervision.handed_paper": apart("it needs answers that came back; tests/supervision/test_handing.py"),
    "supervision.decide": apart("it needs answers that came back; tests/supervision/test_handing.py"),
    "supervision.hand_over_online": everybody("/may-tram/nhan", 422, form={}),
    # They are there on a station only.
    "supervision.station_front": everybody("/tram", 404),
    "supervision.bring": everybody("/tram", 404, form={}),
    "supervision.unseal": everybody("/tram/mo", 404, form={}),
    "supervision.giving": everybody("/coi-thi/bai", 404),
    "supervision.answers_file": everybody("/coi-thi/bai/tep", 404),
    "supervision.send_answers": everybody("/coi-thi/bai/gui", 404, form={}),
    # Without a ticket, or the PIN of a room, there is nothing behind these.
    "supervision.room": everybody("/phong"),
    "supervision.room_post": everybody("/phong", form={}),
    "supervision.me": everybody("/phong/toi", 303),
    "supervision.begin": everybody("/phong/toi", form={}),
    "supervision.beat": everybody("/phong/nhip", form={}),
    "supervision.leave": apart("it empties the browser's session; tests/supervision"),
    "supervision.supervise": everybody("/coi-thi"),
    "supervision.supervise_post": everybody("/coi-thi", form={}),
    "supervision.go": everybody("/coi-thi/ra", form={}),
    "supervision.board": everybody("/coi-thi/bang", 404),
    "supervision.board_post": everybody("/coi-thi/bang", 404, form={}),
    "supervision.seat": everybody("/coi-thi/ghe/1", 404),
    "supervision.seat_post": everybody("/coi-thi/ghe/1", 404, form={}),
    "supervision.seat_ticket": everybody("/coi-thi/ghe/1/phieu.pdf", 404),
    "supervision.incident": everybody("/coi-thi/ghi", 404),
    "supervision.incident_post": everybody("/coi-thi/ghi", 404, form={}),
    "supervision.end": everybody("/coi-thi/ket-thuc", 404),
    "supervision.end_post": everybody("/coi-thi/ket-thuc", 404, form={}),
    "supervision.proctor_minutes": everybody("/coi-thi/bien-ban.pdf", 404),
}

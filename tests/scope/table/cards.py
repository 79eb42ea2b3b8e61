"""plugins/cards: cards and classes. A helper helps the people of their units; a class is its helper's own."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from lms.identity.roles import May
from tests.scope.law import REFUSED, SHOWN, TAKEN, Case, Entry, apart, everybody, oneself, person, words
from tests.scope.world import Someone, Thing, World

HELPED = "/can-bo/the/{uuid}"


def office(world: World, who: Someone) -> Iterable[Case]:
    """The people of one's units who hold no role: nobody takes a role over by a card."""
    if not world.anywhere(who, May.HELP):
        return [Case("/can-bo/the", REFUSED)]
    found = [p for p in world.within(who, May.HELP) if isinstance(p, Thing) or not world.held_or_coming(p)]
    return [Case("/can-bo/the", SHOWN, words(found))]


def printed(world: World, who: Someone) -> Iterable[Case]:
    """Cards as a PDF; or, where they cannot be, the list again."""
    other = world.random.choice(world.people)
    right = world.may_with(who, May.HELP, other)
    shown = words(world.within(who, May.HELP)) if right else frozenset()
    return [Case("/can-bo/the/in", TAKEN if right else REFUSED, may_show=shown, form={"person": str(other.uuid)})]


def classes(form: dict[str, str] | None = None) -> Entry:
    """One's own classes, as long as one may help anywhere."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        if not world.anywhere(who, May.HELP):
            return [Case("/can-bo/lop", REFUSED, form=form)]
        shown = words(r for r in world.of("room") if r.holder == who.id)
        return [Case("/can-bo/lop", SHOWN if form is None else TAKEN, may_show=shown, form=form)]

    return cases


def a_class(path: str, form: dict[str, str] | None = None, others: bool = False) -> Entry:
    """A class of one's own, as long as one may help anywhere."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        room = world.random.choice(world.of("room"))
        right = room.holder == who.id and world.anywhere(who, May.HELP)
        shown = words([room]) | frozenset(room.more["names"])
        if others:
            shown |= words(world.within(who, May.HELP))
        status = (SHOWN if form is None else TAKEN) if right else REFUSED
        return [Case(path.format(key=room.key), status, may_show=shown if right else frozenset(), form=form)]

    return cases


ENTRIES = {
    "cards.office": office,
    "cards.print": printed,
    "cards.holder": person(May.HELP, HELPED, besides=lambda world, _who, _p: world.people),
    "cards.revoke": person(May.HELP, HELPED + "/thu-hoi", {"reason": ""}),
    "cards.unlock": person(May.HELP, HELPED + "/mo-khoa", {}),
    "cards.forget_pictures": person(May.HELP, HELPED + "/quen-hinh", {}),
    "cards.beside": person(May.HELP, HELPED + "/vao", {}),
    "cards.lost": oneself("/the-cua-toi/mat", form={}),
    "cards.classes": classes(),
    "cards.open_class": classes({"lock": ""}),
    "cards.class_page": a_class("/can-bo/lop/{key}"),
    "cards.class_add": a_class("/can-bo/lop/{key}/them", others=True),
    "cards.class_add_post": a_class("/can-bo/lop/{key}/them", {}, others=True),
    "cards.class_remove": a_class("/can-bo/lop/{key}/bo", {}),
    "cards.class_number": a_class("/can-bo/lop/{key}/ma", {}),
    "cards.class_device": apart("it signs the helper out and makes the device the class's; tests/cards"),
    "cards.class_device_away": a_class("/can-bo/lop/{key}/may-ra", {}),
    "cards.class_close": apart("it ends the class for good; tests/cards"),
    # Without a device of a class, or a card shown before, there is nothing behind these.
    "cards.room": everybody("/lop", 200, 303),
    "cards.room_post": everybody("/lop", form={}),
    "cards.turn": everybody(f"/lop/{uuid4()}", 303, 404),
    "cards.turn_post": everybody(f"/lop/{uuid4()}", 404, form={}),
    "cards.turn_with_help": everybody(f"/lop/{uuid4()}/giup", 404, form={}),
    "cards.lock": everybody("/lop/khoa", 404, form={}),
    "cards.control": everybody("/lop/nguoi-huong-dan", 200, 303, 404),
    "cards.control_post": everybody("/lop/nguoi-huong-dan", 404, form={}),
    "cards.card": everybody("/the", 200, 303),
    "cards.card_post": everybody("/the", 404, form={}),
    "cards.scan": everybody("/the/khong-phai-the-nao-ca", 200, 303, 404, 422),
    "cards.pictures": everybody("/the/hinh", 200, 303, 404),
    "cards.pictures_post": everybody("/the/hinh", 404, form={}),
    "cards.choose": everybody("/the/dat-hinh", 200, 303, 404),
    "cards.choose_post": everybody("/the/dat-hinh", 404, form={}),
    "cards.forget": everybody("/the/khong-phai-toi", 404, form={}),
}

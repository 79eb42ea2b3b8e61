"""Helpers: opening a class on shared devices, its list, its number, its end."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from lms.api.people import May, end_current, here, pick_unit, require_anywhere, roles_that
from lms.api.studio import Field, is_number
from lms.api.web import STAFF, MenuItem, Routes, composed, render, say
from lms.api.work import Invalid, NotFound, _, unit_of_work
from plugins.cards import pictures, queries
from plugins.cards.access import all_helped_by, room_for
from plugins.cards.numbering import spoken
from plugins.cards.queries import RoomRow
from plugins.cards.services import teaching
from plugins.cards.views.office import listed, page_number, paging, site_address, uuids
from plugins.cards.views.room import keep_device

routes = Routes("cards", "/can-bo/lop")
menu = (MenuItem("cards.classes", _("Classes"), "school", "staff", roles_that(May.HELP), 26, group="people"),)


@routes.get("", STAFF)
def classes() -> str:
    """My open classes, and opening one."""
    require_anywhere(here(), May.HELP)
    return _classes_page("", "3", {})


def _classes_page(title: str, hours: str, errors: dict[str, list[str]]) -> str:
    return render(
        "cards/classes/list.html",
        rooms=[(room, url_for("cards.class_page", room=room.uuid)) for room in queries.rooms_of(here().id)],
        title=Field(title, errors.get("title", [])),
        hours=Field(hours, []),
        lock=Field("", errors.get("lock", [])),
        errors=errors,
        longest=[(str(n), say(_("{n} hours", n=n))) for n in range(1, teaching.LONGEST // 3600 + 1)],
    )


@routes.post("", STAFF)
def open_class() -> Response | tuple[str, int]:
    """Opens a class; people come onto its list next."""
    me = here()
    require_anywhere(me, May.HELP)
    title, hours = composed(request.form.get("title")) or "", request.form.get("hours", "3")
    try:
        lock = teaching.lock_hash(request.form.get("lock", "").strip())
        with unit_of_work():
            made = teaching.open_room(me.id, title, lock, int(hours) if is_number(hours) else 3)
    except Invalid as error:
        errors = {name: [say(text)] for name, text in error.fields.items()} or {"": [say(error.text)]}
        return _classes_page(title, hours, errors), 422
    return redirect(url_for("cards.class_add", room=made), 303)


@routes.get("/<uuid:room>", STAFF)
def class_page(room: UUID) -> str:
    """A class: its people, its devices, its number."""
    return _class_page(room_for(here(), room), "")


def _class_page(found: RoomRow, error: str) -> str:
    seats = queries.seats(found.id)
    names = {seat.person.id: seat.person.full_name for seat in seats}
    number = teaching.shown_number(found)
    return render(
        "cards/classes/class.html",
        room=found,
        seats=[(seat, pictures.badge(seat.face)) for seat in seats],
        devices=[(row, names.get(row.account_id or 0, "")) for row in queries.devices(found.id)],
        number=spoken(number) if number else "",
        errors={"": [error]} if error else {},
        most=teaching.MOST_PEOPLE,
        join_url=site_address().partition("://")[2] + url_for("cards.room"),
    )


@routes.get("/<uuid:room>/them", STAFF)
def class_add(room: UUID) -> str:
    """Choosing people for the list."""
    return _add_page(room_for(here(), room), [])


def _add_page(found: RoomRow, errors: list[str]) -> str:
    mine = require_anywhere(here(), May.HELP)
    pick = pick_unit("unit", within=mine)
    words, number = (request.values.get("q") or "")[:100], page_number()
    rows, page = listed([pick.chosen] if pick.chosen is not None else mine, words, number)
    seated = {seat.person.uuid for seat in queries.seats(found.id)}
    return render(
        "cards/classes/add.html",
        room=found,
        rows=[row for row in rows if row.uuid not in seated],
        seated=len(seated),
        most=teaching.MOST_PEOPLE,
        q=Field(words, []),
        pick=pick,
        total=page.total,
        pages=paging(page, number, "cards.class_add", room=found.uuid, q=words, unit=pick.data),
        errors={"person": errors} if errors else {},
    )


@routes.post("/<uuid:room>/them", STAFF)
def class_add_post(room: UUID) -> Response | tuple[str, int]:
    """Puts those who were ticked on the list."""
    me = here()
    found = _open(room)
    people = all_helped_by(me, uuids("person"))
    try:
        with unit_of_work():
            teaching.seat(found, people)
    except Invalid as error:
        return _add_page(found, [say(error.text)]), 422
    return redirect(url_for("cards.class_page", room=found.uuid), 303)


def _open(room: UUID) -> RoomRow:
    found = room_for(here(), room)
    if not found.is_open:
        raise NotFound(_("This class is over. Please open a new one."))
    return found


@routes.post("/<uuid:room>/bo", STAFF)
def class_remove(room: UUID) -> Response:
    """Takes somebody off the list."""
    found = _open(room)
    wanted = set(uuids("person"))
    with unit_of_work():
        for seat in queries.seats(found.id):
            if seat.person.uuid in wanted:
                teaching.unseat(found, seat.person.id)
    return redirect(url_for("cards.class_page", room=found.uuid), 303)


@routes.post("/<uuid:room>/ma", STAFF)
def class_number(room: UUID) -> Response:
    """A new number by which devices join."""
    found = _open(room)
    with unit_of_work():
        teaching.renew_number(found)
    return redirect(url_for("cards.class_page", room=found.uuid), 303)


@routes.post("/<uuid:room>/may", STAFF)
def class_device(room: UUID) -> Response | tuple[str, int]:
    """Makes this very device one of the class: the helper is signed out here."""
    found = _open(room)
    try:
        with unit_of_work():
            token = teaching.join(found)
            end_current()
    except Invalid as error:
        return _class_page(found, say(error.text)), 422
    session.clear()
    answer = keep_device(redirect(url_for("cards.room"), 303), token)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@routes.post("/<uuid:room>/may-ra", STAFF)
def class_device_away(room: UUID) -> Response:
    """Sends a device away."""
    found = _open(room)
    typed = request.form.get("device", "")
    if is_number(typed):
        with unit_of_work():
            teaching.leave(found, int(typed))
    return redirect(url_for("cards.class_page", room=found.uuid), 303)


@routes.post("/<uuid:room>/dong", STAFF)
def class_close(room: UUID) -> Response:
    """Closes a class: all that was opened in it ends."""
    found = room_for(here(), room)
    if found.closed_at is None:
        with unit_of_work():
            teaching.close(found.id, here().id)
    return redirect(url_for("cards.classes"), 303)

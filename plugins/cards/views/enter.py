"""Whoever has a card: the number or the scanned square says who, the pictures prove it."""

from __future__ import annotations

import secrets
from typing import Any

from flask import redirect, request, session, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.people import Person, WayIn, enter, here_or_none, person_by_id, with_role
from lms.api.studio import Field
from lms.api.web import ANYONE, Routes, address, composed, render, safe_return, say
from lms.api.work import Gone, Invalid, NotFound, Text, TooMany, _, clock, unit_of_work
from plugins.cards import pictures, queries
from plugins.cards.numbering import BadNumber, is_secret, read_number
from plugins.cards.pictures import LENGTH, PICTURES, is_easy
from plugins.cards.queries import CardRow
from plugins.cards.services import issuing, proving
from plugins.cards.views.picking import Pressed, device, grid_page, pressed, private, tiles

routes = Routes("cards", "/the")
_PENDING = "card"  # in the signed session: whose card was shown, so that its secret stands in no address from then on
_MINUTES = 10
MISTYPED = _("This is not the number of a card. It has twelve figures; please look at it again.")
UNKNOWN = _("No card has this. Please look again, or ask your helper for a card.")
REVOKED = _(
    "This card is no longer in use: a new one was made, or it was reported lost. Ask your helper for a new one."
)


def _url(return_to: str) -> str:
    return address("cards.card", return_to=return_to)


way = WayIn("card", _("I have a card"), "id-card", _url, order=20)


class Shown(Struct, frozen=True):
    """The card that was shown on this device a moment ago."""

    card: CardRow
    person: Person
    return_to: str


def _shown() -> Shown | None:
    held: Any = session.get(_PENDING)
    if not isinstance(held, list) or len(held) != 3 or held[1] < clock.seconds() - _MINUTES * 60:
        return None
    card = queries.card_by_id(held[0])
    if card is None or card.revoked_at is not None:
        return None
    person = person_by_id(card.account_id)
    return Shown(card, person, held[2]) if person is not None and not with_role([person.id]) else None


def _show(card: CardRow | None, return_to: str) -> Response:
    """Remembers whose card was shown. Raises NotFound or Gone in words that say how to get another."""
    if card is None:
        raise NotFound(UNKNOWN)
    person = person_by_id(card.account_id)
    if card.revoked_at is not None or person is None:
        raise Gone(REVOKED)
    if with_role([person.id]):
        raise Gone(Text(issuing.STAFF.msgid, {"names": person.full_name}))
    session[_PENDING] = [card.id, clock.seconds(), return_to]
    return redirect(url_for("cards.pictures"), 303)


def _return_to() -> str:
    return safe_return(request.values.get("return_to"), url_for("home.mine"))


@routes.get("", ANYONE)
def card() -> Response:
    """The number on the card, for devices without a camera."""
    return _number_page("", [])


@routes.post("", ANYONE, endpoint="card_post")
def card_number() -> Response:
    """Looks for the card with a number."""
    typed, address = composed(request.form.get("number")) or "", request.remote_addr or ""
    try:
        figures = read_number(typed)
        with unit_of_work():
            proving.count_number(address)
        found = queries.card_by_number(figures)
        if found is None:
            with unit_of_work():
                proving.number_was_wrong(address)
            return _number_page(typed, [say(UNKNOWN)])
        return private(_show(found, _return_to()), 303)
    except BadNumber:
        return _number_page(typed, [say(MISTYPED)])
    except (Gone, TooMany) as error:
        return _number_page(typed, [say(error.text)], error.status)


def _number_page(typed: str, errors: list[str], status: int = 422) -> Response:
    page = render(
        "cards/enter/number.html",
        number=Field(typed, errors),
        errors={"number": errors} if errors else {},
        return_to=_return_to(),
    )
    return private(page, status if errors else 200)


@routes.get("/<secret>", ANYONE)
def scan(secret: str) -> Response:
    """Where the square on a card leads. Its secret is left behind at once: it stands in no history."""
    if not is_secret(secret.lower()):
        raise NotFound(UNKNOWN)
    return private(_show(queries.card_by_secret(secret.lower()), url_for("home.mine")), 303)


@routes.get("/hinh", ANYONE, endpoint="pictures")
def pictures_page() -> Response:
    """The grid: four pictures in their order."""
    shown = _shown()
    if shown is None:
        return redirect(url_for("cards.card"), 303)
    row = queries.holder(shown.person.id)
    if row is None or not row.has_secret:
        return redirect(url_for("cards.choose"), 303)
    if proving.is_waiting(row):
        return _grid(shown, Pressed((), ()), say(proving.refusal(shown.person.id).text), shut=True)
    return _grid(shown, Pressed((), ()))


@routes.post("/hinh", ANYONE)
def pictures_post() -> Response:
    """One picture more; with the fourth they are looked at."""
    shown = _shown()
    if shown is None:
        return redirect(url_for("cards.card"), 303)
    state = pressed()
    if not state.complete:
        return _grid(shown, state)
    try:
        left = proving.try_pictures(shown.person.id, state.chosen, device(), request.remote_addr or "")
    except TooMany as error:
        return _grid(shown, Pressed((), ()), say(error.text), 429, shut=True)
    if left is not None:
        return _grid(shown, Pressed((), ()), wrong(left), 422, shut=isinstance(left, TooMany))
    session.pop(_PENDING, None)
    enter(shown.person, "card", return_to=shown.return_to)
    return private(redirect(shown.return_to, 303), 303)


def wrong(left: int | TooMany) -> str:
    """What is said after four pictures that were not the right ones."""
    if isinstance(left, TooMany):
        return say(left.text)
    return say(_("These were not your four pictures. You can try {left} more times.", left=left))


def _grid(shown: Shown, state: Pressed, error: str = "", status: int = 200, shut: bool = False) -> Response:
    page = grid_page(
        "cards/enter/pictures.html",
        shown.person,
        state,
        action=url_for("cards.pictures_post"),
        error=error,
        shut=shut,
        face=pictures.badge(face.face) if (face := queries.holder(shown.person.id)) else "",
        elsewhere=("cards.forget", _("This is not my card")),
    )
    return private(page, status)


@routes.post("/khong-phai-toi", ANYONE)
def forget() -> Response:
    """Forgets the card that was shown here."""
    session.pop(_PENDING, None)
    return redirect(url_for("cards.card"), 303)


# --- choosing pictures ------------------------------------------------------------------------------------------------


def _chooser() -> tuple[Person, bool] | None:
    """Who may choose pictures here now, and whether they are signed in. Who has some changes them through a helper."""
    person = here_or_none()
    if person is not None:
        row = queries.holder(person.id)
        return None if with_role([person.id]) or (row is not None and row.has_secret) else (person, True)
    shown = _shown()
    if shown is not None and proving.may_choose(queries.holder(shown.person.id)):
        return shown.person, False
    return None


@routes.get("/dat-hinh", ANYONE)
def choose() -> Response:
    """Choosing four pictures for the first time, or after a helper has opened it."""
    chooser = _chooser()
    if chooser is None:
        return _not_now()
    return _choosing(chooser[0], Pressed((), ()))


@routes.post("/dat-hinh", ANYONE)
def choose_post() -> Response:
    """One picture more; four, then the same four again, and they are kept."""
    chooser = _chooser()
    if chooser is None:
        return _not_now()
    person, signed_in = chooser
    state = pressed()
    if not state.first:
        if not state.complete:
            return _choosing(person, state)
        try:
            proving.checked(state.chosen)
        except Invalid as error:
            return _choosing(person, Pressed((), ()), say(error.text), 422)
        return _choosing(person, Pressed((), state.chosen))
    if not state.complete:
        return _choosing(person, state)
    if state.chosen != state.first:
        return _choosing(person, Pressed((), ()), say(_("The two were not the same. Please choose once more.")), 422)
    try:
        kept = proving.hashed(state.chosen)
    except Invalid as error:
        return _choosing(person, Pressed((), ()), say(error.text), 422)
    with unit_of_work():
        proving.set_pictures(person.id, kept)
    if signed_in:
        return redirect(url_for("home.mine"), 303)
    back = shown.return_to if (shown := _shown()) else url_for("home.mine")
    session.pop(_PENDING, None)
    enter(person, "card", return_to=back)
    return private(redirect(back, 303), 303)


def _choosing(person: Person, state: Pressed, error: str = "", status: int = 200) -> Response:
    page = grid_page(
        "cards/enter/choose.html",
        person,
        state,
        action=url_for("cards.choose_post"),
        error=error,
        offered=tiles(offer()) if not state.first and not state.chosen else [],
    )
    return private(page, status)


def offer() -> tuple[int, ...]:
    """Four pictures drawn for somebody who would rather not choose: what nobody chose, nobody guesses."""
    while True:
        drawn = tuple(secrets.randbelow(len(PICTURES)) for _place in range(LENGTH))
        if not is_easy(drawn):
            return drawn


def _not_now() -> Response:
    if here_or_none() is None and _shown() is None:
        return redirect(url_for("cards.card"), 303)
    return private(render("cards/enter/not_now.html"))

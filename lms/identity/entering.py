"""Coming in: the ways that there are, and what is done once somebody has proved who they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_login import login_user

from lms.contract.points import ExtensionPoint
from lms.identity.arrivals import ARRIVALS
from lms.identity.people import Person, remember_address
from lms.text import Text


@dataclass(frozen=True)
class WayIn:
    """A button on the sign-in page. `url(return_to)` is where it leads; None while this way cannot be used."""

    name: str
    label: Text
    icon: str
    url: Callable[[str], str | None]
    order: int = 50


WAYS_IN: ExtensionPoint[WayIn] = ExtensionPoint("ways-in", "Ways to sign in.", lambda w: w.name)


def enter(person: Person, way: str, helper_id: int | None = None) -> None:
    """Signs a person in who has proved who they are by `way`; `helper_id` where somebody beside them did it for them.

    In a request, outside any unit of work.
    """
    login_user(person)
    remember_address(person.address_form)
    for arrival in ARRIVALS:
        arrival.welcome(person)

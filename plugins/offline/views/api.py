"""The one address to which phones send what was done without a network."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import request, session
from msgspec import UNSET, Meta, Struct, UnsetType

from lms.api.learning import course_for, stopped
from lms.api.people import accounts_of, claimed, here
from lms.api.web import LEARNER, Operations, mark_of, say
from lms.api.work import NotAllowed, _
from plugins.offline.services.taking import Told, take_in

operations = Operations("offline")
HEADER = "X-Outbox"  # no other site's page can send it without being asked first, besides what guards every write
MOST = 50
Key = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="The phone's own name for it: 16 bytes, hexadecimal.")]


class Event(Struct, forbid_unknown_fields=True):
    """Something that was done. `data` is what its kind asks for."""

    key: Key
    seq: Annotated[int, Meta(ge=0, le=2**53, description="In which order the phone kept it.")]
    t: Annotated[int, Meta(ge=0, le=2**40, description="The phone's clock, in seconds since 1970; it may be wrong.")]
    kind: Annotated[str, Meta(min_length=1, max_length=32)]
    data: dict[str, Any]


class Batch(Struct, forbid_unknown_fields=True):
    """What one person did. `person`: whose it is, as the cookie `hv_who` said when it was done."""

    person: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    events: Annotated[list[Event], Meta(max_length=MOST)]


class OfCourse(Struct):
    """The course in the address."""

    course: Annotated[str, Meta(min_length=1, max_length=64, pattern="^[a-z0-9-]+$")]


class LeftOff(Struct):
    """Where somebody stopped: the activity, and the place on its page (what follows # in the address)."""

    kind: str
    slug: str
    place: str


class Learned(Struct):
    """What somebody has done of a course: `kind/slug` of each activity. `person`: whose it is, as `hv_who` says."""

    person: str
    done: list[str]
    left: LeftOff | UnsetType = UNSET


class Answer(Struct):
    """What became of one event. After any of these the phone may forget it."""

    key: Key
    state: Literal["applied", "duplicate", "rejected"]
    reason: Annotated[str, Meta(description="Why it was rejected.")] | UnsetType = UNSET
    text: Annotated[str, Meta(description="The same for people.")] | UnsetType = UNSET


class Answers(Struct):
    """An answer to each event; the phone keeps those without one and sends them again later."""

    answers: list[Answer]


@operations.get("/learned/{course}", LEARNER)
def learned(path: OfCourse) -> Learned:
    """What whoever is signed in has done of a course, and where they stopped, for the copy of it on their phone."""
    person = here()
    if "idle" in session:
        raise NotAllowed(_("Many people use this device, so nothing is kept on it."))
    at = course_for(claimed(), path.course)
    stop = stopped(person.id, at.enrollment, at.places) if at.enrollment else None
    return Learned(
        mark_of(person.id),
        [f"{p.kind}/{p.slug}" for p in at.places if at.done & p.mask],
        LeftOff(stop[0].kind, stop[0].slug, stop[1].place) if stop else UNSET,
    )


@operations.post("/sync", LEARNER, limited=True)
def sync(body: Batch) -> Answers:
    """Takes in what a phone did without a network.

    Each event once, whatever is lost on the way: send it again until it is answered. Needs the header `X-Outbox: 1`.
    What another person did on the same phone is refused as a whole (403) and stays there until they sign in.
    """
    if request.headers.get(HEADER) != "1":
        raise NotAllowed(_("This address is for the app's own script."))
    person = here()
    if body.person not in {mark_of(account) for account in accounts_of(person.id)}:
        raise NotAllowed(_("These answers are somebody else's. They are sent when that person signs in on this phone."))
    told = [Told(bytes.fromhex(e.key), e.t, e.kind, e.data) for e in body.events]
    return Answers(
        [
            Answer(
                said.key.hex(),
                said.state,
                said.code or UNSET,
                say(said.text) if said.text else UNSET,
            )
            for said in take_in(person.id, told)
        ]
    )

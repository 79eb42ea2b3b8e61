"""From a lesson to another activity: in the same course where it stands there, else in one that holds it."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response

from lms.api.learning import ACTIVITY_KINDS, activity, course_for, course_with, url_of
from lms.api.people import claim_or_none
from lms.api.web import ANYONE, Routes
from lms.api.work import NotFound, _

routes = Routes("courses", "/hoc")


@routes.get("/<course>/mo/<kind>/<slug>", ANYONE, by_claim=True)
def open_activity(course: str, kind: str, slug: str) -> Response:
    """Leads to where the activity is done."""
    at = course_for(claim_or_none(), course)
    if any((place.kind, place.slug) == (kind, slug) for place in at.places):
        return redirect(url_of(kind, course, slug), 303)
    held = activity(kind, slug) if ACTIVITY_KINDS.find(kind) is not None else None
    other = course_with(held.id) if held is not None else None
    if other is None:
        raise NotFound(_("This is not in any course yet. Please tell whoever teaches you."))
    return redirect(url_of(kind, other, slug), 303)

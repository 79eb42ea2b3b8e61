"""Publishing a lesson: refused with what to do where something is missing that learners must have."""

from __future__ import annotations

from courses import checking
from courses.access import document_for
from courses.services import uploading
from courses.views import studio_editor
from courses.views.handing_over import hand_over
from courses.views.studio import Answer
from lms.api.people import here


def publish(slug: str) -> Answer:
    """Hands the draft over as it was just saved, unless something keeps it from being published."""
    person = here()
    row = document_for(person, "lesson", slug)
    body = checking.settled(uploading.refreshed(row.draft))
    problems = studio_editor.problems_in(body)
    if problems:
        return studio_editor.editor(row, person, body, problems), 422
    return hand_over(person, row, body)

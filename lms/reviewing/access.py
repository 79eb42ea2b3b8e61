"""The only way a page of the review obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from lms.errors import NotFound
from lms.identity.people import Person
from lms.identity.roles import May
from lms.orgs.queries import reaches
from lms.orgs.scope import units_where
from lms.reviewing.queries import SubmissionRow, submission


def units_of_studio(person: Person) -> frozenset[int]:
    """The units where a person writes, reviews or publishes; NotFound for whoever does none of it."""
    units = {unit for may in (May.AUTHOR, May.REVIEW, May.PUBLISH) for unit in units_where(person, may)}
    if not units:
        raise NotFound
    return frozenset(units)


def submission_for(person: Person, submission_id: int) -> SubmissionRow:
    """Something that was handed in, for whoever writes, reviews or publishes in its unit or above."""
    row = submission(submission_id) if submission_id < 2**53 else None
    if row is None or not reaches(units_of_studio(person), row.org_id):
        raise NotFound
    return row

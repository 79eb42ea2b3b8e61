"""Activities, enrollments, and the one door through which results come in."""

from lms.learning.access import InCourse, course_for
from lms.learning.activities import anchor, set_skills
from lms.learning.authoring import AUTHORS, author_orgs, first_free, free_slug, slug_of
from lms.learning.enrolling import Entry, publish_syllabus
from lms.learning.events import ActivityCompleted, CourseCompleted
from lms.learning.kinds import ACTIVITY_KINDS, ActivityKind, Authored, Findable, Found, authored, findable, url_of
from lms.learning.models import Activity, Kind
from lms.learning.queries import (
    ActivityRow,
    EnrollmentRow,
    Place,
    activity,
    activity_by_id,
    activity_slug,
    enrollment,
    enrollments,
    evidence_of,
    newest_syllabus,
    places,
)
from lms.learning.record import Result
from lms.learning.rollup import Progress, next_open, progress
from lms.progress import (
    Joined,
    Joining,
    enroll,
    join_many,
    join_newcomers,
    record_result,
    unjoin_many,
    unmake_newcomers,
)

__all__ = [
    "ACTIVITY_KINDS", "AUTHORS", "Activity", "ActivityCompleted", "ActivityKind", "ActivityRow", "Authored",
    "CourseCompleted", "EnrollmentRow", "Entry", "Findable", "Found", "InCourse", "Joined", "Joining", "Kind",
    "Place", "Progress", "Result", "activity", "activity_by_id", "activity_slug", "anchor", "author_orgs", "authored",
    "course_for", "enroll", "enrollment", "enrollments", "evidence_of", "findable", "first_free", "free_slug",
    "join_many", "join_newcomers", "newest_syllabus", "next_open", "places", "progress", "publish_syllabus",
    "record_result", "set_skills", "slug_of", "unjoin_many", "unmake_newcomers", "url_of",
]  # fmt: skip

"""Activities, enrollments, and the one door through which results come in."""

from lms.learning.access import InCourse, Reading, course_for
from lms.learning.activities import anchor, set_skills
from lms.learning.authoring import AUTHORS, author_orgs, first_free, free_slug, slug_of
from lms.learning.drafts import (
    KeptDraft,
    ListedDraft,
    begin_draft,
    draft_titles,
    find_published,
    kept_draft,
    listed_drafts,
    published_when,
    save_draft,
)
from lms.learning.enrolling import Entry, publish_syllabus
from lms.learning.events import ActivityCompleted, CourseCompleted, Practised
from lms.learning.kinds import (
    ACTIVITY_KINDS,
    ActivityKind,
    Authored,
    Findable,
    Found,
    LeftAt,
    Printable,
    Printed,
    Resumable,
    Revised,
    authored,
    findable,
    is_voluntary,
    printable,
    resumable,
    revised,
    url_of,
)
from lms.learning.models import Activity, Kind, Syllabus, SyllabusEntry
from lms.learning.needing import circle, masks_of
from lms.learning.portable import (
    Along,
    Carried,
    Portable,
    along,
    carried,
    course_on,
    gathering,
    leads_to,
    portable,
    seen_in,
    telling_in,
    told_in,
)
from lms.learning.practising import LISTENED, READ, practised, practised_of
from lms.learning.queries import (
    ActivityRow,
    EnrollmentRow,
    Place,
    SyllabusRow,
    activity,
    activity_by_id,
    activity_slug,
    course_with,
    enrollment,
    enrollments,
    evidence_of,
    named_of,
    newest_syllabus,
    places,
    syllabuses,
)
from lms.learning.record import Result, done_before
from lms.learning.resuming import stopped
from lms.learning.rollup import Progress, counts_from, next_asked, next_open, progress
from lms.learning.running import RUNNERS, Outcome, Runner
from lms.progress import (
    Joined,
    Joining,
    Rescored,
    enroll,
    join_many,
    join_newcomers,
    move_on,
    record_again,
    record_result,
    unjoin_many,
    unmake_newcomers,
)
from lms.syncing import SYNCED, Happening, Synced

__all__ = [
    "ACTIVITY_KINDS", "AUTHORS", "LISTENED", "READ", "RUNNERS", "SYNCED", "Activity", "ActivityCompleted",
    "ActivityKind", "ActivityRow", "Along", "Authored", "Carried", "CourseCompleted", "EnrollmentRow", "Entry",
    "Findable", "Found", "Happening", "InCourse", "Joined", "Joining", "KeptDraft", "Kind", "LeftAt", "ListedDraft",
    "Outcome", "Place", "Portable", "Practised", "Printable", "Printed", "Progress", "Reading", "Rescored", "Result",
    "Resumable", "Revised", "Runner", "Syllabus", "SyllabusEntry", "SyllabusRow", "Synced", "activity",
    "activity_by_id", "activity_slug", "along", "anchor", "author_orgs", "authored", "begin_draft", "carried", "circle",
    "counts_from", "course_for", "course_on", "course_with", "done_before", "draft_titles", "enroll", "enrollment",
    "enrollments", "evidence_of", "find_published", "findable", "first_free", "free_slug", "gathering", "is_voluntary",
    "join_many", "join_newcomers", "kept_draft", "leads_to", "listed_drafts", "masks_of", "move_on", "named_of",
    "newest_syllabus", "next_asked", "next_open", "places", "portable", "practised", "practised_of", "printable",
    "progress", "publish_syllabus", "published_when", "record_again", "record_result", "resumable", "revised",
    "save_draft", "seen_in", "set_skills", "slug_of", "stopped", "syllabuses", "telling_in", "told_in", "unjoin_many",
    "unmake_newcomers", "url_of",
]  # fmt: skip

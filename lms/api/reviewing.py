"""From author to reviewer to publisher: what can be handed in, handing it in, and which units ask for it."""

from lms.reviewing.access import units_of_studio
from lms.reviewing.differences import (
    BLOCKS,
    STATES,
    Difference,
    Naming,
    Part,
    Row,
    Shown,
    Told,
    fact_row,
    text_row,
    told_parts,
    told_row,
)
from lms.reviewing.kinds import REVIEWABLE, Reviewable, Subject
from lms.reviewing.queries import SubmissionRow, newest_of, rule_at, submission, waiting
from lms.reviewing.standing import Standing, standing_of
from lms.reviewing.steps import LONGEST_NOTE, digest_of, edited, refuse_unreviewed, submit
from lms.reviewing.views import CHANGES

__all__ = [
    "BLOCKS", "CHANGES", "LONGEST_NOTE", "REVIEWABLE", "STATES", "Difference", "Naming", "Part", "Reviewable", "Row",
    "Shown", "Standing", "Subject", "SubmissionRow", "Told", "digest_of", "edited", "fact_row", "newest_of",
    "refuse_unreviewed", "rule_at", "standing_of", "submission", "submit", "text_row", "told_parts", "told_row",
    "units_of_studio", "waiting",
]  # fmt: skip

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
from lms.reviewing.kinds import REVIEWABLE, Announced, Reviewable, Seen, Signed, Subject
from lms.reviewing.queries import StandsAt, SubmissionRow, newest_of, rule_at, stand_at, submission, waiting
from lms.reviewing.standing import Standing, standing_of
from lms.reviewing.steps import LONGEST_NOTE, digest_of, edited, is_own, refuse_unreviewed, submit
from lms.reviewing.views import CHANGES

__all__ = [
    "BLOCKS", "CHANGES", "LONGEST_NOTE", "REVIEWABLE", "STATES", "Announced", "Difference", "Naming", "Part",
    "Reviewable", "Row", "Seen", "Shown", "Signed", "Standing", "StandsAt", "Subject", "SubmissionRow", "Told",
    "digest_of", "edited", "fact_row", "is_own", "newest_of", "refuse_unreviewed", "rule_at", "stand_at",
    "standing_of", "submission", "submit", "text_row", "told_parts", "told_row", "units_of_studio", "waiting",
]  # fmt: skip

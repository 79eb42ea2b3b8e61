"""Which pages a station has, and where its front door leads."""

from __future__ import annotations

# The pages that a paper needs, and the files of its pictures; of the rest of this program nothing is there.
TAKING = (
    "quizzes.question", "quizzes.answer", "quizzes.review", "quizzes.submit", "quizzes.result", "quizzes.rest",
    "quizzes.take_break", "quizzes.end_break", "courses.file",
)  # fmt: skip
HERE = ("supervision", "web", "media")
ONLY = " ".join(("/tram", *HERE, *TAKING))

"""What authors do with lessons, tasks and courses, as the journal of acts calls it."""

from __future__ import annotations

from lms.api.learning import named_of
from lms.api.work import Act, Subject, _

acts = (
    Act("lesson.brought", _("Brought a lesson in from a file")),
    Act("*.adapted", _("Made a local adaptation")),
    Act("*.followed", _("Took the changes of the original over")),
    Act("lesson.track_published", _("Published a lesson in another language")),
    Act("lesson.sentence_recorded", _("Recorded a sentence of a lesson")),
    Act("lesson.sentence_forgotten", _("Removed a recording of a sentence")),
    Act("account.voice_forgotten", _("Removed a person's recordings")),
    Act("task.confirmed", _("Confirmed that a real-life task was done")),
)
subjects = (
    Subject("lesson", _("Lesson"), named_of("lesson")),
    Subject("course", _("Course"), named_of("course")),
    Subject("task", _("Real-life task"), named_of("task")),
    Subject("declaration", _("Declaration of a real-life task")),
)

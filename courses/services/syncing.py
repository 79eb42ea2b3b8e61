"""What learners did on phones without a network: lessons read, places, notes, what was not clear, tasks declared."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from courses import noted, queries
from courses.services import delivering, noting
from lms.api.learning import LISTENED, Happening, Synced, enrollment, practised, seen_in
from lms.api.people import nfc

Slug = Annotated[str, Meta(min_length=1, max_length=64)]


class LessonRead(Struct, forbid_unknown_fields=True):
    """A lesson marked learnt, in the revision `content` that the phone had."""

    course: Slug
    lesson: Slug
    content: int


class LessonListened(LessonRead, forbid_unknown_fields=True):
    """A lesson heard to its end."""


class LessonPlace(LessonRead, forbid_unknown_fields=True):
    """How far somebody has read: the block that they had come to."""

    block: Annotated[str, Meta(min_length=1, max_length=16)]


class BlockUnclear(LessonPlace, forbid_unknown_fields=True):
    """A block that was not understood."""


class BlockNoted(Struct, forbid_unknown_fields=True):
    """A note at a block; without words it is a bookmark."""

    course: Slug
    lesson: Slug
    content: int
    block: Annotated[str, Meta(min_length=1, max_length=16)]
    words: Annotated[str, Meta(max_length=4000)] = ""


class TaskDeclared(Struct, forbid_unknown_fields=True):
    """What a learner says they did."""

    course: Slug
    task: Slug
    content: int
    choice: Annotated[str, Meta(max_length=400)] = ""
    note: Annotated[str, Meta(max_length=2000)] = ""


def take_lesson(happening: Happening, said: LessonRead) -> None:
    """A union: a lesson learnt on the phone and here is learnt once."""
    course_id, activity_id = seen_in(said.course, "lesson", said.lesson, said.content)
    enrolled = enrollment(happening.account_id, course_id) is not None
    delivering.complete_lesson(happening.account_id, course_id, activity_id, enrolled, said.content)


def take_listened(happening: Happening, said: LessonListened) -> None:
    """A union, like reading."""
    seen_in(said.course, "lesson", said.lesson, said.content)
    practised(happening.account_id, LISTENED, said.lesson)


def take_place(happening: Happening, said: LessonPlace) -> None:
    """A maximum: the furthest block stays, whichever device came to it."""
    _course_id, activity_id = seen_in(said.course, "lesson", said.lesson, said.content)
    position, _block = noting.block_of(queries.body(said.content), said.block)
    noting.keep_place(happening.account_id, activity_id, said.content, position, said.block)


def take_unclear(happening: Happening, said: BlockUnclear) -> None:
    """A union: a block is not clear to a person, or it is."""
    _course_id, activity_id = seen_in(said.course, "lesson", said.lesson, said.content)
    _position, block = noting.block_of(queries.body(said.content), said.block)
    noting.say_unclear(happening.account_id, activity_id, block)


def take_note(happening: Happening, said: BlockNoted) -> None:
    """Words are added: what stood at the block before goes below them, so that no device's note is lost."""
    _course_id, activity_id = seen_in(said.course, "lesson", said.lesson, said.content)
    _position, block = noting.block_of(queries.body(said.content), said.block)
    words = nfc(said.words).strip()
    held = noted.notes_in(happening.account_id, activity_id).get(said.block)
    if held is not None and held.words and words not in held.words:
        words = f"{words}\n{held.words}"
    elif held is not None:
        words = held.words or words
    noting.keep_note(happening.account_id, activity_id, block, words)


def take_task(happening: Happening, said: TaskDeclared) -> None:
    """One more declaration; what may be chosen says the revision that the phone had."""
    course_id, activity_id = seen_in(said.course, "task", said.task, said.content)
    choices = queries.body(said.content)["choices"]
    choice, note = nfc(said.choice).strip(), nfc(said.note).strip()
    delivering.declare_task(happening.account_id, course_id, activity_id, choice, note, choices, None, said.content)


synced = (
    Synced("lesson.read", LessonRead, take_lesson),
    Synced("lesson.listened", LessonListened, take_listened),
    Synced("lesson.place", LessonPlace, take_place),
    Synced("lesson.unclear", BlockUnclear, take_unclear),
    Synced("lesson.noted", BlockNoted, take_note),
    Synced("task.declared", TaskDeclared, take_task),
)

"""What a content package holds, as plain frozen values. `line` is where it stands; it does not count when comparing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

FORMAT = "hocvuso/1"
GROUPS = ("citizens", "students", "officials", "workers")
POOLS = ("practice", "exam")
THINKING = ("know", "understand", "apply", "extend")  # nhận biết, thông hiểu, vận dụng, vận dụng cao
RECOGNITIONS = ("attainment", "course")
PREREQUISITES = ("advice", "lock")
COMPLETION = ("read", "listened", "answered", "practised", "done", "confirmed")  # what a lesson may ask for
CONDITIONS = ("lessons_completed", "skills_taught", "quiz_passed", "task_done")


@dataclass(frozen=True, slots=True)
class Block:
    kind: str
    data: Mapping[str, Any]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TrackBlock:
    """A block in another language. `kind` is empty where it is not told in words; `sound`: a file beside lesson.md."""

    kind: str
    data: Mapping[str, Any]
    sound: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Track:
    """A lesson in another language: as many blocks as the lesson has, or none. `sound`: of the whole lesson."""

    lang: str
    title: str
    promise: str
    blocks: tuple[TrackBlock, ...] = ()
    sound: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    slug: str
    title: str
    promise: str
    groups: tuple[str, ...]
    skills: tuple[str, ...]
    minutes: int
    address: str
    checked: date | None
    review: date | None
    sources: tuple[str, ...]
    blocks: tuple[Block, ...]
    guide: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    completion: tuple[str, ...] = ("read",)
    tracks: tuple[Track, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Message:
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    type: str
    pool: str
    skills: tuple[str, ...]
    stem: str
    message: Message | None
    lesson: str
    data: Mapping[str, Any]
    line: int = field(default=0, compare=False)
    level: int | None = None  # of the framework, from 1
    thinking: str = ""  # one of THINKING
    twins: str = ""  # a group of questions of which a paper holds one
    picture: Mapping[str, str] | None = None  # file, alt
    fix: str = ""
    source: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # the pictures that it names


def pictures_named(value: object) -> list[str]:
    """The names of all files under the keys `picture` of a question, wherever they stand in it, each once."""
    found: list[str] = []
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "picture" and isinstance(inner, Mapping) and isinstance(inner.get("file"), str):
                found.append(inner["file"])
            else:
                found += pictures_named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            found += pictures_named(inner)
    return [name for name in dict.fromkeys(found) if name]


@dataclass(frozen=True, slots=True)
class Bank:
    slug: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    codes: tuple[str, ...]
    count: int
    spread: bool = False
    line: int = field(default=0, compare=False)
    levels: tuple[int, ...] = ()  # of the framework; empty: any
    thinking: tuple[str, ...] = ()  # of THINKING; empty: any


@dataclass(frozen=True, slots=True)
class PassPart:
    code: str
    correct: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class QuizSpec:
    slug: str
    title: str
    intro: str
    pool: str
    minutes: int | None
    needs_birth_date: bool
    draw: tuple[Draw, ...]
    correct: int
    parts: tuple[PassPart, ...] = ()
    line: int = field(default=0, compare=False)
    limit: int | None = None  # minutes, by the server's clock; None: no clock
    policy: Mapping[str, Any] = field(default_factory=dict)  # what differs from policies.DEFAULTS
    measure: Mapping[str, str] = field(default_factory=dict)  # of, purpose: of a quiz that measures change
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # its questions by letter


@dataclass(frozen=True, slots=True)
class TaskSpec:
    slug: str
    title: str
    text: str
    choices: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ActivityRef:
    """`kind` is lesson, quiz or task: found by the slug."""

    slug: str
    kind: str
    weight: float = 1
    after: tuple[str, ...] = ()  # activities of the same course to be done first
    line: int = field(default=0, compare=False)
    required: bool | None = None  # whether the course asks for it; None: as its kind says


@dataclass(frozen=True, slots=True)
class ModuleSpec:
    title: str
    skill_area: str
    activities: tuple[ActivityRef, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CourseSpec:
    slug: str
    title: str
    summary: str
    groups: tuple[str, ...]
    framework: str
    modules: tuple[ModuleSpec, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    kind: str
    data: Mapping[str, Any]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RuleSetSpec:
    slug: str
    version: int
    title: str
    standing: str
    conditions: tuple[Condition, ...]
    valid_months: int = 0  # 0: its papers have no term
    confirmer: bool = False  # an officer looks at the evidence before the paper is issued
    line: int = field(default=0, compare=False)

    @property
    def paper(self) -> dict[str, object]:
        """What it says of the paper, as a rule set keeps it: nothing where it says nothing."""
        months = {"valid_months": self.valid_months} if self.valid_months else {}
        return {**months, **({"confirmer": True} if self.confirmer else {})}


@dataclass(frozen=True, slots=True)
class ProgrammeSpec:
    slug: str
    title: str
    group: str
    framework: str
    recognition: str
    courses: tuple[str, ...]
    rules: str
    prerequisites: str = "advice"
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DomainSpec:
    """`group` is empty when the domain is for everybody."""

    code: str
    group: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class SkillSpec:
    code: str
    domain: str
    group: str
    name: str
    name_en: str = ""
    expectation: str = ""


@dataclass(frozen=True, slots=True)
class FrameworkSpec:
    """`warning` says what the text is not (provenance); `data` is the whole of the JSON file, kept as it came."""

    slug: str
    version: str
    title: str
    title_en: str
    issuer: str
    legal_number: str
    warning: str
    groups: tuple[str, ...]
    domains: tuple[DomainSpec, ...]
    skills: tuple[SkillSpec, ...]
    data: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """An activity of a kind that a plugin adds, from a folder of its own: `<folder>/<slug>.yaml`, and files beside it.

    `data` is what the plugin's reader made of it.
    """

    folder: str
    slug: str
    data: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Package:
    slug: str
    title: str
    version: str
    language: str = "vi"
    license: str = ""
    about: str = ""
    frameworks: tuple[FrameworkSpec, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    banks: tuple[Bank, ...] = ()
    quizzes: tuple[QuizSpec, ...] = ()
    tasks: tuple[TaskSpec, ...] = ()
    courses: tuple[CourseSpec, ...] = ()
    rules: tuple[RuleSetSpec, ...] = ()
    programmes: tuple[ProgrammeSpec, ...] = ()
    documents: tuple[Document, ...] = ()

    def items(self) -> Iterator[Item]:
        for bank in self.banks:
            yield from bank.items


def lies_under(code: str, above: str) -> bool:
    """ND.4.3 lies under ND.4.3, ND.4 and ND."""
    return code == above or code.startswith(above + ".")

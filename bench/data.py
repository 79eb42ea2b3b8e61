"""Data set D from a seed: the course as a content package, and the learners as bulk inserts.

One course of 3 sections with 10 lessons of about 2 KB of HTML; a quiz of 20 single-choice questions of 4 options from
the exam pool, passed with 12; a programme whose rules ask for the lessons and the quiz; 10,000 learners enrolled, of
whom 8,000 have learnt 6 lessons each. What is inserted in bulk equals what the services would have written:
`lms rebuild --check` finds no difference, and a test compares the rows of a learner made either way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from bench.words import full_name, paragraph, phrase
from lms import clock, starting
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts, passwords
from lms.identity.models import Account, Consent
from lms.indicators.counting import ENROLLED
from lms.indicators.models import Rollup
from lms.learning.models import ClientToken, Enrollment, Evidence, Kind
from lms.learning.queries import Place, activity, newest_syllabus, places
from lms.orgs.models import Membership, Org
from lms.orgs.queries import nation_id
from lms.packages.importing import take_in
from lms.packages.model import (
    ActivityRef,
    Bank,
    Block,
    Condition,
    CourseSpec,
    DomainSpec,
    Draw,
    FrameworkSpec,
    Item,
    Lesson,
    ModuleSpec,
    Package,
    ProgrammeSpec,
    QuizSpec,
    RuleSetSpec,
    SkillSpec,
)
from lms.vietnamese import name_sort_key

SEED = 757
COURSE, QUIZ, PROGRAMME = "bench-khoa-hoc", "bench-kiem-tra", "bench-chuong-trinh"
LESSONS, QUESTIONS, TO_PASS, LEARNT_EACH = 10, 20, 12, 6
PASSWORD = "ba-buoc-qua-cau"  # of every learner of the data set
GROUP = "citizens"
SECTIONS = ((0, 4), (4, 7), (7, 10))
WARNING = "Dữ liệu để đo tốc độ."


@dataclass(frozen=True)
class Size:
    """How many learners there are, and how many of them have learnt six lessons."""

    learners: int = 10_000
    begun: int = 8_000


def course_package(seed: int = SEED) -> Package:
    """The course, its quiz and its programme, as a package about to be imported."""
    dice = Random(seed)
    skills = tuple(
        SkillSpec(f"BM.{s + 1}.{n - low + 1}", f"BM.{s + 1}", GROUP, phrase(dice, 5), "", phrase(dice, 12))
        for s, (low, high) in enumerate(SECTIONS)
        for n in range(low, high)
    )
    lessons = tuple(_lesson(dice, n, skills[n].code) for n in range(LESSONS))
    items = tuple(_item(dice, n, skills[n % LESSONS].code, lessons[n % LESSONS].slug) for n in range(QUESTIONS))
    sections = [
        ModuleSpec(phrase(dice, 5), f"BM.{s + 1}", tuple(ActivityRef(x.slug, "lesson") for x in lessons[low:high]))
        for s, (low, high) in enumerate(SECTIONS)
    ]
    last = sections[-1]
    sections[-1] = ModuleSpec(last.title, last.skill_area, (*last.activities, ActivityRef(QUIZ, "quiz")))
    domains = tuple(DomainSpec(f"BM.{s + 1}", GROUP, phrase(dice, 4)) for s in range(len(SECTIONS)))
    return Package(
        slug="bench",
        title="Bộ dữ liệu D",
        version="1",
        frameworks=(
            FrameworkSpec(
                "bench-khung", "1", "Khung năng lực để đo", "", "", "0/BM", WARNING, (GROUP,), domains, skills, {}
            ),
        ),
        lessons=lessons,
        banks=(Bank("bench-ngan-hang", items),),
        quizzes=(
            QuizSpec(
                QUIZ,
                phrase(dice, 4),
                paragraph(dice, 120),
                "exam",
                20,
                False,
                (Draw(tuple(d.code for d in domains), QUESTIONS, True),),
                TO_PASS,
            ),
        ),
        courses=(CourseSpec(COURSE, phrase(dice, 6), phrase(dice, 12), (GROUP,), "bench-khung", tuple(sections)),),
        rules=(
            RuleSetSpec(
                "bench-quy-tac",
                1,
                "Quy tắc để đo",
                "system_default",
                (Condition("lessons_completed", {}), Condition("quiz_passed", {"quiz": QUIZ})),
            ),
        ),
        programmes=(
            ProgrammeSpec(PROGRAMME, phrase(dice, 6), GROUP, "bench-khung", "attainment", (COURSE,), "bench-quy-tac"),
        ),
    )


def _lesson(dice: Random, n: int, skill: str) -> Lesson:
    paragraphs = [paragraph(dice, 330) for _ in range(5)]
    points = "\n".join(f"- {phrase(dice, 8)}" for _ in range(3))
    text = "\n\n".join([f"## {phrase(dice, 6)}", *paragraphs, points])
    return Lesson(
        f"bench-bai-{n + 1:02d}", phrase(dice, 6), paragraph(dice, 90), (GROUP,), (skill,), 4, "bác",
        date(2026, 11, 20), None, (), (Block("text", {"md": text}),),
    )  # fmt: skip


def _item(dice: Random, n: int, skill: str, lesson: str) -> Item:
    options = [{"text": phrase(dice, 8), "why": paragraph(dice, 110)} for _ in range(4)]
    right = {**options[0], "correct": True}
    return Item(
        f"bench-cau-{n + 1:02d}", "single_choice", "exam", (skill,), paragraph(dice, 120), None, lesson,
        {"options": [right, *options[1:]]},
    )  # fmt: skip


def right_answers(seed: int = SEED) -> frozenset[str]:
    """The texts of all right options."""
    return frozenset(i.data["options"][0]["text"] for i in course_package(seed).items())


@dataclass(frozen=True)
class Made:
    """One learner of the data set, drawn from the seed; `learnt` are the lessons' numbers."""

    username: str
    name: str
    birth_date: date
    commune: int
    learnt: tuple[int, ...]
    dice: int

    def uuid(self) -> UUID:
        return UUID(int=Random(self.dice).getrandbits(128), version=4)


def username(number: int) -> str:
    """The sign-in name of a learner."""
    return f"hv{number:05d}"


def draw_learners(size: Size, communes: int, seed: int = SEED) -> list[Made]:
    """Every learner of the data set; the first `begun` have learnt six lessons."""
    dice = Random(f"{seed}:learners")
    return [
        Made(
            username(n),
            full_name(dice),
            date(1950, 1, 1) + timedelta(days=dice.randrange(20_000)),
            dice.randrange(communes),
            tuple(sorted(dice.sample(range(LESSONS), LEARNT_EACH))) if n < size.begun else (),
            dice.getrandbits(64),
        )
        for n in range(size.learners)
    ]


def fill(size: Size, seed: int = SEED) -> None:
    """Puts the whole data set into a migrated, empty database: units, course, learners. Needs an application."""
    starting.load_units()
    nation = nation_id()
    if nation is None:
        raise RuntimeError("The table of units holds no nation.")
    take_in(course_package(seed), nation, None)
    add_learners(size, seed)


def add_learners(size: Size, seed: int = SEED) -> None:
    """The learners with their enrollments and completions, by bulk inserts in one transaction."""
    hashed = passwords.hash_password(PASSWORD)
    with unit_of_work():
        o = Org.__table__
        communes = list(connection().execute(select(o.c.id).where(o.c.level == "commune").order_by(o.c.code)).scalars())
        course = activity("course", COURSE)
        syllabus = newest_syllabus(course.id) if course else None
        if course is None or syllabus is None:
            raise RuntimeError("The course of the data set has not been imported.")
        lessons = [p for p in places(syllabus) if p.kind == "lesson"]
        made = draw_learners(size, len(communes), seed)
        ids = _accounts(made, hashed)
        members = _memberships(made, ids, communes)
        _enrollments(made, ids, course.id, syllabus, lessons)
        _completions(made, ids, members, lessons, seed)
        _rollups(made, communes)


def _bulk(table: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 5000):
        connection().execute(insert(table), rows[start : start + 5000])


def _accounts(made: list[Made], hashed: str) -> dict[str, int]:
    a, now = Account.__table__, clock.now()
    _bulk(
        a,
        [
            {
                "uuid": m.uuid(),
                "full_name": m.name,
                "sort_key": name_sort_key(m.name),
                "username": m.username,
                "password_hash": hashed,
                "birth_date": m.birth_date,
                "birth_year": m.birth_date.year,
                "address_form": accounts.default_address(GROUP),
                "target_group": GROUP,
                "locale": "vi",
                "assurance_level": 0,
                "generation": 1,
                "made_at": now,
            }
            for m in made
        ],
    )
    rows = connection().execute(select(a.c.username, a.c.id).where(a.c.username.is_not(None)))
    ids: dict[str, int] = {row.username: row.id for row in rows}
    at = clock.seconds()
    _bulk(
        Consent.__table__,
        [
            {
                "account_id": ids[m.username],
                "purpose": "learning-record",
                "text_version": accounts.CONSENT_TEXT,
                "channel": "self",
                "given_at": at,
            }
            for m in made
        ],
    )
    return ids


def _memberships(made: list[Made], ids: dict[str, int], communes: list[int]) -> dict[int, int]:
    m, at = Membership.__table__, clock.seconds() - 86_400
    _bulk(
        m,
        [
            {
                "account_id": ids[x.username],
                "org_id": communes[x.commune],
                "target_group": GROUP,
                "valid_from": at,
            }
            for x in made
        ],
    )
    return {row.account_id: row.id for row in connection().execute(select(m.c.account_id, m.c.id))}


def _enrollments(made: list[Made], ids: dict[str, int], course: int, syllabus: int, lessons: list[Place]) -> None:
    at = clock.seconds() - 3600
    _bulk(
        Enrollment.__table__,
        [
            {
                "account_id": ids[m.username],
                "course_id": course,
                "syllabus_id": syllabus,
                "done": sum(lessons[n].mask for n in m.learnt),
                "started_at": at,
                "last_at": at + 60 * len(m.learnt),
            }
            for m in made
        ],
    )


def _completions(
    made: list[Made], ids: dict[str, int], members: dict[int, int], lessons: list[Place], seed: int
) -> None:
    at, dice = clock.seconds() - 3600, Random(f"{seed}:tokens")
    _bulk(
        Evidence.__table__,
        [
            {
                "account_id": ids[m.username],
                "activity_id": lessons[n].activity_id,
                "kind": int(Kind.COMPLETED),
                "at": at + 60 * (place + 1),
                "membership_id": members[ids[m.username]],
            }
            for m in made
            for place, n in enumerate(m.learnt)
        ],
    )
    tokens = sum(len(m.learnt) for m in made)
    _bulk(ClientToken.__table__, [{"token": dice.randbytes(16), "day": at // 86_400} for _ in range(tokens)])


def _rollups(made: list[Made], communes: list[int]) -> None:
    totals = Counter(communes[m.commune] for m in made)
    _bulk(
        Rollup.__table__,
        [{"indicator": ENROLLED, "org_id": org, "target_group": GROUP, "value": n} for org, n in totals.items()],
    )

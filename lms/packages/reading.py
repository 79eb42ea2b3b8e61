"""Reads a whole content package, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from lms.packages.builtin import PARTS, read_picture
from lms.packages.fields import Fields, read_slug
from lms.packages.frameworks import read_framework
from lms.packages.lessons import read_lesson
from lms.packages.measures import read_forms
from lms.packages.model import (
    CONDITIONS,
    FORMAT,
    GROUPS,
    POOLS,
    PREREQUISITES,
    RECOGNITIONS,
    THINKING,
    ActivityRef,
    Bank,
    Condition,
    CourseSpec,
    Document,
    Draw,
    FrameworkSpec,
    Item,
    Lesson,
    Message,
    ModuleSpec,
    Package,
    PassPart,
    ProgrammeSpec,
    QuizSpec,
    RuleSetSpec,
    TaskSpec,
    pictures_named,
)
from lms.packages.parts import Parts
from lms.packages.policies import read_policy
from lms.packages.problems import PackageInvalid, Problems, Reference, Where, _, listed, nearest, quoted
from lms.packages.references import Names, check_package, check_references
from lms.packages.source import PICTURES, TRACK_FILE, Source, place_of, read_source, text_of
from lms.packages.tracks import with_tracks
from lms.packages.yaml_lines import Listed, Mapped, Scalar, load

__all__ = ["PackageInvalid", "read_files", "read_package"]

T = TypeVar("T")
LONGEST_TITLE = 200
LEVELS = tuple("123456789")
LONGEST_FIX = 300  # letters: what is said in twenty seconds
KINDS = ("lesson", "quiz", "task")


def read_package(source: Source, parts: Parts = PARTS) -> Package:
    """Reads a folder or a zip (path, bytes, open file). Raises PackageInvalid with all problems by file and line."""
    problems = Problems()
    return _Reading(read_source(source, problems), parts, problems).package()


def read_files(files: dict[str, bytes], parts: Parts = PARTS) -> Package:
    """The same from {relative path: bytes}."""
    return _Reading(files, parts, Problems()).package()


class _Reading:
    def __init__(self, files: dict[str, bytes], parts: Parts, problems: Problems) -> None:
        self.files = files
        self.parts = parts
        self.problems = problems
        self.references: list[Reference] = []

    def package(self) -> Package:
        places: dict[str, dict[str, str]] = {}
        beside: dict[str, dict[str, bytes]] = {}
        with_documents: dict[tuple[str, str], dict[str, bytes]] = {}
        endings = {folder: reader.endings for folder, reader in self.parts.folders.items()}
        pictures: dict[str, dict[str, bytes]] = {}
        for name in sorted(self.files):
            place = place_of(name, self.problems, {"items": PICTURES, **endings})
            if place is None:
                continue
            folder, slug = place
            file = name.rpartition("/")[2]
            if folder == "items" and name.count("/") == 2:
                pictures.setdefault(slug, {})[file] = self.files[name]
            elif folder in endings and name.count("/") == 2:
                with_documents.setdefault((folder, slug), {})[file] = self.files[name]
            elif folder != "lessons":
                places.setdefault(folder, {})[slug] = name
            elif file == "lesson.md":
                places.setdefault(folder, {})[slug] = name
                beside.setdefault(slug, {})
            elif file == "guide.md" or TRACK_FILE.fullmatch(file):
                beside.setdefault(slug, {})
            else:
                beside.setdefault(slug, {})[file] = self.files[name]
        for slug in beside:
            if slug not in places.get("lessons", {}):
                self.problems.add(
                    f"lessons/{slug}/lesson.md",
                    1,
                    "missing-file",
                    _("This folder has no lesson.md. Write it, or remove the folder."),
                )

        frameworks = tuple(
            filter(None, (self.framework(slug, name) for slug, name in places.get("frameworks", {}).items()))
        )
        lessons = tuple(
            filter(None, (self.lesson(slug, name, beside[slug]) for slug, name in places.get("lessons", {}).items()))
        )
        banks = tuple(
            filter(None, (self.bank(s, name, pictures.pop(s, {})) for s, name in places.get("items", {}).items()))
        )
        for slug, files in pictures.items():
            for file in files:
                self.problems.add(
                    f"items/{slug}/{file}",
                    1,
                    "unknown-file",
                    _("There is no items/{slug}.yaml beside this picture. Write it, or remove the picture."),
                    slug=slug,
                )
        quizzes = self.each(places.get("quizzes", {}), self.quiz)
        tasks = self.each(places.get("tasks", {}), self.task)
        documents = self.documents(places, with_documents)
        kinds = {folder: reader.kind for folder, reader in self.parts.folders.items()}
        names = Names.of(frameworks, lessons, banks, quizzes, tasks, documents, kinds)
        courses = self.each(places.get("courses", {}), lambda fields: self.course(fields, names))
        rules = self.each(places.get("rules", {}), self.rule_set)
        programmes = self.each(places.get("programmes", {}), self.programme)
        head = self.head()
        package = replace(
            head,
            frameworks=frameworks,
            lessons=lessons,
            banks=banks,
            quizzes=quizzes,
            tasks=tasks,
            courses=courses,
            rules=rules,
            programmes=programmes,
            documents=documents,
        )
        check_references(package, names, self.references, self.problems)
        check_package(package, names, self.problems)
        self.problems.raise_if_any()
        return package

    def where(self, name: str) -> Where:
        return Where(name, 0, self.problems, self.references)

    def text(self, name: str) -> str | None:
        return text_of(name, self.files[name], self.problems)

    def fields(self, name: str) -> Fields | None:
        text = self.text(name)
        if text is None:
            return None
        return Fields.load(text, self.where(name))

    def each(self, files: dict[str, str], read: Callable[[Fields], T]) -> tuple[T, ...]:
        found: list[T] = []
        for slug, name in files.items():
            fields = self.fields(name)
            if fields is None:
                continue
            written = fields.slug("slug")
            if written and written != slug:
                fields.at("slug").problem(
                    "slug-place",
                    _("`slug` is {slug} but the file is named {place}. Make them the same."),
                    slug=written,
                    place=f"{slug}.yaml",
                )
            found.append(read(fields))
            fields.finish()
        return tuple(found)

    def head(self) -> Package:
        fields = self.fields("package.yaml") if "package.yaml" in self.files else None
        if fields is None:
            return Package("", "", "")
        if fields.text("format") not in ("", FORMAT):
            fields.at("format").problem(
                "format", _("`format` must be {format}: this program reads no other."), format=FORMAT
            )
        package = Package(
            slug=fields.slug("slug"),
            title=fields.text("title", most=LONGEST_TITLE, one_line=True),
            version=fields.text("version", most=32, one_line=True),
            language=fields.text("language", required=False, most=16, one_line=True, default="vi"),
            license=fields.text("license", required=False, most=100, one_line=True),
            about=fields.text("about", required=False, most=2_000),
        )
        fields.finish()
        return package

    def framework(self, slug: str, name: str) -> FrameworkSpec | None:
        text = self.text(name)
        return None if text is None else read_framework(slug, text, self.where(name).at(1))

    def lesson(self, slug: str, name: str, files: dict[str, bytes]) -> Lesson | None:
        text = self.text(name)
        guide = f"lessons/{slug}/guide.md"
        guide_text = self.text(guide) if guide in self.files else ""
        if text is None:
            return None
        where = self.where(name).at(1)
        lesson = read_lesson(slug, text, guide_text or "", files, self.parts, where)
        if lesson is None:
            return None
        texts = {lang: told for lang, path in self.tracks(slug) if (told := self.text(path)) is not None}
        return with_tracks(lesson, texts, self.parts, where) if texts else lesson

    def tracks(self, slug: str) -> Iterator[tuple[str, str]]:
        """The languages of a lesson's tracks, each with its file."""
        folder = f"lessons/{slug}/"
        for name in self.files:
            found = TRACK_FILE.fullmatch(name.removeprefix(folder)) if name.startswith(folder) else None
            if found:
                yield found[1], name

    def bank(self, slug: str, name: str, pictures: dict[str, bytes]) -> Bank | None:
        text = self.text(name)
        if text is None:
            return None
        before = len(self.problems)
        node = load(text, self.where(name))
        if isinstance(node, Mapped):
            self.where(name).at(node.line).problem(
                "not-a-list", _("A bank is a list of questions: each begins with `- id: …`.")
            )
            return None
        if not isinstance(node, Listed):
            if len(self.problems) == before:
                self.where(name).at(1).problem(
                    "empty", _("There is nothing here. Write the questions, each beginning with `- id: …`.")
                )
            return None
        items = [
            self.item(fields, pictures)
            for fields in (Fields.of(entry, self.where(name).at(entry.line)) for entry in node.items)
            if fields is not None
        ]
        if not node.items:
            self.where(name).at(1).problem(
                "empty", _("There is nothing here. Write the questions, each beginning with `- id: …`.")
            )
        named = {file for item in items if item is not None for file in item.files}
        for file in sorted(pictures.keys() - named):
            self.problems.add(
                f"items/{slug}/{file}",
                1,
                "unused-file",
                _("No question of items/{slug}.yaml names this picture. Remove it, or name it."),
                slug=slug,
            )
        return Bank(slug, tuple(item for item in items if item is not None))

    def item(self, fields: Fields, pictures: dict[str, bytes]) -> Item | None:
        type_name = fields.text("type", most=64, one_line=True)
        id = fields.slug("id")
        pool = fields.choice("pool", POOLS)
        skills = fields.references("skills", "skill")
        stem = fields.text("stem", most=4_000)
        lesson = fields.reference("lesson", "lesson", required=False)
        message = None
        inner = fields.inner("message", required=False)
        if inner is not None:
            message = Message(inner.text("from", most=100, one_line=True), inner.text("text", most=4_000))
            inner.finish()
        level = fields.whole("level", 1, 9, required=False)
        thinking = fields.choice("thinking", THINKING, default="")
        twins = fields.slug("twins", required=False)
        own_picture = getattr(self.parts.items.get(type_name), "own_picture", False)
        picture = None if own_picture else read_picture(fields)
        fix = fields.text("fix", required=False, most=LONGEST_FIX)
        source = fields.text("source", required=False, most=500)
        reader = self.parts.items.get(type_name)
        if reader is None:
            if type_name:
                meant = nearest(type_name, self.parts.items)
                if meant:
                    fields.at("type").problem(
                        "unknown-type",
                        _("Unknown question type `{type}`. Did you mean `{meant}`?"),
                        type=quoted(type_name),
                        meant=meant,
                    )
                else:
                    fields.at("type").problem(
                        "unknown-type",
                        _("Unknown question type `{type}`. The types are: {known}."),
                        type=quoted(type_name),
                        known=listed(self.parts.items),
                    )
            return None
        data = reader.read(fields)
        fields.finish()
        if pool == "practice" and getattr(reader, "exam_only", False):
            fields.at("pool").problem(
                "exam-only", _("Questions of the type {type} are for exams only. Write `pool: exam`."), type=type_name
            )
        return Item(
            id, type_name, pool, skills, stem, message, lesson, data, fields.where.line, level, thinking, twins,
            picture, fix, source,
            {file: pictures[file] for file in pictures_named({"picture": picture, "data": data}) if file in pictures},
        )  # fmt: skip

    def quiz(self, fields: Fields) -> QuizSpec:
        draws = []
        measure, forms = read_forms(fields)
        for row in fields.rows("draw", least=0 if forms else 1, most=50):
            draws.append(
                Draw(
                    row.references("from", "code", least=1),
                    row.whole("count", 1, 500) or 1,
                    row.flag("spread", default=False),
                    row.where.line,
                    self.levels(row),
                    row.choices("thinking", THINKING) if row.has("thinking") else (),
                )
            )
            row.finish()
        correct, parts = 0 if forms else 1, []
        passing = fields.inner("pass", required=not forms)
        if passing is not None:
            correct = passing.whole("correct", 1, 25_000) or 1
            for row in passing.rows("parts", least=0, most=50):
                parts.append(
                    PassPart(row.reference("from", "code"), row.whole("correct", 1, 25_000) or 1, row.where.line)
                )
                row.finish()
            passing.finish()
        pool = fields.choice("pool", POOLS)
        return QuizSpec(
            slug=fields.slug("slug"),
            title=fields.text("title", most=LONGEST_TITLE, one_line=True),
            intro=fields.text("intro", required=False, most=2_000),
            pool=pool,
            minutes=fields.whole("minutes", 1, 600, required=False),
            needs_birth_date=fields.flag("needs_birth_date", default=False),
            draw=tuple(draws),
            correct=correct,
            parts=tuple(parts),
            line=fields.where.line,
            limit=fields.whole("limit", 1, 600, required=False),
            policy=read_policy(fields.inner("policy", required=False), pool),
            measure=measure,
            forms=forms,
        )

    def levels(self, row: Fields) -> tuple[int, ...]:
        """The levels of a line, from 1 to 9, in order and each once; empty: any."""
        found = set()
        for node in row.list_of("levels", least=0, most=9):
            text = node.text if isinstance(node, Scalar) else ""
            if text in LEVELS:
                found.add(int(text))
            else:
                row.at("levels").problem("levels", _("`levels` holds whole numbers from 1 to 9, e.g. [1, 2]."))
        return tuple(sorted(found))

    def task(self, fields: Fields) -> TaskSpec:
        return TaskSpec(
            slug=fields.slug("slug"),
            title=fields.text("title", most=LONGEST_TITLE, one_line=True),
            text=fields.text("text"),
            choices=fields.texts("choices", longest=200, one_line=True, most=30),
            line=fields.where.line,
        )

    def course(self, fields: Fields, names: Names) -> CourseSpec:
        modules = []
        for row in fields.rows("modules", most=200):
            activities = [
                self.activity(node, row.where.at(node.line), names) for node in row.list_of("activities", most=500)
            ]
            modules.append(
                ModuleSpec(
                    title=row.text("title", most=LONGEST_TITLE, one_line=True),
                    skill_area=row.reference("skill_area", "code", required=False),
                    activities=tuple(activities),
                    line=row.where.line,
                )
            )
            row.finish()
        return CourseSpec(
            slug=fields.slug("slug"),
            title=fields.text("title", most=LONGEST_TITLE, one_line=True),
            summary=fields.text("summary", required=False, most=1_000),
            groups=fields.choices("groups", GROUPS),
            framework=fields.reference("framework", "framework", required=False),
            modules=tuple(modules),
            line=fields.where.line,
        )

    def activity(self, node: Scalar | Mapped | Listed, where: Where, names: Names) -> ActivityRef:
        weight: float = 1
        after: tuple[str, ...] = ()
        required: bool | None = None
        if isinstance(node, Mapped):
            fields = Fields(node, where)
            kinds = (*KINDS, *(reader.kind for reader in self.parts.folders.values()))
            found = [slug for kind in kinds if (slug := fields.reference(kind, kind, required=False))]
            if len(found) != 1:
                where.problem(
                    "activity",
                    _(
                        "An activity is `slug`, or one of {{lesson: slug}}, {{quiz: slug}}, {{task: slug}}, "
                        "with its weight. Write one."
                    ),
                )
            slug = found[0] if found else ""
            weight = fields.number("weight", 0.1, 100, default=1)
            after = fields.texts("after", one_line=True, longest=64, most=60) if fields.has("after") else ()
            required = fields.flag("required") if fields.has("required") else None
            fields.finish()
        else:
            slug = read_slug(node, "activities", where)
            if slug:
                where.refer("activity", slug)
        return ActivityRef(
            slug,
            names.activities.get(slug, ""),
            int(weight) if weight == int(weight) else weight,
            after,
            where.line,
            required,
        )

    def documents(
        self, places: dict[str, dict[str, str]], beside: dict[tuple[str, str], dict[str, bytes]]
    ) -> tuple[Document, ...]:
        """What the folders of plugins hold, each read by its plugin."""
        for folder, slug in beside:
            if slug not in places.get(folder, {}):
                self.problems.add(
                    f"{folder}/{slug}.yaml",
                    1,
                    "missing-file",
                    _("There is a folder {slug} but no file {slug}.yaml beside it. Write it, or remove the folder."),
                    slug=slug,
                )
        found = []
        for folder, reader in self.parts.folders.items():
            for slug, name in places.get(folder, {}).items():
                fields = self.fields(name)
                if fields is not None:
                    files = beside.get((folder, slug), {})
                    found.append(Document(folder, slug, reader.read(slug, fields, files), files, fields.where.line))
        return tuple(found)

    def rule_set(self, fields: Fields) -> RuleSetSpec:
        conditions = []
        for row in fields.rows("conditions", most=50):
            kind = row.choice("kind", CONDITIONS)
            data: dict[str, object] = {}
            if kind == "skills_taught":
                data = {"all": row.flag("all", default=True)}
            elif kind == "quiz_passed":
                data = {"quiz": row.reference("quiz", "quiz")}
            elif kind == "task_done":
                data = {"task": row.reference("task", "task"), "confirmed": row.flag("confirmed", default=False)}
            if kind:
                row.finish()
            conditions.append(Condition(kind, data, row.where.line))
        return RuleSetSpec(
            slug=fields.slug("slug"),
            version=fields.whole("version", 1, 100_000) or 1,
            title=fields.text("title", most=LONGEST_TITLE, one_line=True),
            standing=fields.text("standing", required=False, most=64, one_line=True),
            conditions=tuple(conditions),
            valid_months=fields.whole("valid_months", 1, 1_200, required=False) or 0,
            confirmer=fields.flag("confirmer", default=False),
            line=fields.where.line,
        )

    def programme(self, fields: Fields) -> ProgrammeSpec:
        recognition = fields.choice("recognition", RECOGNITIONS)
        return ProgrammeSpec(
            slug=fields.slug("slug"),
            title=fields.text("title", most=LONGEST_TITLE, one_line=True),
            group=fields.choice("group", GROUPS),
            framework=fields.reference("framework", "framework", required=recognition == "attainment"),
            recognition=recognition,
            courses=fields.references("courses", "course", least=1),
            rules=fields.reference("rules", "rules", required=recognition == "attainment"),
            prerequisites=fields.choice("prerequisites", PREREQUISITES, default="advice"),
            line=fields.where.line,
        )

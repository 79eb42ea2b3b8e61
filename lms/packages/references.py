"""What must hold between the files of a package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType

from lms.learning import needing
from lms.packages.measures import COMMON, shared
from lms.packages.media import check_captions, check_document, check_picture, check_sound, check_video
from lms.packages.model import (
    POOLS,
    Bank,
    CourseSpec,
    Document,
    Draw,
    FrameworkSpec,
    Item,
    Lesson,
    Package,
    QuizSpec,
    TaskSpec,
    lies_under,
)
from lms.packages.problems import Problems, Reference, Where, _, nearest, quoted
from lms.packages.source import CAPTIONS, DOCUMENTS, PICTURES, SOUNDS, VIDEOS

_MISSING = {
    "skill": _("There is no skill {name} in the package's frameworks. Correct the code, or add the framework."),
    "code": _("There is no skill or area {name} in the package's frameworks. Correct the code, or add the framework."),
    "lesson": _("There is no lesson {name} in the package. Correct the name, or add lessons/{name}/lesson.md."),
    "quiz": _("There is no quiz {name} in the package. Correct the name, or add quizzes/{name}.yaml."),
    "task": _("There is no task {name} in the package. Correct the name, or add tasks/{name}.yaml."),
    "activity": _("There is no lesson, quiz or task {name} in the package. Correct the name, or add it."),
    "item": _("There is no question {name} in the package. Correct the id, or add it to a file in items/."),
    "practice_item": _("There is no question {name} in the package. Correct the id, or add it to a file in items/."),
    "framework": _("There is no framework {name} in the package. Correct the name, or add frameworks/{name}.json."),
    "course": _("There is no course {name} in the package. Correct the name, or add courses/{name}.yaml."),
    "rules": _("There is no rule set {name} in the package. Correct the name, or add rules/{name}.yaml."),
}
_FILES = ("picture", "sound", "video", "document", "captions")  # what a reader calls a file beside the text
_MISSING_ACTIVITY = _("There is no {kind} {name} in the package. Correct the name, or add it.")


@dataclass(slots=True)
class Names:
    """All that can be referred to, by kind."""

    skills: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    activities: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    banks: dict[str, str] = field(default_factory=dict)
    twice: list[tuple[str, str]] = field(default_factory=list)
    folders: dict[str, str] = field(
        default_factory=lambda: {
            "lesson": "lessons/{}/lesson.md", "quiz": "quizzes/{}.yaml", "task": "tasks/{}.yaml"
        }
    )  # fmt: skip

    @classmethod
    def of(
        cls,
        frameworks: Iterable[FrameworkSpec],
        lessons: Iterable[Lesson],
        banks: Iterable[Bank],
        quizzes: Iterable[QuizSpec],
        tasks: Iterable[TaskSpec],
        documents: Iterable[Document] = (),
        kinds: Mapping[str, str] = MappingProxyType({}),
    ) -> Names:
        """`kinds`: what is in the folders of plugins, by the folder."""
        names = cls()
        for framework in frameworks:
            names.skills.update(skill.code for skill in framework.skills)
            names.codes.update(domain.code for domain in framework.domains)
        names.codes |= names.skills
        for kind, entries in (("lesson", lessons), ("quiz", quizzes), ("task", tasks)):
            for entry in entries:
                if names.activities.setdefault(entry.slug, kind) != kind:
                    names.twice.append((kind, entry.slug))
        for document in documents:
            kind = kinds[document.folder]
            names.folders[kind] = document.folder + "/{}.yaml"
            if names.activities.setdefault(document.slug, kind) != kind:
                names.twice.append((kind, document.slug))
        for bank in banks:
            for item in bank.items:
                if names.items.setdefault(item.id, item) is item:
                    names.banks[item.id] = bank.slug
        return names


def check_references(package: Package, names: Names, references: Iterable[Reference], problems: Problems) -> None:
    """Every name that was written must exist; pictures and sounds must be what they say."""
    of_kind: dict[str, set[str]] = {
        "skill": names.skills,
        "code": names.codes,
        "activity": set(names.activities),
        "item": set(names.items),
        "practice_item": set(names.items),
        "framework": {framework.slug for framework in package.frameworks},
        "course": {course.slug for course in package.courses},
        "rules": {rules.slug for rules in package.rules},
        **{kind: {slug for slug, found in names.activities.items() if found == kind} for kind in names.folders},
    }
    files = {f"lessons/{lesson.slug}/{name}" for lesson in package.lessons for name in lesson.files}
    files |= {f"items/{bank.slug}/{name}" for bank in package.banks for item in bank.items for name in item.files}
    said = False
    for reference in references:
        if problems.full:
            return
        if not package.frameworks and reference.kind in ("skill", "code"):
            if not said:
                problems.add(
                    reference.file,
                    reference.line,
                    "no-framework",
                    _("Skills are named here, but the package has no framework. Add frameworks/<slug>.json."),
                )
                said = True
            continue
        if reference.kind in _FILES:
            if reference.file.startswith("items/"):
                if f"{reference.file.removesuffix('.yaml')}/{reference.name}" not in files:
                    problems.add(
                        reference.file,
                        reference.line,
                        "missing-file",
                        _("There is no file {name} in {folder}. Add it, or correct the name."),
                        name=reference.name,
                        folder=reference.file.removesuffix(".yaml") + "/",
                    )
            elif reference.file.rpartition("/")[0] + "/" + reference.name not in files:
                problems.add(
                    reference.file,
                    reference.line,
                    "missing-file",
                    _("There is no file {name} beside lesson.md. Add it, or correct the name."),
                    name=reference.name,
                )
        elif reference.name not in of_kind.get(reference.kind, ()):
            known = of_kind.get(reference.kind, set())
            meant = nearest(reference.name, known, alike=0.8) if len(known) <= 2_000 else ""
            template = (
                _("There is no {name} in the package. Did you mean {meant}?")
                if meant
                else _MISSING.get(reference.kind, _MISSING_ACTIVITY)
            )
            problems.add(
                reference.file,
                reference.line,
                "dangling",
                template,
                name=quoted(reference.name),
                meant=meant,
                kind=reference.kind,
            )
        elif reference.kind == "practice_item" and names.items[reference.name].pool != "practice":
            problems.add(
                reference.file,
                reference.line,
                "exam-item",
                _("{name} is an exam question; a lesson shows only practice questions. Use another one."),
                name=reference.name,
            )


def check_package(package: Package, names: Names, problems: Problems) -> None:
    _check_names(package, names, problems)
    for lesson in package.lessons:
        for name, data in lesson.files.items():
            where = Where(f"lessons/{lesson.slug}/{name}", 1, problems, [])
            _check_file(name, data, where)
    for bank in package.banks:
        for name, data in {name: data for item in bank.items for name, data in item.files.items()}.items():
            _check_file(name, data, Where(f"items/{bank.slug}/{name}", 1, problems, []))
    for document in package.documents:
        for name, data in document.files.items():
            where = Where(f"{document.folder}/{document.slug}/{name}", 1, problems, [])
            _check_file(name, data, where)
    for course in package.courses:
        _check_once(
            course.slug,
            [(activity.slug, activity.line) for module in course.modules for activity in module.activities],
            problems,
        )
        _check_after(course, problems)
    by_pool = {pool: items_by_code(names.items.values(), pool) for pool in POOLS}
    for quiz in package.quizzes:
        if quiz.pool in by_pool:
            _check_quiz(quiz, by_pool[quiz.pool], problems)
        if quiz.forms:
            _check_forms(quiz, package.quizzes, names, problems)


def _check_file(name: str, data: bytes, where: Where) -> None:
    """Whether a file beside a text is what its name says."""
    ending = name.rpartition(".")[2]
    if ending in PICTURES:
        check_picture(name, data, where)
    for endings, check in (
        (SOUNDS, check_sound), (VIDEOS, check_video), (DOCUMENTS, check_document), (CAPTIONS, check_captions),
    ):  # fmt: skip
        if ending in endings:
            check(data, where)


def _check_names(package: Package, names: Names, problems: Problems) -> None:
    for kind, slug in names.twice:
        problems.add(
            names.folders[kind].format(slug),
            1,
            "duplicate-slug",
            _("{file} has the same name {slug}. Lessons, quizzes and tasks share their names: choose another."),
            slug=slug,
            file=names.folders[names.activities[slug]].format(slug),
        )
    for bank in package.banks:
        for item in bank.items:
            first = names.items[item.id]
            if item.id and item is not first:
                problems.add(
                    f"items/{bank.slug}.yaml",
                    item.line,
                    "duplicate-id",
                    _("The question id {id} stands already in {file}, line {line}. Choose another."),
                    id=item.id,
                    file=f"items/{names.banks[item.id]}.yaml",
                    line=first.line,
                )


def _check_once(slug: str, activities: list[tuple[str, int]], problems: Problems) -> None:
    seen: dict[str, int] = {}
    for name, line in activities:
        if name in seen:
            problems.add(
                f"courses/{slug}.yaml",
                line,
                "activity-twice",
                _("{name} stands already in this course, on line {line}. Remove one."),
                name=name,
                line=seen[name],
            )
        elif name:
            seen[name] = line


def _check_after(course: CourseSpec, problems: Problems) -> None:
    """What an activity needs first must stand in the same course, and no two may wait for one another."""
    refs = [ref for module in course.modules for ref in module.activities]
    order, after = [ref.slug for ref in refs], {ref.slug: ref.after for ref in refs}
    lines = {ref.slug: ref.line for ref in refs}
    for slug, first in needing.strays(order, after):
        problems.add(
            f"courses/{course.slug}.yaml",
            lines[slug],
            "after-elsewhere",
            _("`after` names {name}, which is no other activity of this course. Remove it."),
            name=quoted(first),
        )
    waiting = needing.circle(needing.masks_of(order, after))
    if waiting:
        problems.add(
            f"courses/{course.slug}.yaml",
            refs[waiting[0]].line,
            "after-circle",
            _("These wait for one another, so that none could begin: {names}. Remove one `after`."),
            names=", ".join(order[position] for position in waiting),
        )


def _check_forms(quiz: QuizSpec, quizzes: Iterable[QuizSpec], names: Names, problems: Problems) -> None:
    """Forms hold exam questions only, no two of one group of twins, and link with the other quizzes of the measure."""
    file = f"quizzes/{quiz.slug}.yaml"
    if quiz.pool != "exam":
        text = _("A quiz that measures change asks exam questions. Write `pool: exam`.")
        problems.add(file, quiz.line, "forms", text)
    for letter, slugs in quiz.forms.items():
        held = [item for slug in slugs if (item := names.items.get(slug)) is not None]
        for item in held:
            if item.pool != quiz.pool:
                problems.add(
                    file, quiz.line, "forms", _("{name} is a practice question; forms hold exam questions only."),
                    name=quoted(item.id),
                )  # fmt: skip
        twins = [item.twins for item in held if item.twins]
        if len(set(twins)) < len(twins):
            problems.add(
                file, quiz.line, "forms", _("Form {letter} holds two questions of one group of twins. Keep one."),
                letter=letter,
            )  # fmt: skip
    for other in quizzes:
        if other.slug <= quiz.slug or other.measure.get("of") != quiz.measure.get("of") or not other.forms:
            continue
        if set(other.forms) != set(quiz.forms):
            problems.add(
                file, quiz.line, "forms",
                _("{name} belongs to the same measure and has other forms. Use the same letters."),
                name=quoted(other.slug),
            )  # fmt: skip
        elif any(shared(one, two) < COMMON for one in quiz.forms.values() for two in other.forms.values()):
            problems.add(
                file, quiz.line, "forms",
                _("A form of this quiz and one of {name} have less than {least} % of their questions in common."),
                name=quoted(other.slug), least=COMMON,
            )  # fmt: skip


def _check_quiz(quiz: QuizSpec, held_by_code: Mapping[str, Mapping[str, Item]], problems: Problems) -> None:
    file = f"quizzes/{quiz.slug}.yaml"
    held = [(draw, drawable(draw, held_by_code)) for draw in quiz.draw]
    short = False
    for draw, items in held:
        if len(items) < draw.count:
            short = True
            problems.add(
                file,
                draw.line,
                "draw",
                _(
                    "This draws {count} questions but the {pool} pool holds {held} under {codes}. "
                    "Draw fewer, or write more."
                ),
                count=draw.count,
                pool=quiz.pool,
                held=len(items),
                codes=", ".join(draw.codes),
            )
    sizes = range(2, len(held) + 1) if len(held) <= 6 else range(len(held), len(held) + 1)
    for chosen in () if short else (lines for size in sizes for lines in combinations(held, size)):
        together: set[str] = set().union(*(items for _draw, items in chosen))
        count = sum(draw.count for draw, _items in chosen)
        if len(together) < count:
            problems.add(
                file,
                chosen[0][0].line,
                "draw",
                _("These lines draw {count} questions together but share only {held}. Draw fewer, or write more."),
                count=count,
                held=len(together),
            )
            break
    total = sum(draw.count for draw in quiz.draw)
    if quiz.draw and quiz.correct > total:
        problems.add(
            file,
            quiz.line,
            "pass",
            _("To pass {correct} right answers are needed but only {total} questions are asked. Ask for fewer."),
            correct=quiz.correct,
            total=total,
        )
    for part in quiz.parts:
        asked = sum(draw.count for draw in quiz.draw if _may_draw(draw, part.code))
        if part.correct > asked:
            problems.add(
                file,
                part.line,
                "pass",
                _(
                    "To pass {correct} right answers under {code} are needed but at most {total} such questions are "
                    "asked. Ask for fewer, or draw more."
                ),
                correct=part.correct,
                code=part.code,
                total=asked,
            )


def _may_draw(draw: Draw, code: str) -> bool:
    return any(lies_under(drawn, code) or lies_under(code, drawn) for drawn in draw.codes)


def items_by_code(items: Iterable[Item], pool: str) -> dict[str, dict[str, Item]]:
    """A pool's questions by every code that a skill of theirs lies under, and by their ids."""
    found: dict[str, dict[str, Item]] = {}
    for item in items:
        if item.pool == pool:
            for skill in item.skills:
                parts = skill.split(".")[:8]
                for length in range(1, len(parts) + 1):
                    found.setdefault(".".join(parts[:length]), {})[item.id] = item
    return found


def drawn_from(draw: Draw, held_by_code: Mapping[str, Mapping[str, Item]]) -> dict[str, Item]:
    """The questions that a line of a quiz may draw, by their ids."""
    return {
        item.id: item
        for code in draw.codes
        for item in held_by_code.get(code, {}).values()
        if (not draw.levels or item.level in draw.levels) and (not draw.thinking or item.thinking in draw.thinking)
    }


def drawable(draw: Draw, held_by_code: Mapping[str, Mapping[str, Item]]) -> set[str]:
    """What a line of a quiz may draw: the ids of questions; twins, of which a paper holds one, are one."""
    return {f"twins {item.twins}" if item.twins else item.id for item in drawn_from(draw, held_by_code).values()}

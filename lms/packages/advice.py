"""What makes content good beyond being correct (docs/packages.md): advice, never a reason to refuse a package."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from lms.packages.fields import LONGEST_TEXT
from lms.packages.markdown import is_safe_link, plain
from lms.packages.model import Block, CourseSpec, Item, Lesson, Package, ProgrammeSpec, QuizSpec, lies_under
from lms.packages.problems import Problem, Problems, _
from lms.packages.references import drawable, drawn_from, items_by_code

MOST_GUIDE_SYLLABLES = 450
MOST_SENTENCE_SYLLABLES = 26

_SENTENCE_END = re.compile(r"[.!?…:;]+(?=[\s”\"')]|$)|\n")
_SYLLABLE = re.compile(r"[^\W_]+(?:[.,'’@/:_-]+[^\W_]+)*")
_HTML = re.compile(r"<[a-zA-Z/!][^>]{0,200}>")
_OTHER_MARKUP = re.compile(r"^(#(?!##? )|#{4,}|```|>|\||---|:::|!\[)", re.MULTILINE)
_LINK = re.compile(r"\]\(\s*<?([^)\s>]*)")


def syllables(text: str) -> int:
    """Vietnamese is written by syllables: what stands between spaces and holds a letter or digit."""
    return len(_SYLLABLE.findall(text))


def longest_sentence(text: str, *, markdown: bool = True) -> tuple[int, str]:
    """The syllables of a text's longest sentence, and its first words."""
    sentences = _SENTENCE_END.split(plain(text[:LONGEST_TEXT]) if markdown else text)
    longest = max(sentences, key=syllables, default="")
    return syllables(longest), " ".join(longest.split()[:6])


def advise(package: Package) -> list[Problem]:
    """Advice on a package that is valid, by file and line."""
    found = Problems()
    for lesson in package.lessons:
        _lesson(lesson, found)
    for bank in package.banks:
        for item in bank.items:
            _item(f"items/{bank.slug}.yaml", item, found)
    for task in package.tasks:
        _text(f"tasks/{task.slug}.yaml", task.line, task.text, found)
    _quizzes(package, found)
    for course in package.courses:
        _course(package, course, found)
    for programme in package.programmes:
        _programme(package, programme, found)
    return list(found)


def _lesson(lesson: Lesson, found: Problems) -> None:
    file = f"lessons/{lesson.slug}/lesson.md"
    kinds = Counter(block.kind for block in lesson.blocks)
    for kind in ("remember", "do", "check"):
        if kinds[kind] != 1:
            found.add(
                file,
                1,
                f"one-{kind}",
                _("The lesson has {count} :::{kind}; it should have exactly one."),
                count=kinds[kind],
                kind=kind,
            )
    if not kinds["image"]:
        found.add(file, 1, "no-image", _('The lesson has no picture. Add one: :::image file.svg "what it shows".'))
    if not lesson.skills:
        found.add(file, 1, "no-skills", _("The lesson names no skill. Add `skills`."))
    if lesson.checked is None:
        found.add(file, 1, "not-checked", _("Nobody has checked the facts of this lesson. Add `checked` with the day."))
    if not lesson.sources:
        found.add(file, 1, "no-sources", _("The lesson names no source. Add `sources`."))
    if lesson.minutes > 7:
        found.add(
            file,
            1,
            "minutes",
            _("The lesson takes {minutes} minutes; at most 7 are good. Divide it."),
            minutes=lesson.minutes,
        )
    shown = {block.data.get(name) for block in lesson.blocks for name in ("file", "captions")}
    for name in lesson.files:
        if name not in shown:
            found.add(
                f"lessons/{lesson.slug}/{name}",
                1,
                "unused-file",
                _("No directive of the lesson shows this file. Show it or remove it."),
            )
    _sentences(file, 1, lesson.promise, found)
    for block in lesson.blocks:
        for text in texts_of(block):
            if block.kind != "message":
                _text(file, block.line, text, found)
    guide = f"lessons/{lesson.slug}/guide.md"
    if not lesson.guide:
        found.add(guide, 1, "no-guide", _("The lesson has no guide for whoever teaches it. Write guide.md, one page."))
    else:
        count = syllables(plain(lesson.guide[:LONGEST_TEXT]))
        if count > MOST_GUIDE_SYLLABLES:
            found.add(
                guide,
                1,
                "long-guide",
                _("The guide has {count} syllables; one page holds {most}. Shorten it."),
                count=count,
                most=MOST_GUIDE_SYLLABLES,
            )
        _text(guide, 1, lesson.guide, found)


def texts_of(block: Block) -> Iterator[str]:
    for value in block.data.values():
        if isinstance(value, str) and value is not block.data.get("file"):
            yield value
        elif isinstance(value, list | tuple):
            yield from (entry for entry in value if isinstance(entry, str))


def _item(file: str, item: Item, found: Problems) -> None:
    if not item.skills:
        found.add(file, item.line, "no-skills", _("The question {id} names no skill. Add `skills`."), id=item.id)
    options = item.data.get("options", ()) if item.type in ("single_choice", "multiple_choice") else ()
    without = [option for option in options if not option["why"]]
    if without:
        found.add(
            file,
            item.line,
            "no-why",
            _("The question {id} has {count} options without `why`. Say why each is right or wrong."),
            id=item.id,
            count=len(without),
        )
    for key in ("why_true", "why_false", "why", "why_wrong"):
        if item.data.get(key) == "":
            found.add(file, item.line, "no-why", _("The question {id} has no `{key}`. Add it."), id=item.id, key=key)
    for text in (item.stem, item.fix, *_words_of(item.data)):
        _sentences(file, item.line, text, found)


def _words_of(value: object) -> Iterator[str]:
    """Every text in a question's own keys, whatever its type."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _words_of(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words_of(inner)


def _text(file: str, line: int, text: str, found: Problems) -> None:
    """Markdown outside the subset is shown as typed: most likely not what was meant."""
    text = text[:LONGEST_TEXT]
    html = _HTML.search(text)
    if html:
        found.add(
            file,
            line + text.count("\n", 0, html.start()),
            "html",
            _("HTML is shown as text: {html}. Remove it."),
            html=html[0],
        )
    other = _OTHER_MARKUP.search(text)
    if other:
        found.add(
            file,
            line + text.count("\n", 0, other.start()),
            "markup",
            _(
                "“{mark}” is not in the Markdown subset and is shown as text. "
                "Use ## or ###, lists, bold, italic, links."
            ),
            mark=other[1],
        )
    for link in _LINK.finditer(text):
        if not is_safe_link(link[1]):
            found.add(
                file,
                line + text.count("\n", 0, link.start()),
                "link",
                _("The link {link} is shown as text. Links begin with https://, tel: or mailto:."),
                link=link[1],
            )
    _sentences(file, line, text, found, markdown=True)


def _sentences(file: str, line: int, text: str, found: Problems, *, markdown: bool = False) -> None:
    words = plain(text) if markdown else text
    for sentence in _SENTENCE_END.split(words):
        count = syllables(sentence)
        if count > MOST_SENTENCE_SYLLABLES:
            start = " ".join(sentence.split()[:6])
            place = text.find(" ".join(sentence.split()[:3]))
            found.add(
                file,
                line + text.count("\n", 0, max(place, 0)),
                "long-sentence",
                _("This sentence has {count} syllables; at most {most} read well: “{start} …”. Divide it."),
                count=count,
                most=MOST_SENTENCE_SYLLABLES,
                start=start,
            )


def _quizzes(package: Package, found: Problems) -> None:
    for quiz in package.quizzes:
        held_by_code = items_by_code(package.items(), quiz.pool)
        for draw in quiz.draw:
            if not draw.spread:
                continue
            least = draw.count // len(draw.codes)
            for code in draw.codes:
                held = len(drawable(replace(draw, codes=(code,)), held_by_code))
                if held < least:
                    found.add(
                        f"quizzes/{quiz.slug}.yaml",
                        draw.line,
                        "spread",
                        _("Spread evenly, each code gives {least} questions, but {code} holds {held}. Write more."),
                        least=least,
                        code=code,
                        held=held,
                    )


def _course(package: Package, course: CourseSpec, found: Problems) -> None:
    """Nobody should fail for what the course did not teach."""
    inside = set(_activities([course]))
    taught = {skill for lesson in package.lessons if lesson.slug in inside for skill in lesson.skills}
    for quiz in package.quizzes:
        if quiz.slug in inside and quiz.pool == "exam":
            _fair(package, quiz, course.slug, taught, found)


def _fair(package: Package, quiz: QuizSpec, course: str, taught: Collection[str], found: Problems) -> None:
    held_by_code = items_by_code(package.items(), quiz.pool)
    for draw in quiz.draw:
        strange = sorted(
            item.id
            for item in drawn_from(draw, held_by_code).values()
            if not any(
                lies_under(skill, known) or lies_under(known, skill) for skill in item.skills for known in taught
            )
        )
        if strange:
            found.add(
                f"quizzes/{quiz.slug}.yaml",
                draw.line,
                "not-taught-here",
                _(
                    "{count} questions can be drawn of whose skills no lesson of {course} teaches any, e.g. {items}."
                    " Name only skills that it teaches in `from`, or write lessons."
                ),
                count=len(strange),
                course=course,
                items=", ".join(strange[:3]),
            )


def _programme(package: Package, programme: ProgrammeSpec, found: Problems) -> None:
    file = f"programmes/{programme.slug}.yaml"
    rules = next((rules for rules in package.rules if rules.slug == programme.rules), None)
    if rules is None:
        return
    courses = [course for course in package.courses if course.slug in programme.courses]
    inside = set(_activities(courses))
    for condition in rules.conditions:
        needed = condition.data.get("quiz") or condition.data.get("task")
        if needed and needed not in inside:
            found.add(
                file,
                programme.line,
                "unreachable",
                _("The rule set needs {name}, which is in none of the programme's courses. Add it to a course."),
                name=needed,
            )
        if condition.kind == "skills_taught":
            taught = {skill for lesson in package.lessons if lesson.slug in inside for skill in lesson.skills}
            skills = [
                skill
                for framework in package.frameworks
                if framework.slug == programme.framework
                for skill in framework.skills
            ]
            missing = [
                skill.code
                for skill in skills
                if skill.group in ("", programme.group) and not any(lies_under(code, skill.code) for code in taught)
            ]
            if missing:
                found.add(
                    file,
                    programme.line,
                    "not-taught",
                    _("No lesson of the programme teaches: {codes}. Write lessons, or name these skills in them."),
                    codes=", ".join(missing),
                )


def _activities(courses: Iterable[CourseSpec]) -> Iterator[str]:
    return (activity.slug for course in courses for module in course.modules for activity in module.activities)

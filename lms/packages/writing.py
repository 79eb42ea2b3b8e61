"""Writes a content package: the same package gives the same bytes, and reading them gives the same package."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from lms.packages.builtin import PARTS
from lms.packages.lessons import front_matter, write_lesson_body
from lms.packages.model import (
    FORMAT,
    ActivityRef,
    CourseSpec,
    Item,
    Lesson,
    Package,
    ProgrammeSpec,
    QuizSpec,
    RuleSetSpec,
    TaskSpec,
    Track,
)
from lms.packages.parts import Parts
from lms.packages.policies import written_policy
from lms.packages.tracks import SameBlock, SoundBlock, track_blocks, track_head

_BARE_CODE = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_CODE = re.compile(r"[A-Za-z0-9._-]+")
_WORDS_YAML_READS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_DATE = (1980, 1, 1, 0, 0, 0)


def write_package(package: Package, target: str | os.PathLike[str] | BinaryIO, parts: Parts = PARTS) -> None:
    """Writes to a new or empty folder, a path that ends in .zip, or an open binary file (a zip)."""
    files = package_files(package, parts)
    if not isinstance(target, str | os.PathLike):
        _write_zip(files, target)
        return
    path = Path(target)
    if path.suffix == ".zip":
        with path.open("xb") as stream:
            _write_zip(files, stream)
        return
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise FileExistsError(f"{path} is not empty")
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)


def package_files(package: Package, parts: Parts = PARTS) -> dict[str, bytes]:
    """Every file of the package by its path, in order."""
    files: dict[str, bytes] = {
        "package.yaml": _yaml(
            {
                "format": FORMAT,
                "slug": package.slug,
                "title": package.title,
                "version": _Text(package.version),
                "language": package.language,
                "license": package.license,
                "about": package.about,
            }
        )
    }
    for framework in package.frameworks:
        text = json.dumps(framework.data, ensure_ascii=False, indent=1) + "\n"
        files[f"frameworks/{framework.slug}.json"] = text.encode()
    for lesson in package.lessons:
        folder = f"lessons/{lesson.slug}/"
        files[folder + "lesson.md"] = _lesson(lesson, parts)
        files |= {f"{folder}lesson.{track.lang}.md": _track(track, parts) for track in lesson.tracks}
        if lesson.guide:
            files[folder + "guide.md"] = (lesson.guide + "\n").encode()
        files |= {folder + name: data for name, data in lesson.files.items()}
    for bank in package.banks:
        files[f"items/{bank.slug}.yaml"] = "\n".join(_entry(_item(item, parts)) for item in bank.items).encode()
        for item in bank.items:
            files |= {f"items/{bank.slug}/{name}": data for name, data in item.files.items()}
    for quiz in package.quizzes:
        files[f"quizzes/{quiz.slug}.yaml"] = _yaml(_quiz(quiz))
    for task in package.tasks:
        files[f"tasks/{task.slug}.yaml"] = _yaml(_task(task))
    for course in package.courses:
        files[f"courses/{course.slug}.yaml"] = _yaml(_course(course))
    for rules in package.rules:
        files[f"rules/{rules.slug}.yaml"] = _yaml(_rule_set(rules))
    for programme in package.programmes:
        files[f"programmes/{programme.slug}.yaml"] = _yaml(_programme(programme))
    for document in package.documents:
        text = parts.folders[document.folder].write(document.data)
        files[f"{document.folder}/{document.slug}.yaml"] = text.encode()
        files |= {f"{document.folder}/{document.slug}/{name}": data for name, data in document.files.items()}
    return {name: files[name] for name in sorted(files)}


def item_text(data: Mapping[str, Any]) -> str:
    """A question's own keys as YAML, as its bank's file would hold them."""
    return "".join(_lines(data, ""))


def _write_zip(files: Mapping[str, bytes], stream: BinaryIO) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def _lesson(lesson: Lesson, parts: Parts) -> bytes:
    return b"---\n" + _yaml(front_matter(lesson)) + b"---\n\n" + write_lesson_body(lesson.blocks, parts).encode()


def _track(track: Track, parts: Parts) -> bytes:
    head = b"---\n" + _yaml(track_head(track)) + b"---\n"
    body = write_lesson_body(track_blocks(track), parts.plus(SameBlock(), SoundBlock())) if track.blocks else ""
    return head + (b"\n" + body.encode() if body else b"")


def _item(item: Item, parts: Parts) -> dict[str, Any]:
    message = {"from": item.message.sender, "text": item.message.text} if item.message else None
    return {
        "id": item.id,
        "type": item.type,
        "pool": item.pool,
        "skills": item.skills,
        "level": item.level,
        "thinking": item.thinking,
        "twins": item.twins,
        "message": message,
        "picture": item.picture,
        "stem": item.stem,
        "lesson": item.lesson,
        **parts.items[item.type].write(item.data),
        "fix": item.fix,
        "source": item.source,
    }


def _quiz(quiz: QuizSpec) -> dict[str, Any]:
    return {
        "slug": quiz.slug,
        "title": quiz.title,
        "intro": quiz.intro,
        "pool": quiz.pool,
        "minutes": quiz.minutes,
        "limit": quiz.limit,
        "needs_birth_date": quiz.needs_birth_date,
        "policy": written_policy(quiz.policy),
        **({"measure": _Flow(dict(quiz.measure))} if quiz.measure else {}),
        **({"forms": {letter: list(slugs) for letter, slugs in quiz.forms.items()}} if quiz.forms else {}),
        "draw": [
            _Flow(
                {
                    "from": draw.codes,
                    "count": draw.count,
                    **({"spread": True} if draw.spread else {}),
                    **({"levels": draw.levels} if draw.levels else {}),
                    **({"thinking": draw.thinking} if draw.thinking else {}),
                }
            )
            for draw in quiz.draw
        ],
        "pass": {
            "correct": quiz.correct,
            "parts": [_Flow({"from": part.code, "correct": part.correct}) for part in quiz.parts],
        }
        if not quiz.forms
        else None,
    }


def _task(task: TaskSpec) -> dict[str, Any]:
    return {"slug": task.slug, "title": task.title, "text": task.text, "choices": task.choices}


def _course(course: CourseSpec) -> dict[str, Any]:
    return {
        "slug": course.slug,
        "title": course.title,
        "summary": course.summary,
        "groups": course.groups,
        "framework": course.framework,
        "modules": [
            {
                "title": module.title,
                "skill_area": module.skill_area,
                "activities": [_activity(ref) for ref in module.activities],
            }
            for module in course.modules
        ],
    }


def _activity(ref: ActivityRef) -> object:
    if ref.weight == 1 and not ref.after and ref.required is None:
        return ref.slug
    weight = {"weight": ref.weight} if ref.weight != 1 else {}
    required = {"required": ref.required} if ref.required is not None else {}
    return _Flow({ref.kind: ref.slug, **weight, **({"after": ref.after} if ref.after else {}), **required})


def _rule_set(rules: RuleSetSpec) -> dict[str, Any]:
    return {
        "slug": rules.slug,
        "version": rules.version,
        "title": rules.title,
        "standing": rules.standing,
        "conditions": [_Flow({"kind": condition.kind, **condition.data}) for condition in rules.conditions],
        **rules.paper,
    }


def _programme(programme: ProgrammeSpec) -> dict[str, Any]:
    return {
        "slug": programme.slug,
        "title": programme.title,
        "group": programme.group,
        "framework": programme.framework,
        "recognition": programme.recognition,
        "courses": programme.courses,
        "rules": programme.rules,
        **({"prerequisites": programme.prerequisites} if programme.prerequisites != "advice" else {}),
    }


class Quoted(str):
    """A text that is always written in quotes."""


class Flow(dict[str, Any]):
    """A mapping that is written on one line."""


_Text, _Flow = Quoted, Flow


def _yaml(keys: Mapping[str, Any]) -> bytes:
    return "".join(_lines(keys, "")).encode()


def _entry(keys: Mapping[str, Any]) -> str:
    return "- " + "".join(_lines(keys, "  "))[2:]


def _lines(keys: Mapping[str, Any], indent: str) -> list[str]:
    """The lines of a mapping; what is empty is left out."""
    lines: list[str] = []
    for key, value in keys.items():
        if value is None or (isinstance(value, str | Sequence) and not value):
            continue
        name = indent + _scalar(key) + ":"
        if isinstance(value, _Flow):
            lines.append(f"{name} {_flow(value)}\n")
        elif isinstance(value, Mapping):
            lines += [name + "\n", *_lines(value, indent + "  ")]
        elif isinstance(value, str):
            lines.append(f"{name} {_text(value, indent)}\n")
        elif isinstance(value, Sequence):
            lines += _list(name, value, indent)
        else:
            lines.append(f"{name} {_scalar(value)}\n")
    return lines


def _list(name: str, values: Sequence[Any], indent: str) -> list[str]:
    if all(isinstance(value, str) and _CODE.fullmatch(value) for value in values) and sum(map(len, values)) < 90:
        return [f"{name} {_flow(values)}\n"]
    lines = [name + "\n"]
    for value in values:
        if isinstance(value, Mapping) and not isinstance(value, _Flow):
            lines.append(f"{indent}  - " + "".join(_lines(value, indent + "    "))[len(indent) + 4 :])
        elif isinstance(value, str):
            lines.append(f"{indent}  - {_text(value, indent + '  ')}\n")
        else:
            lines.append(f"{indent}  - {_flow(value)}\n")
    return lines


def _text(value: str, indent: str) -> str:
    """A text of several lines as a block where that reads back the same, else quoted."""
    lines = value.split("\n")
    plain_lines = all(line == line.rstrip() and "\t" not in line for line in lines) and not lines[0].startswith(" ")
    if len(lines) == 1 or not plain_lines or not lines[0] or not lines[-1]:
        return _scalar(value)
    return "|-" + "".join(f"\n{indent}  {line}" if line else "\n" for line in lines)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    return _scalar(value, flow=True)


def _scalar(value: Any, *, flow: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if isinstance(value, _Text) or text.lower() in _WORDS_YAML_READS or text != text.strip():
        return json.dumps(text, ensure_ascii=False)
    if _BARE_CODE.fullmatch(text) or (not flow and _safe_sentence(text)):
        return text
    return json.dumps(text, ensure_ascii=False)


def _safe_sentence(text: str) -> bool:
    """Prose that YAML reads as it stands: begins with a letter, and no colon or hash that could mean something."""
    return (
        text[:1].isalpha() and text.isprintable() and ": " not in text and " #" not in text and not text.endswith(":")
    )

"""From the fields of a question's form to the type's own keys and back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from msgspec import Struct
from werkzeug.datastructures import MultiDict

from lms.api.packages import Problems, Where, plain_fields, tidy
from lms.api.web import composed, composed_lines
from lms.api.work import Text
from quizzes.items.blanks import CHOICE, NUMERIC
from quizzes.items.form import Part
from quizzes.items.numbers import read_quantity, read_value, written

Form = MultiDict[str, str]
MOST_TYPED = 12_000  # letters of a field that are looked at
_MARK = re.compile(r"(\*|[0-9][0-9.,]*\s*%)?\s*(.*?)(?:(?<!\\)#\s*(.*))?", re.DOTALL)
_LEVEL = re.compile(r"([0-9]{1,3})\s*[:.\-–—)]?\s*(.*)", re.DOTALL)


class Shown(Struct, frozen=True):
    """A field as the template draws it. `rows`: of a list of mappings, each a list of fields."""

    part: Part
    id: str
    value: Any
    errors: Sequence[str] = ()
    rows: Sequence[ShownRow] = ()


class ShownRow(Struct, frozen=True):
    """A row of a list: its number, its fields, and those that are folded away."""

    number: int
    id: str
    fields: Sequence[Shown]
    aside: Sequence[Shown]
    errors: Sequence[str] = ()
    open: bool = False


@dataclass
class Own:
    """The own keys that a form holds, as the type stores them, and what is wrong with them by the field's id."""

    data: dict[str, Any]
    errors: dict[str, list[Text]] = field(default_factory=dict)


def read_own(parts: Sequence[Part], form: Form, reader: Any) -> Own:
    """The own keys, checked by the type's own reader; what is wrong stands at its field."""
    typed = read_parts(parts, form, keep_empty=False)
    problems = Problems()
    fields, paths = plain_fields(typed, Where("item", 0, problems, []))
    data = reader.read(fields)
    fields.finish()
    if not len(problems):
        return Own(data)
    own = Own(typed)
    known = set(_ids(parts, typed))
    for problem in problems:
        path = paths[min(problem.line, len(paths)) - 1]
        name = next((n for n in _upwards(path) if n in known), "own")
        own.errors.setdefault(name, []).append(Text(problem.template, dict(problem.values)))
    return own


def _ids(parts: Sequence[Part], data: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for part in parts:
        name = before + part.key.replace(".", "-")
        yield name
        if part.kind == "rows":
            for number, row in enumerate(_value(data, part.key) or ()):
                yield f"{name}-{number}"
                yield from _ids(part.parts, row, f"{name}-{number}-")


def _upwards(path: Sequence[str | int]) -> Iterator[str]:
    """The ids that a place may have, the nearest first; the answers of a gap stand in one field."""
    steps = [str(step) for step in path]
    if len(steps) > 2 and steps[0] == "blanks" and steps[2] in ("options", "answers", "unit"):
        yield f"{steps[0]}-{steps[1]}-gap"
    for length in range(len(steps), 0, -1):
        yield "-".join(steps[:length])


def read_parts(parts: Sequence[Part], form: Form, keep_empty: bool, before: str = "") -> dict[str, Any]:
    """What the fields hold, under the keys of the package. `keep_empty`: rows that are empty stay, to be filled in."""
    data: dict[str, Any] = {}
    for part in parts:
        if part.only_for and data.get("kind") not in part.only_for:
            continue
        name = before + part.key.replace(".", "-")
        value = _rows(part, form, keep_empty, name) if part.kind == "rows" else _read(part, form, name)
        if part.kind == "gaps" and isinstance(value, str):
            data |= _gaps(value, data.get("kind", CHOICE))
            continue
        holder, key = data, part.key
        if "." in key:
            outer, key = key.split(".", 1)
            holder = data.setdefault(outer, {})
        if part.kind in ("tick", "only") and value is False and part.default != "true":
            continue
        holder[key] = value
    for key, value in list(data.items()):
        if isinstance(value, dict) and not any(value.values()) and not keep_empty:
            del data[key]
    return data


def _rows(part: Part, form: Form, keep_empty: bool, name: str) -> list[dict[str, Any]]:
    count = form.get(f"{name}-count", "0")
    many = min(int(count), part.most + 1) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    rows = []
    for number in range(many):
        row = read_parts(part.parts, form, keep_empty, f"{name}-{number}-")
        if any(p.kind == "only" for p in part.parts):
            only = next(p.key for p in part.parts if p.kind == "only")
            if form.get(f"{name}-only") == str(number):
                row[only] = True
        if keep_empty or any(_says_something(p, row) for p in part.parts):
            rows.append(row)
    return rows


def _says_something(part: Part, row: Mapping[str, Any]) -> bool:
    """Whether a field of a row was filled in; what is chosen already when the row is new does not count."""
    if part.kind == "gaps":
        return bool(row.get("options") or row.get("answers"))
    value = _value(row, part.key)
    if part.kind in ("choice", "only", "tick") or (part.default and str(value) == part.default):
        return False
    return value not in ("", None, [], {})


def _value(data: Mapping[str, Any], key: str) -> Any:
    for step in key.split("."):
        data = data.get(step, "") if isinstance(data, Mapping) else ""
    return data


def _read(part: Part, form: Form, name: str) -> Any:
    sent = (form.get(name) or "")[:MOST_TYPED]
    if part.kind in ("tick", "only"):
        return sent == "true"
    if part.kind == "ticks":
        return [value for value, _label in part.choices if value in form.getlist(name)]
    if part.kind == "choice":
        chosen = sent if sent in dict(part.choices) else part.default
        return chosen == "true" if chosen in ("true", "false") else chosen
    if part.kind == "number":
        return _number(composed(sent) or "")
    if part.kind in ("lines", "words", "levels"):
        lines = [line for line in ((composed(line) or "") for line in sent.splitlines()) if line]
        if part.kind == "lines":
            return lines
        return [_group(line) for line in lines] if part.kind == "words" else [_level(line) for line in lines]
    if part.kind == "picture":
        return picture_in(form, name) or ""
    if part.kind in ("box", "gaps"):
        return tidy(composed_lines(sent) or "")
    return composed(sent) or ""


def picture_in(form: Form, name: str) -> dict[str, str] | None:
    """The picture that a field names, once what was sent with it has been taken in; None where it names none."""
    if form.get(f"{name}-off") == "true":
        return None
    file, alt = composed(form.get(f"{name}-name")) or "", composed(form.get(f"{name}-alt")) or ""
    return {"file": file[:100], "alt": alt} if file or alt else None


def _number(typed: str) -> Decimal | str:
    """A number as it was meant; what is none stays as it is, to be refused by whoever reads it."""
    found = read_quantity(typed.removesuffix("%").rstrip())
    if found is None or found.unit:
        return typed
    return found.value if read_value(f"{found.value:f}") is not None else typed


def _group(line: str) -> list[str]:
    return [word.strip() for word in line.split(";") if word.strip()]


def _level(line: str) -> dict[str, Any]:
    match = _LEVEL.fullmatch(line)
    return {"text": match[2], "points": int(match[1])} if match else {"text": line, "points": ""}


def _gaps(text: str, kind: str) -> dict[str, Any]:
    """What stands in the field of a gap: for a list `* right`, `wrong`; for typed ones the answers that count."""
    rows = []
    for line in text.split("\n"):
        match = _MARK.fullmatch(line.strip())
        if match is None or not line.strip():
            continue
        mark, words, why = match[1] or "", match[2].strip().replace("\\#", "#"), (match[3] or "").strip()
        row: dict[str, Any] = {}
        if kind == NUMERIC:
            value, _sign, tolerance = words.partition("±")
            row["value"] = _number(value.strip())
            if tolerance.strip():
                row["tolerance"] = _number(tolerance.strip())
        else:
            row["text"] = words.removeprefix("\\") if words.startswith(("\\*", "\\\\")) else words
        if mark == "*" and kind == CHOICE:
            row["correct"] = True
        elif mark.endswith("%"):
            row["share"] = _number(mark)
        rows.append({**row, **({"why": why} if why else {})})
    return {"options" if kind == CHOICE else "answers": rows}


def gaps_text(blank: Mapping[str, Any]) -> str:
    """A gap's answers as its field shows them; read again they are the same."""
    lines = []
    for row in blank.get("options") or blank.get("answers") or ():
        mark = "* " if row.get("correct") else f"{_written(row['share'])}% " if "share" in row else ""
        if "value" in row:
            words = _written(row["value"]) + (f" ± {_written(row['tolerance'])}" if row.get("tolerance") else "")
        else:
            words = str(row.get("text", "")).replace("#", "\\#")
            words = "\\" + words if re.match(r"\*|\\|[0-9][0-9.,]*\s*%", words) and not mark else words
        lines.append(mark + words + (f" # {' '.join(row['why'].split())}" if row.get("why") else ""))
    return "\n".join(lines)


def _written(value: Any) -> str:
    found = read_value(str(value))
    return written(found) if found is not None else str(value)


def shown(
    parts: Sequence[Part], data: Mapping[str, Any], errors: Mapping[str, Sequence[str]], before: str = ""
) -> list[Shown]:
    """The fields with what stands in them, and at least as many rows as there must be."""
    found = []
    for part in parts:
        name = before + part.key.replace(".", "-")
        value, rows = _value(data, part.key), []
        if part.kind == "rows":
            held = list(value or ())
            for number, row in enumerate(held + [{} for _missing in range(part.least - len(held))]):
                inner = shown(part.parts, row, errors, f"{name}-{number}-")
                aside = [f for f in inner if f.part.aside]
                rows.append(
                    ShownRow(
                        number + 1,
                        f"{name}-{number}",
                        [f for f in inner if not f.part.aside],
                        aside,
                        errors.get(f"{name}-{number}", ()),
                        any(f.errors or _is_special(f) for f in aside),
                    )
                )
            value = len(rows)
        found.append(Shown(part, name, _as_typed(part, value, data), errors.get(name, ()), rows))
    return found


def _is_special(one: Shown) -> bool:
    """Whether a field that is folded away holds something of its own, so that it is shown."""
    if one.part.kind in ("tick", "only"):
        return bool(one.value) != (one.part.default == "true")
    if one.part.kind == "picture":
        return bool(one.value["file"])
    return one.value not in ("", [], {}, one.part.default)


def is_special(fields: Sequence[Shown]) -> bool:
    """Whether any field of those folded away holds something of its own, or is wrong."""
    return any(one.errors or _is_special(one) for one in fields)


def _as_typed(part: Part, value: Any, data: Mapping[str, Any]) -> Any:
    if part.kind in ("tick", "only"):
        return part.default == "true" if value == "" else bool(value)
    if part.kind == "choice":
        return str(value).lower() if isinstance(value, bool) else value or part.default
    if part.kind == "number":
        return part.default if value == "" else _written(value)
    if part.kind == "lines":
        return "\n".join(value or ())
    if part.kind == "words":
        return "\n".join("; ".join(group) for group in value or ())
    if part.kind == "levels":
        return "\n".join(f"{level['points']} {level['text']}" for level in value or ())
    if part.kind == "gaps":
        return gaps_text(data)
    if part.kind == "picture":
        return value or {"file": "", "alt": ""}
    return value


def changed(parts: Sequence[Part], form: Form, asked: str) -> dict[str, Any]:
    """What the form holds after a button of it: add:<key>, remove:<key>:<n>, up:<key>:<n>, down:<key>:<n>."""
    data = read_parts(parts, form, keep_empty=True)
    act, key, *rest = [*asked.split(":"), "", ""][:3]
    part = next((p for p in parts if p.key == key and p.kind == "rows"), None)
    if part is None:
        return data
    rows = data[key]
    at = int(rest[0]) if rest[0].isascii() and rest[0].isdigit() and len(rest[0]) < 4 else -1
    if act == "add" and len(rows) < part.most:
        rows.append({})
    elif act == "remove" and 0 <= at < len(rows):
        del rows[at]
    elif act in ("up", "down") and 0 <= at < len(rows):
        to = at - 1 if act == "up" else at + 1
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
    return data

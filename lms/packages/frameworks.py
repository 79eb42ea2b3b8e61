"""Competence frameworks: JSON by the schema competence-framework/1."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from lms.packages.model import GROUPS, DomainSpec, FrameworkSpec, SkillSpec
from lms.packages.problems import Where, _, listed, quoted
from lms.packages.source import is_slug, odd_character

SCHEMA = "competence-framework/1"
DEEPEST = 20
_CODE = re.compile(r"[A-Za-z0-9]{1,16}(\.[A-Za-z0-9]{1,16}){0,5}")


class _BadError(ValueError):
    pass


def read_framework(slug: str, text: str, where: Where) -> FrameworkSpec | None:
    try:
        data = _clean(json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant), 0)
    except json.JSONDecodeError as error:
        where.at(error.lineno).problem(
            "json",
            _("This line cannot be read as JSON ({reason}). Check commas, quotes and brackets here."),
            reason=error.msg,
        )
        return None
    except _BadError as error:
        where.at(line_of(text, str(error))).problem(
            "json", _("The JSON holds something that is not allowed: {what}."), what=quoted(str(error))
        )
        return None
    except (ValueError, RecursionError):
        where.problem("json", _("This JSON cannot be read: a number is too long or brackets stand too deep."))
        return None
    return _Reader(text, where).read(slug, data)


def line_of(text: str, word: str) -> int:
    """The first line where a word stands in quotes: where an author will look."""
    place = text.find(json.dumps(word, ensure_ascii=False))
    return text.count("\n", 0, place) + 1 if place >= 0 else 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise _BadError(next(name for name in names if names.count(name) > 1))
    return found


def _no_constant(name: str) -> None:
    raise _BadError(name)


def _clean(value: Any, depth: int) -> Any:
    """The same value in composed form; refuses what could not be written again."""
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        value = unicodedata.normalize("NFC", value)
        odd = odd_character(value)
        if odd is not None:
            raise _BadError(f"U+{ord(value[odd]):04X}")
        return value
    if isinstance(value, dict):
        return {_clean(key, depth): _clean(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner, depth + 1) for inner in value]
    if isinstance(value, float) and value - value != 0:
        raise ValueError
    return value


class _Reader:
    def __init__(self, text: str, where: Where) -> None:
        self.source = text
        self.where = where
        self.domains: list[DomainSpec] = []
        self.skills: list[SkillSpec] = []
        self.codes: set[str] = set()

    def near(self, word: object) -> Where:
        return self.where.at(line_of(self.source, word) if isinstance(word, str) else 1)

    def read(self, slug: str, data: Any) -> FrameworkSpec | None:
        if not isinstance(data, dict):
            self.where.problem("not-a-mapping", _('A framework is one JSON object: {{"schema": …}}.'))
            return None
        if data.get("schema") != SCHEMA:
            self.near("schema").problem("schema", _('`schema` must be "{schema}".'), schema=SCHEMA)
            return None
        name = self.text(data, "id")
        if not is_slug(name):
            self.near("id").problem(
                "slug", _("`{key}` must be lower-case letters a–z, digits and hyphens, at most 64."), key="id"
            )
        elif name != slug:
            self.near("id").problem(
                "slug-place",
                _("`id` is {slug} but the file is named {place}.json. Make them the same."),
                slug=name,
                place=slug,
            )
        for row in self.rows(data, "items"):
            self.domain(row, "domain_code", "domain_vi", "domain_en", self.rows(row, "skills"))
        for row in self.rows(data, "domains"):
            self.domain(row, "code", "name_vi", "name_en", self.rows(row, "components"))
        if not self.skills:
            self.where.problem(
                "no-skills",
                _("The framework has no skills. Give `items` with `skills`, or `domains` with `components`."),
            )
        completeness = data.get("completeness")
        said = completeness if isinstance(completeness, dict) else {}
        warning = said.get("warning_vi") or said.get("warning") or said.get("indicators")
        groups = [self.text(row, "group", required=True) for row in self.rows(data, "groups")]
        for group in groups:
            self.group(group)
        return FrameworkSpec(
            slug=name,
            version=self.text(data, "version"),
            title=self.text(data, "title_vi"),
            title_en=self.text(data, "title_en", required=False),
            issuer=self.text(data, "issuer_vi", required=False),
            legal_number=self.text(data, "legal_number", required=False),
            warning=warning if isinstance(warning, str) else "",
            groups=tuple(groups),
            domains=tuple(self.domains),
            skills=tuple(self.skills),
            data=data,
        )

    def domain(
        self, row: dict[str, Any], code_key: str, name_key: str, english_key: str, skills: list[dict[str, Any]]
    ) -> None:
        code = self.code(row, code_key)
        group = self.text(row, "group", required=False)
        if group:
            self.group(group)
        self.domains.append(
            DomainSpec(code, group, self.text(row, name_key), self.text(row, english_key, required=False))
        )
        for skill in skills:
            expectation = self.text(skill, "expectation_vi", required=False) or self.text(
                skill, "description_vi", required=False
            )
            self.skills.append(
                SkillSpec(
                    self.code(skill, "code"),
                    code,
                    group,
                    self.text(skill, "name_vi"),
                    self.text(skill, "name_en", required=False),
                    expectation,
                )
            )

    def code(self, row: dict[str, Any], key: str) -> str:
        code = self.text(row, key)
        if not _CODE.fullmatch(code):
            self.near(code or key).problem(
                "code", _("The code “{code}” must be letters and digits with dots, such as ND.4.3."), code=quoted(code)
            )
        elif code in self.codes:
            self.near(code).problem(
                "duplicate-code", _("The code {code} stands twice in the framework. Keep one."), code=code
            )
        self.codes.add(code)
        return code

    def group(self, group: str) -> None:
        if group not in GROUPS:
            self.near(group).problem(
                "unknown-value",
                _("`{value}` is not known for `{key}`. Write one of: {known}."),
                value=quoted(group),
                key="group",
                known=listed(GROUPS),
            )

    def text(self, row: dict[str, Any], key: str, *, required: bool = True) -> str:
        value = row.get(key)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or (required and not value.strip()):
            self.near(key).problem("missing-key", _("`{key}` is missing or empty. Add it."), key=key)
            return ""
        return value.strip()

    def rows(self, row: dict[str, Any], key: str) -> list[dict[str, Any]]:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.near(key).problem("not-a-list", _("`{key}` is a list of objects."), key=key)
            return []
        return value

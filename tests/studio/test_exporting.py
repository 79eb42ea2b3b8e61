"""What is exported reads back equal."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.errors import NotFound
from lms.packages.exporting import export_package
from lms.packages.importing import known_parts
from lms.packages.model import Package
from lms.packages.reading import read_package
from lms.packages.writing import write_package
from lms.starting import CONTENT

HEAD: dict[str, Any] = {"slug": "", "title": "", "version": "", "license": "", "about": ""}


def through_a_zip(package: Package) -> Package:
    stream = io.BytesIO()
    write_package(package, stream, known_parts())
    return read_package(stream.getvalue(), known_parts())


def test_what_was_imported_is_exported_equal(any_app: Flask) -> None:
    with any_app.app_context():
        starter = read_package(CONTENT / "starter", known_parts())
        exported = through_a_zip(export_package())
        assert replace(exported, **HEAD) == replace(starter, **HEAD)


def test_a_course_brings_what_it_needs_and_nothing_else(app: Flask) -> None:
    with app.app_context():
        starter = read_package(CONTENT / "starter", known_parts())
        exported = through_a_zip(export_package("ky-nang-so-nguoi-dan"))
        assert [c.slug for c in exported.courses] == ["ky-nang-so-nguoi-dan"]
        assert [p.slug for p in exported.programmes] == ["nguoi-dan"]
        assert [q.slug for q in exported.quizzes] == ["kiem-tra-cuoi-nguoi-dan"]
        assert [f.slug for f in exported.frameworks] == [f.slug for f in starter.frameworks]
        inside = {a.slug for m in exported.courses[0].modules for a in m.activities}
        assert [x for x in exported.lessons if x.slug in inside] == [x for x in starter.lessons if x.slug in inside]
        assert list(exported.tasks) == [x for x in starter.tasks if x.slug in inside]
        assert {i.id for i in exported.items()} < {i.id for i in starter.items()}


def test_no_such_course(app: Flask) -> None:
    with app.app_context(), pytest.raises(NotFound):
        export_package("khong-co")


def test_the_command_writes_a_zip_and_a_folder(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        package = export_package("ky-nang-so-nguoi-dan")
        for target in (tmp_path / "goi.zip", tmp_path / "goi"):
            write_package(package, target, known_parts())
            assert read_package(target, known_parts()) == through_a_zip(package)

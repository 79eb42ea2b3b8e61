"""The example plugin in use: beside ours in one process, or installed into a folder of its own for `lms` itself."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import setuptools
from flask import Flask

from lms.app import create_app
from lms.config import Settings
from lms.contract import discovery
from lms.contract.points import Plugin
from lms.db.base import db
from lms.orgs.queries import nation_id
from lms.packages.importing import known_parts, take_in
from lms.packages.model import Package
from lms.packages.reading import read_files
from lms.testing.building import make_app, migrate
from lms.testing.pytest_plugin import missing

HERE = Path(__file__).parent
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0L9 9"/></svg>'
CONTENT = {
    "package.yaml": """\
format: hocvuso/1
slug: loa-xa
title: Nghe loa xã
version: "1"
language: vi
license: CC-BY-4.0
about: Một bài và một câu hỏi.
""",
    "frameworks/khung-loa.json": """\
{"schema": "competence-framework/1", "id": "khung-loa", "version": "0.1", "title_vi": "Khung nháp",
 "completeness": {"warning": "Không phải văn bản chính thức."}, "groups": [{"group": "citizens"}],
 "items": [{"group": "citizens", "domain_code": "LX.1", "domain_vi": "Loa xã",
            "skills": [{"code": "LX.1.1", "name_vi": "Nghe loa xã"}]}]}
""",
    "lessons/nghe-loa-xa/lesson.md": """\
---
slug: nghe-loa-xa
title: Nghe loa xã
promise: Học xong bài này, bác biết loa xã nói gì.
groups: [citizens]
skills: [LX.1.1]
minutes: 3
address: bác
checked: 2026-11-20
---

Loa xã nói mỗi sáng.

:::image loa.svg "Một cái loa"

:::broadcast tin-sang "Tin sáng"
Bà con chú ý: không đọc mã cho ai.
:::

:::remember
Nghe loa xã mỗi sáng.
:::

:::do
Nghe loa xã sáng nay.
:::

:::check so-cong-an
""",
    "lessons/nghe-loa-xa/guide.md": "## Mục đích\n\nHọc viên nghe loa.\n",
    "items/loa-xa.yaml": """\
- id: so-cong-an
  type: number
  pool: practice
  skills: [LX.1.1]
  stem: Gọi công an bằng số nào?
  answer: 113
  why: Đúng rồi.
  why_wrong: Số của công an là 113.
- id: so-cuu-hoa
  type: number
  pool: exam
  skills: [LX.1.1]
  stem: Có cháy, gọi số nào?
  answer: 114
  why: Đúng rồi.
  why_wrong: Số cứu hỏa là 114.
""",
    "quizzes/kiem-tra-loa.yaml": """\
slug: kiem-tra-loa
title: Kiểm tra
intro: Một câu.
pool: exam
draw:
  - {from: [LX.1], count: 1}
pass:
  correct: 1
""",
    "courses/loa-xa.yaml": """\
slug: loa-xa
title: Loa xã
summary: Một bài, một câu.
groups: [citizens]
framework: khung-loa
modules:
  - title: Nghe
    activities: [nghe-loa-xa, kiem-tra-loa]
""",
}


@pytest.fixture(scope="session")
def acme() -> Plugin:
    """The plugin itself, from its folder."""
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    plugin = importlib.import_module("acme.plugin").plugin
    assert isinstance(plugin, Plugin)
    return plugin


@pytest.fixture
def data(prepared_folder: Path, tmp_path: Path) -> Path:
    """A data folder with a prepared database that knows nothing of acme."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
    shutil.copytree(prepared_folder / "files", folder / "files")
    return folder


@pytest.fixture
def app_with(data: Path) -> Iterator[Callable[..., Flask]]:
    """`app_with(acme)`: the application with ours and these plugins, on the prepared database."""
    made: list[Flask] = []

    def make(*plugins: Plugin) -> Flask:
        settings = make_app(data, f"sqlite:///{data}/lms.sqlite").extensions["lms.settings"]
        assert isinstance(settings, Settings)
        app = create_app(settings, [*discovery.installed(), *plugins])
        app.testing = True
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(app_with: Callable[..., Flask], acme: Plugin) -> Flask:
    """The application with acme, migrated, and with a small package that uses it."""
    made = app_with(acme)
    migrate(made)
    with made.app_context():
        take_content()
        db.session.remove()
    return made


def content() -> Package:
    """The package, read with the readers of the plugins in use."""
    files = {name: text.encode() for name, text in CONTENT.items()} | {"lessons/nghe-loa-xa/loa.svg": SVG}
    return read_files(files, known_parts())


def take_content() -> dict[str, int]:
    """Imports the package as the nation's own; returns what was new."""
    nation = nation_id()
    assert nation is not None
    return take_in(content(), nation, None)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed acme as from anywhere: built from its source, no network."""
    if int(setuptools.__version__.split(".")[0]) < 71:
        missing("setuptools 71 or newer", "python -m pip install 'setuptools>=77'")
    source, target = tmp_path_factory.mktemp("source") / "acme", tmp_path_factory.mktemp("site")
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("__pycache__", "test_*", "conftest.py"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(target), str(source)], check=True, capture_output=True)
    return target


@pytest.fixture
def lms(data: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`lms("migrate", site=folder)`: the command line, with what is installed in `site` besides."""

    def run(*arguments: str, site: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lms.cli", *arguments],
            env=environment(data, site),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def environment(data: Path, site: Path | None, **more: str) -> dict[str, str]:
    """What `lms` is told by its environment."""
    root = str(HERE.parents[1])
    path = os.pathsep.join([root, *([str(site)] if site else [])])
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LMS_")}
    return {
        **kept,
        "LMS_DATABASE_URL": f"sqlite:///{data}/lms.sqlite",
        "LMS_DATA_DIR": str(data),
        "PYTHONPATH": path,
        **more,
    }

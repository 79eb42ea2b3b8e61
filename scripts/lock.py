"""Writes constraints.txt and constraints-test.txt: the exact versions that `make run` and `make test` install.

    python scripts/lock.py

What is asked for stands in setup.cfg (`install_requires`, and `test` under `extras_require`); pip's own resolver
chooses the newest versions that fit together. Wheels only, and only such as every supported Python can install on
Linux x86_64. Run it with the oldest supported Python (3.11): a newer one may leave out what the oldest needs.
"""

from __future__ import annotations

import configparser
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
BUILD = ["setuptools>=77"]  # makes the editable install; see pyproject.toml
HEAD = "# {what}\n# Written by scripts/lock.py from setup.cfg; do not edit.\n"


def pip(*arguments: str) -> None:
    """Runs pip; its own message and exit status end the script where it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, check=False)  # noqa: S603  pip, with what setup.cfg asks for
    if done.returncode:
        sys.exit(done.returncode)


def resolve(asked: list[str], pinned: dict[str, str]) -> list[dict[str, Any]]:
    """The closure of what is asked for, as pip's report tells it; `pinned` versions stay."""
    with tempfile.TemporaryDirectory() as folder:
        fixed, report = Path(folder) / "fixed.txt", Path(folder) / "report.json"
        fixed.write_text("".join(f"{name}=={version}\n" for name, version in pinned.items()))
        pip(
            "install", "--quiet", "--dry-run", "--ignore-installed", "--only-binary", ":all:",
            "--constraint", str(fixed), "--report", str(report), *asked,
        )  # fmt: skip
        found: list[dict[str, Any]] = json.loads(report.read_text())["install"]
    return found


def versions(found: list[dict[str, Any]]) -> dict[str, str]:
    """Name → version, sorted; pip itself is left to the machine."""
    rows = {canonicalize_name(i["metadata"]["name"]): str(i["metadata"]["version"]) for i in found}
    return {name: rows[name] for name in sorted(rows) if name != "pip"}


def missing_elsewhere(found: list[dict[str, Any]], have: dict[str, str]) -> list[str]:
    """What another supported Python would need besides, by the markers of what was found."""
    lines = []
    for item in found:
        extras = ("", *item.get("requested_extras", ()))
        for line in item["metadata"].get("requires_dist", ()):
            wanted = Requirement(line)
            for python in PYTHONS:
                environment = {
                    "python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux",
                    "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix",
                    "implementation_name": "cpython", "platform_python_implementation": "CPython",
                }  # fmt: skip
                applies = wanted.marker is None or any(
                    wanted.marker.evaluate({**environment, "extra": extra}) for extra in extras
                )
                if applies and canonicalize_name(wanted.name) not in {*have, "pip"}:
                    lines.append(f"{item['metadata']['name']} needs {wanted} on Python {python}")
    return lines


def has_wheels(file: Path, python: str) -> None:
    """Ends the script where a pinned version has no wheel for a Python on this kind of machine."""
    with tempfile.TemporaryDirectory() as folder:
        pip(
            "install", "--quiet", "--dry-run", "--no-deps", "--only-binary", ":all:", "--python-version", python,
            "--target", folder, "--requirement", str(file),
        )  # fmt: skip


def write(name: str, what: str, pins: dict[str, str]) -> Path:
    """Writes one file of pins."""
    path = ROOT / name
    path.write_text(HEAD.format(what=what) + "".join(f"{n}=={v}\n" for n, v in pins.items()))
    sys.stdout.write(f"{name}: {len(pins)} pins\n")
    return path


def main() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    runtime = config["options"]["install_requires"].split("\n")
    tools = config["options.extras_require"]["test"].split("\n")
    for_run = resolve([r for r in runtime if r] + BUILD, {})
    run_pins = versions(for_run)
    for_test = resolve([r for r in runtime + tools if r] + BUILD, run_pins)
    all_pins = versions(for_test)
    lacking = missing_elsewhere(for_run, run_pins) + missing_elsewhere(for_test, all_pins)
    if lacking:
        sys.exit("\n".join(sorted(set(lacking))))
    files = (
        write("constraints.txt", "What the product runs on.", run_pins),
        write(
            "constraints-test.txt",
            "What tests and checks need besides constraints.txt.",
            {n: v for n, v in all_pins.items() if n not in run_pins},
        ),
    )
    for python in PYTHONS:
        for file in files:
            has_wheels(file, python)
        sys.stdout.write(f"Python {python}: a wheel for every pin\n")


if __name__ == "__main__":
    main()

"""The command line: `lms start | serve | worker | migrate | demo | doctor | rebuild | stats | import | export | …`."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask

from lms import __version__
from lms.config import Settings, SettingsError
from lms.contract.points import PluginError
from lms.packages.problems import PackageInvalid, Problem
from lms.text import Text, _


def say(line: str = "") -> None:
    """Prints a line for people, at once."""
    click.echo(line)
    sys.stdout.flush()


def the_app(**overrides: Any) -> Flask:
    """The application; a wrong setting or plugin ends the command with one line."""
    from lms.app import configure_logging, create_app

    try:
        configure_logging()
        return create_app(Settings.load(**overrides))
    except (SettingsError, PluginError) as error:
        raise click.ClickException(str(error)) from error


def in_words(app: Flask, sentence: Text) -> str:
    """A sentence in the operator's language: Vietnamese, or English where LMS_LANG=en."""
    settings: Settings = app.extensions["lms.settings"]
    said = sentence.say(app.extensions["lms.renderer"].catalogue.translator(settings.lang))
    return said.replace("{ban}", "bạn").replace("{Ban}", "Bạn")


def problems_in_words(app: Flask, problems: Iterable[Problem]) -> list[str]:
    """What is wrong with a package, or could be better, each with its file and line."""
    return [f"{p.file}:{p.line}: {in_words(app, Text(p.template, dict(p.values)))}" for p in problems]


def with_app(command: Callable[..., None]) -> Callable[..., None]:
    """Runs a command inside the application."""

    @functools.wraps(command)
    def run(**values: Any) -> None:
        app = the_app()
        with app.app_context():
            command(app, **values)

    return run


@click.group()
@click.version_option(__version__, prog_name="lms")
def main() -> None:
    """Học vụ số: nền tảng học kỹ năng số."""


@main.command()
@with_app
def migrate(app: Flask) -> None:
    """Brings the database to this version."""
    from lms.db import migrating
    from lms.db.base import db

    moved = migrating.upgrade(db.engine, app.extensions["lms.registry"].packages())
    say(f"Migrated: {', '.join(moved)}" if moved else "The database is up to date.")


@main.command()
@click.option("--demo/--no-demo", default=True, help="Also make the demo people.")
def start(demo: bool) -> None:
    """Prepares everything and serves: what `make run` does. All data are kept."""
    from lms import starting
    from lms.db import migrating
    from lms.db.base import db
    from lms.db.unit_of_work import close_kept

    app = the_app()
    with app.app_context():
        if migrating.upgrade(db.engine, app.extensions["lms.registry"].packages()):
            say("✓ Cơ sở dữ liệu đã sẵn sàng")
        new = starting.load_units()
        if new:
            say(f"✓ {new:,} đơn vị hành chính".replace(",", "."))
        say("… đang đọc nội dung khởi đầu")
        try:
            counts = starting.load_content(starting.CONTENT / "starter", say)
        except PackageInvalid as error:
            raise click.ClickException("\n".join(problems_in_words(app, error.problems))) from error
        say(f"✓ Nội dung: {_counts(counts) if counts else 'không có gì mới'}")
        if demo and starting.make_demo_people():
            say("✓ Người dùng thử đã được tạo")
        there = starting.open_demo_accounts()
        close_kept()
        db.engine.dispose()
    settings: Settings = app.extensions["lms.settings"]
    say()
    say(f"  Học vụ số: http://{settings.host}:{settings.port}")
    for role, person in starting.demo_sign_ins().items():
        if demo and person["login"] in there:
            say(f"    {role:<14} {person['login']:<10} {person['password']}")
    say("  Dừng: Ctrl+C")
    say()
    _serve(app)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


@main.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port.")
@click.option("--safe", is_flag=True, help="First-party plugins only.")
def serve(host: str | None, port: int | None, safe: bool) -> None:
    """Serves the web pages, and keeps one worker running."""
    overrides: dict[str, Any] = {k: v for k, v in (("host", host), ("port", port)) if v is not None}
    if safe:
        overrides["plugins"] = os.environ["LMS_PLUGINS"] = "first-party"
    _serve(the_app(**overrides))


def _serve(app: Flask) -> None:
    from lms.serving import serve as serve_web

    try:
        serve_web(app)
    except OSError as error:
        raise click.ClickException(str(error)) from error


@main.command()
def worker() -> None:
    """Delivers what happened to those who wait for it: certificates, for one."""
    from lms.outbox.worker import Worker

    Worker(the_app()).run()


@main.command()
@click.argument("login")
@click.argument("role")
@click.argument("unit")
@click.option("--end", is_flag=True, help="End it instead.")
@with_app
def grant(_app: Flask, login: str, role: str, unit: str, end: bool) -> None:
    """Gives somebody (telephone or sign-in name) a role at a unit (its code, VN: the nation): the first administrator.

    Roles: instructor, reviewer, publisher, verifier, confirmer, mentor, manager, reporter, inspector, security,
    administrator.
    """
    from lms.db.unit_of_work import unit_of_work
    from lms.granting.giving import on_the_server

    with unit_of_work():
        done = on_the_server(login, role, unit, end=end)
    if done is None:
        raise click.ClickException("There is no such account, role or unit, or no such grant to end.")
    say(f"{'Ended' if end else 'Given'}: {done}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, by role.")
@click.option("--make", is_flag=True, help="Make the demo people where they are not here yet.")
@click.option("--remove", is_flag=True, help="Close the demo accounts and end their sessions: on a public server.")
@with_app
def demo(app: Flask, as_json: bool, make: bool, remove: bool) -> None:
    """Prints the demo sign-ins by role."""
    from lms import starting

    if make and remove:
        raise click.UsageError("Either --make or --remove.")
    if remove:
        say(f"Closed: {starting.close_demo_people()} demo accounts.")
        return
    if make:
        starting.make_demo_people()
    people = starting.demo_sign_ins()
    if as_json:
        say(json.dumps(people, ensure_ascii=False))
        return
    for role, person in people.items():
        say(f"{role:<14} {person['login']:<10} {person['password']:<22} {person['name']}")


@main.command(name="let-in")
@click.argument("login")
@with_app
def let_in(_app: Flask, login: str) -> None:
    """Prints a PIN for one sign-in and turns the second factor off: for whoever is locked out and has nobody to ask."""
    from lms.errors import NotFound
    from lms.proving import pins

    try:
        pin = pins.let_in(login)
    except NotFound:
        raise click.ClickException(f"Nobody signs in as {login!r}.") from None
    say(f"{login}: {pin} (good once, for {pins.DAYS} days)")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_app
def stats(app: Flask, as_json: bool) -> None:
    """Counts what is here: programmes with their coverage, people, enrollments, evidence, certificates."""
    from lms.stats import stats as counted

    found = counted()
    if as_json:
        say(json.dumps(found, ensure_ascii=False))
        return
    for row in found["programmes"]:
        say(
            f"{row['group']:<10} {row['domains_taught']}/{row['domains']} domains,"
            f" {row['skills_taught']}/{row['skills']} skills, {row['lessons']} lessons, {row['items']} items,"
            f" {row['minutes']} minutes"
        )
    for name in ("people", "enrollments", "evidence", "certificates"):
        say(f"{name:<14} {found[name]}")


@main.command()
@click.option("--clear", is_flag=True, help="Remove now what may be removed; the worker does so once a day.")
@with_app
def media(app: Flask, clear: bool) -> None:
    """Counts the files of the store: what is kept, what nothing names any more, what of that may be removed now."""
    from lms.media import clearing

    if clear:
        clearing.clear(even_most=True)
    found = clearing.usage()
    for title, files, size in (
        ("kept", found.files - found.unnamed_files, found.bytes - found.unnamed_bytes),
        ("named by nothing", found.unnamed_files, found.unnamed_bytes),
        ("may be removed", found.removable_files, found.removable_bytes),
    ):
        say(f"{title:<16} {files:>9} files {size / 1e6:>12.1f} MB")


@main.command()
@with_app
def doctor(app: Flask) -> None:
    """Says what is configured, reachable, migrated, and what is wrong. Exit status 1 when something must be done."""
    from lms.doctor import examine

    findings = examine(app)
    for finding in findings:
        say(f"{'✓' if finding.ok else '✗' if finding.must else '!'} {finding.text}")
        if finding.advice:
            say(f"    → {finding.advice}")
    if any(f.must and not f.ok for f in findings):
        sys.exit(1)


@main.command()
@click.option("--check", is_flag=True, help="Only compare; exit status 1 where something differs.")
@with_app
def rebuild(app: Flask, check: bool) -> None:
    """Recreates what is projected from the ledger: completions and roll-ups. Nothing earned is ever lost by it."""
    from lms.rebuilding import differences
    from lms.rebuilding import rebuild as rebuild_all

    found = differences()
    for line in found:
        say(line)
    if check:
        say("Every projection equals the ledger." if not found else f"{len(found)} differences.")
        sys.exit(1 if found else 0)
    rebuild_all()
    say("Rebuilt." if found else "Nothing had to be changed.")


@main.command()
@click.argument("target", required=False, type=click.Path(dir_okay=False, path_type=Path))
@with_app
def openapi(app: Flask, target: Path | None) -> None:
    """Writes the OpenAPI document of the REST API to a file (docs/openapi.json), or to standard output."""
    from lms.rest.openapi import encoded
    from lms.rest.operations import OPERATIONS

    document = encoded(OPERATIONS)
    if target is None:
        say(document.decode().rstrip())
        return
    target.write_bytes(document)
    say(f"Written: {target}")


@main.command(name="import")
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Only look for problems; import nothing.")
@click.option("--advice", is_flag=True, help="With --check: say too what would make lessons and questions better.")
@click.option("--strict", is_flag=True, help="With --advice: exit status 1 where there is any.")
@with_app
def import_package(app: Flask, package: Path, check: bool, advice: bool, strict: bool) -> None:
    """Imports a content package (folder or zip), all or nothing. Problems are named by file and line."""
    from lms import starting
    from lms.errors import DomainError

    if (advice and not check) or (strict and not advice):
        raise click.UsageError("--advice goes with --check, and --strict with --advice.")
    try:
        if check:
            _check_package(app, package, advice, strict)
            return
        counts = starting.load_content(package, say)
    except PackageInvalid as error:
        for line in problems_in_words(app, error.problems):
            say(line)
        count = _("{n} problems; nothing was imported.", n=len(error.problems))
        raise click.ClickException(in_words(app, count)) from error
    except DomainError as error:
        raise click.ClickException(in_words(app, error.text)) from error
    say(f"Imported: {_counts(counts) if counts else 'nothing new'}")


def _check_package(app: Flask, folder: Path, advice: bool, strict: bool) -> None:
    from lms.packages import check
    from lms.packages.importing import known_parts
    from lms.packages.reading import read_package

    parts = known_parts()
    package = read_package(folder, parts)
    better = check.advice(package, parts) if advice else []
    for line in problems_in_words(app, better):
        say(line)
    say(f"{package.slug} {package.version}: {check.counts(package)}")
    say(in_words(app, _("No problem found; nothing was imported")))
    if better and strict:
        raise click.ClickException(in_words(app, _("Pieces of advice: {n}", n=len(better))))


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--course", help="Only this course (its slug) and what it needs.")
@with_app
def export(app: Flask, target: Path, course: str | None) -> None:
    """Exports what is published as a content package: a folder, or a zip where the name ends in .zip."""
    from lms.errors import DomainError
    from lms.packages.exporting import export_package
    from lms.packages.importing import known_parts
    from lms.packages.writing import write_package

    try:
        package = export_package(course)
    except DomainError as error:
        raise click.ClickException(in_words(app, error.text)) from error
    write_package(package, target, known_parts())
    say(f"Exported: {len(package.lessons)} lessons, {sum(1 for _ in package.items())} items → {target}")


@main.group()
def audit() -> None:
    """The journal of acts."""


@audit.command(name="verify")
@with_app
def verify_audit(_app: Flask) -> None:
    """Walks the chain of seals: a changed, removed or inserted entry ends with exit status 1 and its number."""
    from lms.audit import check

    found = check()
    if found.broken is not None:
        raise click.ClickException(
            f"Entry {found.broken} of the journal does not follow from the one before: it was changed, or entries were"
            f" removed or inserted there. The {found.entries} before it are whole. Compare with a backup."
        )
    if found.missing is not None:
        raise click.ClickException(
            f"Entry {found.missing}, noted earlier in audit-heads.txt, is gone: entries were cut off the end."
            f" Compare with a backup."
        )
    say(f"The journal is whole: {found.entries} entries, each sealed by the one before.")


@main.group()
def units() -> None:
    """The tree of units."""


@units.command(name="import")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only look for problems; take nothing in.")
@click.option("--from", "day", type=click.DateTime(["%Y-%m-%d"]), help="From which day they are there (today).")
@with_app
def import_units(app: Flask, table: Path, check: bool, day: datetime | None) -> None:
    """Takes in a table of units (code,kind,name,parent,source,managed_by), all or nothing; names problems by line."""
    from lms import clock
    from lms.db.unit_of_work import unit_of_work
    from lms.orgs import units as tables

    try:
        rows = tables.read(table.read_text(encoding="utf-8-sig"), tables.known_units())
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{table}: not UTF-8") from error
    except tables.TableInvalid as error:
        for problem in error.problems:
            say(in_words(app, problem))
        count = _("{n} problems; nothing was imported.", n=len(error.problems))
        raise click.ClickException(in_words(app, count)) from error
    if check:
        say(in_words(app, _("No problem found; nothing was imported")))
        return
    with unit_of_work():
        new = tables.load(rows, day.date() if day else clock.today())
    say(f"Imported: {new} units")


if __name__ == "__main__":
    main()

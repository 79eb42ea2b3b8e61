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


class _Program:
    """What this command line does for the commands of plugins."""

    def app(self, **settings: Any) -> Flask:
        from lms.db import migrating
        from lms.db.base import db
        from lms.db.unit_of_work import close_kept

        app = the_app(**settings)
        with app.app_context():
            migrating.upgrade(db.engine, app.extensions["lms.registry"].packages())
            close_kept()
        return app

    def serve(self, app: Flask) -> None:
        from lms.db.base import db
        from lms.db.unit_of_work import close_kept

        with app.app_context():  # no connection may be open in a process that forks
            close_kept()
            db.engine.dispose()
        _serve(app)

    def say(self, app: Flask, sentence: Text | str) -> None:
        say(sentence if isinstance(sentence, str) else in_words(app, sentence))

    def refusal(self, app: Flask, sentence: Text) -> Exception:
        return click.ClickException(in_words(app, sentence))


class _WithPlugins(click.Group):
    """Our commands, and those of the plugins that are installed; these are looked for only where ours are not meant."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or (
            made(_Program()) if (made := _of_plugins().get(cmd_name)) is not None else None
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_of_plugins()})


def _of_plugins() -> dict[str, Callable[[_Program], click.Command]]:
    from lms.contract.commands import COMMANDS
    from lms.contract.discovery import installed

    try:
        plugins = installed(os.environ.get("LMS_PLUGINS") == "first-party")
    except PluginError as error:
        raise click.ClickException(str(error)) from error
    provided = [entry for plugin in plugins for entry in plugin.provides if entry.point is COMMANDS]
    return {command.name: command.make for entry in provided for command in entry.entries}


@click.group(cls=_WithPlugins)
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
        if demo:
            starting.show_demonstrations()
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
    app = the_app(**overrides)
    _refuse_old_tables(app)
    _serve(app)


def _refuse_old_tables(app: Flask) -> None:
    """Page after page would fail on tables that are behind the program. A database that is away may yet come."""
    from sqlalchemy.exc import OperationalError

    from lms.db import migrating
    from lms.db.base import db

    with app.app_context():
        try:
            with db.engine.connect() as database:
                behind = migrating.pending(database, app.extensions["lms.registry"].packages())
        except OperationalError:
            return
        finally:
            db.engine.dispose()  # no connection may be open in a process that forks
    if behind:
        raise click.ClickException(
            in_words(
                app,
                _(
                    "The database is not of this version ({packages}). Make a copy of it, then run: lms migrate",
                    packages=", ".join(behind),
                ),
            )
        )


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

    app = the_app()
    _refuse_old_tables(app)
    Worker(app).run()


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
        starting.show_demonstrations()
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
def transparency() -> None:
    """The transparency log: what was issued and changed, so that nobody can rewrite it unseen."""


@transparency.command(name="verify")
@click.option(
    "--noted",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint, a proof or a witness's file that was kept elsewhere: the log must have been so.",
)
@with_app
def verify_log(app: Flask, noted: tuple[Path, ...]) -> None:
    """Makes every hash of the log again and compares: exit status 1 where anything was changed, removed or left out."""
    from lms.transparency import checking
    from lms.transparency.notes import BadNote

    outside = []
    for path in noted:
        try:
            outside.append(checking.noted(path.read_text()))
        except (BadNote, UnicodeDecodeError) as error:
            raise click.ClickException(f"{path}: {error}") from error
    found = checking.check(outside, lambda done: say(f"… {done:,}".replace(",", ".")))
    for problem in found.problems:
        say(f"✗ {in_words(app, problem)}")
    if found.more:
        say(in_words(app, _("… and {n} more.", n=found.more)))
    if not found.whole:
        raise click.ClickException(in_words(app, _("The log is not what it was. Compare with a backup.")))
    say(
        in_words(
            app,
            _(
                "The log is whole: {entries} entries, {checkpoints} signed states, {cosignatures} signatures of"
                " witnesses, {claims} facts compared; {waiting} wait for their place.",
                entries=found.entries, checkpoints=found.checkpoints, cosignatures=found.cosignatures,
                claims=found.claims, waiting=found.waiting,
            ),
        )
    )  # fmt: skip


@transparency.command(name="key")
@with_app
def log_key(app: Flask) -> None:
    """Prints the key by which the log's signatures are checked: hand it to witnesses."""
    from lms.transparency.queries import log_keys

    found = log_keys()
    if not found:
        raise click.ClickException(in_words(app, _("The log has no entry yet, so it has no key.")))
    for key in found:
        say(str(key))


@transparency.command()
@click.option("--log", "address", required=True, help="The log's address, e.g. https://hocvuso.example.vn/log.")
@click.option("--key", required=True, help="The log's key: what `lms transparency key` prints there.")
@click.option("--name", required=True, help="What you are called, e.g. baolaocai.example.vn. Never change it.")
@click.option("--memory", required=True, type=click.Path(dir_okay=False, path_type=Path), help="What was seen last.")
@click.option("--secret", type=click.Path(dir_okay=False, path_type=Path), help="Your own key (beside the memory).")
@click.option("--send", is_flag=True, help="Hand your signature to the log, where it names you as a witness.")
def witness(address: str, key: str, name: str, memory: Path, secret: Path | None, send: bool) -> None:
    """Looks whether a log, here or anywhere, only grew since last time; for cron. Needs no database.

    Exit status 3 where its past was changed: keep the memory, it is the proof.
    """
    from lms.transparency import witnessing
    from lms.transparency.notes import BadNote, Verifier, is_name

    if not is_name(name):
        raise click.UsageError("--name is a word without blanks and without plus.")
    try:
        own = witnessing.key_of(secret or memory.with_suffix(".secret"))
        fetch = witnessing.fetch_from(address)
        seen = witnessing.watch(fetch, Verifier.read(key), memory, name, own)
        if send:
            witnessing.hand_in(address, seen)
    except witnessing.Rewritten as error:
        say(f"REWRITTEN: {error}. Keep {memory}: it proves what the log was.")
        sys.exit(3)
    except (witnessing.Unreachable, BadNote) as error:
        raise click.ClickException(str(error)) from error
    say(f"{seen.checkpoint.size} entries ({seen.grown} new). Your key: {witnessing.verifier_of(name, own)}")


@transparency.command(name="add-witness")
@click.argument("key")
@with_app
def add_witness(app: Flask, key: str) -> None:
    """Names a witness by the key that they print: their signatures are then shown and go into proofs."""
    from lms.db.unit_of_work import unit_of_work
    from lms.errors import DomainError
    from lms.transparency import cosigning

    try:
        with unit_of_work():
            name = cosigning.add_witness(key, None)
    except DomainError as error:
        raise click.ClickException(in_words(app, error.text)) from error
    say(f"Witness: {name}")


@transparency.command(name="end-witness")
@click.argument("name")
@with_app
def end_witness(_app: Flask, name: str) -> None:
    """Takes no more signatures of a witness; those that are there stay."""
    from lms.db.unit_of_work import unit_of_work
    from lms.transparency import cosigning

    with unit_of_work():
        cosigning.end_witness(name, None)
    say(f"Ended: {name}")


@main.group()
def keys() -> None:
    """The keys with which this installation signs."""


@keys.command(name="list")
@with_app
def list_keys(_app: Flask) -> None:
    """Every key by purpose, the newest last."""
    from lms.keyring import keeping

    for key in keeping.everything():
        state = "revoked" if key.revoked_at else "retired" if key.retired_at else "in use"
        since = clock_day(key.valid_from)
        say(f"{key.purpose:<12} {key.algorithm:<8} {key.kid}  {state:<8} since {since}")


@keys.command(name="replace")
@click.argument("purpose")
@click.option("--revoke", is_flag=True, help="The key became known to others: nothing that it signed is good any more.")
@with_app
def replace_keys(app: Flask, purpose: str, revoke: bool) -> None:
    """Takes another key into use. What the one before signed stays good, unless it is revoked."""
    from lms.db.unit_of_work import unit_of_work
    from lms.errors import DomainError
    from lms.transparency.keys import replace_key

    try:
        with unit_of_work():
            made = replace_key(purpose, None, revoke=revoke)
    except DomainError as error:
        raise click.ClickException(in_words(app, error.text)) from error
    say(f"{purpose}: {made.kid}")


def clock_day(moment: int) -> str:
    """A moment's day, as it is here."""
    from lms import clock

    return clock.local(clock.from_seconds(moment)).date().isoformat()


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

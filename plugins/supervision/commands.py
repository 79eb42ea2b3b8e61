"""`lms station …`: a laptop that holds sessions without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import Flask

from lms.api.plugins import Command, Program
from lms.api.work import DomainError, _, unit_of_work
from plugins.supervision.services import station
from plugins.supervision.services.serving import ONLY

FOLDER = click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("tram"), help="What the station keeps."
)


def _settings(folder: Path, **more: Any) -> dict[str, Any]:
    """A station is this program with a database, files and a secret of its own, and a clock that cannot be set."""
    here = folder.absolute()
    return {
        "database_url": f"sqlite:///{here}/tram.sqlite",
        "data_dir": here,
        "only": ONLY,
        "steady_clock": str(here / "clock.json"),
        "secret_key": "",
        "base_url": "",
        "secure_cookies": False,
        **{name: value for name, value in more.items() if value is not None},
    }


def make(program: Program) -> click.Command:
    """The group of commands."""

    def words_of(app: Flask, error: DomainError) -> Exception:
        return program.refusal(app, error.text) if error.text is not None else error

    @click.group()
    def group() -> None:
        """Holds supervised sessions on a laptop, without the Internet: docs/station.md."""

    @group.command(name="open")
    @click.argument("papers", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
    @FOLDER
    @click.option("--host", default="127.0.0.1", help="The address in the room's network, e.g. 192.168.1.10.")
    @click.option("--port", type=int, default=8000, help="The port.")
    @click.option("--server-key", default="", help="The only key whose papers are taken.")
    def open_station(papers: Path | None, folder: Path, host: str, port: int, server_key: str) -> None:
        """Takes a file with papers in, if one is named, and serves the pages of the session."""
        app = program.app(**_settings(folder, host=host, port=port))
        with app.app_context():
            if papers is not None:
                try:
                    with unit_of_work():
                        uuid = station.bring(papers.read_bytes(), server_key.replace(" ", ""))
                except DomainError as error:
                    raise words_of(app, error) from error
                one = station.brought_one(uuid)
                program.say(app, _("✓ {title}: {n} seats, sealed", title=one.facts["title"], n=one.facts["seats"]))
        program.say(app, _("  Open this in a browser: {url}", url=f"http://{host}:{port}/tram"))
        program.say(app, _("  Stop: Ctrl+C. Everything that was answered is kept."))
        program.serve(app)

    @group.command(name="answers")
    @click.argument("target", type=click.Path(file_okay=False, exists=True, path_type=Path))
    @FOLDER
    def answers(target: Path, folder: Path) -> None:
        """Writes the answers of every session that was opened into a folder, e.g. a USB stick."""
        app = program.app(**_settings(folder))
        with app.app_context():
            for one in station.brought():
                if one.session_id is None:
                    continue
                file = target / f"{one.facts['session']}.hvs-bai"
                half = file.with_suffix(".half")
                try:
                    half.write_bytes(station.hand_over(one))
                except DomainError as error:
                    raise words_of(app, error) from error
                half.replace(file)
                program.say(app, str(file))

    return group


command = Command("station", make)

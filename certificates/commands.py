"""`lms papers …`: what is done with papers outside of the pages."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from certificates import queries
from certificates.models import VALID
from certificates.services import bundling
from lms.api.plugins import Command, Program
from lms.api.work import DomainError, _

MOST_NAMED = 50  # lines of what is wrong; of the others only how many there are


def make(program: Program) -> click.Command:
    """The group of commands."""

    @click.group()
    def group() -> None:
        """Looks at papers: docs/papers.md."""

    @group.command(name="check-zip")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def check_zip(file: Path) -> None:
        """Says whether a package of papers is as this system made it, and which papers are no longer valid."""
        app = program.app()
        with app.app_context():
            try:
                found = bundling.check_zip(file)
            except DomainError as error:
                if error.text is None:
                    raise
                raise program.refusal(app, error.text) from None
            said = found.manifest
            program.say(
                app, _("{title}, part {part} of {parts}", **{k: said.get(k) for k in ("title", "part", "parts")})
            )
            for text in (*found.wrong[:MOST_NAMED], *found.doubtful):
                program.say(app, text)
            if len(found.wrong) > MOST_NAMED:
                program.say(app, _("and {n} more", n=len(found.wrong) - MOST_NAMED))
            if found.wrong:
                program.say(app, _("This package is not as it was made. Do not rely on it."))
                sys.exit(1)
            states = queries.states_of(found.numbers)
            for number in found.numbers:
                if number not in states:
                    program.say(app, _("{number}: no paper has this number here.", number=number))
                elif states[number] != VALID:
                    program.say(app, _("{number}: no longer valid today.", number=number))
            program.say(
                app, _("This package is as it was made: {n} papers, signature and sums fit.", n=len(found.numbers))
            )

    return group


command = Command("papers", make)

"""`lms radio`: what the loudspeaker would say."""

from __future__ import annotations

import click

from lms.api.plugins import Command, Program
from lms.api.work import _


def make(program: Program) -> click.Command:
    """The command."""

    @click.command()
    @click.option("--place", default="", help="Where it hangs.")
    def radio(place: str) -> None:
        """Says that the commune's loudspeaker is here."""
        app = program.app()
        if not place:
            raise program.refusal(app, _("Please say where the loudspeaker hangs."))
        program.say(app, _("The loudspeaker of {place} is here.", place=place))

    return radio


command = Command("radio", make)

"""A way to draw papers that a plugin brings: issuers may choose it, papers are drawn with it."""

from __future__ import annotations

import subprocess
import sys

from flask import Flask

from certificates.designs.paper import Paper
from certificates.lawful import Wish
from certificates.services import looks
from certificates.services.drawing import drawn


def test_issuers_may_choose_it_and_papers_are_drawn_with_it(app: Flask) -> None:
    with app.app_context():
        assert "loudspeaker/1" in [design.key for design in looks.offered("course")]
        assert "loudspeaker/1" not in [design.key for design in looks.offered("attainment")]
        wish = Wish("loudspeaker/1", ("ỦY BAN NHÂN DÂN XÃ BẮC HÀ",), accent="tea")
        looks.check(wish, "course")
        paper, name, version = looks.dressed(looks.sample("course"), wish, 1)
        assert isinstance(paper, Paper)
        assert (name, version) == ("loudspeaker", 1)
        assert drawn(paper, name, version) == drawn(paper, name, version)
        assert looks.preview(wish, "course").startswith(b"%PDF-1.4")


def test_reportlab_is_not_loaded_before_something_is_drawn() -> None:
    """25 MB of each web worker."""
    code = "import sys, certificates.plugin, acme.plugin; sys.exit('reportlab' in sys.modules)"
    environment = {"PYTHONPATH": "tests/acme:."}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)

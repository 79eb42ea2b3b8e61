"""How certificates look on paper and as a picture. Pure: a frozen description in, the same bytes out, for ever."""

from importlib import import_module

from certificates.designs.paper import PaperDesign

#: Every published (name, version) and the module that draws it: an old one stays for ever, for the papers issued with
#: it. A module is loaded when a paper of its design is drawn: ReportLab costs 25 MB, and most web workers never draw.
DESIGNS = {("state", 1): "certificates.designs.state"}
CURRENT = ("state", 1)


def design(name: str, version: int) -> PaperDesign:
    """The design of a published (name, version). KeyError for one that never was."""
    found: PaperDesign = import_module(DESIGNS[(name, version)]).DESIGN
    return found

"""How certificates look on paper and as a picture. Pure: a frozen description in, the same bytes out, for ever."""

from certificates.designs.paper import PaperDesign
from certificates.designs.state import DESIGN

#: Every published (name, version): an old one stays for ever, for the papers that were issued with it.
DESIGNS: dict[tuple[str, int], PaperDesign] = {(DESIGN.name, DESIGN.version): DESIGN}

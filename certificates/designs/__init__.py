"""How certificates look on paper and as a picture. Pure: a frozen description in, the same bytes out, for ever."""

from typing import Final

from msgspec import Struct

from certificates.designs.paper import PaperKind
from lms.api.texts import Text, _


class Accent(Struct, frozen=True):
    """A colour that an issuer may choose for a kind of paper. On white its contrast is 4.5 or more (tests hold it)."""

    kind: PaperKind
    label: Text
    rgb: tuple[float, float, float]


#: No colour belongs to two kinds: papers of different kinds never look the same.
ACCENTS: Final[dict[str, Accent]] = {
    "lacquer": Accent("attainment", _("Lacquer red"), (0.651, 0.149, 0.11)),
    "plum": Accent("attainment", _("Plum"), (0.42, 0.13, 0.31)),
    "bronze": Accent("attainment", _("Bronze brown"), (0.43, 0.26, 0.08)),
    "rice": Accent("course", _("Rice green"), (0.047, 0.302, 0.212)),
    "tea": Accent("course", _("Tea green"), (0.2, 0.36, 0.1)),
    "lagoon": Accent("course", _("Lagoon"), (0.03, 0.35, 0.39)),
    "indigo": Accent("contest", _("Indigo"), (0.11, 0.2, 0.45)),
    "sea": Accent("contest", _("Sea blue"), (0.02, 0.34, 0.56)),
    "violet": Accent("contest", _("Violet"), (0.33, 0.18, 0.5)),
}
DEFAULT_ACCENT: Final[dict[PaperKind, str]] = {"attainment": "lacquer", "course": "rice", "contest": "indigo"}

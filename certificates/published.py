"""The designs of this product. One that papers were issued with stays for ever."""

from certificates.designs.paper import PaperKind
from certificates.points import Design
from lms.api.work import _

_ALL: tuple[PaperKind, ...] = ("attainment", "course", "contest")
_PLACE = "certificates.designs.landscape:"

PUBLISHED = (
    Design(
        "state", 1, ("attainment", "course"), _("Frame with key pattern, first version"),
        "certificates.designs.state:DESIGN", offered=False,
    ),
    Design("state", 2, ("attainment",), _("Frame with key pattern"), f"{_PLACE}STATE"),
    Design("course", 1, ("course",), _("Hems of brocade"), f"{_PLACE}COURSE"),
    Design("contest", 1, ("contest",), _("Laurels"), f"{_PLACE}CONTEST"),
    Design("party", 1, _ALL, _("Layout of Party bodies"), f"{_PLACE}PARTY_1", party=True),
    Design("card", 1, _ALL, _("Card for the phone"), "certificates.designs.card:DESIGN", offered=False),
)  # fmt: skip

"""Kinds of units: the words before their names, the level each word means, and what may stand below what."""

from __future__ import annotations

from lms.text import Text, _
from lms.vietnamese import fold

NATION, PROVINCE, COMMUNE, VILLAGE = "nation", "province", "commune", "village"
AGENCY, SCHOOL, ENTERPRISE, COOPERATIVE, ASSOCIATION, LEARNING_CENTER = (
    "agency", "school", "enterprise", "cooperative", "association", "learning_center",
)  # fmt: skip
SIDES = (AGENCY, SCHOOL, ENTERPRISE, COOPERATIVE, ASSOCIATION, LEARNING_CENTER)
LEVELS: dict[str, Text] = {
    NATION: _("Nation"),
    PROVINCE: _("Province"),
    COMMUNE: _("Commune"),
    VILLAGE: _("Village or neighborhood"),
    AGENCY: _("Public agency"),
    SCHOOL: _("School"),
    ENTERPRISE: _("Enterprise"),
    COOPERATIVE: _("Cooperative"),
    ASSOCIATION: _("Association"),
    LEARNING_CENTER: _("Community learning center"),
}
# The words of each level; the first is the usual one. Villages: Circular 04/2012/TT-BNV and what regions call theirs.
KINDS: dict[str, tuple[str, ...]] = {
    PROVINCE: ("tỉnh", "thành phố"),
    COMMUNE: ("xã", "phường", "đặc khu"),
    VILLAGE: (
        "thôn", "xóm", "ấp", "bản", "buôn", "bon", "làng", "plei", "phum", "sóc", "khu phố", "tổ dân phố", "khóm",
        "khu", "tiểu khu",
    ),
    AGENCY: ("cơ quan", "sở", "ban", "phòng", "ủy ban nhân dân", "trung tâm", "công an", "bệnh viện", "trạm y tế"),
    SCHOOL: (
        "trường", "trường tiểu học", "trường trung học cơ sở", "trường trung học phổ thông", "trường mầm non",
        "trường cao đẳng", "trường đại học",
    ),
    ENTERPRISE: ("doanh nghiệp", "công ty"),
    COOPERATIVE: ("hợp tác xã", "tổ hợp tác"),
    ASSOCIATION: ("hội", "đoàn", "liên đoàn", "câu lạc bộ"),
    LEARNING_CENTER: ("trung tâm học tập cộng đồng",),
}  # fmt: skip
_LEVEL_OF = {kind: level for level, kinds in KINDS.items() for kind in kinds}
_BELOW: dict[str, frozenset[str]] = {  # what may be the parent of a level
    NATION: frozenset(),
    PROVINCE: frozenset({NATION}),
    COMMUNE: frozenset({PROVINCE}),
    VILLAGE: frozenset({COMMUNE}),
    **{side: frozenset({NATION, PROVINCE, COMMUNE, VILLAGE, *SIDES}) for side in SIDES},
}
# How people shorten the words when they search. Without marks and spaces.
SHORT = {
    "tp": "thành phố", "thanh pho": "thành phố", "t": "tỉnh", "p": "phường", "x": "xã", "dk": "đặc khu",
    "kp": "khu phố", "tdp": "tổ dân phố", "to": "tổ dân phố", "htx": "hợp tác xã", "cty": "công ty",
    "thcs": "trường trung học cơ sở", "thpt": "trường trung học phổ thông", "ubnd": "ủy ban nhân dân",
    "tthtcd": "trung tâm học tập cộng đồng",
}  # fmt: skip
WORDS: dict[tuple[str, ...], str] = {tuple(fold(kind).split()): kind for kind in _LEVEL_OF} | {
    tuple(short.split()): kind for short, kind in SHORT.items()
}  # typed words → kind


def level_of(kind: str) -> str | None:
    """The level that a kind means; None for a word that is none of ours."""
    return _LEVEL_OF.get(kind.lower())


def may_lie_below(level: str, parent_level: str) -> bool:
    """Whether units of a level may stand right below one of another."""
    return parent_level in _BELOW[level]


def kinds_below(parent_level: str) -> list[str]:
    """The kinds of units that may be founded right below one of a level."""
    return [kind for level, kinds in KINDS.items() if may_lie_below(level, parent_level) for kind in kinds]


def alike(level: str, other: str) -> bool:
    """Whether units of two levels may be merged into one another."""
    return level == other or (level in SIDES and other in SIDES)

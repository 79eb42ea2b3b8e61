"""What people volunteer about themselves: encrypted at rest, never shown of one person, counted only in many."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from sqlalchemy import delete, insert, select

from lms import clock
from lms.config import current
from lms.db.unit_of_work import connection
from lms.errors import NotFound
from lms.identity.models import Account
from lms.orgs.scope import people_below
from lms.privacy import consenting
from lms.privacy.models import Sensitive
from lms.privacy.purposes import SENSITIVE
from lms.text import Text, _

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

S, A = Sensitive.__table__, Account.__table__
SMALLEST = 5  # a count below it is not shown, and neither is the one from which it could be reckoned
ATTRIBUTES: dict[str, tuple[Text, dict[str, Text]]] = {
    "ethnicity": (
        _("Ethnic group"),
        {
            name: Text(name)
            for name in (
                "Kinh", "Tày", "Thái", "Mường", "Khmer", "Mông", "Nùng", "Dao", "Hoa", "Gia Rai", "Ê Đê", "Ba Na",
                "Xơ Đăng", "Sán Chay", "Cơ Ho", "Chăm", "Sán Dìu", "Hrê", "Mnông", "Ra Glai", "Xtiêng",
                "Bru - Vân Kiều",
                "Thổ", "Giáy", "Cơ Tu", "Gié - Triêng", "Mạ", "Khơ Mú", "Co", "Tà Ôi", "Chơ Ro", "Kháng", "Xinh Mun",
                "Hà Nhì", "Chu Ru", "Lào", "La Chí", "La Ha", "Phù Lá", "La Hủ", "Lự", "Lô Lô", "Chứt", "Mảng",
                "Pà Thẻn", "Cờ Lao", "Cống", "Bố Y", "Si La", "Pu Péo", "Brâu", "Ơ Đu", "Rơ Măm", "Ngái",
            )
        },
    ),
    "disability": (
        _("Disability"),
        {
            "none": _("None"),
            "sight": _("Seeing"),
            "hearing": _("Hearing"),
            "movement": _("Moving"),
            "other": _("Another one"),
        },
    ),
    "household": (
        _("Household"),
        {"poor": _("Poor household"), "near-poor": _("Near-poor household"), "other": _("Neither")},
    ),
}  # fmt: skip


class Cell(Struct, frozen=True):
    """One count; None where it would tell too much."""

    label: Text
    count: int | None


def _box() -> Fernet:
    from cryptography.fernet import Fernet  # 4 MB that few pages need

    key = current().key_for(b"sensitive")
    return Fernet(base64.urlsafe_b64encode(key))


def volunteer(account_id: int, attribute: str, value: str) -> None:
    """Keeps what a person tells, encrypted, with their yes to it; an empty value takes it back."""
    if attribute not in ATTRIBUTES or (value and value not in ATTRIBUTES[attribute][1]):
        raise NotFound
    connection().execute(delete(S).where(S.c.account_id == account_id, S.c.attribute == attribute))
    if not value:
        return
    consenting.give(account_id, SENSITIVE.key)
    connection().execute(
        insert(S).values(
            account_id=account_id,
            attribute=attribute,
            value=_box().encrypt(value.encode()),
            given_at=clock.seconds(),
        )
    )


def told_by(account_id: int) -> dict[str, str]:
    """What a person has told, for themselves alone. A value of another installation's key is left out."""
    rows = connection().execute(select(S.c.attribute, S.c.value).where(S.c.account_id == account_id)).all()
    return {row.attribute: value for row in rows if (value := _opened(bytes(row.value)))}


def _opened(sealed: bytes) -> str:
    from cryptography.fernet import InvalidToken

    try:
        return _box().decrypt(sealed).decode()
    except InvalidToken:
        return ""


def counts(attribute: str, units: Iterable[int]) -> list[Cell]:
    """How many people of these units told what. Small cells are suppressed, and one more so that none can be reckoned.

    Whoever asks must be allowed to see reports there; this looks at no names.
    """
    rows = connection().execute(
        select(S.c.value)
        .join(A, A.c.id == S.c.account_id)
        .where(S.c.attribute == attribute, A.c.closed_at.is_(None), people_below(A.c.id, units))
    )
    found = Counter(value for row in rows if (value := _opened(bytes(row.value))))
    labels = ATTRIBUTES[attribute][1]
    return [Cell(labels[value], count) for value, count in suppressed(found).items() if value in labels]


def suppressed(found: Counter[str]) -> dict[str, int | None]:
    """Counts with small cells hidden. Where one alone is hidden, the smallest other is too: a total would betray it."""
    shown: dict[str, int | None] = {value: n if n >= SMALLEST else None for value, n in sorted(found.items()) if n}
    hidden = [value for value, n in shown.items() if n is None]
    left = sorted((n, value) for value, n in shown.items() if n is not None)
    if len(hidden) == 1 and left:
        shown[left[0][1]] = None
    return shown

"""Lists of units and people stand in the order of the CLDR's Vietnamese; PostgreSQL's ICU is asked for comparison."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from lms.api.work import connection
from lms.identity.models import Account
from lms.orgs.models import OrgVersion
from lms.orgs.queries import OrgRow, in_order
from lms.vietnamese import sort_key

# Of every province and of the peoples who live there: Kinh, Tày, Mông, Ê Đê, Ba Na, M'nông, Chăm, Khmer.
NAMES = [
    "An Giang", "Ân Thi", "Ea H'leo", "Ea Hleo", "Ea Kar", "Êa", "Ê Đê", "Đạ Tẻh", "Đa Kia", "Đà Nẵng", "Đắk Lắk",
    "Đak Đoa", "Dak", "Cư M'gar", "Cư Mgar", "Krông Ana", "Krông Păc", "Kroong", "Ia Grai", "Ia-Grai", "Y Tý",
    "Y Bhăm Êban", "H'Hen Niê", "H’Hen Niê", "Ha Chú", "Hà Chú", "Hạ Chu", "K'Brể", "Kbang", "Kpă", "Rơ Châm",
    "Ro Cham", "Thạch Sơn", "Thach", "A Lưới", "A Lười", "Ắ", "Ă", "a", "Ư", "U", "Ơ", "O", "Ô", "Phường 2",
    "Phường 10", "Na Lo", "Nà Lò", "Nậm Pồ", "Lò A Páo", "Lo A Pao", "Vàng Seo Lừ", "Vàng", "Vang", "Văng", "Vâng",
    "Xín Mần", "Xi Ma Cai", "Si Ma Cai", "Trà Vinh", "Tra Vinh", "Zuôich", "Jơ Long", "Jun", "Fa", "Wu",
    "Bình-Thuận", "Bình Thuận", "Ƀăng", "Bang", "Băng", "Čư Ñê", "Cu Ne", "Ŏ", "Ơ̆",
]  # fmt: skip


def test_the_key_gives_the_order_of_the_cldr(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        rows = connection().execute(
            text('SELECT n FROM unnest(CAST(:names AS text[])) AS n ORDER BY n COLLATE "vi-x-icu", n'), {"names": NAMES}
        )
        theirs = [name.lower() for name in rows.scalars()]
    ours = [name.lower() for name in sorted(NAMES, key=lambda name: (sort_key(name), name))]
    assert ours == theirs


def test_the_database_compares_keys_plainly(postgres_app: Flask) -> None:
    """Whatever language the server was set up in."""
    with postgres_app.app_context():
        for table, column in ((OrgVersion, "sort_key"), (Account, "sort_key")):
            found = connection().execute(
                text(
                    "SELECT collation_name FROM information_schema.columns WHERE table_name = :t AND column_name = :c"
                ),
                {"t": table.__tablename__, "c": column},
            )
            assert found.scalar() == "C"


def test_numbers_in_names_count_as_numbers() -> None:
    rows = [
        OrgRow(n, None, "village", "tổ dân phố", name, 1)
        for n, name in enumerate(["10", "2", "1", "2A", "Bắc Hà 11", "Bắc Hà 2"])
    ]
    assert [row.name for row in in_order(rows)] == ["1", "2", "2A", "10", "Bắc Hà 2", "Bắc Hà 11"]

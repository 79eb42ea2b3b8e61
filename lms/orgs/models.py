"""Units in time, and who belongs to them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, LinkId, Stamp


class Org(Base):
    """A unit that outlives its names and places: nation, province, commune, village, agency, school, enterprise …"""

    __tablename__ = "lms_org"

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    code: Mapped[str | None] = mapped_column(String(24), unique=True)
    level: Mapped[str] = mapped_column(String(16))  # nation, province, commune, village, agency, school, enterprise …


class OrgVersion(Base):
    """What a unit was called and where it belonged from one day to another (`valid_to` is the first day after)."""

    __tablename__ = "lms_org_version"
    __table_args__ = (
        Index("ix_lms_org_version_org", "org_id", "valid_from"),
        Index("ix_lms_org_version_parent", "parent_id"),
        Index("ix_lms_org_version_folded", "folded"),
    )

    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    kind: Mapped[str] = mapped_column(String(40))  # the word before the name: tỉnh, xã, phường, thôn …
    name: Mapped[str] = mapped_column(String(160))
    folded: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(String(500))
    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    managed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))


class OrgSuccession(Base):
    """A recorded act by which one unit continues another: merged, split, renamed, moved."""

    __tablename__ = "lms_org_succession"

    id: Mapped[Id]
    from_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    to_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    act: Mapped[str] = mapped_column(String(16))
    on: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))


class Membership(Base):
    """A person belongs to a unit, in a target group, for a time. Several at once are allowed."""

    __tablename__ = "lms_membership"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), index=True)
    target_group: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[Stamp]
    valid_to: Mapped[int | None]

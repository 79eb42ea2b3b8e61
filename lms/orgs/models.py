"""Units in time, the acts that change them, and who belongs to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, false, true
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, LinkId, Small, Stamp, plain


class Org(Base):
    """A unit that outlives its names and places: nation, province, commune, village, agency, school, enterprise …"""

    __tablename__ = "lms_org"

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    code: Mapped[str | None] = mapped_column(String(24), unique=True)  # national; villages and bodies have none
    level: Mapped[str] = mapped_column(String(16))  # `lms.orgs.kinds.LEVELS`


class OrgVersion(Base):
    """What a unit was called and where it belonged from one day to another (`valid_to` is the first day after).

    A unit that has ended has a last version: `ended`, its parent the unit that continues it. So whatever was recorded
    at it still lies below somebody.
    """

    __tablename__ = "lms_org_version"
    __table_args__ = (
        Index("ix_lms_org_version_org", "org_id", "valid_from"),
        Index("ix_lms_org_version_parent", "parent_id"),
    )

    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    kind: Mapped[str] = mapped_column(String(40))  # the word before the name: tỉnh, xã, phường, thôn …
    name: Mapped[str] = mapped_column(String(160))
    folded: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(plain(500))
    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    managed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    ended: Mapped[bool] = mapped_column(default=False, server_default=false())
    source: Mapped[str] = mapped_column(String(200))
    opened_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org_act.id"))
    closed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org_act.id"))


class OrgAct(Base):
    """An act that changes units: what, by whom, on whose word, and from which day it counts.

    `detail` is the act itself (`lms.orgs.acts`), with what it did to grants. Acts are kept for ever; an undone one too.
    """

    __tablename__ = "lms_org_act"

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    kind: Mapped[str] = mapped_column(String(16))  # found, merge, split, rename, move, manage, dissolve, load
    state: Mapped[str] = mapped_column(String(12))  # planned, done, undone, canceled, stuck
    on: Mapped[date]  # the day from which it counts
    source: Mapped[str] = mapped_column(String(200))  # the decree
    detail: Mapped[dict[str, Any]]
    recorded_at: Mapped[Stamp]
    recorded_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    done_at: Mapped[int | None] = mapped_column(BigInteger)
    undone_at: Mapped[int | None] = mapped_column(BigInteger)
    undone_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    token: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)  # a form sent twice is one act


class OrgActUnit(Base):
    """A unit that an act is about, and its part in it: unit, source, successor, new, child, parent."""

    __tablename__ = "lms_org_act_unit"
    __table_args__ = (Index("ix_lms_org_act_unit_org", "org_id", "act_id"), {"sqlite_with_rowid": False})

    act_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org_act.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId, primary_key=True)  # no key: a unit whose founding is undone is gone
    part: Mapped[str] = mapped_column(String(12))


class OrgSuccession(Base):
    """One unit continues another: merged into it, or split off from it. `main`: people and figures go there."""

    __tablename__ = "lms_org_succession"
    __table_args__ = (Index("ix_lms_org_succession_from", "from_id"), Index("ix_lms_org_succession_to", "to_id"))

    id: Mapped[Id]
    from_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    to_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    act: Mapped[str] = mapped_column(String(16))
    on: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))
    main: Mapped[bool] = mapped_column(default=True, server_default=true())
    act_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org_act.id"))


class OrgReach(Base):
    """Which unit lay below which, and how far, from one day to another: the tree in time, closed over all levels.

    A projection of `OrgVersion`. Every unit is below itself, at depth 0.
    """

    __tablename__ = "lms_org_reach"
    __table_args__ = (
        Index("ix_lms_org_reach_below", "ancestor_id", "org_id", "valid_from", "valid_to"),
        {"sqlite_with_rowid": False},
    )

    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), primary_key=True)
    ancestor_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date]  # the first day after; the year 9999 where no end is known
    depth: Mapped[Small]


class OrgKey(Base):
    """What a version of a unit is found by: its name without marks and spaces, and each later word on (`whole`: no)."""

    __tablename__ = "lms_org_key"
    __table_args__ = (Index("ix_lms_org_key_version", "version_id"), {"sqlite_with_rowid": False})

    key: Mapped[str] = mapped_column(plain(200), primary_key=True)
    version_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org_version.id"), primary_key=True)
    whole: Mapped[bool]


class OrgTree(Base):
    """One row: how often the tree has changed. Acts take turns by it, and what is remembered of the tree ages by it."""

    __tablename__ = "lms_org_tree"

    id: Mapped[Id]
    generation: Mapped[int] = mapped_column(BigInteger)


class Membership(Base):
    """A person belongs to a unit, in a target group, for a time. Several at once are allowed.

    `root_id`: the membership that this one continues because its unit was merged or ended; the one taken up last is
    the one whose root is youngest.
    """

    __tablename__ = "lms_membership"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), index=True)
    target_group: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[Stamp]
    valid_to: Mapped[int | None] = mapped_column(BigInteger)
    root_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_membership.id"))
    opened_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org_act.id"))
    closed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org_act.id"))

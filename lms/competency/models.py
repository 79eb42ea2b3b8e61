"""What is to be known, by which rules it is recognised, and who has attained it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, LinkId, Small, Stamp

TARGET_GROUPS = ("citizens", "officials", "students", "workers")


class Framework(Base):
    """A versioned competence framework. `warning` is shown wherever it is: ours is a draft, not the Ministry's text."""

    __tablename__ = "lms_framework"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(300))
    legal_number: Mapped[str] = mapped_column(String(60))
    warning: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]]


class Area(Base):
    """A domain (miền) of a framework, for one target group."""

    __tablename__ = "lms_area"
    __table_args__ = (UniqueConstraint("framework_id", "code"),)

    id: Mapped[Id]
    framework_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_framework.id"))
    target_group: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300))
    position: Mapped[Small]


class Skill(Base):
    """One competency of an area, with what is expected."""

    __tablename__ = "lms_skill"
    __table_args__ = (UniqueConstraint("area_id", "code"),)

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_area.id"))
    code: Mapped[str] = mapped_column(String(24), index=True)
    name: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300))
    expectation: Mapped[str] = mapped_column(Text)
    position: Mapped[Small]


class RuleSet(Base):
    """A version of the rules by which a programme is attained. Versions are never changed, only followed."""

    __tablename__ = "lms_rule_set"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    standing: Mapped[str] = mapped_column(String(32))  # system_default: not a regulation, and the page says so
    conditions: Mapped[list[Any]]
    # what it says of the paper: valid_months (no term without it), confirmer (an officer looks before it is issued)
    paper: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class Programme(Base):
    """What a target group must do, recognised by a rule set."""

    __tablename__ = "lms_programme"

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    target_group: Mapped[str] = mapped_column(String(16))
    framework_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_framework.id"))
    rule_set_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_rule_set.id"))
    recognition: Mapped[str] = mapped_column(String(16))  # attainment or course
    # what an activity that needs another first says to whoever has not done that one: advice or lock
    prerequisites: Mapped[str] = mapped_column(String(8), default="advice", server_default="advice")
    position: Mapped[Small] = mapped_column(default=0)


class ProgrammeCourse(Base):
    """A course that a programme asks for, in order."""

    __tablename__ = "lms_programme_course"

    programme_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_programme.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True, index=True)
    position: Mapped[Small]


class Attainment(Base):
    """A programme was attained: by which rules, on what evidence. Frozen; withdrawn by an act, never recounted away."""

    __tablename__ = "lms_attainment"
    __table_args__ = (UniqueConstraint("account_id", "programme_id", "rule_set_id"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    programme_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_programme.id"), index=True)
    rule_set_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_rule_set.id"))
    membership_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_membership.id"))
    attained_at: Mapped[Stamp]
    evidence: Mapped[dict[str, Any]]

"""What tests of papers' lives begin with: people who hold a paper, and officers."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask import Flask

from certificates import queries
from certificates.queries import CredentialRow
from certificates.services.changing import Why
from lms.competency.models import RuleSet
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.identity import accounts
from lms.identity.models import Account
from lms.orgs.models import Org
from lms.testing import story

HOLDER = "Lê Thị Tươi"


def person(name: str = HOLDER, login: str = "tuoi", born: date | None = date(1968, 11, 20)) -> int:
    """Somebody who learns; in the open unit of work."""
    account = accounts.sign_up(name, login, "no hash: nobody signs in", target_group="citizens")
    if born is not None:
        accounts.set_birth_date(account, born)
    return account


def holder(app: Flask, name: str = HOLDER, login: str = "tuoi") -> int:
    """Somebody who attained and whose paper is issued; their account."""
    with app.app_context():
        with unit_of_work():
            who = person(name, login)
            story.fulfil(who, "nguoi-dan")
        let_go()
    story.one_round(app)
    return who


def paper_of(account_id: int) -> CredentialRow:
    """The newest paper of somebody, as it is now."""
    return queries.credentials_of(account_id)[0]


def again(row: CredentialRow) -> CredentialRow:
    """The same paper as it is now."""
    found = queries.credential(row.id)
    assert found is not None
    return found


def officer(login: str = "verifier") -> int:
    """The account of a demo official."""
    from lms.starting import demo_sign_ins

    name = demo_sign_ins()[login]["login"]
    a = Account.__table__
    found = connection().execute(sa.select(a.c.id).where(sa.or_(a.c.username == name, a.c.phone == name)))
    return int(found.scalar_one())


def why(code: str, words: str = "Đã kiểm tra hồ sơ giấy.", by: int | None = None) -> Why:
    return Why(code, words, officer() if by is None else by)


def with_rules(**paper: object) -> None:
    """The citizens' rule set says this of its papers; in the open unit of work."""
    r = RuleSet.__table__
    slug = connection().execute(sa.select(r.c.slug).where(r.c.slug.like("%nguoi-dan%"))).scalars().first()
    connection().execute(sa.update(r).where(r.c.slug == slug).values(paper=paper))


def nation() -> int:
    o = Org.__table__
    return int(connection().execute(sa.select(sa.func.min(o.c.id))).scalar_one())

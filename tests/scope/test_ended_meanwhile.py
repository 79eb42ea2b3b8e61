"""A role that ends between the question and the write: nothing is written, whatever form was sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms import clock
from lms.db import unit_of_work as work
from lms.db.base import Base, db
from lms.identity import grants
from lms.identity.models import Grant
from lms.web.routes import STAFF
from tests.architecture.test_routes import declared
from tests.scope.asking import send
from tests.scope.conftest import MOST
from tests.scope.law import Case
from tests.scope.table import entries
from tests.scope.world import Site, Someone, World, draw

# What makes a form of the tables, which changes nothing, one that would.
IN_EARNEST = {"title": "Bắt đầu hôm nay", "reason": "Cấp nhầm người, đã báo người học."}
MUST_WRITE = {"courses.studio_begin", "courses.confirm", "certificates.admin_act_post", "grants.end", "grants.give"}
WORLDS = 12
ENDING = "UPDATE lms_grant SET valid_to = ?, ended_at = ? WHERE account_id = ? AND valid_from <= ?"


@contextmanager
def ended_when_writing(monkeypatch: pytest.MonkeyPatch, site: Site, account: int) -> Iterator[list[bool]]:
    """Ends every grant of an account, from outside, at the moment when the request begins to write."""
    opened: list[bool] = []
    real = work.write_lock
    with site.app.app_context():
        path = str(db.engine.url.database)

    @contextmanager
    def lock(engine: Any) -> Iterator[None]:
        if not opened:
            opened.append(True)
            outside = sqlite3.connect(path)
            at = clock.seconds()
            outside.execute(ENDING, (at, at, account, at))
            outside.commit()
            outside.close()
        with real(engine):
            yield

    with monkeypatch.context() as patch:
        patch.setattr(work, "write_lock", lock)
        yield opened


def rows(site: Site) -> dict[str, int]:
    """How many rows each table has."""
    with site.app.app_context():
        found = {
            t.name: work.connection().execute(sa.select(sa.func.count()).select_from(t)).scalar_one()
            for t in Base.metadata.tables.values()
            if not t.name.startswith("acme_")
        }
        work.let_go()
    return found


def allowed(world: World, who: Someone, endpoint: str) -> Case | None:
    """A form that this person may send, in earnest; None where they may send none."""
    for case in entries()[endpoint](world, who):
        if case.form is not None and case.status != {404} and world.held(who):
            return Case(case.path, case.status, form={k: IN_EARNEST.get(k, v) for k, v in case.form.items()})
    return None


def test_a_role_that_ends_meanwhile_writes_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = {
        rule.endpoint
        for rule in site.app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and declared(site.app)[rule.endpoint] == STAFF
    }
    left, wrote, wrong = set(staff & set(entries())), set(), []
    for seed in range(WORLDS):
        world = draw(seed, MOST, site)
        site.become(world)
        for endpoint in sorted(left):
            who = next((p for p in site.people if allowed(world, p, endpoint)), None)
            case = allowed(world, who, endpoint) if who else None
            if who is None or case is None:
                continue
            before = rows(site)
            with ended_when_writing(monkeypatch, site, who.id) as opened:
                answer = send(site, who, case)
            if not opened:
                continue
            if answer.status_code != 404 or rows(site) != before:
                wrong.append(f"{endpoint} ({case.path}) {case.form}: {answer.status_code}")
            wrote.add(endpoint)
            left.discard(endpoint)
            site.become(world)
        if not left:
            break
    assert wrong == []
    assert wrote >= MUST_WRITE & staff


def test_on_postgresql_nobody_ends_a_role_that_is_being_used(postgres_app: Flask) -> None:
    from lms.starting import open_demo_accounts

    with postgres_app.app_context():
        account = open_demo_accounts()["quantri"]
        with work.unit_of_work():
            assert "administrator" in grants.grants_of(account)
            with db.engine.connect() as outside:
                outside.exec_driver_sql("SET lock_timeout = '100ms'")
                ending = sa.update(Grant).where(Grant.account_id == account).values(valid_to=clock.seconds())
                with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                    outside.execute(ending)

"""Addresses of results of questions: a bank that many answered, with every kind of flag, and a scale."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import insert, select

from lms.api.work import clock, connection, unit_of_work
from plugins.measuring.analysis import WHOLE, Seen, Sums, shared
from plugins.measuring.models import Calibration, Difficulty, ItemSums
from plugins.measuring.services import analysing
from quizzes.api import worded
from quizzes.models import Bank, Item
from quizzes.queries import VersionRow
from tests.browser.people import Address, World
from tests.measuring.world import choices

NO_PAGES = {"measuring.items_csv": "a file", "measuring.items_xlsx": "a file"}
B, C, D, I, IT = (t.__table__ for t in (Bank, Calibration, Difficulty, ItemSums, Item))


def make(app: Flask) -> None:
    """Two hundred people answered twelve questions, of which one has a wrong key; twelve people six others."""
    with app.app_context():
        if connection().execute(select(C.c.id).limit(1)).first() is not None:
            return
        versions = choices(18)
        found = worded([v.id for v in versions])
        sums = {**_answered(versions[:12], 200, 11), **_answered(versions[12:], 12, None)}
        with unit_of_work() as database:
            run = insert(C).values(
                at=clock.seconds(), took_ms=6400, versions=12, too_few=6, papers=200, counted=212, groups=1, parts=1,
                anchors=0, log_likelihood=-1312.4, rounds=18, converged=True, code="0.3.0",
            )  # fmt: skip
            run_id = database.execute(run.returning(C.c.id)).scalar_one()
            rows = [
                {
                    "version_id": v.id, "item_id": v.item_id, "difficulty": (n - 6) / 3, "error": 0.16, "n": 200,
                    "infit": 1.02, "outfit": 1.4 if n == 11 else 0.98, "base": (n - 6) / 3 + (1.2 if n == 2 else 0),
                    "base_error": 0.17, "drifted": n == 2, "calibration_id": run_id, "at": clock.seconds(),
                }
                for n, v in enumerate(versions[:12])
            ]  # fmt: skip
            database.execute(insert(D), rows)
            analysing.keep_sums(sums, found)


def _answered(versions: Sequence[VersionRow], people: int, turned: int | None) -> dict[int, Sums]:
    """What so many people's answers add up to; the more somebody knows, the less often they are right at `turned`."""
    rng, sums = random.Random(7), {v.id: Sums() for v in versions}
    for _ in range(people):
        ability, answers = rng.gauss(0, 1), []
        for n, one in enumerate(versions):
            level = (n / len(versions) - 0.5) * 3
            options = one.spec["options"]
            right = [str(k) for k, o in enumerate(options) if o.get("correct")]
            wrong = [str(k) for k, o in enumerate(options) if not o.get("correct")]
            passed = rng.random() < 1 / (1 + math.exp(level - ability * (-1 if n == turned else 1)))
            answers.append((one.id, WHOLE if passed else 0, rng.choice(right if passed else [wrong[0], *wrong])))
        total = sum(mark for _one, mark, _key in answers)
        for n, (version_id, mark, key) in enumerate(answers):
            rest = shared(total - mark, WHOLE * (len(versions) - 1))
            sums[version_id].add(
                Seen(mark, rest, [key], True, round(rng.lognormvariate(3, 0.5)) * (3 if n == 5 else 1), 0)
            )
    return sums


def in_bank(suffix: str = "") -> Address:
    """The list of the bank whose questions were answered most."""

    def of(world: World) -> str:
        make(world.app)
        with world.app.app_context():
            row = connection().execute(select(B.c.slug).join(I, I.c.bank_id == B.c.id).order_by(I.c.attention.desc()))
            return f"/studio/ngan-hang/{row.scalars().first()}/ket-qua{suffix}"

    return of


def version(which: str) -> Address:
    """A version: what most needs a look (`worst`), what is as it should be (`good`), what has few answers (`few`)."""

    def of(world: World) -> str:
        make(world.app)
        wanted = {
            "worst": select(I.c.version_id, B.c.slug).order_by(I.c.attention.desc()),
            "good": select(I.c.version_id, B.c.slug).where(I.c.attention == 0, I.c.n > 100),
            "few": select(I.c.version_id, B.c.slug).where(I.c.n == 12),
        }[which]
        with world.app.app_context():
            row = connection().execute(wanted.join(B, B.c.id == I.c.bank_id).limit(1)).one()
        return f"/studio/ngan-hang/{row.slug}/ket-qua/{row.version_id}"

    return of


def scale(world: World) -> str:
    """The calibrations, of which there is one."""
    make(world.app)
    return "/studio/thang-do"


def versions_page(world: World) -> str:
    """The page of a question's versions, with what answers say of them."""
    make(world.app)
    with world.app.app_context():
        found = select(IT.c.slug).join(I, I.c.item_id == IT.c.id).order_by(I.c.attention.desc()).limit(1)
        return f"/studio/cau-hoi/{connection().execute(found).scalar_one()}/phien-ban"


VISITS = (
    ("item-results", "measuring.items", "administrator", in_bank()),
    ("item-results-filtered", "measuring.items", "administrator", in_bank("?co=key")),
    ("item-results-empty", "measuring.items", "administrator", "/studio/ngan-hang/nguoi-dan-0/ket-qua"),
    ("item-result-worst", "measuring.item", "administrator", version("worst")),
    ("item-result-good", "measuring.item", "administrator", version("good")),
    ("item-result-few", "measuring.item", "administrator", version("few")),
    ("item-scale", "measuring.scale", "administrator", scale),
    ("item-versions-results", "quizzes.studio_item_versions", "administrator", versions_page),
)

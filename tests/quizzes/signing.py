"""Somebody who looks at drafts and puts them in use, for tests that need questions in use."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from lms.api.reviewing import submission
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts
from lms.identity.models import Account
from lms.reviewing import steps
from quizzes.models import Bank, Item, ItemDraft
from quizzes.services import drafting

B, IT, D = Bank.__table__, Item.__table__, ItemDraft.__table__
PASSWORD = "not a hash: nobody signs in with it"


def somebody(login: str) -> int:
    """An account by its sign-in name, made where it is new. Inside the application's context."""
    a = Account.__table__
    held = connection().execute(select(a.c.id).where(a.c.username == login)).scalar()
    if held is not None:
        return int(held)
    with unit_of_work():
        return accounts.sign_up("Thào Thị Soát", login, PASSWORD, target_group="officials")


def handed_in(item_ids: Sequence[int], by_id: int) -> int:
    """Hands drafts in; the submission's number."""
    bank = connection().execute(
        select(B.c.id, B.c.org_id).join(IT, IT.c.bank_id == B.c.id).where(IT.c.id == item_ids[0])
    ).one()  # fmt: skip
    with unit_of_work():
        return drafting.hand_in(bank.id, bank.org_id, item_ids, by_id)


def signed_off(item_ids: Sequence[int], reviewer: int = 0) -> None:
    """Hands drafts in as who wrote them, looks at them as somebody else, puts them in use."""
    author = connection().execute(select(D.c.changed_by).where(D.c.item_id == item_ids[0])).scalar_one()
    looked = reviewer or somebody("nguoi.soat")
    number = handed_in(item_ids, author)
    for step in (steps.approve, steps.publish):
        with unit_of_work():
            row = submission(number)
            assert row is not None
            step(row, looked)

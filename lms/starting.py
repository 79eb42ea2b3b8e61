"""First data: units, the starter content, demo people. Harmless when repeated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from msgspec import Struct
from sqlalchemy import select

from lms.contract.demonstrations import DEMONSTRATIONS
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts, grants, passwords
from lms.identity.models import Account
from lms.orgs import queries, units
from lms.packages.importing import known_parts, take_in
from lms.packages.reading import read_package
from lms.progress import join_unit

CONTENT = Path(__file__).resolve().parents[1] / "content"
UNITS = CONTENT / "units" / "vietnam-2026-04-30.csv"
UNITS_VALID_FROM = date(2026, 4, 30)  # the day from which the table is as it is


class DemoPerson(Struct, frozen=True):
    """Somebody to try the product as."""

    role: str
    name: str
    login: str
    password: str
    target_group: str
    unit: str
    address: str


DEMO = (
    DemoPerson("learner", "Hoàng Thị Lành", "balanh", "den-dau-1945", "citizens", "02839", "bác"),
    DemoPerson("instructor", "Nguyễn Văn Thầy", "thaygiao", "phan-trang-bang-den", "officials", "02839", "anh"),
    DemoPerson("verifier", "Trần Thị Soi", "canbo", "con-dau-do-tham", "officials", "VN", "chị"),
    DemoPerson("administrator", "Lý Văn Quản", "quantri", "chia-khoa-ba-tang", "officials", "VN", "anh"),
)
ROLES = {
    "instructor": ("instructor",),
    "verifier": ("verifier", "confirmer"),
    "administrator": ("administrator", "instructor", "verifier", "confirmer"),
}


def load_units() -> int:
    """Loads the administrative units; returns how many were new."""
    rows = units.read(UNITS.read_text(encoding="utf-8"))
    with unit_of_work():
        return units.load(rows, UNITS_VALID_FROM)


def load_content(folder: Path, say: Callable[[str], None] = lambda _line: None) -> dict[str, int]:
    """Imports a package as the nation's own; returns what was new."""
    package = read_package(folder, known_parts())
    say(f"  {len(package.lessons)} bài học, {sum(1 for _ in package.items())} câu hỏi đã đọc, đang ghi …")
    nation = queries.nation_id()
    if nation is None:
        raise RuntimeError("Units are loaded before content.")
    return take_in(package, nation, None)


def make_demo_people() -> int:
    """Makes the demo people who are not here yet; returns how many."""
    made = 0
    for person in DEMO:
        if connection().execute(select(Account.id).where(Account.username == person.login)).first() is not None:
            continue
        hashed = accounts.prepared_password(person.name, person.login, person.password)
        with unit_of_work():
            account_id = accounts.sign_up(
                person.name, person.login, hashed, address_form=person.address, target_group=person.target_group
            )
            unit = queries.org_by_code(person.unit)
            if unit is None:
                raise RuntimeError(f"Unit {person.unit} is not in the table of units.")
            join_unit(account_id, unit.id, person.target_group)
            for role in ROLES.get(person.role, ()):
                grants.give(account_id, role, unit.id, None)
        made += 1
    return made


def show_demonstrations() -> None:
    """Has plugins make what they show where demo people are; harmless when repeated."""
    there = open_demo_accounts()
    for demonstration in DEMONSTRATIONS:
        demonstration.make(there)


def open_demo_accounts() -> dict[str, int]:
    """The demo accounts that can still be signed in with: login → account.

    A real person may have the login of one where none was made, so the name or the password must be the demo's too.
    """
    a = Account.__table__
    logins = {p.login: p for p in DEMO}
    rows = connection().execute(
        select(a.c.id, a.c.username, a.c.full_name, a.c.password_hash).where(
            a.c.username.in_(list(logins)), a.c.closed_at.is_(None)
        )
    )
    return {
        row.username: row.id
        for row in rows
        if row.full_name == logins[row.username].name
        or passwords.matches(row.password_hash, logins[row.username].password)
    }


def close_demo_people() -> int:
    """Closes the demo accounts and ends their sessions; returns how many. They are not made again."""
    with unit_of_work():
        found = open_demo_accounts()
        for account_id in found.values():
            accounts.close(account_id)
    return len(found)


def demo_sign_ins() -> dict[str, dict[str, str]]:
    """The demo sign-ins by role."""
    return {p.role: {"login": p.login, "password": p.password, "name": p.name} for p in DEMO}

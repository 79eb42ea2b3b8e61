"""What the forms say of a password is what is checked."""

from __future__ import annotations

import pytest

from lms.api.work import Invalid
from lms.identity.passwords import LEAST_PASSWORD, LEAST_PIN, check_strength
from lms.testing.page_client import Pages


@pytest.mark.parametrize(("path", "role"), [("/dang-ky", None), ("/cai-dat", "learner")])
def test_the_hint_says_what_is_checked(pages: Pages, path: str, role: str | None) -> None:
    if role:
        pages.sign_in(role)
    hint = pages.open(path).root.by_id("password-hint")
    assert hint is not None
    assert f"Ít nhất {LEAST_PASSWORD} ký tự, hoặc mã PIN ít nhất {LEAST_PIN} chữ số" in hint.text


@pytest.mark.parametrize("password", ["407192", "4071926", "lua chin"])
def test_what_the_hint_allows_is_taken(password: str) -> None:
    check_strength(password)


@pytest.mark.parametrize("password", ["40719", "lua chi"])
def test_one_less_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        check_strength(password)

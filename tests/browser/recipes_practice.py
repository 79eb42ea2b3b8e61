"""Addresses of practices: before, in each mode, astray, at the end."""

from __future__ import annotations

from tests.browser.people import Address

SLUG = "quet-ma-tra-tien"
AT = f"/thuc-hanh/{SLUG}"
STUDIO = f"/studio/luyen-tap/{SLUG}"


def gone_wrong(mode: str, tap: str) -> Address:
    """After one wrong tap, as the page without a script shows it."""
    return lambda _world: f"{AT}/{mode}?l={tap}!"


def ended(mode: str) -> Address:
    """The end, after every step was right."""

    def address(world: object) -> str:
        from plugins.practice.queries import newest
        from tests.browser.people import World

        assert isinstance(world, World)
        with world.app.app_context():
            found = newest(SLUG)
        assert found is not None
        taps = ["@next" if mode == "xem" else step["want"][0]["tap"] for step in found.body["steps"]]
        return f"{AT}/{mode}?l={'.'.join(taps)}"

    return address

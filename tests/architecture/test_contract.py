"""The plugin contract: what refuses to start and in which words, and what costs nothing to others."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from lms import __version__
from lms.api.learning import CourseCompleted
from lms.api.plugins import Event, ExtensionPoint, Plugin, PluginError, on
from lms.api.web import PANELS, ROUTES, Panel, Routes
from lms.api.work import PERIODIC, Periodic, tell, unit_of_work
from lms.app import create_app
from lms.config import Settings
from lms.contract import discovery
from lms.contract.registry import Registry, event_name
from lms.db.base import db
from lms.outbox.delivering import deliver_due
from lms.outbox.models import DONE, PENDING, Delivery
from lms.outbox.worker import Worker

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "plugins.md"
VERSIONS = {"lms": "0.1.0", "one": "1.4"}


def point() -> ExtensionPoint[str]:
    """A point of its own, which the list of all points does not keep."""
    made: ExtensionPoint[str] = ExtensionPoint("test_point", "For a test.", lambda entry: entry)
    del ExtensionPoint.all_points["test_point"]
    return made


def plugin(name: str, **more: object) -> Plugin:
    return Plugin(**{"name": name, "package": "lms", "needs": {}, **more})  # type: ignore[arg-type]


def refusal(*plugins: Plugin) -> str:
    with pytest.raises(PluginError) as caught:
        Registry(plugins, VERSIONS)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_two_entries_with_one_key_refuse_to_start_naming_both() -> None:
    colors = point()
    one, two = plugin("one", provides=(colors.of("red"),)), plugin("two", provides=(colors.of("blue", "red"),))
    for order in ((one, two), (two, one)):
        assert refusal(*order) == "Plugins 'one' and 'two' both provide 'red' for test_point."


def test_one_name_twice_refuses() -> None:
    assert refusal(plugin("one"), plugin("one")) == "Two plugins are called 'one'. Uninstall one of them."


def test_a_need_that_is_not_met_refuses() -> None:
    assert "'two' needs 'three', which is not installed" in refusal(plugin("two", needs={"three": ">=1"}))
    one = plugin("one")
    assert "needs one >=2, but 1.4 is installed" in refusal(one, plugin("two", needs={"one": ">=2"}))
    assert "reads like" in refusal(one, plugin("two", needs={"one": "~2"}))
    Registry([one, plugin("two", needs={"one": ">=1.4,<2"})], VERSIONS)


def test_hearing_what_nobody_tells_refuses() -> None:
    class NeverTold(Event):
        """For this test."""

    assert "hears tests.NeverTold, which no plugin in use tells" in refusal(
        plugin("one", hears=(on(NeverTold, print),))
    )


def test_order_of_plugins_never_matters() -> None:
    colors = point()
    plugins = [plugin(name, provides=(colors.of(name),)) for name in ("b", "a", "c")]
    orders = [Registry(p, VERSIONS).entries(colors) for p in (plugins, plugins[::-1])]
    assert list(orders[0].items()) == list(orders[1].items())


def test_what_a_plugin_provides_may_depend_on_settings(tmp_path: Path) -> None:
    colors, asked = point(), Settings(place_name="Lam Sơn", data_dir=tmp_path)
    one = plugin("one", provides=(colors.of("red"),), configured=lambda settings: (colors.of(settings.place_name),))
    assert set(Registry([one], VERSIONS, asked).entries(colors)) == {"red", "Lam Sơn"}
    two = plugin("two", configured=lambda settings: (colors.of("red"),))
    with pytest.raises(PluginError, match="Plugins 'one' and 'two' both provide 'red'"):
        Registry([one, two], VERSIONS, asked)


class Broken:
    """An installed plugin that cannot be loaded."""

    name, value, module = "broken", "broken.plugin:plugin", "broken.plugin"

    def load(self) -> object:
        raise ImportError("No module named 'broken'")


class NoPlugin(Broken):
    """An entry that is something else."""

    name, value, module = "wrong", "os:sep", "os"

    def load(self) -> object:
        return "/"


@pytest.fixture
def with_broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Entry points of which one is broken."""
    found: list[object] = [*importlib.metadata.entry_points(group=discovery.GROUP), Broken()]
    monkeypatch.setattr(discovery, "entry_points", lambda group: found)
    return found


def test_a_plugin_that_cannot_load_stops_with_one_line(with_broken: list[object]) -> None:
    with pytest.raises(PluginError) as caught:
        discovery.installed()
    assert "'broken' (broken.plugin:plugin)" in str(caught.value)
    assert "lms serve --safe" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_plugin_is_named(with_broken: list[object]) -> None:
    with_broken[-1] = NoPlugin()
    with pytest.raises(PluginError, match="'wrong': os:sep is not a Plugin value"):
        discovery.installed()


def test_safe_mode_loads_ours_only_and_does_not_even_import_others(with_broken: list[object]) -> None:
    assert {p.name for p in discovery.installed(only_first_party=True)} >= {"lms", "courses", "quizzes", "certificates"}


def with_plugins(app: Flask, *plugins: Plugin) -> Flask:
    """The same application with more plugins."""
    made = create_app(app.extensions["lms.settings"], [*discovery.installed(), *plugins])
    made.testing = True
    return made


def signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/dang-nhap", data={"identifier": "balanh", "password": "den-dau-1945"})
    assert answer.status_code == 303
    return client


def raises(*_: object, **__: object) -> None:
    raise ZeroDivisionError("on purpose")


def test_a_panel_that_raises_costs_nothing_to_others(app: Flask) -> None:
    bad = plugin("bad", provides=(PANELS.of(Panel("bad", "mine", raises, order=1)),))
    good = plugin(
        "good", provides=(PANELS.of(Panel("good", "mine", lambda **_: Markup("<p>good panel</p>"), order=2)),)
    )
    made = with_plugins(app, bad, good)
    client = signed_in(made)
    assert client.get("/cua-toi").status_code == 500, "tests hear of it"
    made.testing = False
    answer = client.get("/cua-toi")
    assert answer.status_code == 200
    assert "good panel" in answer.text


def test_a_subscriber_that_raises_costs_nothing_to_others(app: Flask) -> None:
    heard: list[int] = []

    def good(event: CourseCompleted) -> None:
        heard.append(event.course_id)

    made = with_plugins(
        app,
        plugin("bad", hears=(on(CourseCompleted, raises),)),
        plugin("good", hears=(on(CourseCompleted, good),)),
    )
    with made.app_context():
        with unit_of_work():
            tell(CourseCompleted(1, 7, 0))
        deliver_due()
        states = {
            row.subscriber: row.state for row in db.session.execute(db.select(Delivery.subscriber, Delivery.state))
        }
    assert heard == [7]
    mine = {name.rpartition(".")[2]: state for name, state in states.items() if name.startswith(__name__)}
    assert mine == {"raises": PENDING, "good": DONE}


def test_periodic_work_that_raises_costs_nothing_to_others(app: Flask) -> None:
    ran: list[str] = []
    made = with_plugins(
        app,
        plugin("bad", provides=(PERIODIC.of(Periodic("a-bad", 60, raises)),)),
        plugin("good", provides=(PERIODIC.of(Periodic("b-good", 60, lambda: ran.append("good"))),)),
    )
    with made.app_context(), unit_of_work():
        tell(CourseCompleted(1, 7, 0))
    worker = Worker(made)
    worker.once()
    worker.once()
    assert ran == ["good"]


@pytest.mark.parametrize(
    ("name", "rule", "key"),
    [("home", "/x", "home.home"), ("bad", "/khoa-hoc/<name>", "GET /khoa-hoc/<>")],
)
def test_one_address_or_one_endpoint_twice_refuses_naming_both(app: Flask, name: str, rule: str, key: str) -> None:
    mine = Routes(name)
    mine.get(rule, "anyone", endpoint="home")(lambda **_: "mine")
    with pytest.raises(PluginError) as caught:
        with_plugins(app, plugin("bad", provides=(ROUTES.of(mine),)))
    said = re.fullmatch(r"Plugins '(\w+)' and '(\w+)' both provide '(.+)' for routes\.", str(caught.value))
    assert said is not None
    assert {said[1], said[2]} == {"bad", "lms" if name == "home" else "courses"}
    assert said[3] == key


# --- what is said about it --------------------------------------------------------------------------------------------

NOT_IN_ACME = {
    "arrivals": "the core's own use is the only one so far; an example would only repeat it",
    "demonstrations": "plugins/supervision shows a session; tests/supervision looks at it",
    "hands": "quizzes and plugins/supervision bring one each; tests/integrity asks them",
    "paper_files": "certificates brings the log's proof and plugins/badges a badge; tests/signing attaches them",
    "paper_readers": "plugins/signing and plugins/badges bring some; tests/certificates/test_checking.py its own",
    "ways-in": "plugins/openid and plugins/cards bring some; one more would stand on every sign-in page of the tests",
}


def our_points() -> dict[str, ExtensionPoint[object]]:
    discovery.installed()
    return {name: p for name, p in ExtensionPoint.all_points.items() if name != "test_point"}


def test_every_point_is_documented() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    said = set(re.findall(r"^\| `([A-Z_]+)` \(`[a-z.]+`\) \|", document, re.M))
    assert said == {name_of(p) for p in our_points().values()}


def name_of(wanted: ExtensionPoint[object]) -> str:
    """The name under which a point stands in a public module."""
    import certificates.api
    import courses.api
    import lms.api.competency
    import lms.api.data
    import lms.api.learning
    import lms.api.packages
    import lms.api.people
    import lms.api.plugins
    import lms.api.reviewing
    import lms.api.speech
    import lms.api.transparency
    import lms.api.web
    import lms.api.work
    import quizzes.api

    modules = (
        lms.api.competency, lms.api.data, lms.api.learning, lms.api.packages, lms.api.people, lms.api.plugins,
        lms.api.reviewing, lms.api.speech, lms.api.transparency, lms.api.web, lms.api.work, courses.api, quizzes.api,
        certificates.api,
    )  # fmt: skip
    for module in modules:
        for name in module.__all__:
            if getattr(module, name) is wanted:
                return str(name)
    raise AssertionError(f"The point {wanted.name} is in no public module.")


def test_every_point_says_what_it_is_for() -> None:
    assert all(p.doc for p in our_points().values())


def test_every_point_has_an_entry_of_ours() -> None:
    registry = Registry(discovery.installed(), {p.name: __version__ for p in discovery.installed()})
    empty = {"carriers"}  # no interface of the VNeID side is known, so files are all that we have for it
    assert {name for name, p in our_points().items() if not registry.entries(p)} == empty


def test_every_point_is_used_by_the_example_or_says_why_not() -> None:
    manifest = (ROOT / "tests" / "acme" / "acme" / "plugin.py").read_text(encoding="utf-8")
    used = set(re.findall(r"^        ([A-Z_]+)\.of\(", manifest, re.M))
    wanted = {name_of(p) for name, p in our_points().items() if name not in NOT_IN_ACME}
    assert wanted - used == set()
    assert {name for name in NOT_IN_ACME if name_of(our_points()[name]) in used} == set()


def test_every_event_is_documented_and_public() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    told = {event_name(event) for p in discovery.installed() for event in p.tells}
    ours = "|".join(p.name for p in discovery.installed() if p.name != "acme")
    assert set(re.findall(rf"^\| `((?:{ours})\.\w+)` ", document, re.M)) == told

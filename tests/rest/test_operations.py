"""Declaring operations: mistakes are found at the start, by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Struct, structs

from certificates.plugin import plugin as certificates
from lms.app import create_app
from lms.config import Settings
from lms.contract.points import Plugin, PluginError
from lms.plugin import plugin as lms
from lms.rest.openapi import document
from lms.rest.operations import OPERATIONS, Operations
from lms.web.routes import ANYONE, LEARNER


class ByName(Struct):
    name: str


class Said(Struct):
    text: str


def test_an_operation_is_what_its_view_says() -> None:
    operations = Operations("acme")

    @operations.get("/hello/{name}", LEARNER, limited=True)
    def hello(path: ByName) -> Said:
        """Says hello.

        To whoever
        is named.
        """
        return Said(path.name)

    (operation,) = operations
    assert (operation.key, operation.rule) == ("GET /api/v1/hello/{}", "/api/v1/hello/<name>")
    assert operation.takes_path is ByName
    assert operation.gives is Said
    told = document(operations)["paths"]["/hello/{name}"]["get"]
    assert (told["summary"], told["description"]) == ("Says hello", "To whoever is named.")
    assert set(told["responses"]) == {"200", "401", "404", "422", "429", "503"}
    assert told["tags"] == ["acme"]


def test_the_places_of_an_address_are_fields() -> None:
    with pytest.raises(PluginError, match=r"hello: the places of /hello/\{who\}"):

        @Operations("acme").get("/hello/{who}", ANYONE)
        def hello(path: ByName) -> Said:
            return Said(path.name)


def test_nothing_else_is_given_to_a_view() -> None:
    with pytest.raises(PluginError, match="hello takes \\['person'\\]"):

        @Operations("acme").get("/hello", ANYONE)
        def hello(person: ByName) -> Said:
            return Said(person.name)


def test_a_view_says_what_it_returns() -> None:
    with pytest.raises(PluginError, match="hello does not say what it returns"):

        @Operations("acme").get("/hello", ANYONE)
        def hello():  # type: ignore[no-untyped-def]
            return Said("")


def test_an_audience_is_one_of_ours(tmp_path: Path) -> None:
    operations = Operations("acme")

    @operations.get("/hello", "everybody")
    def hello() -> Said:
        return Said("")

    with pytest.raises(ValueError, match="No audience is called 'everybody'"):
        create_app(_settings(tmp_path), [lms, _plugin(operations)])


def test_two_plugins_cannot_serve_one_address(tmp_path: Path) -> None:
    operations = Operations("acme")

    @operations.get("/verify/{name}", ANYONE)
    def hello(path: ByName) -> Said:
        return Said(path.name)

    with pytest.raises(PluginError, match=r"'acme' and 'certificates' both provide 'GET /api/v1/verify/\{\}'"):
        create_app(_settings(tmp_path), [lms, certificates, _plugin(operations)])


def test_the_order_of_operations_changes_nothing() -> None:
    from certificates.views.api import operations

    assert document(operations) == document(reversed(operations))


def _plugin(operations: Operations) -> Plugin:
    return structs.replace(Plugin("acme", "lms", {}), provides=(OPERATIONS.of(*operations),))


def _settings(folder: Path) -> Settings:
    return Settings.load({}, data_dir=folder, database_url=f"sqlite:///{folder}/lms.sqlite", secret_key="x" * 16)

"""What the style check finds, and what it lets pass."""

from __future__ import annotations

import ast

import pytest
from tools import style


def module(text: str) -> style.Module:
    return style.Module("made.py", len(text.splitlines()), text, ast.parse(text))


def handler(kind: str) -> style.Module:
    return module(f"try:\n    go()\nexcept{kind}:\n    stop()\n")


@pytest.mark.parametrize("kind", ["", " Exception", " BaseException as why", " (ValueError, Exception)"])
def test_catching_everything_is_found(kind: str) -> None:
    assert style.broad_excepts(handler(kind)) == ["made.py:3"]


def test_catching_what_one_expects_is_fine() -> None:
    assert style.broad_excepts(handler(" (ValueError, OSError)")) == []


@pytest.mark.parametrize(
    ("comment", "missing"),
    [
        ("", ["made.py:3"]),
        ("  # noqa: BLE001", ["made.py:3"]),
        ("  # noqa: BLE001 - the driver raises anything", []),
        ("  # the driver raises anything", []),
    ],
)
def test_catching_everything_wants_its_reason_beside_it(comment: str, missing: list[str]) -> None:
    one = module(f"try:\n    go()\nexcept Exception:{comment}\n    stop()\n")
    assert style.broad_excepts(one, reason=False) == missing


def test_an_import_inside_a_function_is_found_once() -> None:
    one = module("import os\ndef outer():\n    def inner():\n        import sys\n")
    assert style.inner_imports(one) == ["made.py:4"]


def test_a_body_is_counted_without_its_docstring_and_a_function_with_it() -> None:
    (function,) = module('def go():\n    """Says.\n\n    More.\n    """\n    return 1\n').functions()
    assert (isinstance(function, ast.FunctionDef), style.span(function), style.body_length(function)) == (True, 6, 1)


def test_the_longest_offender_comes_first() -> None:
    assert style.over({"a": 10, "b": 30, "c": 20}, 10) == ("  30  b", "  20  c")


def test_a_figure_at_its_limit_is_kept() -> None:
    assert [style.Figure("", value, 9).kept for value in (9, 9.5)] == [True, False]


def test_a_long_function_breaks_the_figure_that_it_should() -> None:
    long = "def {}():\n" + "    step()\n" * 60
    broken = [one.what for one in style.sizes([module(long.format(name)) for name in "ab"]) if not one.kept]
    assert broken == ["function length, median", "function length, p95", "bodies over 50 lines, %"]


@pytest.mark.parametrize(("name", "top"), style.REGISTRIES)
def test_the_address_of_a_package_registry_is_found(name: str, top: str) -> None:
    text = f"x\nurl = https://files.{name}.{top}/packages\n"
    assert style.matches("a.lock", text, style.HOSTS) == [f"a.lock:2: {name}.{top}"]


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1:8765", "localhost"])
def test_other_addresses_are_fine(host: str) -> None:
    assert style.matches("a.md", f"http://{host}/", style.HOSTS) == []


@pytest.mark.parametrize("folder", ["work", "root", "home"])
def test_a_path_of_one_machine_is_found(folder: str) -> None:
    assert style.matches("a.md", f"see /{folder}/me", style.PATHS) != []


@pytest.mark.parametrize("text", ["https://example.com/{}/x", "~/{}/x", "data/{}/x", "the {}/office split"])
@pytest.mark.parametrize("folder", ["work", "home"])
def test_a_path_that_is_anybodys_is_fine(text: str, folder: str) -> None:
    assert style.matches("a.md", text.format(folder), style.PATHS) == []


def test_a_mock_is_found_in_a_test_as_well() -> None:
    test = module("from unittest " + "import mock\ndef test_it():\n    pass\n")
    assert [one.what for one in style.habits([module("x = 1\n")], [test]) if not one.kept] == ["mocks"]

"""Shape, budgets, imports and docstrings of the tree, each rule proven by a planted violation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import budgets, docstrings, imports, pages, shape, tree

Check = Callable[[Path], Iterable[str]]

RULES: list[Check] = [
    shape.forbidden_names,
    shape.odd_module_files,
    shape.folders_without_init,
    shape.writing_queries,
    budgets.long_files,
    budgets.long_functions,
    imports.foreign_models,
    imports.imports_in_functions,
    imports.signals,
    imports.orm_in_interfaces,
    docstrings.missing,
    pages.fetching,
    pages.reaching_out,
]
ALSO_OUTSIDE: list[Callable[..., Iterable[str]]] = [
    shape.forbidden_names,
    budgets.long_files,
    budgets.long_functions,
    imports.imports_in_functions,
]
SAID = '"""Say something."""\n'
LONG = SAID + "x = 1\n" * 420
LONG_FUNCTION = SAID + "def planted():\n" + "    print()\n" * 70
VIOLATIONS: list[tuple[Check, str, str, str]] = [
    (shape.forbidden_names, "modules/orders/rules/utils.py", SAID, "the name “utils.py” says nothing"),
    (shape.forbidden_names, "kernel/helpers/money.py", SAID, "the name “helpers” says nothing"),
    (shape.odd_module_files, "modules/orders/services.py", SAID, "modules/orders/services.py: no module has such"),
    (shape.odd_module_files, "modules/orders/views/planted.py", SAID, "modules/orders/views: no module has such"),
    (shape.writing_queries, "modules/orders/queries/planted.py", "row.save()", "a query writes"),
    (budgets.long_files, "kernel/planted.py", LONG, "kernel/planted.py: 4"),
    (budgets.long_functions, "kernel/planted.py", LONG_FUNCTION, "planted: 71 lines, 60 at most"),
    (
        imports.foreign_models,
        "modules/orders/commands/planted.py",
        "from steward.modules.catalog.models import Item",
        "imports steward.modules.catalog.models.Item: a module touches its own models only",
    ),
    (
        imports.foreign_models,
        "modules/orders/planted.py",
        "from steward.modules.customers import models",
        "imports steward.modules.customers.models",
    ),
    (
        imports.imports_in_functions,
        "kernel/planted.py",
        "def planted():\n    import json\n    return json",
        "import inside planted()",
    ),
    (
        imports.signals,
        "modules/orders/planted.py",
        "from django.db.models.signals import post_save",
        "business flow never runs on signals",
    ),
    (
        imports.orm_in_interfaces,
        "interfaces/console/planted.py",
        "from django.db.models import Q",
        "interfaces ask queries, they build none",
    ),
    (docstrings.missing, "modules/orders/commands/planted.py", SAID + "def planted():\n    pass", "says nothing of it"),
    (docstrings.missing, "kernel/planted.py", "x = 1", "the module says nothing of itself"),
]


@pytest.mark.parametrize("check", RULES, ids=lambda check: check.__name__)
def test_the_tree_keeps_the_rule(check: Check) -> None:
    assert list(check(tree.STEWARD)) == []


@pytest.mark.parametrize("check", ALSO_OUTSIDE, ids=lambda check: check.__name__)
def test_tests_and_benches_keep_the_rule_too(check: Callable[..., Iterable[str]]) -> None:
    assert list(check(tree.ROOT / "tests", tree.ROOT / "bench")) == []


@pytest.mark.parametrize(("check", "inner", "text", "sentence"), VIOLATIONS)
def test_a_planted_violation_is_found(tmp_path: Path, check: Check, inner: str, text: str, sentence: str) -> None:
    package = tmp_path / "steward"
    tree.planted(package, "modules/orders/models.py", SAID)
    tree.planted(package, inner, text)

    assert any(sentence in found for found in check(package)), list(check(package))


def test_a_heavy_library_may_be_imported_where_it_is_used(tmp_path: Path) -> None:
    tree.planted(tmp_path, "kernel/planted.py", "def planted():\n    import duckdb\n    return duckdb")

    assert list(imports.imports_in_functions(tmp_path)) == []


def test_a_tree_of_long_files_is_found(tmp_path: Path) -> None:
    for number in range(budgets.ENOUGH):
        tree.planted(tmp_path, f"kernel/planted_{number}.py", "x = 1\n" * 300)

    found = list(budgets.long_files(tmp_path))

    assert any("median file" in sentence for sentence in found)
    assert any("p90 file" in sentence for sentence in found)


def test_a_tree_of_long_functions_is_found(tmp_path: Path) -> None:
    for number in range(budgets.ENOUGH):
        tree.planted(tmp_path, f"kernel/planted_{number}.py", "def planted():\n" + "    print()\n" * 40)

    assert any("p90 function" in sentence for sentence in budgets.long_functions(tmp_path))


def test_a_folder_without_init_is_found(tmp_path: Path) -> None:
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel/planted.py").write_text(SAID)

    assert any("no __init__.py" in sentence for sentence in shape.folders_without_init(tmp_path))


@pytest.mark.parametrize("line", ["{% for line in order.lines.all %}", "{{ orders.count }}", "{% if rows.exists %}"])
def test_a_page_that_fetches_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "page.html").write_text(line)

    assert any("templates run no queries" in sentence for sentence in pages.fetching(tmp_path))


def test_a_page_that_loads_from_elsewhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<script src="https://cdn.example.com/x.js"></script>')

    assert any("served by Steward itself" in sentence for sentence in pages.reaching_out(tmp_path))

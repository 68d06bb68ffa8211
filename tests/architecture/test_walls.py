"""The contracts of .importlinter: kept by the tree, and each one catches what it forbids."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import tree

LINT = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"]

VIOLATIONS = {
    "Storeys": ("modules/orders/queries/planted.py", "import steward.interfaces.console"),
    "The map": ("modules/catalog/commands/planted.py", "from steward.modules.orders.rules import drafts"),
    "Inside a module": ("modules/orders/queries/planted.py", "import steward.modules.orders.commands"),
    "Pure rules": ("modules/orders/rules/planted.py", "from django.db import connection"),
    "Interfaces never touch models": ("interfaces/console/planted.py", "from steward.modules.orders import models"),
    "Interfaces import no handlers": ("interfaces/api/planted.py", "import steward.modules.orders.tasks"),
    "Connectors": ("connectors/planted.py", "import steward.modules.payments.models"),
}
MORE = [
    ("Storeys", "kernel/planted.py", "import steward.modules.people"),
    ("Storeys", "modules/people/planted.py", "import steward.subscriptions"),
    ("Storeys", "connectors/planted.py", "import steward.interfaces.api"),
    ("The map", "modules/inventory/planted.py", "import steward.modules.payments"),
    ("The map", "modules/people/planted.py", "import steward.modules.catalog"),
    ("Inside a module", "modules/orders/rules/planted.py", "import steward.modules.orders.models"),
    ("Inside a module", "modules/orders/commands/planted.py", "import steward.modules.orders.tasks"),
    ("Pure rules", "modules/orders/rules/planted.py", "import psycopg"),
    ("Pure rules", "modules/orders/rules/planted.py", "from steward.kernel import sql"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package in a folder."""
    return subprocess.run(
        [*LINT, "--no-cache"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the tree with its contracts, and with every file a violation leans on."""
    package = tree.copied(tmp_path)
    shutil.copy(tree.ROOT / ".importlinter", tmp_path)
    for inner in ("modules/orders/tasks.py", "modules/orders/commands/__init__.py", "modules/catalog/commands.py"):
        if not (package / inner).exists() and not (package / inner.removesuffix(".py")).exists():
            tree.planted(package, inner, '"""Nothing yet."""')
    return package


def test_the_tree_keeps_every_contract() -> None:
    result = lint(tree.ROOT)

    assert result.returncode == 0, result.stdout
    assert f"{len(VIOLATIONS)} kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("contract", "inner", "line"), [*((name, *planted) for name, planted in VIOLATIONS.items()), *MORE]
)
def test_a_contract_catches_what_it_forbids(copy: Path, contract: str, inner: str, line: str) -> None:
    if inner.startswith("modules/catalog/commands/") and (copy / "modules/catalog/commands.py").exists():
        inner = "modules/catalog/commands.py"
    tree.planted(copy, inner, line)

    result = lint(copy.parent)

    broken = [text for text in result.stdout.splitlines() if text.rstrip().endswith("BROKEN")]
    assert result.returncode == 1, result.stdout + result.stderr
    assert any(text.startswith(contract) for text in broken), result.stdout


def test_a_new_module_has_to_find_its_place_on_the_map(copy: Path) -> None:
    tree.planted(copy, "modules/surprise/__init__.py", '"""A module nobody placed."""')

    result = lint(copy.parent)

    assert result.returncode == 1
    assert "surprise" in result.stdout

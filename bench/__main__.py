"""Run one benchmark by name or list them; a benchmark is a module in bench/ with NAME, a docstring and `run`.

A benchmark may add its own options in `add_arguments(parser)` and prints nothing itself: `run(args)` returns
`{"figures": [{"name", "value", "unit", "reference", "ratio"}, …], …}`; `show(result)` may print more for people.
"""

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import bench


def benchmarks() -> Iterator[ModuleType]:
    """List the modules of bench/ that are benchmarks."""
    for info in sorted(pkgutil.iter_modules(bench.__path__), key=lambda found: found.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"bench.{info.name}")
        if hasattr(module, "NAME") and hasattr(module, "run"):
            yield module


def headline(module: ModuleType) -> str:
    """State the first line of a benchmark's docstring."""
    return (module.__doc__ or "").strip().partition("\n")[0]


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)


def print_table(figures: list[dict[str, Any]]) -> None:
    """Print figures as aligned columns."""
    columns = ("name", "value", "unit", "reference", "ratio")
    rows = [columns, *(tuple(_cell(figure.get(column)) for column in columns) for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def main(arguments: list[str]) -> int:
    """Dispatch the command line; exit 2 on an unknown name."""
    if not arguments or arguments[0] in ("--list", "-h", "--help"):
        print("python -m bench NAME [--json]")
        for module in benchmarks():
            print(f"  {module.NAME:<14} {headline(module)}")
        return 0
    name, rest = arguments[0], arguments[1:]
    chosen = next((module for module in benchmarks() if name == module.NAME), None)
    if chosen is None:
        print(f"No benchmark is called {name}; `python -m bench --list` names them.", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(prog=f"python -m bench {name}", description=headline(chosen))
    parser.add_argument("--json", action="store_true", help="end with one line of JSON holding every figure")
    if hasattr(chosen, "add_arguments"):
        chosen.add_arguments(parser)
    args = parser.parse_args(rest)
    result: dict[str, Any] = chosen.run(args)
    print_table(result.get("figures", []))
    if hasattr(chosen, "show"):
        chosen.show(result)
    if args.json:
        print(json.dumps({"bench": name, **result}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

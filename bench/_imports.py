"""(d) A whole file of orders taken in by `steward orders import`, beside a bare set-based insert of the same rows.

The bare insert writes customers, goods, orders and lines of the reference schema through `unnest`, 1,000 orders a
statement, from rows that lie ready in memory; only its statements are timed. The import reads the file, maps, checks,
recognises buyers, seals personal data, records events and matches cancellations.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from bench import _stage
from steward.kernel import arrays

BATCH = 1_000
FILE = "online_retail/retail_2009_2010.parquet"
INSERT = """
WITH c AS (
    INSERT INTO customer (email, name) SELECT DISTINCT e, e FROM unnest(%(emails)s::text[]) AS e
    ON CONFLICT (email) DO UPDATE SET updated_at = now() RETURNING id, email
), o AS (
    INSERT INTO ord (number, customer_id, channel, status, currency, total)
    SELECT n.number, c.id, 'file', 'placed', 'GBP', 0
    FROM unnest(%(numbers)s::text[], %(emails)s::text[]) AS n (number, email) JOIN c ON c.email = n.email
    RETURNING id, number
)
INSERT INTO line (order_id, sku_id, qty, unit_price)
SELECT o.id, l.sku, l.qty, l.price
FROM unnest(%(line_numbers)s::text[], %(skus)s::bigint[], %(quantities)s::int[], %(prices)s::numeric[])
     AS l (number, sku, qty, price)
JOIN o ON o.number = l.number
"""


def data_file() -> Path | None:
    """Find the real file; None where the data are absent."""
    folder = Path(os.environ.get("STEWARD_DATA") or _stage.ROOT.parent / "shared" / "data")
    path = folder / FILE
    return path if path.exists() else None


def measure(environment: dict[str, str], reference: str, path: Path) -> dict[str, float]:
    """Import the file both ways. Returns seconds of each, lines, and the import's memory above start in MB."""
    bare = _bare(reference, path)
    command = [sys.executable, "-m", "steward.interfaces.cli", "orders", "import", str(path)]
    command += ["--shop", "retail", "--mapping", "online_retail", "--historic", "--json"]
    _said, start_mb = _run([*command, "--help"], environment)
    started = time.perf_counter()
    said, peak_mb = _run(command, environment)
    seconds = time.perf_counter() - started
    return {
        "import_s": seconds,
        "bare_s": bare["seconds"],
        "lines": bare["lines"],
        "start_mb": start_mb,
        "above_start_mb": peak_mb - start_mb,
        **_counts(json.loads(said.strip().splitlines()[-1])),
    }


def _run(command: list[str], environment: dict[str, str]) -> tuple[str, float]:
    """Run a command. Returns what it printed and its own peak of memory in MB, looked up ten times a second."""
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(command, env=environment, cwd=_stage.ROOT, stdout=printed, stderr=subprocess.DEVNULL)
        peak_kb = 0
        while process.poll() is None:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
                peak_kb = max([peak_kb, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))])
            time.sleep(0.1)
        printed.seek(0)
        return printed.read(), peak_kb / 1024


def _counts(report: dict[str, Any]) -> dict[str, float]:
    return {key: report[key] for key in ("received", "created", "rejected")}


def _bare(url: str, path: Path) -> dict[str, float]:
    with psycopg.connect(url, autocommit=True) as line:
        line.execute("TRUNCATE customer, ord, line, sku RESTART IDENTITY CASCADE")
        skus = _skus(line, path)
        seconds, count = 0.0, 0
        for orders in _batches(path):
            rows = [(number, row) for number, rows in orders for row in rows]
            columns = {
                "numbers": arrays.texts([number for number, _rows in orders]),
                "emails": arrays.texts([str(rows[0][3]) for _number, rows in orders]),
                "line_numbers": arrays.texts([number for number, _row in rows]),
                "skus": arrays.integers([skus[row[1]] for _number, row in rows]),
                "quantities": arrays.integers([max(abs(row[2]), 1) for _number, row in rows]),
                "prices": arrays.texts([str(round(row[4], 2)) for _number, row in rows]),
            }
            started = time.perf_counter()
            line.execute(INSERT, columns)
            seconds += time.perf_counter() - started
            count += len(rows)
        return {"seconds": seconds, "lines": count}


def _skus(line: psycopg.Connection[Any], path: Path) -> dict[str, int]:
    codes = duckdb.execute("SELECT DISTINCT StockCode FROM read_parquet(?)", [str(path)]).fetchall()
    known = {code: number for number, (code,) in enumerate(codes, 1)}
    line.execute(
        "INSERT INTO sku SELECT n, c, 1, 1000000, 0 FROM unnest(%s::bigint[], %s::text[]) AS s (n, c)",
        [arrays.integers(known.values()), arrays.texts(known)],
    )
    return known


def _batches(path: Path) -> Iterator[list[tuple[str, list[tuple[Any, ...]]]]]:
    rows = duckdb.connect().execute(
        "SELECT InvoiceNo, StockCode, Quantity, CustomerID, UnitPrice FROM read_parquet(?) ORDER BY InvoiceNo",
        [str(path)],
    )
    batch: list[tuple[str, list[tuple[Any, ...]]]] = []
    for number, group in groupby(iter(rows.fetchone, None), key=lambda row: row[0]):
        batch.append((str(number), list(group)))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch

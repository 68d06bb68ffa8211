"""Read Parquet through DuckDB: streamed, sorted on disk where an order's rows lie apart."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import duckdb

from steward.connectors.spreadsheets.opened import OpenedFile
from steward.modules.orders.ports import EmptyFile, Row, UnknownFormat

MEMORY = "128MB"
CHUNK = 5_000


class ParquetRows(OpenedFile):
    """A Parquet file; every value comes as text, as a person would type it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._scratch = tempfile.TemporaryDirectory(prefix="steward-parquet-")
        self._connection = duckdb.connect(
            config={"memory_limit": MEMORY, "threads": 1, "temp_directory": self._scratch.name}
        )
        try:
            self._connection.execute("SET TimeZone = 'UTC'")
            known = self._connection.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(path)]).description
        except duckdb.Error as error:
            self.close()
            raise UnknownFormat(file=path.name) from error
        self._columns = [name for name, *_ in known or ()]
        if not self._columns:
            self.close()
            raise EmptyFile(file=path.name)
        self._accept_header(self._columns)

    def rows(self) -> Iterator[Row]:
        """Yield the records in the order of the file."""
        for record in self._read("ORDER BY file_row_number"):
            yield Row(record[0], record[1:])

    def groups(self, key: int | None) -> Iterator[list[Row]]:
        """Yield the records that share the value of column `key`; DuckDB sorts, on disk if need be."""
        if key is None:
            yield from super().groups(None)
            return
        records = self._read(f"ORDER BY trim({_as_text(self._columns[key])}), 1")
        for name, part in groupby(records, key=lambda record: str(record[key + 1]).strip()):
            together = [Row(record[0], record[1:]) for record in part]
            if name:
                yield together
            else:
                yield from ([row] for row in together)

    def close(self) -> None:
        """Let go of the file and of the scratch folder."""
        self._connection.close()
        self._scratch.cleanup()

    def _read(self, order: str) -> Iterator[tuple[int, *tuple[str, ...]]]:
        """Stream (row number, cells…). Numbers count as in the other formats: the first record is 2."""
        texts = ", ".join(map(_as_text, self._columns))
        query = f"SELECT file_row_number + 2, {texts} FROM read_parquet(?, file_row_number = true) {order}"  # noqa: S608
        result = self._connection.execute(query, [str(self.path)])
        while part := result.fetchmany(CHUNK):
            yield from part


def _as_text(column: str) -> str:
    """Write the SQL that gives a column as text."""
    quoted = column.replace('"', '""')
    return f"coalesce(CAST(\"{quoted}\" AS VARCHAR), '')"

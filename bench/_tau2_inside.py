"""Load their shop into a migrated database and run every task. One line of JSON."""

import gzip
import json
import sys
import time
from pathlib import Path

import django

django.setup()

from collections import Counter  # noqa: E402

from bench import _tau2_load, _tau2_tasks  # noqa: E402
from steward.kernel import moment  # noqa: E402


def main(folder: Path) -> None:
    """Run all tasks of a folder."""
    world = json.loads(gzip.decompress((folder / "db.json.gz").read_bytes()))
    tasks = json.loads((folder / "tasks.json").read_text())
    now, begun = moment.now(), time.perf_counter()
    loaded = _tau2_load.load(world, now)
    loaded_s = time.perf_counter() - begun
    begun = time.perf_counter()
    found = [_tau2_tasks.run(task, world, loaded, now) for task in tasks]
    actions: Counter[str] = Counter()
    for one in found:
        actions.update(one.actions)
    result = {
        "tasks": len(found),
        "possible": sum(one.possible for one in found),
        "equal": sum(one.is_equal for one in found),
        "refused": sum(one.refused for one in found),
        "let_through": [f"{one.task}: {what}" for one in found for what in one.let_through],
        "differ": {one.task: one.differences for one in found if one.differences},
        "actions": dict(actions.most_common()),
        "orders": len(loaded.orders),
        "customers": len(loaded.users),
        "loaded_s": round(loaded_s, 1),
        "ran_s": round(time.perf_counter() - begun, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Carry out one batch of refunds in a process of its own, as a worker does, so that it can be killed in the middle."""

from __future__ import annotations

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "steward.settings"
django.setup()

from steward.modules.payments import tasks  # noqa: E402

if __name__ == "__main__":
    print(tasks.work_batch(), flush=True)

"""No secret and no personal data gets into a log, whichever way it takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from steward.kernel import logs

ROOT = Path(__file__).resolve().parents[2]

SECRETS = {
    "hunter2-password": 'log.warning("signing in", password="hunter2-password")',
    "tok_abcdefgh": 'log.warning("calling", headers={"Authorization": "Bearer tok_abcdefgh"})',
    "tok_ijklmnop": 'log.warning("refused: Authorization: Bearer tok_ijklmnop")',
    "pw-in-url": 'log.warning("connecting to postgresql://me:pw-in-url@db/steward")',
    "13800138000": 'log.warning("called 13800138000 twice")',
    "138 0013 8001": 'log.warning("called 138 0013 8001 twice")',
    "138-0013-8003": 'logging.getLogger("plain").error("called %s", "+86 138-0013-8003")',
    "010-87654321": 'log.warning("called 010-87654321")',
    "+44 20 7946 0958": 'log.warning("called +44 20 7946 0958")',
    "mei@example.cn": 'log.warning("wrote", to=["mei@example.cn"])',
    "中山路九号": 'log.warning("sent", address={"line": "中山路九号"})',
    "Mei Wang": 'log.warning("sent", recipient="Mei Wang")',
    "11010519491231002X": 'log.warning("id 11010519491231002X")',
    "6222 0200 1234 5678": 'log.warning("card 6222 0200 1234 5678")',
    "leak@example.cn": 'try:\n    raise ValueError("leak@example.cn")\nexcept ValueError:\n    log.exception("broke")',
    "bytes-of-a-key": 'log.warning("key", value=b"bytes-of-a-key")',
    "session-cookie-x": 'log.warning("request", cookies={"sessionid": "session-cookie-x"})',
}


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """Log every secret in a process of its own, whose log is what an operator would see."""
    program = "import logging, structlog\nfrom steward.kernel import logs\nlogs.configure('DEBUG')\n"
    program += "log = structlog.get_logger('test')\n" + "\n".join(SECRETS.values())
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return result.stderr.splitlines()


def test_every_line_is_one_json_object_with_level_time_and_logger(lines: list[str]) -> None:
    parsed = [json.loads(line) for line in lines]

    assert len(parsed) == len(SECRETS)
    assert all({"event", "level", "timestamp", "logger"} <= line.keys() for line in parsed)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_nowhere_in_the_log(secret: str, lines: list[str]) -> None:
    assert secret not in "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        "order T-20200213-000123 is paid",
        "2020-02-13T10:11:12.123456Z",
        "promised 1380013 of 20000000 pieces",
        "request 0cc175b9c0f1b6a831c399e269772661 took 0.123 s",
        "event 1234567890123456",
        "version 5.2.19 listens on 127.0.0.1:8000",
    ],
)
def test_what_is_neither_secret_nor_personal_stays_readable(text: str) -> None:
    assert logs.redact_text(text) == text


@pytest.mark.parametrize(
    "key", ["recipient_phone", "apiKey", "X-Api-Key", "customer_email", "new_password", "csrfToken"]
)
def test_a_key_that_names_something_secret_hides_its_value(key: str) -> None:
    assert logs.redact({key: "whatever"}) == {key: logs.MASK}


@pytest.mark.parametrize("key", ["order_id", "seconds", "sku", "province", "findings"])
def test_a_key_that_names_nothing_secret_shows_its_value(key: str) -> None:
    assert logs.redact({key: "whatever"}) == {key: "whatever"}


def test_an_unknown_level_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SystemExit, match="DEBUG, ERROR, INFO, WARNING"):
        logs.configure("LOUD")

"""Structured logs: one JSON object a line, with request and job ids, without secrets and personal data."""

from __future__ import annotations

import logging
import logging.config
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "***"
LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR"})

# A key with one of these words in it never shows its value.
SECRET_WORDS = frozenset(
    {
        "password", "passwd", "passphrase", "secret", "token", "authorization", "cookie", "csrf", "csrftoken",
        "sessionid", "apikey", "credential", "credentials", "signature", "otp", "totp",
    }
)  # fmt: skip
SECRET_PAIRS = ("api_key", "private_key", "master_key", "data_key", "index_key", "secret_key", "session_key")
PERSONAL_WORDS = frozenset(
    {
        "phone", "mobile", "telephone", "email", "mail", "recipient", "street", "address", "buyer", "payer",
        "surname", "iban",
    }
)  # fmt: skip
PERSONAL_PAIRS = ("full_name", "first_name", "last_name", "customer_name", "person_name", "bank_account", "id_number")

PATTERNS = (
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), MASK),
    # scheme://user:password@host keeps its user: it is needed to understand a refused connection.
    (re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@"), rf"\1:{MASK}@"),
    # Signed links: who has the address has the page.
    (re.compile(r"(/p/(?:stop/)?)[\w.-]{20,}"), rf"\1{MASK}"),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[\w.~+/=-]{6,}"), rf"\1 {MASK}"),
    (
        re.compile(
            r"(?i)\b([\w-]*(?:password|passwd|secret|token|api[_-]?key|authorization))(['\"]?\s*[=:]\s*['\"]?)"
            r"(?!\*\*\*|bearer|basic)[^\s,;'\"&})]+"
        ),
        rf"\1\2{MASK}",
    ),
    # Chinese mobile numbers, also grouped and with the country's code; then numbers that begin with '+'.
    (re.compile(r"(?<![\w.-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\w-])"), MASK),
    (re.compile(r"(?<!\w)\+\d(?:[ -]?\d){6,14}(?!\d)"), MASK),
    # Chinese landlines with an area code, identity card numbers, bank cards in groups of four.
    (re.compile(r"(?<![\w.-])0\d{2,3}-\d{7,8}(?![\w-])"), MASK),
    (re.compile(r"(?<!\w)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}[\dXx](?!\w)"), MASK),
    (re.compile(r"(?<!\w)\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?(?!\w)"), MASK),
)


def redact_text(text: str) -> str:
    """Mask what looks like a secret, a phone number, an e-mail address, an identity card or a bank card."""
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def is_sensitive(key: str) -> bool:
    """Tell whether a key names a secret or personal data (`recipient_phone` does, `tokens_used` does not)."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower().replace("-", "_")
    words = set(name.split("_"))
    return bool(words & (SECRET_WORDS | PERSONAL_WORDS)) or any(
        pair in name for pair in (*SECRET_PAIRS, *PERSONAL_PAIRS)
    )


def redact(value: Any, *, key: str = "") -> Any:
    """Return a value as it may be logged: masked by its key, by its keys, or by what its text looks like."""
    if key and is_sensitive(key) and value not in (None, "", True, False):
        return MASK
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, Mapping):
        return {name: redact(item, key=str(name)) for name, item in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [redact(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else redact_text(str(value))


def redacting(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask a whole log line, its message and its traceback included."""
    return {key: redact(value, key=key) for key, value in event.items()}


def _job_of_procrastinate(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> EventDict:
    """Keep a job's id and task from Procrastinate's records, and none of its arguments."""
    record = event.get("_record")
    job = getattr(record, "job", None)
    if isinstance(job, dict):
        event.setdefault("job_id", job.get("id"))
        event.setdefault("task", job.get("task_name"))
        # Its sentence repeats the call with every argument.
        event["event"] = getattr(record, "action", "job")
    return event


def configure(level: str) -> None:
    """Send structlog and the standard library's logs to standard error, as JSON, or readable on a terminal.

    Raises: SystemExit for an unknown level.
    """
    if level.upper() not in LEVELS:
        raise SystemExit(f"STEWARD_LOG_LEVEL={level!r} is unknown: use one of {', '.join(sorted(LEVELS))}.")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
    ]
    readable = sys.stderr.isatty()
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [_job_of_procrastinate, *last, redacting, renderer],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level.upper()},
            "loggers": {
                "procrastinate": {"level": "WARNING"},
                "django.server": {"level": "WARNING"},
                "granian": {"level": "WARNING"},
            },
        }
    )

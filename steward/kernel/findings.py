"""Name what a check found in the words every module shares: field, code, severity, facts and a suggested mend."""

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """State one thing a check found; language-neutral, the screens put `code` and `params` into words.

    `suggestion` maps field names to the values that would mend it; nothing typed is ever overwritten by it.
    Source: ORD-2.
    """

    field: str
    code: str
    severity: Literal["error", "warning"]
    params: dict[str, str] = {}
    suggestion: dict[str, str] | None = None

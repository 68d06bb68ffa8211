"""The hot path of orders in, which no Django view serves, keeps its description as well: asked at the real door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import schemathesis

from tests.api import described
from tests.browser.house import House

EXAMPLES = 12
DESCRIPTION = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
schema = schemathesis.openapi.from_path(DESCRIPTION).include(
    method="POST", path=["/api/v1/orders", "/api/v1/orders/bulk"]
)


@schema.parametrize()
@described.examples(EXAMPLES)
def test_every_answer_is_as_described(case: schemathesis.Case[Any], house: House) -> None:
    case.call_and_validate(
        base_url=house.address,
        headers={"Authorization": f"Bearer {house.token}"},
        excluded_checks=described.unfit_checks(case.operation.path),
        timeout=20,
    )

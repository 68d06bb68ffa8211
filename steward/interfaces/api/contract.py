"""The OpenAPI description: the operations of ninja, the two of order intake, and what holds for all of them."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
from ninja import NinjaAPI

from steward.interfaces.api.receipts import OrderReply
from steward.interfaces.api.replies import HEADER, KEY_PATTERN, LONGEST_KEY, REPLAY_HEADER, keeps_reply
from steward.modules.orders.rules.drafts import OrderDraft

PREFIX = "/api/v1/"
REF = "#/components/schemas/"
INTAKE = {"enter_order", "enter_orders"}
PROBLEMS = {
    400: "The request cannot be read.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "A permission is missing; the title names it.",
    404: "There is nothing under this number or address.",
    409: "The state of things does not allow it; the code says why.",
    410: "Personal data that were erased.",
    413: "The request is too big.",
    422: "Some fields need mending; `findings` lists all of them.",
    429: "Too many requests; wait as long as `Retry-After` says.",
}
FINDING = {
    "type": "object",
    "required": ["field", "code", "message"],
    "properties": {
        "field": {"type": "string", "description": "The field as it was sent, e.g. `lines.0.sku`"},
        "in": {"type": "string"},
        "code": {"type": "string"},
        "message": {"type": "string", "description": "In the caller's language"},
        "severity": {"enum": ["error", "warning"]},
        "suggestion": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
    },
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title` says what to do, in the caller's language.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "findings": {"type": "array", "items": {"$ref": f"{REF}Finding"}},
    },
}
KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same request gives the same answer again and changes nothing.",
    "schema": {"type": "string", "maxLength": LONGEST_KEY, "pattern": KEY_PATTERN},
}
REPLAY = {REPLAY_HEADER: {"description": "Present when the answer was kept from before.", "schema": {"const": "true"}}}


def describe(api: NinjaAPI) -> dict[str, Any]:
    """Describe the whole API as OpenAPI 3.1."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(api.get_openapi_schema(path_prefix=PREFIX)))
    schemas = document["components"]["schemas"]
    schemas |= {"Problem": PROBLEM, "Finding": FINDING} | _intake_schemas()
    for path, operation in _intake_paths().items():
        document["paths"].setdefault(path, {})["post"] = operation
    keepers = INTAKE | _keepers(api)
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation, has_key=operation["operationId"] in keepers)
    document["paths"] = dict(sorted(document["paths"].items()))
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    document["components"]["securitySchemes"] = {
        "TokenAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "stw_…"},
        "SessionAuth": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
    }
    return document


def _keepers(api: NinjaAPI) -> set[str | None]:
    """Name the operations that keep their reply under a key."""
    routers = [router for _prefix, router in api._routers]
    views = [view for router in routers for view in router.path_operations.values()]
    return {one.operation_id for view in views for one in view.operations if keeps_reply(one.view_func)}


def _complete(operation: dict[str, Any], *, has_key: bool) -> None:
    """Add what every operation has: problems, and on changes the idempotency key."""
    content = {"application/problem+json": {"schema": {"$ref": f"{REF}Problem"}}}
    responses = operation["responses"]
    for status, meaning in PROBLEMS.items():
        responses.setdefault(str(status), {"description": meaning, "content": content})
    operation["responses"] = dict(sorted(responses.items()))
    operation["security"] = [{"TokenAuth": []}, {"SessionAuth": []}]
    if has_key:
        operation["parameters"] = [*operation.get("parameters", []), copy.deepcopy(KEY_PARAMETER)]
        for status, response in operation["responses"].items():
            if status < "300":
                response["headers"] = copy.deepcopy(REPLAY)


def _intake_schemas() -> dict[str, Any]:
    """Describe drafts and replies from the structs that decode and encode them."""
    _refs, components = msgspec.json.schema_components([OrderDraft, OrderReply], ref_template=REF + "{name}")
    return dict(components)


def _intake_paths() -> dict[str, dict[str, Any]]:
    reply = {"application/json": {"schema": {"$ref": f"{REF}OrderReply"}}}
    one = {
        "operationId": "enter_order",
        "summary": "Enter an order",
        "description": "Take one order in. Answered once it is committed. Needs `orders.enter`.",
        "tags": ["orders"],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": f"{REF}OrderDraft"}}}},
        "responses": {
            "200": {"description": "The same order came before with the same content.", "content": reply},
            "201": {"description": "The order was taken in; `findings` may ask for mending.", "content": reply},
            "503": {"description": "Nobody knows yet whether it was taken in: send it again."},
        },
    }
    lines = {"application/x-ndjson": {"schema": {"type": "string", "contentMediaType": "application/x-ndjson"}}}
    many = {
        "operationId": "enter_orders",
        "summary": "Enter many orders",
        "description": "NDJSON: one OrderDraft per line in, one OrderReply per line out, in the same order. Bad lines "
        "come back as rejected; the others go in. Needs `orders.enter`.",
        "tags": ["orders"],
        "requestBody": {"required": False, "content": lines},
        "responses": {
            "200": {"description": "One OrderReply per line.", "content": copy.deepcopy(lines)},
            "503": {"description": "Some lines may have been taken in: send them again."},
        },
    }
    return {f"{PREFIX}orders": one, f"{PREFIX}orders/bulk": many}

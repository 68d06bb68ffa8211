"""Who acts: a person, an API token, or a named part of the system."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors

ALL = "*"


class NotPermitted(errors.Refusal):
    """Refuse what the actor has no permission for."""

    code = "not_permitted"
    status = 403
    message = _("You need the permission “%(permission)s” for this. Ask an administrator to give it to your role.")


@dataclass(frozen=True, slots=True)
class Actor:
    """Carry who acts and what they may do; the interface resolves it once.

    `scopes` limits an API token (shop codes); empty means every shop.
    """

    id: str
    kind: Literal["person", "token", "system"]
    permissions: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    locale: str = "zh-hans"
    name: str = ""
    staff_id: int | None = field(default=None)

    def may(self, permission: str) -> bool:
        """Tell whether the actor holds the permission."""
        return permission in self.permissions or ALL in self.permissions

    def require(self, permission: str) -> None:
        """Refuse unless the actor holds the permission.

        Raises: NotPermitted.
        """
        if not self.may(permission):
            raise NotPermitted(permission=permission)

    def covers(self, shop_code: str) -> bool:
        """Tell whether the actor may touch the shop."""
        return not self.scopes or shop_code in self.scopes


def system(name: str) -> Actor:
    """Name a part of the system as the actor; it may do everything."""
    return Actor(id=f"system:{name}", kind="system", permissions=frozenset({ALL}), name=name)

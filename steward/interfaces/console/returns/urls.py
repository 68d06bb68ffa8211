"""Addresses of after-sales: policies, then cases."""

from __future__ import annotations

from steward.interfaces.console.cases import urls as case_urls
from steward.interfaces.console.returns import policies_urls

urlpatterns = [*policies_urls.urlpatterns, *case_urls.urlpatterns]

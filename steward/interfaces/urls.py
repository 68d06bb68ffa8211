"""All addresses of Steward that Django answers; the hot ones are in asgi/routes.py."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("steward.interfaces.api.urls")),
    path("webhooks/", include("steward.interfaces.webhooks.urls")),
    path("files/", include("steward.interfaces.files.urls")),
    path("chat/", include("steward.interfaces.chat.urls")),
    path("p/", include("steward.interfaces.portal.urls")),
    path("my/", include("steward.interfaces.portal.my.urls")),
    path("", include("steward.interfaces.console.urls")),
]

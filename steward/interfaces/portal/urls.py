"""Addresses of the portal; what a link opens is told by the link itself."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.portal import contact, doors, preferences

urlpatterns = [
    path("", doors.nothing, name="portal"),
    path("contact", contact.contact, name="portal_contact"),
    path("stop/<str:token>", preferences.stop, name="portal_stop"),
    path("<str:token>", doors.open_link, name="portal_link"),
]

"""Addresses of the chat; its event stream is in asgi/routes.py."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.chat import doors, frame, writing

urlpatterns = [
    path("<slug:code>.js", frame.script, name="chat_script"),
    path("<slug:code>", frame.frame, name="chat_frame"),
    path("<slug:code>/session", doors.session, name="chat_session"),
    path("<slug:code>/history", doors.history, name="chat_history"),
    path("<slug:code>/messages", writing.messages, name="chat_messages"),
    path("<slug:code>/typing", doors.typing, name="chat_typing"),
    path("<slug:code>/seen", doors.seen, name="chat_seen"),
    path("<slug:code>/person", doors.person, name="chat_person"),
    path("<slug:code>/contact", writing.contact, name="chat_contact"),
    path("<slug:code>/form", writing.form, name="chat_form"),
]

"""Addresses of the pages about service stations."""

from django.urls import path

from steward.interfaces.console.stations import booking, counter, directory, editing

urlpatterns = [
    path("", directory.stations, name="stations"),
    path("new", editing.station_new, name="station_new"),
    path("appointments/<int:appointment_id>", booking.appointment, name="appointment"),
    path("appointments/<int:appointment_id>/move", booking.move, name="appointment_move"),
    path("appointments/<int:appointment_id>/cancel", booking.cancel, name="appointment_cancel"),
    path("appointments/<int:appointment_id>/arrive", counter.arrive, name="appointment_arrive"),
    path("appointments/<int:appointment_id>/finish", counter.finish, name="appointment_finish"),
    path("<slug:station_code>", directory.station, name="station"),
    path("<slug:station_code>/edit", editing.station_edit, name="station_edit"),
    path("<slug:station_code>/book", booking.book, name="appointment_book"),
    path("<slug:station_code>/today", counter.today, name="station_today"),
]

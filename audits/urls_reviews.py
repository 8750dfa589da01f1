"""The review: planning it, its room, what it leaves behind."""

from django.urls import URLPattern, path

from audits.views import actions as action_views
from audits.views import (
    agendas,
    guests,
    live,
    minutes,
    notes,
    polls,
    review_ends,
    reviews,
    room_actions,
)
from audits.views import participants as invited_views
from audits.views import room as room_views

# Streams: views/live.py.
streams: list[URLPattern] = [
    path("live/audits/<uuid:pk>/", live.audit_live, name="audit-live"),
    path("live/reviews/<uuid:pk>/", live.review_live, name="review-live"),
]

# Planning and the page of a review: views/reviews.py.
planning: list[URLPattern] = [
    path("audits/<uuid:pk>/reviews/", reviews.review_list, name="review-list"),
    path("audits/<uuid:pk>/reviews/new/", reviews.review_new, name="review-new"),
    path("reviews/<uuid:pk>/", reviews.review_detail, name="review-detail"),
    path("reviews/<uuid:pk>/edit/", reviews.review_edit, name="review-edit"),
    path("reviews/<uuid:pk>/cancel/", reviews.review_cancel, name="review-cancel"),
    path("reviews/<uuid:pk>/start/", reviews.review_start, name="review-start"),
    path("reviews/<uuid:pk>/probes/", reviews.review_probes_run, name="review-probes"),
    path("reviews/<uuid:pk>/agenda/", agendas.agenda_refresh, name="agenda-refresh"),
    path("reviews/<uuid:pk>/agenda/topics/", agendas.agenda_topic, name="agenda-topic"),
    path("reviews/<uuid:pk>/agenda/items/", agendas.agenda_item, name="agenda-item"),
    path("reviews/<uuid:pk>/agenda/back/", agendas.agenda_put_back, name="agenda-put-back"),
    path("reviews/<uuid:pk>/agenda/<int:point_pk>/move/", agendas.agenda_move, name="agenda-move"),
    path(
        "reviews/<uuid:pk>/agenda/<int:point_pk>/take-off/",
        agendas.agenda_take_off,
        name="agenda-take-off",
    ),
]

# Participants and guests: views/participants.py, views/guests.py.
PARTICIPANTS = "reviews/<uuid:pk>/participants/"
PARTICIPANT = f"{PARTICIPANTS}<uuid:participant_pk>/"
participants: list[URLPattern] = [
    path(PARTICIPANTS, invited_views.participant_list, name="participant-list"),
    path(f"{PARTICIPANTS}guests/", invited_views.guest_invite, name="guest-invite"),
    path(f"{PARTICIPANT}renew/", invited_views.guest_renew, name="guest-renew"),
    path(f"{PARTICIPANT}mail/", invited_views.participant_mail, name="participant-mail"),
    path(
        f"{PARTICIPANT}withdraw/",
        invited_views.participant_withdraw,
        name="participant-withdraw",
    ),
    path("reviews/<uuid:pk>/calendar.ics", invited_views.review_calendar, name="review-calendar"),
    path("reviews/<uuid:pk>/guest/", guests.guest_review, name="guest-review"),
    path("reviews/<uuid:pk>/guest/leave/", guests.guest_leave, name="guest-leave"),
    path("guests/<str:token>/", guests.guest_link, name="guest-link"),
]

# The room: views/room.py.
room: list[URLPattern] = [
    path("reviews/<uuid:pk>/room/", room_views.room, name="room"),
    path("reviews/<uuid:pk>/room/show/", room_views.room_show, name="room-show"),
    path("reviews/<uuid:pk>/room/lead/", room_views.room_lead, name="room-lead"),
    path(
        "reviews/<uuid:pk>/room/points/<int:point_pk>/decide/",
        room_views.room_decide,
        name="room-decide",
    ),
    path(
        "reviews/<uuid:pk>/room/points/<int:point_pk>/confirm/",
        room_views.room_confirm,
        name="room-confirm",
    ),
]

# Notes, polls and action items in the room: views/notes.py, polls.py, room_actions.py.
POINT = "reviews/<uuid:pk>/room/points/<int:point_pk>/"
talk: list[URLPattern] = [
    path(f"{POINT}note/", notes.note_edit, name="note-edit"),
    path(f"{POINT}note/merge/", notes.note_merge, name="note-merge"),
    path(f"{POINT}polls/new/", polls.poll_new, name="poll-new"),
    path(f"{POINT}polls/<int:poll_pk>/vote/", polls.poll_vote, name="poll-vote"),
    path(f"{POINT}polls/<int:poll_pk>/close/", polls.poll_close, name="poll-close"),
    path(f"{POINT}actions/new/", room_actions.room_action_new, name="room-action-new"),
    path(
        f"{POINT}actions/<uuid:action_pk>/",
        room_actions.room_action_edit,
        name="room-action-edit",
    ),
    path(
        f"{POINT}actions/<uuid:action_pk>/close/",
        room_actions.room_action_close,
        name="room-action-close",
    ),
]

# Roll call, outcome, minutes: views/review_ends.py, views/minutes.py.
ending: list[URLPattern] = [
    path("reviews/<uuid:pk>/decide/", review_ends.review_decide, name="review-decide"),
    path("reviews/<uuid:pk>/word/", review_ends.review_word, name="review-word"),
    path("reviews/<uuid:pk>/word/back/", review_ends.review_word_back, name="review-word-back"),
    path("reviews/<uuid:pk>/end/", review_ends.review_end, name="review-end"),
    path("reviews/<uuid:pk>/propose/", review_ends.review_propose, name="review-propose"),
    path("reviews/<uuid:pk>/minutes/", minutes.review_minutes, name="review-minutes"),
    path("reviews/<uuid:pk>/minutes.md", minutes.minutes_text, name="review-minutes-text"),
]

# Action items of a team: views/actions.py.
actions: list[URLPattern] = [
    path("teams/<uuid:pk>/actions/", action_views.action_list, name="action-list"),
    path("teams/<uuid:pk>/actions/new/", action_views.action_new, name="action-new"),
    path("actions/<uuid:pk>/", action_views.action_edit, name="action-edit"),
    path("actions/<uuid:pk>/close/", action_views.action_close, name="action-close"),
    path("actions/<uuid:pk>/reopen/", action_views.action_reopen, name="action-reopen"),
]

urlpatterns = [*streams, *planning, *participants, *room, *talk, *ending, *actions]

"""Environments, and what the machine sees of them."""

from django.urls import path

from audits.views import environment_page, environments, keys, ledger, runs, watches

urlpatterns = [
    path(
        "projects/<uuid:pk>/environments/<int:environment_pk>/",
        environment_page.environment_detail,
        name="environment-detail",
    ),
    path(
        "projects/<uuid:pk>/environments/<int:environment_pk>/run/",
        environment_page.environment_run,
        name="environment-run",
    ),
    path(
        "projects/<uuid:pk>/environments/<int:environment_pk>/settings/",
        environments.environment_edit,
        name="environment-edit",
    ),
    path(
        "projects/<uuid:pk>/environments/<int:environment_pk>/keys/new/",
        keys.key_add,
        name="key-add",
    ),
    path(
        "projects/<uuid:pk>/environments/<int:environment_pk>/ledger/",
        ledger.ledger,
        name="ledger",
    ),
    path("keys/<uuid:pk>/remove/", keys.key_remove, name="key-remove"),
    path("watches/<int:pk>/", watches.watch_detail, name="watch-detail"),
    path("watches/<int:pk>/run/", watches.watch_run, name="watch-run"),
    path("watches/<int:pk>/schedule/", watches.watch_schedule, name="watch-schedule"),
    path("watches/<int:pk>/pay/", watches.watch_pay, name="watch-pay"),
    path("watches/<int:pk>/production/", watches.watch_production, name="watch-production"),
    path("watches/<int:pk>/mute/", watches.watch_mute, name="watch-mute"),
    path("watches/<int:pk>/unmute/", watches.watch_unmute, name="watch-unmute"),
    path("watches/<int:pk>/log/", watches.watch_log, name="watch-log"),
    path("runs/<uuid:pk>/", runs.run_detail, name="run-detail"),
]

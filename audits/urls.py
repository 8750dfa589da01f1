from django.urls import path

from audits.views import (
    answers,
    audits,
    comments,
    evidence,
    health,
    preferences,
    projects,
    reports,
    sign_offs,
    teams,
)

urlpatterns = [
    path("", projects.project_list, name="project-list"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("theme/", preferences.theme_set, name="theme-set"),
    path("teams/new/", teams.team_new, name="team-new"),
    path("teams/<uuid:pk>/", teams.team_detail, name="team-detail"),
    path("teams/<uuid:pk>/members/", teams.member_add, name="member-add"),
    path("teams/<uuid:pk>/members/<int:member_pk>/", teams.member_change, name="member-change"),
    path(
        "teams/<uuid:pk>/members/<int:member_pk>/remove/",
        teams.member_remove,
        name="member-remove",
    ),
    path("teams/<uuid:team_pk>/projects/new/", projects.project_new, name="project-new"),
    path("projects/<uuid:pk>/", projects.project_detail, name="project-detail"),
    path("projects/<uuid:pk>/edit/", projects.project_edit, name="project-edit"),
    path("projects/<uuid:pk>/environments/", projects.environment_add, name="environment-add"),
    path(
        "projects/<uuid:pk>/environments/<int:environment_pk>/remove/",
        projects.environment_remove,
        name="environment-remove",
    ),
    path("audits/new/", audits.audit_new, name="audit-new"),
    path("audits/<uuid:pk>/", audits.audit_detail, name="audit-detail"),
    path("audits/<uuid:pk>/rename/", audits.audit_rename, name="audit-rename"),
    path("audits/<uuid:pk>/reopen/", audits.audit_reopen, name="audit-reopen"),
    path("audits/<uuid:pk>/history/", audits.audit_history, name="audit-history"),
    path("audits/<uuid:pk>/reports/", reports.report_request, name="report-request"),
    path("audits/<uuid:pk>/sign-offs/", sign_offs.sign_off_list, name="sign-off-list"),
    path("audits/<uuid:pk>/sign-offs/new/", sign_offs.seal, name="sign-off-new"),
    path("audits/<uuid:audit_pk>/answers/<int:pk>/", answers.answer_detail, name="answer-detail"),
    path(
        "audits/<uuid:audit_pk>/answers/<int:pk>/state/",
        answers.answer_state,
        name="answer-state",
    ),
    path(
        "audits/<uuid:audit_pk>/answers/<int:pk>/acceptance/",
        answers.answer_accept,
        name="answer-accept",
    ),
    path(
        "audits/<uuid:audit_pk>/answers/<int:pk>/plan/", answers.answer_plan, name="answer-plan"
    ),
    path(
        "audits/<uuid:audit_pk>/answers/<int:pk>/comments/",
        comments.comment_add,
        name="comment-add",
    ),
    path(
        "audits/<uuid:audit_pk>/answers/<int:pk>/evidence/",
        evidence.evidence_add,
        name="evidence-add",
    ),
    path("evidence/<uuid:pk>/", evidence.evidence_download, name="evidence-download"),
    path("evidence/<uuid:pk>/remove/", evidence.evidence_remove, name="evidence-remove"),
    path("reports/<uuid:pk>/", reports.report_detail, name="report-detail"),
    path("reports/<uuid:pk>/retry/", reports.report_retry, name="report-retry"),
    path("reports/<uuid:pk>/report.pdf", reports.report_download, name="report-download"),
    path("reports/<uuid:pk>/report.html", reports.report_html, name="report-html"),
    path("reports/<uuid:pk>/snapshot.json", reports.report_snapshot, name="report-snapshot"),
]

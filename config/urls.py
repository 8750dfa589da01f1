from django.urls import include, path

from audits.views import errors
from checklist.urls import of_team

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("checklists/", include("checklist.urls")),
    path("teams/<uuid:owner>/checklists/", include(of_team)),
    path("", include("audits.urls")),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

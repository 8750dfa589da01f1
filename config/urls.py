from django.urls import include, path
from django.views.generic import RedirectView

from audits.views import errors, proof
from checklist.urls import of_team

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("account/proof/", proof.proof_challenge, name="proof-challenge"),
    # One page lists the passkeys, beside what else guards the account.
    path(
        "account/mfa/webauthn/",
        RedirectView.as_view(pattern_name="mfa_index"),
        name="mfa_list_webauthn",
    ),
    path("account/mfa/webauthn/login/", proof.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("account/mfa/", include("allauth.mfa.urls")),
    path("checklists/", include("checklist.urls")),
    path("teams/<uuid:owner>/checklists/", include(of_team)),
    path("", include("audits.urls")),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

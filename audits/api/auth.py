"""Who may: whoever sends the key of a team's token, and nobody else. Cookies are not looked at."""

# Its public face counts no GET without rendering a page for whoever is refused.
from allauth.core.internal import ratelimit
from django.http import HttpRequest
from ninja.errors import AuthenticationError, Throttled
from ninja.security import HttpBearer

from audits.models import ApiToken

# Both limits in the settings are by the minute.
WAIT_SECONDS = 60


class TeamToken(HttpBearer):
    def __call__(self, request: HttpRequest) -> ApiToken:
        token = super().__call__(request)
        if token is None:
            raise AuthenticationError(
                message="Send the key of a token of your team: Authorization: Bearer cs_…"
            )
        return token

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = ApiToken.objects.authenticate(token)
        if found is None:
            _count(request, "api_wrong_key")
            raise AuthenticationError(message="This key is wrong, or its token was revoked.")
        _count(request, "api", key=str(found.pk))
        return found


def _count(request: HttpRequest, action: str, key: str | None = None) -> None:
    app = "allauth.account"
    if not ratelimit.consume(request, app=app, action=action, key=key, limit_get=True):
        raise Throttled(WAIT_SECONDS)

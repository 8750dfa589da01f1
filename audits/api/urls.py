"""The API's addresses: no session is asked for, nothing is kept by anybody on the way."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from audits.api.endpoints import api
from audits.api.problems import problem

View = Callable[..., HttpResponse]


def for_machines(view: View) -> View:
    """Without a session or a CSRF token, since a browser's cookies open nothing here."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        refusal = problem(405, f"This address takes {response['Allow']}.")
        refusal["Allow"] = response["Allow"]
        return refusal

    return login_not_required(csrf_exempt(never_cache(answer)))


@cache
def schema() -> dict[str, Any]:
    return api.get_openapi_schema(path_prefix="/api/v1/")


def openapi(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(schema())


def unknown(_request: HttpRequest, rest: str) -> HttpResponse:
    return problem(404, "The API has no such address; /api/v1/openapi.json lists them.")


def _ours(pattern: URLPattern) -> URLPattern:
    pattern.callback = for_machines(pattern.callback)
    return pattern


# Ninja's own root page is for its documentation pages, which are not served.
urlpatterns = [
    *(
        _ours(pattern)
        for pattern in api.urls[0]
        if isinstance(pattern, URLPattern) and pattern.name != "api-root"
    ),
    path("openapi.json", for_machines(openapi), name="api-openapi"),
    path("<path:rest>", for_machines(unknown), name="api-unknown"),
]

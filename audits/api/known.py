"""Who asks, and that they ask for nothing that an operation does not know."""

from django.http import HttpRequest
from ninja.errors import ValidationError

from audits.models import ApiToken


class ApiRequest(HttpRequest):
    auth: ApiToken


def refuse_unknown(request: ApiRequest, known: set[str]) -> None:
    """Ninja reads the fields that it knows, one of each, and passes over the rest."""
    faults = [
        {"loc": ("query", name), "msg": "Send it once." if name in known else "Not known here."}
        for name, values in request.GET.lists()
        if name not in known or len(values) > 1
    ]
    if faults:
        raise ValidationError(faults)

"""What a team declares of an environment."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audits import access
from audits.forms.correct import correct
from audits.forms.environments import SettingsForm
from audits.http import Request, posted, require_form
from audits.models import Environment
from audits.models.environment_terms import LABELS
from audits.models.errors import Outdated, Refused


@require_form
def environment_edit(request: Request, pk, environment_pk) -> HttpResponse:
    # The form's own row takes what was sent, whatever becomes of it.
    form = SettingsForm(
        posted(request), instance=access.environment_for_edit(request.user, pk, environment_pk)
    )
    environment = access.environment_for_view(request.user, pk, environment_pk)
    context: dict[str, Any] = {"form": form, "environment": environment}
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            environment.change(
                by=request.user, seen_version=form.cleaned_data["version"], **form.written()
            )
            messages.success(request, f"The settings of {environment} are saved.")
            return redirect(environment)
        except Refused as refusal:
            form.refuse(refusal)
        except Outdated:
            environment.refresh_from_db()
            context["versions"] = _versions(environment, form.written())
            correct(form, version=environment.version)
            status = 409
    return render(request, "environments/environment_form.html", context, status=status)


def _versions(environment: Environment, mine: dict[str, Any]) -> dict[str, Any]:
    """What is saved and what was sent, side by side, where they differ."""
    rows = [
        (label, _shown(getattr(environment, name)), _shown(mine[name]))
        for name, label in LABELS.items()
    ]
    return {
        "by": environment.changed_by,
        "at": environment.changed_at,
        "rows": [row for row in rows if row[1] != row[2]],
    }


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(value)
    return "" if value is None else str(value)

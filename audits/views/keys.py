"""Where the keys of an environment are to be had. Never the keys."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audits import access
from audits.forms.environments import KeyForm
from audits.http import Request, posted, require_form
from audits.models import Environment, KeyReference, User
from audits.models.errors import Refused
from audits.models.sealed_values import SealFault, seal
from audits.probes.references import ReferenceFault, parse
from audits.probes.secrets import Secret


@require_form
def key_add(request: Request, pk, environment_pk) -> HttpResponse:
    environment = access.environment_for_edit(request.user, pk, environment_pk)
    form = KeyForm(posted(request))
    if form.is_valid() and (key := _added(environment, form, request.user)):
        messages.success(request, f"“{key}” is added. The worker looks for it at the next run.")
        return redirect(environment)
    form.forget_keys()
    return render(
        request,
        "environments/key_form.html",
        {"form": form, "environment": environment},
        status=422 if form.is_bound else 200,
    )


def _added(environment: Environment, form: KeyForm, by: User) -> KeyReference | None:
    """None, with the error in the form, where it is refused."""
    given = form.cleaned_data
    value = given.pop("value")
    try:
        if given["reference"]:
            parse(given["reference"])
        # A value beside a reference is not even sealed: which of the two is meant?
        sealed = seal(Secret(value)) if value and not given["reference"] else ""
        if value and given["reference"]:
            raise Refused("Give either a reference or a value, not both.", "reference")
        return KeyReference.objects.add(environment, by=by, sealed_value=sealed, **given)
    except ReferenceFault as fault:
        form.add_error("reference", str(fault))
    except SealFault as fault:
        form.add_error("value", str(fault))
    except Refused as refusal:
        form.refuse(refusal)
    return None


@require_form
def key_remove(request: Request, pk) -> HttpResponse:
    """Asks first; a page of its own, so that it works without scripts."""
    key = access.key_for_edit(request.user, pk)
    if request.method == "POST":
        key.remove(by=request.user)
        messages.success(request, f"“{key}” is removed.")
        return redirect(key.environment)
    return render(
        request, "environments/key_remove.html", {"key": key, "environment": key.environment}
    )

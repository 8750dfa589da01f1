from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audits.forms.accounts import NameForm
from audits.forms.proof import ProofForm
from audits.http import Request, posted, require_form
from audits.models.errors import Refused


@require_form
def user_name(request: Request) -> HttpResponse:
    """Everybody's name is their own, whoever added them to a team."""
    form = NameForm(posted(request), initial={"name": request.user.name})
    if form.is_bound and form.is_valid():
        request.user.name = form.cleaned_data["name"]
        request.user.save(update_fields=["name"])
        messages.success(request, f"Your name is {request.user.name} from now on.")
        return redirect("project-list")
    status = 422 if form.is_bound else 200
    return render(request, "users/user_name.html", {"form": form}, status=status)


@require_form
def user_close(request: Request) -> HttpResponse:
    """Ends one's own account; the name stays on what was done. Takes a proof, so that nobody can
    do it on an unlocked screen."""
    form = ProofForm(posted(request), request=request)
    if form.is_bound and form.is_valid() and _closed(request, form):
        messages.success(request, "Your account is closed.")
        return redirect("account_login")
    ownerless = request.user.teams.owned_alone_by(request.user)
    return render(
        request,
        "users/user_close.html",
        {"form": form, "ownerless": ownerless},
        status=422 if form.is_bound else 200,
    )


def _closed(request: Request, form: ProofForm) -> bool:
    try:
        request.user.close()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    logout(request)
    return True

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audits.forms.accounts import NameForm
from audits.http import Request, posted, require_form


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

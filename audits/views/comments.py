from django.http import HttpResponse
from django.views.decorators.http import require_POST

from audits import access
from audits.forms.answers import CommentForm
from audits.http import Request
from audits.models import Comment
from audits.models.errors import Refused
from audits.views.answers import again, refused, saved


@require_POST
def comment_add(request: Request, audit_pk, pk) -> HttpResponse:
    answer = access.answer_for_edit(request.user, audit_pk, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return again(request, answer, 422, comment_form=form)
    try:
        Comment.objects.add(answer, form.cleaned_data["text"], by=request.user)
    except Refused as error:
        return refused(request, answer, form, error, "comment_form")
    return saved(request, answer)

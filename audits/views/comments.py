from django.http import HttpResponse
from django.views.decorators.http import require_POST

from audits.forms.answers import CommentForm
from audits.http import Request
from audits.models import Comment
from audits.models.errors import Refused
from audits.views.answers import answer_for_change, invalid, refused, saved


@require_POST
def comment_add(request: Request, audit_pk, pk) -> HttpResponse:
    answer = answer_for_change(request, audit_pk, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return invalid(request, answer, form, "comment_form")
    try:
        Comment.objects.add(answer, form.cleaned_data["text"], by=request.user)
    except Refused as error:
        return refused(request, answer, form, error, "comment_form")
    return saved(request, answer)

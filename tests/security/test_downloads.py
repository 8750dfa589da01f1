import pytest
from django.core.files.base import ContentFile

from audits.models import Evidence
from audits.models.uploads import inert
from tests.audits.views.markup import Page


@pytest.mark.parametrize(
    "media_type",
    [
        "text/javascript",
        "application/x-javascript",
        "text/css",
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "application/xml",
        "application/wasm",
        "text/plain; charset=x\r\nX: y",
        "",
    ],
)
def test_file_is_never_sent_as_what_a_page_could_run(media_type):
    assert inert(media_type) == "application/octet-stream"


@pytest.mark.parametrize("media_type", ["text/plain", "application/pdf", "image/png", "video/mp4"])
def test_file_keeps_a_type_that_a_person_opens_it_by(media_type):
    assert inert(media_type) == media_type


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\boot.ini",
        'a"; filename="evil.html',
        "a\r\nSet-Cookie: sessionid=x",
        "\u202egpj.exe",
        ".htaccess",
        "x" * 5000 + ".txt",
        "日本語.txt",
    ],
)
def test_name_of_a_file_stays_a_name(answer, ed, client, name):
    evidence = Evidence.objects.attach_file(answer, ContentFile(b"x", name=name), by=ed)
    client.force_login(ed)

    response = client.get(evidence.get_absolute_url())

    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert len(disposition) < 2000
    assert disposition.isascii()
    assert disposition.isprintable()
    assert ".." not in evidence.file.name
    assert "Set-Cookie" not in response
    assert Page(response_of_its_audit(client, answer)).faults == []


def response_of_its_audit(client, answer):
    return client.get(answer.get_absolute_url())

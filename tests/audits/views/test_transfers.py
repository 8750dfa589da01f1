"""Taking an audit away as a file, and starting one from it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits.models import Audit
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page

LOAD = reverse("audit-load")


def export_of(audit, format: str) -> str:
    return reverse("audit-export", args=[audit.pk, format])


@pytest.mark.parametrize(
    ("format", "kind"),
    [("yaml", "application/yaml"), ("json", "application/json"), ("csv", "text/csv")],
)
def test_viewer_takes_a_sealed_audit_away(browser, vic, sealed_audit, format, kind):
    response = browser(vic).get(export_of(sealed_audit, format))

    assert response["Content-Type"] == f"{kind}; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="first-launch.{format}"'
    assert "item-6" in response.content.decode()


def test_format_that_there_is_not_is_not_found(browser, vic, audit):
    assert browser(vic).get(export_of(audit, "docx")).status_code == 404


def test_audit_page_leads_to_every_format(browser, vic, audit):
    links = Page(browser(vic).get(audit.get_absolute_url())).links()

    assert {export_of(audit, format) for format in ("yaml", "json", "csv")} <= set(links)


def test_start_page_leads_to_loading(browser, ed, project):
    assert LOAD in Page(browser(ed).get(reverse("audit-new"))).links()


@pytest.fixture
def file(browser, ed, settled_audit):
    def make(format: str) -> bytes:
        return browser(ed).get(export_of(settled_audit, format)).content

    return make


def sent(data: bytes, project, name: str = "audit.txt") -> dict:
    return {"project": project.pk, "file": SimpleUploadedFile(name, data)}


def again(response, project, **changes) -> dict:
    """The form of the preview, sent with its button."""
    page = Page(response)
    text = response.context["form"].initial["text"].replace("\n", "\r\n")
    load = page.all("button", name="load")[0]["value"]
    return {"project": project.pk, "text": text, "load": load} | changes


@pytest.mark.parametrize("format", ["yaml", "json", "csv"])
def test_file_is_looked_at_first_and_loaded_when_confirmed(browser, ed, project, file, format):
    client = browser(ed)
    looked = client.post(LOAD, sent(file(format), project, f"a.{format}"))
    page = Page(looked)
    assert looked.status_code == 200
    assert "1 thing cannot be carried over" in page.text
    assert Audit.objects.count() == 1

    response = client.post(LOAD, again(looked, project))

    audit = Audit.objects.exclude(events__verb="answer.recorded").get()
    assert response["Location"] == audit.get_absolute_url()
    assert audit.count_done == 6


def test_text_that_was_changed_after_the_look_is_looked_at_again(browser, ed, project, file):
    client = browser(ed)
    body = again(client.post(LOAD, sent(file("yaml"), project)), project)
    body["text"] = body["text"].replace("First launch", "Another launch")

    response = client.post(LOAD, body)

    assert "Another launch" in Page(response).text
    assert Audit.objects.count() == 1


def test_fault_is_shown_with_its_line_and_the_text_stays(browser, ed, project, file):
    data = file("yaml").replace(b"state: done", b"state: doen", 1)

    response = browser(ed).post(LOAD, sent(data, project))

    page = Page(response)
    assert response.status_code == 422
    assert "Line 10, column 12" in page.text
    assert 'unknown state "doen"' in page.text
    assert "state: doen" in response.context["form"].initial["text"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Line 1, column 1: the file is empty"),
        (b"\xff\xfea", "UTF-16"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_file_that_is_none_is_refused(browser, ed, project, data, sentence):
    response = browser(ed).post(LOAD, sent(data, project))

    assert response.status_code == 422
    assert sentence in Page(response).text


@pytest.mark.parametrize("who", ["vic", "mallory"])
def test_project_that_one_may_not_change_cannot_be_chosen(request, browser, project, file, who):
    response = browser(request.getfixturevalue(who)).post(LOAD, sent(file("json"), project))

    assert response.status_code == 422
    assert Audit.objects.count() == 1


def test_file_that_is_not_here_is_not_offered(browser, ed, project, file):
    client = browser(ed)
    client.post(LOAD, again(client.post(LOAD, sent(file("json"), project)), project))
    answer = Audit.objects.exclude(events__verb="answer.recorded").get().answers.get(position=1)
    evidence = answer.evidence.get(kind="file")

    page = Page(client.get(answer.get_absolute_url()))

    assert "the file itself is not here" in page.text
    assert evidence.get_absolute_url() not in page.links()
    assert client.get(evidence.get_absolute_url()).status_code == 404


def test_page_of_loading_costs_the_same_with_many_projects(browser, ed, harbour, project):
    client = browser(ed)
    before = queries_of(client, LOAD)
    for number in range(5):
        harbour.projects.create(name=f"P{number}")

    assert queries_of(client, LOAD) == before

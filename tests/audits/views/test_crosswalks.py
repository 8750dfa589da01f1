import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits.forms import crosswalks as forms
from audits.models.crosswalks import digest_of, load_crosswalk
from checklist import crosswalk_definitions
from checklist.models import Crosswalk
from tests.audits.test_crosswalks import FIRST, SECOND, version
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page
from tests.checklist.crosswalk_files import HEAD, crosswalk_yaml

GOOD = crosswalk_yaml(FIRST, SECOND)


@pytest.fixture
def new(harbour, own_checklists):
    return reverse("crosswalk-new", args=[harbour.pk])


def upload(data: bytes) -> dict:
    return {"file": SimpleUploadedFile("ours.yaml", data)}


def test_file_is_looked_at_before_it_is_loaded(browser, ed, new):
    response = browser(ed).post(new, upload(GOOD))

    assert response.status_code == 200
    assert "It is the first version, with 2 relations." in Page(response).text
    assert not Crosswalk.objects.exists()


def test_what_was_looked_at_is_loaded(browser, ed, harbour, new):
    sent = GOOD.decode().replace("\n", "\r\n")

    response = browser(ed).post(new, {"text": sent, "load": digest_of(GOOD)})

    crosswalk = Crosswalk.objects.get(owner=harbour.pk)
    assert response["Location"] == crosswalk.get_absolute_url()
    (message,) = get_messages(response.wsgi_request)
    assert str(message).startswith("How ours meet 1.0.0 is loaded.")


def test_text_that_was_changed_since_is_looked_at_again(browser, ed, new):
    response = browser(ed).post(new, {"text": GOOD.decode(), "load": digest_of(b"other")})

    assert "The file has no fault." in Page(response).text
    assert not Crosswalk.objects.exists()


def test_file_of_windows_is_the_text_that_comes_back(browser, ed, new):
    response = browser(ed).post(new, upload(GOOD.replace(b"\n", b"\r\n")))

    assert response.context["preview"].digest == digest_of(GOOD)


@pytest.mark.parametrize("load", [{}, {"load": "x"}])
def test_faults_are_named_with_their_place_and_the_text_stays(browser, ed, new, load):
    text = crosswalk_yaml("ours/z equal others/a").decode()

    response = browser(ed).post(new, {"text": text} | load)

    page = Page(response)
    assert response.status_code == 422
    assert "1 fault, and nothing was loaded" in page.text
    assert 'Line 5, column 35: ours has no item "z" in its latest edition' in page.text
    assert response.context["form"].initial["text"] == text


def test_bytes_that_are_no_text_are_a_fault(browser, ed, new):
    response = browser(ed).post(new, upload(b"slug: caf\xe9\n"))

    assert response.status_code == 422
    assert "the byte 0xE9 is not UTF-8" in Page(response).text


@pytest.mark.parametrize("sent", [{}, {"text": " \n"}])
def test_nothing_is_refused(browser, ed, new, sent):
    response = browser(ed).post(new, sent)

    assert response.status_code == 422
    assert "Choose a file, or write the text of one." in Page(response).text


def test_too_large_a_file_is_refused(browser, ed, new, monkeypatch):
    monkeypatch.setattr(forms, "MOST_BYTES", 10)

    response = browser(ed).post(new, upload(GOOD))

    assert response.status_code == 422
    assert "Split it into several crosswalks." in Page(response).text


def test_other_content_under_a_version_that_is_loaded_is_refused(browser, ed, new, own_crosswalk):
    response = browser(ed).post(new, {"text": crosswalk_yaml(FIRST).decode()})

    assert response.status_code == 422
    assert "an edition never changes: raise the version" in Page(response).text


def test_new_version_says_what_it_changes(browser, ed, new, own_crosswalk):
    response = browser(ed).post(new, {"text": version("1.1", FIRST).decode()})

    text = Page(response).text
    assert "it has 0 new relations, 1 fewer and 0 changed." in text
    assert "ours/b is related to others/b" in text


def test_change_begins_with_the_text_that_is_there(browser, ed, new, own_crosswalk):
    response = browser(ed).get(f"{new}?from=ours")

    assert response.context["form"].initial["text"] == crosswalk_definitions.dump(own_crosswalk)


def test_members_read_the_list_and_one_of_it(browser, vic, harbour, own_crosswalk):
    page = Page(browser(vic).get(reverse("crosswalk-list", args=[harbour.pk])))
    assert "How ours meet 2 relations, version 1.0.0" in page.text

    page = Page(browser(vic).get(own_crosswalk.get_absolute_url()))
    assert "1. Item a narrower than 1. Item a The same page shows both." in page.text
    assert "Own to Harbour" in page.text


def test_viewer_is_offered_no_change(browser, vic, harbour, own_crosswalk):
    for url in (reverse("crosswalk-list", args=[harbour.pk]), own_crosswalk.get_absolute_url()):
        assert reverse("crosswalk-new", args=[harbour.pk]) not in str(
            browser(vic).get(url).content
        )


def test_export_is_a_file_that_loads_back(browser, vic, ed, harbour, own_crosswalk):
    url = reverse("team-crosswalk-export", args=[harbour.pk, "ours"])

    response = browser(vic).get(url)

    assert response["Content-Disposition"] == 'attachment; filename="ours-1.0.0.yaml"'
    assert load_crosswalk(harbour, response.content, by=ed) == own_crosswalk


def test_crosswalk_of_a_team_is_on_the_pages_of_its_items(browser, vic, own_crosswalk, harbour):
    url = reverse("team-item-detail", args=[harbour.pk, "ours", "1.0.0", "a"])

    page = Page(browser(vic).get(url))

    assert "Narrower than" in page.text
    assert "As said by How ours meet (own to a team)." in page.text


@pytest.mark.parametrize("name", ["crosswalk-list", "team-crosswalk-detail"])
def test_queries_do_not_grow_with_the_crosswalks(browser, ed, harbour, own_crosswalk, name):
    url = reverse(name, args=[harbour.pk, *(["ours"] if "detail" in name else [])])
    few = queries_of(browser(ed), url)
    more = version("2.0", FIRST, SECOND, "ours/c equal others/c", "ours/a related others/c")
    load_crosswalk(harbour, more, by=ed)
    for slug in ("more", "most"):
        head = HEAD.replace("slug: ours", f"slug: {slug}")
        load_crosswalk(harbour, crosswalk_yaml(FIRST, SECOND, head=head), by=ed)

    assert queries_of(browser(ed), url) == few

"""A team's checklist as a file, as a text, and part by part."""

from typing import Any, cast

from django import forms
from django.utils.text import slugify

from audits.models import Team
from checklist.faults import FaultyFile
from checklist.formats import registry
from checklist.formats.registry import Format
from checklist.formats.text import MAX_BYTES, decode

CODE = {"rows": 30, "spellcheck": "false", "autocapitalize": "off", "data-code": True}
SEVERITIES = [("blocker", "Blocker"), ("major", "Major"), ("minor", "Minor")]
KINDS = [
    ("", "Kind"),
    ("link", "Link"),
    ("file", "File"),
    ("note", "Note"),
    ("probe", "Probe run"),
]


def read(data: bytes) -> str:
    """The text of a file, with plain line ends; the fault as the error of a form."""
    try:
        return decode(data).replace("\r\n", "\n")
    except FaultyFile as error:
        fault = error.faults[0]
        sentence = f"Line {fault.line}, column {fault.column}: {fault.problem}; {fault.remedy}."
        raise forms.ValidationError(sentence) from None


class Code(forms.CharField):
    """A text that is read as a file is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, widget=forms.Textarea(attrs=CODE), **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return read(text.encode("utf-8", "surrogatepass")) if text.strip() else ""


class Kept(forms.CharField):
    """Markdown or plain text: white space around it is as it was, unless the text differs."""

    def __init__(self, rows: int = 1, **kwargs: Any) -> None:
        super().__init__(strip=False, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value).replace("\r\n", "\n").strip()
        return f"{text}\n" if "\n" in text else text


class UploadForm(forms.Form):
    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        help_text="YAML, JSON or CSV, at most 5 MB.",
        widget=forms.FileInput(attrs={"accept": ",".join(registry.BY_SUFFIX)}),
    )
    text = Code(required=False, label="Or its text")

    def clean(self) -> None:
        if self.errors:
            return
        file, text = self.cleaned_data["file"], self.cleaned_data["text"]
        if not file and not text:
            raise forms.ValidationError("Choose a file, or paste the text of one.")
        format = None
        if file:
            text = read(file.read(MAX_BYTES + 1))
            format = registry.of_file(file.name)
        self.cleaned_data["text"] = text
        self.cleaned_data["format"] = format or registry.of_content(text.encode())


class TextForm(forms.Form):
    text = Code()
    version = forms.IntegerField(widget=forms.HiddenInput)

    @property
    def format(self) -> Format:
        return registry.of_content(self.cleaned_data["text"].encode())


class AdoptForm(forms.Form):
    team = forms.ModelChoiceField(Team.objects.none(), empty_label=None)
    slug = forms.RegexField(
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=80,
        help_text="Lower-case letters, digits and single hyphens: the checklist’s name for ever.",
        error_messages={"invalid": "Use lower-case letters, digits and single hyphens."},
    )

    def __init__(self, *args: Any, teams, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["team"]).queryset = teams


class PublishForm(forms.Form):
    version = forms.CharField(
        max_length=40, help_text="1 to 4 numbers with dots. An edition never changes afterwards."
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class AboutForm(forms.Form):
    title = forms.CharField(max_length=200)
    slug = forms.SlugField(max_length=80, help_text="The checklist’s name for ever.")
    version = forms.CharField(max_length=40, help_text="Can be raised when it is published too.")
    summary = Kept(8, required=False, help_text="Markdown: what it is for, and when to use it.")
    seen = forms.CharField(widget=forms.HiddenInput)

    def values(self) -> dict:
        return _filled(self.cleaned_data, ("slug", "title", "version", "summary"))


class SectionForm(forms.Form):
    title = forms.CharField(max_length=200)
    summary = Kept(4, required=False, help_text="Markdown: what the section is about.")
    seen = forms.CharField(widget=forms.HiddenInput)

    def values(self) -> dict:
        return _filled(self.cleaned_data, ("title", "summary"))


class EvidenceForm(forms.Form):
    kind = forms.ChoiceField(choices=KINDS, required=False)
    text = Kept(required=False, label="What it shows")


class ParameterForm(forms.Form):
    name = forms.CharField(required=False, max_length=200)
    value = Kept(required=False)
    note = Kept(required=False)


class SourceForm(forms.Form):
    document = forms.ChoiceField(required=False)
    place = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, documents: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Document"), *documents]
        cast(forms.ChoiceField, self.fields["document"]).choices = choices


class ItemForm(forms.Form):
    section = forms.ChoiceField()
    new_section = forms.CharField(
        required=False, max_length=200, label="Title of a new section", help_text="Else leave it."
    )
    title = forms.CharField(max_length=200, help_text="One binary claim.")
    id = forms.SlugField(
        required=False,
        max_length=80,
        label="Identifier",
        help_text="It stays for ever, from edition to edition. Empty: made from the title.",
    )
    severity = forms.ChoiceField(choices=SEVERITIES, initial="major")
    guidance = Kept(8, label="What to do", help_text="Markdown, with every figure.")
    why = Kept(5, label="Why it matters", help_text="Markdown: what goes wrong without it.")
    verify = Kept(
        5, label="How to verify", help_text="Markdown: how a person convinces themselves."
    )
    probes = forms.CharField(
        required=False,
        help_text="The names of probes that can check it, separated by spaces; see below.",
        widget=forms.TextInput({"list": "probe-names", "autocomplete": "off"}),
    )
    document = forms.ChoiceField(label="Source", help_text="The document that it comes from.")
    place = forms.CharField(max_length=200, label="Place in it")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plain: dict, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = [(section["id"], section["title"]) for section in plain["sections"]]
        cast(forms.ChoiceField, self.fields["section"]).choices = sections
        cast(forms.ChoiceField, self.fields["document"]).choices = documents_of(plain)
        if not is_new:
            del self.fields["id"], self.fields["new_section"]


class ItemForms:
    """The form of an item with those of its lists; `ref` is None for a new one."""

    def __init__(self, data, plain: dict, item: dict, *, section: str, ref: str | None, seen: str):
        self.ref = ref
        source = item.get("source", {})
        fields = {**item, **source, "probes": " ".join(item.get("probes", []))}
        initial = {**fields, "section": section, "seen": seen}
        self.form = ItemForm(data, plain=plain, is_new=ref is None, initial=initial)
        documents = {"documents": documents_of(plain)}
        self.lists = {
            name: forms.formset_factory(form, extra=extra)(
                data, prefix=name, initial=item.get(name, []), form_kwargs=kwargs
            )
            for name, form, extra, kwargs in (
                ("evidence", EvidenceForm, 2, {}),
                ("parameters", ParameterForm, 2, {}),
                ("see_also", SourceForm, 1, documents),
            )
        }

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(each.is_valid() for each in self.lists.values())])

    @property
    def is_bound(self) -> bool:
        return self.form.is_bound

    def item(self) -> dict:
        """The item's plain values, as typed; what is left empty is left out."""
        given = self.form.cleaned_data
        item = {"id": self.ref or given["id"] or slugify(given["title"])[:80].strip("-")}
        item |= _filled(given, ("title", "severity", "guidance", "why", "verify"))
        item |= {name: _rows(each) for name, each in self.lists.items()}
        probes = given["probes"].replace(",", " ").split()
        source = {"document": given["document"], "place": given["place"]}
        item |= {"probes": probes, "source": source}
        return {name: value for name, value in item.items() if value}

    def new_section(self) -> dict | None:
        title = self.form.cleaned_data.get("new_section")
        return {"id": slugify(title)[:80].strip("-"), "title": title} if title else None


def documents_of(plain: dict) -> list[tuple[str, str]]:
    return [(document["id"], document["title"]) for document in plain["documents"]]


def as_text(value: Any) -> str:
    """A plain value as a person reads it; a list has a line an entry."""
    if isinstance(value, dict):
        return " · ".join(map(as_text, value.values()))
    return "\n".join(map(as_text, value)) if isinstance(value, list) else value or ""


def _rows(formset) -> list[dict]:
    rows = (_filled(row, tuple(row)) for row in formset.cleaned_data)
    return [row for row in rows if row]


def _filled(values: dict, names: tuple[str, ...]) -> dict:
    return {name: values[name] for name in names if values.get(name)}

from django import forms


class AttachRunForm(forms.Form):
    run = forms.UUIDField(error_messages={"invalid": "The address of a run holds its UUID."})


class LookForm(forms.Form):
    """What a panel asks with while probes run: how often it did, and the round that the page
    shows as proposed."""

    nth = forms.IntegerField(min_value=0, max_value=100_000, required=False)
    proposed = forms.UUIDField(required=False)

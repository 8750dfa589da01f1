"""The sign-off policy as a form: numbered rows of roles, so that it works without scripts."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from audits.models import User
from audits.models.policies import COUNT_MAX, DAYS_MAX, ROLE_MAX, ROLES_MAX
from audits.models.quorum import Role, Rules

# What other teams call theirs; any other name will do.
SUGGESTED = ("Engineering", "Security", "Product", "On-call")
# At least so many rows, and always some to spare.
ROWS = 4
SPARE = 2

EVERYBODY = "everybody"
NAMED = "named"
WHO = [(EVERYBODY, "Everybody who may approve"), (NAMED, "Only these people")]
FLAGS = ("four_eyes", "release_bound", "conditional")


class PolicyForm(forms.Form):
    """`approvers` may sign at all, by primary key. With `least`, the team's rules, it is the form
    of an audit: what the team asks for stands fast."""

    suggested = SUGGESTED

    version = forms.IntegerField(widget=forms.HiddenInput)
    four_eyes = forms.BooleanField(
        required=False,
        label="Four eyes",
        help_text="Nobody signs in two roles, and whoever gave most of the answers is never the "
        "only signer.",
    )
    release_bound = forms.BooleanField(
        required=False,
        label="For one release",
        help_text="A sign-off is for one version or commit. When another is registered, it ends.",
    )
    conditional = forms.BooleanField(
        required=False,
        label="A conditional go may be given",
        help_text="With conditions that somebody meets until a day. Otherwise it is go or no-go.",
    )
    valid_days = forms.IntegerField(
        min_value=1,
        max_value=DAYS_MAX,
        required=False,
        label="Days for which a sign-off holds",
        help_text="Empty: without an end.",
    )

    def __init__(
        self,
        data: Any,
        *,
        rules: Rules,
        approvers: Mapping[int, User],
        least: Rules | None = None,
        initial: dict[str, Any] | None = None,
    ):
        self.approvers = approvers
        self.least = least
        # An audit's with its team's may be more than one of them can ask for; none is dropped.
        self.most = max(ROLES_MAX, len(rules.roles))
        self.shown = min(self.most, max(ROWS, len(rules.roles) + SPARE))
        initial = (initial or {}) | self._initial(rules)
        super().__init__(data, initial=initial)
        for number in range(self.most):
            role = rules.roles[number] if number < len(rules.roles) else None
            self.fields |= self._row(number, role)
        if least:
            self._hold(least)

    def _row(self, number: int, role: Role | None) -> dict[str, forms.Field]:
        floor = self._of_team(role.name) if role else None
        people = [
            (pk, str(user))
            for pk, user in self.approvers.items()
            if floor is None or floor.people is None or pk in floor.people
        ]
        name = forms.CharField(
            required=False,
            max_length=ROLE_MAX,
            label=f"Role {number + 1}",
            widget=forms.TextInput(attrs={"list": "suggested-roles", "autocomplete": "off"}),
        )
        if floor:
            name.widget.attrs = {"readonly": True}
        return {
            f"name_{number}": name,
            f"count_{number}": forms.IntegerField(
                required=False,
                min_value=floor.count if floor else 1,
                max_value=COUNT_MAX,
                initial=1,
                label=f"Signatures in role {number + 1}",
            ),
            f"who_{number}": forms.ChoiceField(
                required=False,
                choices=_who(floor),
                initial=EVERYBODY,
                label=f"Who may sign in role {number + 1}",
            ),
            f"people_{number}": forms.TypedMultipleChoiceField(
                required=False,
                choices=people,
                coerce=int,
                widget=forms.CheckboxSelectMultiple,
                label=f"People of role {number + 1}",
            ),
        }

    def _initial(self, rules: Rules) -> dict[str, Any]:
        initial: dict[str, Any] = {name: getattr(rules, name) for name in FLAGS}
        initial["valid_days"] = rules.valid_days
        for number, role in enumerate(rules.roles):
            floor = self._of_team(role.name)
            is_open = role.people is None or (floor and role.people == floor.people)
            initial |= {
                f"name_{number}": role.name,
                f"count_{number}": role.count,
                f"who_{number}": EVERYBODY if is_open else NAMED,
                f"people_{number}": sorted((role.people or frozenset()) & self.approvers.keys()),
            }
        return initial

    def _of_team(self, name: str) -> Role | None:
        roles = self.least.roles if self.least else ()
        return next((role for role in roles if role.name.casefold() == name.casefold()), None)

    def _hold(self, least: Rules) -> None:
        """What the team asks for is shown as it is, and is no choice."""
        for name, is_held in {
            "four_eyes": least.four_eyes,
            "release_bound": least.release_bound,
            "conditional": not least.conditional,
        }.items():
            self.fields[name].disabled = is_held
            if is_held:
                self.fields[name].help_text += " The team's policy decides this."
        if least.valid_days:
            days = self.fields["valid_days"]
            days.widget.attrs["max"] = least.valid_days
            days.help_text = f"The team says {least.valid_days}; an audit can ask for fewer."

    def rows(self) -> Iterator[dict[str, Any]]:
        """The bound fields of each row that is shown."""
        for number in range(self.shown):
            row: dict[str, Any] = {"number": number + 1}
            row |= {name: self[f"{name}_{number}"] for name in ("name", "count", "who", "people")}
            row["is_held"] = bool(row["name"].field.widget.attrs.get("readonly"))
            yield row

    def clean(self) -> None:
        if self.has_error("version"):
            # Nobody sees the hidden field, so its error stands above the form.
            raise forms.ValidationError(
                "The page sent no proper version. Load it again, then save."
            )

    def rules(self) -> Rules:
        """What was sent; a row without a name is none."""
        said = self.cleaned_data
        roles = tuple(self._role(number) for number in range(self.most) if said[f"name_{number}"])
        return Rules(roles, valid_days=said["valid_days"], **{name: said[name] for name in FLAGS})

    def _role(self, number: int) -> Role:
        said = self.cleaned_data
        named = said[f"who_{number}"] == NAMED
        people = frozenset(said[f"people_{number}"]) if named else None
        return Role(said[f"name_{number}"], said[f"count_{number}"] or 1, people)


def _who(floor: Role | None) -> list[tuple[str, str]]:
    if floor is None or floor.people is None:
        return WHO
    return [(EVERYBODY, "Whom the team names"), WHO[1]]

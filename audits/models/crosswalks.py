"""A team's own crosswalks: looked at before they are loaded, and loaded once and for ever."""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from audits.models.teams import Team
from audits.models.users import User
from checklist import crosswalk_definitions, crosswalk_loader
from checklist.crosswalk_definitions import Differences
from checklist.models import Crosswalk, version_key

if TYPE_CHECKING:
    from checklist.crosswalk_schema import Definition


@dataclass(frozen=True)
class Preview:
    """What loading a file would do.

    `before`: the version that counts now, if there is one. `is_loaded`: whether this one is there
    already. `digest` names the bytes that were looked at.
    """

    definition: "Definition"
    before: Crosswalk | None
    differences: Differences
    is_loaded: bool
    digest: str

    @property
    def is_latest(self) -> bool:
        """Whether it would be the version that counts."""
        key = version_key(self.definition.version)
        return self.before is None or key > self.before.version_key


def crosswalks_of(team: Team):
    """The team's own, each in the version that counts, with its `relation_count`."""
    return Crosswalk.objects.current().filter(owner=team.pk).with_counts()


def preview_crosswalk(team: Team, data: bytes) -> Preview:
    """Writes nothing. FaultyFile, as `load_crosswalk` would raise it."""
    definition = crosswalk_loader.check(data, owner=team.pk)
    loaded = Crosswalk.objects.filter(owner=team.pk, slug=definition.slug)
    before = loaded.current().first()
    was = crosswalk_definitions.plain(before)["relations"] if before else []
    now = definition.plain()["relations"]
    return Preview(
        definition,
        before,
        crosswalk_definitions.differences(was, now),
        # Were it there and said something else, the check would have refused it.
        is_loaded=loaded.filter(version_key=version_key(definition.version)).exists(),
        digest=digest_of(data),
    )


def digest_of(data: bytes) -> str:
    return sha256(data).hexdigest()


@transaction.atomic
def load_crosswalk(team: Team, data: bytes, *, by: User) -> Crosswalk:
    """The crosswalk in the bytes of a file; the same again changes nothing. FaultyFile names
    every fault."""
    crosswalk, is_new = crosswalk_loader.load(data, owner=team.pk)
    if is_new:
        relations = crosswalk.relation_count
        team.log("crosswalk.loaded", by=by, name=str(crosswalk), relations=relations)
    return crosswalk

"""The ways out, as the operator set them."""

from django.conf import settings

from audits.models import simulating
from audits.net.addresses import ANYWHERE
from audits.net.door import Door


def door(*, simulated: bool = False) -> Door:
    """To addresses that teams and those who answer them name; to the bundled simulator for what
    is called simulated, and for nothing else, however its address is written."""
    return Door(
        private=tuple(settings.PRIVATE_NETWORKS),
        endpoints=simulating.endpoints() if simulated else (),
        trust=settings.NETWORK_TRUST,
    )


def operators_door() -> Door:
    """To addresses of the operator's own settings, wherever they are."""
    return Door(private=ANYWHERE, trust=settings.NETWORK_TRUST)

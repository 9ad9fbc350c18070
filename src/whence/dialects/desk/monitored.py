"""How many entities are known that problems could hit. Source: DESK contract 5.2, `monitored`."""

from typing import Final

from whence.catalog import Catalog
from whence.dialects.desk import ids
from whence.dialects.desk.levels import APPLICATIONS, SERVICES
from whence.domain.access import Principal
from whence.domain.entity_test import AllOf, OfType

_ENVIRONMENTS: Final = 1  # an account is one, whether or not anybody registered it


async def monitored(catalog: Catalog, by: Principal) -> dict[str, int]:
    """The counts, in the words and the order of the first version."""
    everything = await catalog.count(by, AllOf(()))
    services = await catalog.count(by, OfType(tuple(sorted(SERVICES))))
    applications = await catalog.count(by, OfType(tuple(sorted(APPLICATIONS))))
    environments = await catalog.count(by, OfType((ids.ENVIRONMENT,)))
    return {
        "INFRASTRUCTURE": everything - services - applications - environments,
        "SERVICE": services,
        "APPLICATION": applications,
        "ENVIRONMENT": max(environments, _ENVIRONMENTS),
    }

"""What the services promise and what they cost, each figure with its source.

Looked up on 22 November 2026 in stored copies of the pages named, which are of various ages.
`checked` says whether the figure was found there; what was not found is from memory, and marked.
Prices are US dollars, list, without tax; regions differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_LEARN: Final = "https://learn.microsoft.com/azure"
_DEPLOY: Final = "docs/deploy.md"


@dataclass(frozen=True)
class Figure:
    """A limit or a price."""

    value: float
    unit: str
    source: str
    checked: bool = True


# --- limits --------------------------------------------------------------------------------------

QUEUE_MESSAGES: Final = Figure(
    2_000, "messages/s in one queue", f"{_LEARN}/storage/queues/scalability-targets"
)
"""The blob trigger of one app passes every event through one storage queue."""
ACCOUNT_REQUESTS: Final = Figure(
    20_000,
    "requests/s to one account (40,000 in some regions)",
    f"{_LEARN}/storage/common/scalability-targets-standard-account",
)
FLEX_INSTANCES: Final = Figure(
    1_000, "instances of one app", f"{_LEARN}/azure-functions/flex-consumption-plan"
)
FLEX_CORES: Final[dict[int, Figure]] = {
    megabytes: Figure(
        cores, f"cores of a {megabytes} MB instance", "Flex Consumption's instance sizes", False
    )
    for megabytes, cores in {512: 0.25, 2048: 1.0, 4096: 2.0}.items()
}
FLEX_REGION_CORES: Final = Figure(
    250, "cores per region and subscription, raised on request", "Flex Consumption's quotas", False
)
EVENTS: Final = Figure(
    5_000,
    "events/s into a custom topic; none is published for a storage account's own topic",
    f"{_LEARN}/event-grid/quotas-limits",
)
SIGNALR_CONNECTIONS: Final = Figure(
    1_000, "connections per unit", f"{_LEARN}/azure-signalr/signalr-howto-scale-signalr"
)
SIGNALR_UNITS: Final = Figure(
    100,
    "units of one Standard service (Premium P2 has more)",
    f"{_LEARN}/azure-signalr/signalr-howto-scale-signalr",
)
FACE_CALLS: Final = Figure(
    10, "calls/s of one S0 resource, raised on request", f"{_LEARN}/ai-services/computer-vision"
)
OPENTOK_PEOPLE: Final = Figure(
    55,
    "people who all publish and subscribe in one session",
    "https://api.support.vonage.com/hc/en-us/articles/6646228843036",
)

# --- prices --------------------------------------------------------------------------------------

FLEX_GB_SECOND: Final = Figure(
    0.000026, "$ per GB-s", "https://modal.com/blog/azure-function-pricing-guide"
)
FLEX_EXECUTION: Final = Figure(0.40 / 1e6, "$ per execution", _DEPLOY, False)
STORAGE_WRITE: Final = Figure(0.055 / 1e4, "$ per write or list", _DEPLOY, False)
STORAGE_READ: Final = Figure(0.0044 / 1e4, "$ per read", _DEPLOY, False)
QUEUE_OPERATION: Final = Figure(0.004 / 1e4, "$ per operation", _DEPLOY, False)
EVENT_OPERATION: Final = Figure(0.60 / 1e6, "$ per operation", _DEPLOY, False)
SIGNALR_UNIT_MONTH: Final = Figure(
    49.10,
    "$ per unit and month",
    "https://plavos.com/blog/azure-signalr-service-pricing-unit-instance-messages/",
)
SIGNALR_FREE_MESSAGES: Final = Figure(1e6, "messages per unit and day", SIGNALR_UNIT_MONTH.source)
SIGNALR_MESSAGE: Final = Figure(1.0 / 1e6, "$ per message beyond them", SIGNALR_UNIT_MONTH.source)
SIGNALR_MESSAGE_BYTES: Final = Figure(
    2_000,
    "bytes that count as one message",
    f"{_LEARN}/azure-signalr/signalr-concept-messages-and-connections",
)
FACE_CALL: Final = Figure(1.0 / 1e3, "$ per call", _DEPLOY, False)
OPENTOK_MINUTE: Final = Figure(0.0041, "$ per participant-minute", _DEPLOY, False)

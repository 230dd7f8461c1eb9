"""The demand of calls on every service, its capacity, the first bottleneck and the bill.

For N calls of M people who each send one frame every T seconds: the demand on every service, its
capacity with the settings given and with them turned as far as they go, the first bottleneck and
the knob that moves it, how many deployments it takes, and the bill per participant-hour with the
share of each service. Limits and prices are in `published.py`; what a frame costs a processor was
measured (`bench.load`, on the slower processor that docs/scale.md names).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from bench.scale import published as p
from functions.contract import UPLOADS_MAX

Reader = Literal["azure", "embedded", "device"]
Video = Literal["mesh", "opentok"]

# What one frame and one participant ask of each service; see docs/scale.md.
FRAME_WRITES: Final = 1  # the upload; deleting is free of charge, but is a request
# Counted at Azurite below the real Functions host on 28 November 2026 (docs/host.md): the host asks
# for a blob's properties four times and reads it once; the app looks up its owner and the room.
FRAME_READS: Final = 8
FRAME_DELETES: Final = 1
FRAME_PREFLIGHTS: Final = 1  # each upload has a new address at another origin than the page's
FRAME_QUEUE_OPERATIONS: Final = 7.5  # put, get, delete and a share of empty polls; counted as well
FRAME_EVENTS: Final = 2  # created and deleted; the second has no subscriber
DEVICE_READS: Final = 2  # of a reading that a device sends: its owner and the room
TICKETS_PER_REQUEST: Final = UPLOADS_MAX
HEARTBEAT_SECONDS: Final = 15
HEARTBEAT_WRITES: Final = 2  # the record, and a listing, which costs as much
HEARTBEAT_READS: Final = 2
READING_BYTES: Final = 420
IN_A_CALL: Final = "people in a call"
IN_A_REGION: Final = "cores of the region"
_MONTH_HOURS: Final = 730
UTILISED: Final = 0.7  # an instance that is busier answers late


@dataclass(frozen=True)
class Demand:
    """N calls of M people at one frame every T seconds."""

    calls: float
    people: int = 4
    seconds: float = 2.0

    @property
    def participants(self) -> float:
        """Everybody."""
        return self.calls * self.people

    @property
    def frames(self) -> float:
        """Frames a second."""
        return self.participants / self.seconds


@dataclass(frozen=True)
class Deployment:
    """One deployment's settings (docs/deploy.md) and what was measured of its code."""

    reader: Reader = "azure"
    video: Video = "mesh"
    instance_memory_mb: int = 512
    maximum_instances: int = 40
    signalr_units: int = 1
    parallel_frames: int = 4  # host.json: maxDegreeOfParallelism
    host_processor_ms: float = 18.0
    """Processor time of a frame beside the reader, the local host's included; measured."""
    reader_processor_ms: float = 12.0
    """Of the embedded reader; measured."""
    classifier_processor_ms: float = 4.0
    """Of decoding and classifying alone, where Azure Face finds the faces; an estimate."""
    frame_wait_ms: float = 30.0
    """What a frame waits for storage and hub while it holds a turn; an estimate for Azure."""
    face_call_ms: float = 200.0
    """What Azure Face takes; an estimate."""
    request_processor_ms: float = 8.0
    told: float = 1.0
    """Of the readings that devices make, the share that is sent; of a still face half of them."""

    @property
    def instance_frames(self) -> float:
        """Frames a second that one instance reads."""
        azure = self.reader == "azure"
        own = self.host_processor_ms
        own += self.classifier_processor_ms if azure else self.reader_processor_ms
        wait = self.frame_wait_ms + (self.face_call_ms if azure else 0.0)
        cores = p.FLEX_CORES[self.instance_memory_mb].value
        by_processor = cores / (own / 1000)
        by_turns = self.parallel_frames / ((wait + own / cores) / 1000)
        return UTILISED * min(by_processor, by_turns)

    @property
    def instance_requests(self) -> float:
        """HTTP requests a second that one instance answers."""
        cores = p.FLEX_CORES[self.instance_memory_mb].value
        return UTILISED * cores / (self.request_processor_ms / 1000)


@dataclass(frozen=True)
class Work:
    """The work that pictures and heartbeats cause in one span of time."""

    frames: float
    readings: float
    """Sent to the hub."""
    calls: float
    """HTTP functions called: upload tickets or readings, and heartbeats."""
    writes: float
    reads: float

    @staticmethod
    def of(pictures: float, beats: float, deployment: Deployment) -> Work:
        """The work of so many pictures and heartbeats, both counted over the same time."""
        device = deployment.reader == "device"
        frames = 0 if device else pictures
        readings = pictures * deployment.told if device else pictures
        tickets = frames / TICKETS_PER_REQUEST
        reads = readings * DEVICE_READS if device else frames * FRAME_READS
        return Work(
            frames,
            readings,
            calls=(readings if device else tickets) + beats,
            writes=frames * FRAME_WRITES + beats * HEARTBEAT_WRITES,
            reads=reads + tickets + beats * HEARTBEAT_READS,
        )


@dataclass(frozen=True)
class Resource:
    """The demand on one service, and its limits, all in `unit`."""

    name: str
    asked: float
    capacity: float
    most: float
    """Capacity with the knob turned as far as it goes in one deployment."""
    unit: str
    knob: str

    @property
    def used(self) -> float:
        """The share of the capacity that is asked for."""
        return self.asked / self.capacity

    @property
    def used_at_most(self) -> float:
        """The same with the knob turned."""
        return self.asked / self.most


def resources(demand: Demand, deployment: Deployment) -> list[Resource]:
    """The demand on every service with a limit, the most used first."""
    work = Work.of(demand.frames, demand.participants / HEARTBEAT_SECONDS, deployment)
    frames = work.frames
    blob_requests = work.writes + work.reads + frames * (FRAME_DELETES + FRAME_PREFLIGHTS)
    instances = frames / deployment.instance_frames + work.calls / deployment.instance_requests
    cores = instances * p.FLEX_CORES[deployment.instance_memory_mb].value
    found = [
        Resource(
            "blob trigger's queue",
            *(frames, p.QUEUE_MESSAGES.value, p.QUEUE_MESSAGES.value),
            "frames/s",
            "another deployment: an app has one such queue",
        ),
        Resource(
            "storage requests",
            blob_requests + frames * FRAME_QUEUE_OPERATIONS,
            *(p.ACCOUNT_REQUESTS.value, 2 * p.ACCOUNT_REQUESTS.value),
            "requests/s",
            "a larger region's limit, then another deployment",
        ),
        Resource(
            "events",
            frames * FRAME_EVENTS,
            *(p.EVENTS.value, p.EVENTS.value),
            "events/s",
            "another deployment: a topic belongs to a storage account",
        ),
        Resource(
            "function instances",
            instances,
            *(deployment.maximum_instances, p.FLEX_INSTANCES.value),
            "instances",
            "MAXIMUM_INSTANCE_COUNT, INSTANCE_MEMORY_MB",
        ),
        Resource(
            IN_A_REGION,
            cores,
            *(p.FLEX_REGION_CORES.value, p.FLEX_REGION_CORES.value),
            "cores",
            "Azure's support, or another region",
        ),
        Resource(
            "SignalR connections",
            demand.participants,
            deployment.signalr_units * p.SIGNALR_CONNECTIONS.value,
            p.SIGNALR_UNITS.value * p.SIGNALR_CONNECTIONS.value,
            "connections",
            "SIGNALR_UNITS",
        ),
        Resource(
            "people in a call",
            demand.people,
            *((p.OPENTOK_PEOPLE.value, 50.0) if deployment.video == "opentok" else (6.0, 6.0)),
            "people",
            "VIDEO_PROVIDER=opentok, ROOM_CAPACITY (50 at most)",
        ),
    ]
    if deployment.reader == "azure":
        found.append(
            Resource(
                "Azure Face calls",
                frames,
                *(p.FACE_CALLS.value, p.FACE_CALLS.value),
                "calls/s",
                "FACE_READER=embedded, or Azure's support",
            )
        )
    return sorted(found, key=lambda resource: -resource.used)


def bottleneck(demand: Demand, deployment: Deployment) -> Resource:
    """The most used of the services that calls share, or a call that is too large for its video."""
    found = resources(demand, deployment)
    return next(r for r in found if r.name != IN_A_CALL or r.used > 1)


def deployments(demand: Demand, deployment: Deployment) -> int:
    """How many deployments it takes with every knob turned, calls spread over them evenly.

    What a subscription has in a region, and a call that is too large, no deployment changes.
    """
    shared = [r for r in resources(demand, deployment) if r.name not in (IN_A_CALL, IN_A_REGION)]
    return max(1, *(math.ceil(resource.used_at_most) for resource in shared))


def bill(demand: Demand, deployment: Deployment) -> dict[str, float]:
    """Dollars per participant-hour, by service; free monthly grants are left out."""
    work = Work.of(3600 / demand.seconds, 3600 / HEARTBEAT_SECONDS, deployment)
    frames = work.frames
    memory = deployment.instance_memory_mb / 1024
    busy = frames / deployment.instance_frames + work.calls / deployment.instance_requests
    size = READING_BYTES / p.SIGNALR_MESSAGE_BYTES.value
    messages = work.readings * demand.people * math.ceil(size)
    units = math.ceil(demand.participants / p.SIGNALR_CONNECTIONS.value)
    free = units * p.SIGNALR_FREE_MESSAGES.value / 24 / demand.participants
    shares = {
        "functions": memory * busy * p.FLEX_GB_SECOND.value
        + (frames + work.calls) * p.FLEX_EXECUTION.value,
        "storage": work.writes * p.STORAGE_WRITE.value
        + (work.reads + frames * FRAME_PREFLIGHTS) * p.STORAGE_READ.value,
        "queue": frames * FRAME_QUEUE_OPERATIONS * p.QUEUE_OPERATION.value,
        "events": frames * (FRAME_EVENTS + 1) * p.EVENT_OPERATION.value,
        "SignalR": units * p.SIGNALR_UNIT_MONTH.value / _MONTH_HOURS / demand.participants
        + max(0.0, messages - free) * p.SIGNALR_MESSAGE.value,
    }
    if deployment.reader == "azure":
        shares["Azure Face"] = frames * p.FACE_CALL.value
    if deployment.video == "opentok":
        shares["OpenTok"] = 60 * p.OPENTOK_MINUTE.value
    return shares


def figures(demand: Demand, deployment: Deployment) -> dict[str, Any]:
    """Demand, use of each resource (1 is its limit), bottleneck, deployments and bill, as JSON."""
    found, first = resources(demand, deployment), bottleneck(demand, deployment)
    cost = bill(demand, deployment)
    together = sum(cost.values())
    return {
        "demand": asdict(demand) | {"participants": demand.participants, "frames": demand.frames},
        "resources": [asdict(r) | {"used": round(r.used, 4)} for r in found],
        "bottleneck": first.name,
        "knob": first.knob,
        "deployments": deployments(demand, deployment),
        "dollars_per_participant_hour": round(together, 4),
        "shares": {name: round(dollars / together, 3) for name, dollars in cost.items()},
        "dollars_per_hour": round(together * demand.participants, 2),
    }

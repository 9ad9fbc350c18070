"""AWS CloudWatch: one signal for each dimension of an alarm's metrics. Source: Cloudforet contract 14.5."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from whence.domain.signal import Grade, Resource, Signal, SignalKind
from whence.receivers.fields import Object, an_object, elements, members, moment, required, scalar, text, texts
from whence.receivers.keys import digest
from whence.receivers.reading import Fault, Reading, Why, each

_GRADES: Final[Mapping[str, Grade]] = {"OK": Grade.INFO, "ALARM": Grade.ERROR, "ALERT": Grade.ERROR}
_INFO: Final = ("AWSAccountId", "AlarmArn", "AlarmName", "OldStateValue", "Region")
_MOST_TEXT: Final = 10_000_000  # characters of all signals of one alarm: what it says, each of them says


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What is the same for every dimension: all of the signal but its key and its resource."""

    signal: Signal
    namespace: str
    region: str

    def of_dimension(self, element: object) -> Signal:
        """The alarm of the one thing that the dimension names.

        Raises:
            Fault: it names none.
        """
        dimension = _lower(an_object(element, "Dimensions"))
        value = required(dimension, "value")
        name = f"{scalar(dimension, 'name')}={value}"
        return self._about(Resource(id=value, type=self.namespace, name=self._placed(name)), value)

    def of_nothing(self) -> Signal:
        """The alarm where no dimension says what it is about."""
        return self._about(Resource(type=self.namespace, name=self.signal.title), "")

    @property
    def size(self) -> int:
        """The characters that every signal of it repeats."""
        info = sum(map(len, self.signal.info.values()))
        return len(self.namespace) + len(self.region) + len(self.signal.description) + len(self.signal.title) + info

    def _about(self, resource: Resource, value: str) -> Signal:
        key = digest(self.signal.account, value, self.signal.title)
        return replace(self.signal, key=key, resource=resource)

    def _placed(self, name: str) -> str:
        namespace = f"[{self.namespace}] " if self.namespace else ""
        region = f" ({self.region})" if self.region else ""
        return namespace + name + region


def read(message: Object, now: datetime) -> Reading:
    """The alarm, once for everything that it is about.

    Raises:
        Fault: it has no name, or is about too much.
    """
    metrics = _metrics(members(message, "Trigger"))
    alarm = _alarm(message, metrics, now)
    dimensions = [dimension for metric in metrics for dimension in elements(metric, "Dimensions")]
    if not dimensions:
        return Reading(signals=(alarm.of_nothing(),))
    if len(dimensions) * alarm.size > _MOST_TEXT:
        raise Fault("Dimensions", Why.TOO_LONG)
    return each(dimensions, alarm.of_dimension, key="Dimensions")


def _metrics(trigger: Object) -> Sequence[Object]:
    """The trigger, which describes a metric if it is of one, and the metrics of a formula."""
    parts = [an_object(part, "Metrics") for part in elements(trigger, "Metrics")]
    return [trigger, *(members(members(part, "MetricStat"), "Metric") for part in parts)]


def _alarm(message: Object, metrics: Sequence[Object], now: datetime) -> Alarm:
    name = required(message, "AlarmName")
    state = text(message, "NewStateValue").upper()
    namespace = next(filter(None, (text(metric, "Namespace") for metric in metrics)), "")
    signal = Signal(
        key="",
        kind=SignalKind.RECOVERY if state == "OK" else SignalKind.ALERT,
        title=name,
        rule=name,
        description=text(message, "NewStateReason"),
        grade=_GRADES.get(state, Grade.NONE),
        provider="aws",
        account=scalar(message, "AWSAccountId"),
        info=texts(message, _INFO) | _measured(metrics),
        occurred_at=moment(message, "StateChangeTime") or now,
    )
    return Alarm(signal=signal, namespace=namespace, region=text(message, "Region"))


def _measured(metrics: Sequence[Object]) -> dict[str, str]:
    """What the first metric that is wholly named is called."""
    for metric in metrics:
        named = texts(metric, ("MetricName", "Namespace"))
        if len(named) == 2:  # noqa: PLR2004  both
            return named
    return {}


def _lower(dimension: Object) -> Object:
    """Alarms write `name` and `value`, the API of the same service `Name` and `Value`."""
    return {key.lower(): value for key, value in dimension.items()}

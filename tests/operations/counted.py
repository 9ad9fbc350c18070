"""How often something was counted while a test did something."""

from collections.abc import Callable

from prometheus_client import REGISTRY


def value(name: str, **labels: str) -> float:
    """The sample's value now; 0 when there is none."""
    return REGISTRY.get_sample_value(name, labels) or 0


def refusals() -> dict[tuple[str, str], float]:
    """How often each dialect refused for each reason, so far."""
    return {
        (sample.labels["dialect"], sample.labels["reason"]): sample.value
        for metric in REGISTRY.collect()
        if metric.name == "whence_refusals"
        for sample in metric.samples
        if sample.name == "whence_refusals_total"
    }


def refused_since() -> Callable[[], dict[tuple[str, str], float]]:
    """What was refused from now on: dialect and reason, and how often."""
    before = refusals()
    return lambda: {key: now - before.get(key, 0) for key, now in refusals().items() if now != before.get(key, 0)}

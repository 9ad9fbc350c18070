"""What a server's `/metrics` says."""

import httpx
from prometheus_client.parser import text_string_to_metric_families


def sample(url: str, name: str, **labels: str) -> float | None:
    """The sample with just these labels, if it is there."""
    text = httpx.get(f"{url}/metrics", timeout=30).raise_for_status().text
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            if one.name == name and one.labels == labels:
                return one.value
    return None

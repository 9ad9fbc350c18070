"""A real Prometheus Alertmanager notifies a real server: it groups, repeats and tries again as it sees fit."""

import shutil
import subprocess
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import yaml

from tests.acceptance.server import TOKEN, Server, await_fact, free_port

_NAMES: Final = ("prometheus-alertmanager", "alertmanager")  # Debian's, and that of the project's own releases
_SECONDS: Final = 30.0  # for a fact; it waits 10 s at most before it gives up one notification and begins another
_FAILED: Final = 'alertmanager_notification_requests_failed_total{integration="webhook"}'
_BEGAN: Final = datetime(2026, 3, 4, 8, 15, 30, tzinfo=UTC)

Json = dict[str, Any]
Notify = Callable[[Json], "Alertmanager"]


class Alertmanager:
    """It notifies one address of everything, a group for each `alertname`, within a second.

    Args:
        home: an empty directory, for its configuration and its memory.
        notified: the address.
    """

    def __init__(self, home: Path, *, notified: str) -> None:
        self._home = home
        self._url = f"http://127.0.0.1:{free_port()}"
        self._config = home / "alertmanager.yml"
        self._config.write_text(yaml.safe_dump(_config(notified)), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it is ready. It talks to no other one."""
        with (self._home / "stderr").open("wb") as stderr:
            self._process = subprocess.Popen(
                [
                    _program(),
                    f"--config.file={self._config}",
                    f"--storage.path={self._home / 'data'}",
                    f"--web.listen-address={self._url.removeprefix('http://')}",
                    "--cluster.listen-address=",
                ],
                stdout=stderr,
                stderr=stderr,
            )
        await_fact(self._is_ready, seconds=_SECONDS, what="Alertmanager is ready")

    def end(self) -> None:
        """Leave nothing of it running."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def tell(self, *alerts: Json) -> None:
        """What Prometheus says of its alerts, in one message."""
        httpx.post(f"{self._url}/api/v2/alerts", json=alerts).raise_for_status()

    def failures(self) -> int:
        """How often it did not get through."""
        (told,) = (line for line in httpx.get(f"{self._url}/metrics").text.splitlines() if line.startswith(_FAILED))
        return int(float(told.rpartition(" ")[2]))

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._home / "stderr").read_text()
        try:
            return httpx.get(f"{self._url}/-/ready").is_success
        except httpx.TransportError:
            return False


def _program() -> str:
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    assert found is not None, "there is no Alertmanager on PATH: install Debian's package prometheus-alertmanager"
    return found


def _config(notified: str) -> Json:
    """`group_wait` lets what is told in one message be one group; who waits for nothing else waits no longer."""
    return {
        "route": {
            "receiver": "whence",
            "group_by": ["alertname"],
            "group_wait": "100ms",
            "group_interval": "500ms",
            "repeat_interval": "1h",
        },
        "receivers": [{"name": "whence", "webhook_configs": [{"url": notified, "send_resolved": True}]}],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who is notified, and asks what came."""

    server: Server
    token: str

    def call(self, path: str, body: Json) -> Json:
        """The good answer to a call."""
        with self.server.client(self.token) as client:
            return client.post(f"/monitoring/v1/{path}", json=body).raise_for_status().json()

    def open(self) -> Json:
        """A webhook of a project in which recoveries resolve alerts."""
        options = {"recovery_mode": "AUTO"}
        self.call("project-alert-config/create", {"project_id": "project-shop", "options": options})
        plugin = {"plugin_id": "plugin-prometheus-mon-webhook"}
        return self.call("webhook/create", {"name": "am", "project_id": "project-shop", "plugin_info": plugin})

    def every(self, noun: str) -> list[Json]:
        """All of them, the oldest first."""
        return self.call(f"{noun}/list", {"query": {"sort": [{"key": "created_at"}]}})["results"]

    def await_states(self, *states: str) -> None:
        """There are as many alerts, in these states."""

        def holds() -> bool:
            return sorted(alert["state"] for alert in self.every("alert")) == sorted(states)

        await_fact(holds, seconds=_SECONDS, what=f"the alerts are {states}")


@pytest.fixture
def account(shared: Server, tenant_token: Callable[..., str]) -> Account:
    """One of a server that stays."""
    return Account(server=shared, token=tenant_token())


@pytest.fixture
def mortal(whence: Server) -> Account:
    """One of a server that the test may kill."""
    return Account(server=whence, token=TOKEN)


@pytest.fixture
def notify(tmp_path: Path) -> Generator[Notify]:
    """Starts an Alertmanager that notifies this webhook."""
    with ExitStack() as stack:

        def start(webhook: Json) -> Alertmanager:
            alertmanager = Alertmanager(tmp_path, notified=webhook["webhook_url"])
            stack.callback(alertmanager.end)
            alertmanager.start()
            return alertmanager

        yield start


def _alert(name: str, instance: str = "db1", *, over: bool = False) -> Json:
    """An alert as Prometheus tells of it; `over`: it has just ended."""
    told = {
        "labels": {"alertname": name, "instance": instance, "severity": "critical"},
        "annotations": {"summary": f"{name} on {instance}", "description": "Look at it"},
        "startsAt": _BEGAN.isoformat(),
        "generatorURL": "http://prometheus.example.com/graph",
    }
    return {**told, "endsAt": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()} if over else told


def _await_any(account: Account, names: Sequence[str]) -> None:
    """The first alert of those names is there."""
    titles = {f"{name} on db1" for name in names}

    def came() -> bool:
        return not titles.isdisjoint(alert["title"] for alert in account.every("alert"))

    await_fact(came, seconds=_SECONDS, what="the first of them came")


def test_a_firing_alert_is_an_alert_until_it_is_over(account: Account, notify: Notify) -> None:
    """[WH1] One alert, resolved by itself; an event for its begin and one for its end."""
    alertmanager = notify(account.open())
    alertmanager.tell(_alert("DiskFull"))
    account.await_states("TRIGGERED")
    alertmanager.tell(_alert("DiskFull", over=True))
    account.await_states("RESOLVED")

    (alert,) = account.every("alert")
    begun, over = account.every("event")
    assert (alert["title"], alert["severity"], alert["urgency"]) == ("DiskFull on db1", "CRITICAL", "HIGH")
    assert {"name": "db1"}.items() <= alert["resources"][0].items()
    assert (begun["event_type"], over["event_type"]) == ("ALERT", "RECOVERY")
    assert begun["event_key"] == over["event_key"] == begun["raw_data"]["alerts"][0]["fingerprint"]
    assert begun["alert_id"] == over["alert_id"] == alert["alert_id"]
    assert begun["occurred_at"] == "2026-03-04T08:15:30.000Z"
    assert begun["additional_info"]["generator_url"] == "http://prometheus.example.com/graph"


def test_alerts_of_one_group_are_alerts_of_their_own(account: Account, notify: Notify) -> None:
    """[WH1] They come in one notification; each ends by itself."""
    alertmanager = notify(account.open())
    instances = ["db1", "db2", "db3"]

    alertmanager.tell(*(_alert("DiskFull", instance) for instance in instances))
    account.await_states("TRIGGERED", "TRIGGERED", "TRIGGERED")
    notified = account.every("event")
    alertmanager.tell(_alert("DiskFull", "db2", over=True))
    account.await_states("TRIGGERED", "RESOLVED", "TRIGGERED")

    assert [len(event["raw_data"]["alerts"]) for event in notified] == [3, 3, 3]
    assert len({event["event_key"] for event in notified}) == 3
    states = {alert["resources"][0]["name"]: alert["state"] for alert in account.every("alert")}
    assert states == {"db1": "TRIGGERED", "db2": "RESOLVED", "db3": "TRIGGERED"}


def test_what_happens_while_no_server_runs_is_delivered_later(mortal: Account, notify: Notify) -> None:
    """[IN1, WH1] After `kill -9`: what begins and what ends meanwhile comes by itself, and nothing is open twice."""
    alertmanager = notify(mortal.open())
    alertmanager.tell(_alert("DiskFull"), _alert("HighLoad"))
    mortal.await_states("TRIGGERED", "TRIGGERED")

    mortal.server.kill()
    alertmanager.tell(_alert("DiskFull", over=True), _alert("Lag"))
    await_fact(lambda: alertmanager.failures() >= 2, seconds=_SECONDS, what="it tried to notify of both")
    mortal.server.start()
    mortal.await_states("RESOLVED", "TRIGGERED", "TRIGGERED")
    alertmanager.tell(_alert("HighLoad", over=True), _alert("Lag", over=True))
    mortal.await_states("RESOLVED", "RESOLVED", "RESOLVED")

    titles = [alert["title"] for alert in mortal.every("alert")]
    assert sorted(titles) == ["DiskFull on db1", "HighLoad on db1", "Lag on db1"]


def test_a_server_that_dies_while_it_is_notified_has_everything_once(mortal: Account, notify: Notify) -> None:
    """[IN1, WH1] Killed in the middle of many notifications, three times: whatever came twice is one alert."""
    alertmanager = notify(mortal.open())
    names = [f"Alert{n}" for n in range(60)]

    for first in range(0, len(names), 20):
        some = names[first : first + 20]
        alertmanager.tell(*(_alert(name) for name in some))
        _await_any(mortal, some)
        mortal.server.restart(kill=True)
    mortal.await_states(*["TRIGGERED"] * len(names))
    alertmanager.tell(*(_alert(name, over=True) for name in names))
    mortal.await_states(*["RESOLVED"] * len(names))

    assert sorted(alert["title"] for alert in mortal.every("alert")) == sorted(f"{name} on db1" for name in names)
    assert sorted(alert["alert_number"] for alert in mortal.every("alert")) == list(range(1, len(names) + 1))


def test_a_refused_notification_is_sent_again(account: Account, notify: Notify) -> None:
    """[WH2] While the webhook is disabled nothing comes in; once it is enabled, what fires still does."""
    webhook = account.open()
    named = {"webhook_id": webhook["webhook_id"]}
    alertmanager = notify(webhook)
    account.call("webhook/disable", named)
    alertmanager.tell(_alert("DiskFull"))
    await_fact(lambda: alertmanager.failures() >= 2, seconds=_SECONDS, what="it tried twice")
    refused = account.every("event")

    account.call("webhook/enable", named)
    account.await_states("TRIGGERED")

    assert refused == []
    assert account.call("webhook/get", named)["requests"] == {"total": "1"}

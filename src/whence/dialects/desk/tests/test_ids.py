"""Ids that a client spells in its own way or works out by itself. Source: DESK contract 3.5 and 4."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis.strategies import text
from mmh3 import hash64

from whence.dialects.desk import ids
from whence.domain.entity import is_entity_id


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("", "0000000000000000"),
        ("hello", "CBD8A7B341BD9B02"),
        ("The quick brown fox jumps over the lazy dog", "E34BBC7BBC071B6C"),
    ],
)
def test_the_hash_is_the_one_that_clients_use(text: str, digits: str) -> None:
    """MurmurHash3 x64, first half, seed 0 gives the contract's check values."""
    assert f"{hash64(text, signed=False)[0]:016X}" == digits


@pytest.mark.parametrize(
    ("group", "device", "group_digits", "device_digits"),
    [
        ("alertmanager", "alertmanager", "E1ABC2CBF8723322", "EBFD2154C71FC3F7"),
        ("Alertmanager OCP4", "alertmanager", "D46A0C2A46644A07", "4264CFC18F3CBC35"),
        ("customDeviceGroupId", "customDeviceId", "0C4130405A7D2B02", "C0C06B85C0D34E60"),
        ("edge-sensors", "cold-room-3", "5F9746CEA898EA53", "D3D193D4437AC1EA"),
        ("edge-sensors", "cold-room-14", "5F9746CEA898EA53", "0FE51F4F8696DE6E"),
        ("payments", "checkout-probe", "6679EFC5AE3546CB", "1444FEA40C65F48E"),
        ("Kühlhaus", "Sonde-\N{GREEK SMALL LETTER ALPHA}", "7E51B4A07BAB7B0D", "A84632CEF1C7127E"),
        (None, "cold-room-3", "64F3A2C37191F674", "3B1E336C2DD4C100"),
    ],
)
def test_a_client_can_work_out_a_custom_device(
    group: str | None, device: str, group_digits: str, device_digits: str
) -> None:
    """Each vector of the contract: the ids of the device and of its group follow from the sender's own names."""
    found = ids.custom_device(device, group=group)

    assert found.group_id == f"CUSTOM_DEVICE_GROUP-{group_digits}"
    assert found.device_id == f"CUSTOM_DEVICE-{device_digits}"


def test_without_a_group_the_type_is_the_group() -> None:
    """A type that is sent names the group, and does not enter the device's id."""
    typed = ids.custom_device("cold-room-3", group=None, kind="edge-sensors")

    assert typed.group_id == "CUSTOM_DEVICE_GROUP-5F9746CEA898EA53"
    assert typed.device_id == "CUSTOM_DEVICE-3B1E336C2DD4C100"
    assert ids.custom_device("cold-room-3", group="", kind="edge-sensors") == typed


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("SERVICE-00AA11BB22CC33DD", "SERVICE-00AA11BB22CC33DD"),
        ("SERVICE-00aa11bb22cc33dd", "SERVICE-00AA11BB22CC33DD"),
        ("SERVICE-AA11BB22CC33DD", "SERVICE-00AA11BB22CC33DD"),
        ("CUSTOM_DEVICE_GROUP-c4130405a7d2b02", "CUSTOM_DEVICE_GROUP-0C4130405A7D2B02"),
        ("HOST-42", "HOST-0000000000000042"),
        ("en00aa11bb22cc33dd", "en00aa11bb22cc33dd"),
        ("EN00AA11BB22CC33DD", "en00aa11bb22cc33dd"),
        ("shop", "shop"),
        ("", ""),
    ],
)
def test_an_id_is_read_as_it_was_meant(sent: str, meant: str) -> None:
    """Lost zeros come back, digits become upper case, and what is no id stays as it is."""
    assert ids.normal(sent) == meant


@given(text())
def test_reading_an_id_twice_changes_nothing(sent: str) -> None:
    """A normal id is normal."""
    once = ids.normal(sent)

    assert ids.normal(once) == once


@pytest.mark.parametrize(
    ("entity_id", "kind"),
    [("SERVICE-00AA11BB22CC33DD", "SERVICE"), ("A-B-00AA11BB22CC33DD", "A-B"), ("shop", "")],
)
def test_the_type_is_all_before_the_last_hyphen(entity_id: str, kind: str) -> None:
    """An id says what type its entity is of."""
    assert ids.type_of(entity_id) == kind


def test_an_account_is_one_environment() -> None:
    """The environment's id is the same each time it is asked for, another for another account, and an entity's."""
    one, other = uuid4(), uuid4()

    assert ids.environment(one) == ids.environment(one) != ids.environment(other)
    assert is_entity_id(ids.environment(one))

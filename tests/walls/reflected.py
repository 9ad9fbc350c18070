"""A client that speaks gRPC and knows nothing but an address, and what the server says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, cast

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToJson, ParseDict
from google.protobuf.message_factory import GetMessageClass
from grpc import Channel, RpcError, StatusCode
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

PACKAGE: Final = "spaceone.api.monitoring.v1"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a call ended. `told`: the reply as JSON, or the details of the status."""

    status: StatusCode
    told: str


class Client:
    """Calls methods by short names: `Event.get`."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._database = ProtoReflectionDescriptorDatabase(channel)
        self._pool = DescriptorPool(self._database)
        self.services: list[str] = list(self._database.get_services())

    @cached_property
    def methods(self) -> Mapping[str, MethodDescriptor]:
        """Each method of the vendor's package."""
        services = [self._pool.FindServiceByName(name) for name in self.services if name.startswith(f"{PACKAGE}.")]
        return {f"{service.name}.{method.name}": method for service in services for method in service.methods}

    def call(self, name: str, request: Any, token: str | None) -> Ended:  # noqa: ANN401  whatever JSON can say
        """Call the method with the request, which is JSON."""
        sent: Any = ParseDict(request, GetMessageClass(self.methods[name].input_type)())
        return self.raw(name, sent.SerializeToString(), token)

    def raw(self, name: str, sent: bytes, token: str | None) -> Ended:
        """Call the method with the bytes."""
        metadata = () if token is None else (("token", token),)
        service, _, verb = name.partition(".")
        ask = cast("Callable[..., bytes]", self._channel.unary_unary(f"/{PACKAGE}.{service}/{verb}"))
        try:
            raw = ask(sent, metadata=metadata, timeout=30)
        except RpcError as error:
            status: Any = error
            return Ended(status=status.code(), told=status.details())
        reply = GetMessageClass(self.methods[name].output_type).FromString(raw)
        return Ended(status=StatusCode.OK, told=MessageToJson(reply, preserving_proto_field_name=True))

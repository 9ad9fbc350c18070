"""The messages and services of this dialect, as `contract/proto/` defines them; there is no generated code.

The compiled `contract/descriptors.binpb` lies beside its sources, and a test compiles them again. Every type lives in a
pool of its own, so that nothing else in the process can define it differently.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

CONTRACT: Final = Path(__file__).parent / "contract"
_WELL_KNOWN: Final = (empty_pb2.DESCRIPTOR, struct_pb2.DESCRIPTOR)


def _files() -> tuple[FileDescriptorProto, ...]:
    own = FileDescriptorSet.FromString((CONTRACT / "descriptors.binpb").read_bytes())
    well_known = [FileDescriptorProto.FromString(file.serialized_pb) for file in _WELL_KNOWN]
    return (*well_known, *own.file)


def _pool(files: tuple[FileDescriptorProto, ...]) -> DescriptorPool:
    pool = DescriptorPool()
    for file in files:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


FILES: Final = _files()
"""Every file with all its imports; what is imported comes first."""

POOL: Final = _pool(FILES)

SERVICES: Final[Mapping[str, ServiceDescriptor]] = {
    service.name: POOL.FindServiceByName(f"{file.package}.{service.name}") for file in FILES for service in file.service
}
"""By their short names, which are unique: clients know no others."""


@cache
def message_class(full_name: str) -> type[Message]:
    """The class of the message of that full name."""
    return GetMessageClass(POOL.FindMessageTypeByName(full_name))

"""Messages to plain objects and back: what a handler is asked and answers is the same over gRPC and REST.

A plain object has the message's snake_case names. What is not set is not there, an empty `Struct` or message that was
sent is. Enums are names, a `Struct` is the JSON as it was sent, and of two spellings of a oneof the one that was used.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError, Message

from whence.dialects.cloudforet.errors import Code, Fault, invalid
from whence.dialects.cloudforet.schema import POOL, message_class
from whence.dialects.cloudforet.structs import FREE, LIST_VALUE, STRUCT, VALUE, fill, from_free, nul

MOST_ITEMS: Final = 10_000  # in all lists of one request

_Write = Callable[[Message, Any], None]

# JavaScript has no number that holds them.
_INTEGERS_AS_TEXT: Final = frozenset({FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64})
_LONGEST_REASON: Final = 500  # characters: the library quotes what was sent


def read(full_name: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object as a request of that message; names may be in snake_case or lowerCamelCase.

    Raises:
        Fault: it is no such message; the text names the field and its path.
    """
    message = message_class(full_name)()
    try:
        kind = _kind(message)
        ParseDict(_hollow(kind, sent, kind.name, _Room()), message)
    except ParseError as exc:
        raise unreadable(exc) from None
    return _filled(message, sent)


def parse(full_name: str, raw: bytes) -> dict[str, Any]:
    """The request in the bytes of a message.

    Raises:
        Fault: they are no such message, or hold what cannot be stored.
    """
    return from_message(_decoded(full_name, raw))


def unread(full_name: str, raw: bytes) -> Mapping[str, Any]:
    """As `parse`, for a request of a stranger: what cannot be stored is found in a field when that is asked for."""
    return _Unread(_decoded(full_name, raw))


def from_message(message: Message) -> dict[str, Any]:
    """What is set in the message.

    Raises:
        Fault: it holds what cannot be stored, or too much.
    """
    return _members(message, "", _Room())


def to_message(full_name: str, reply: Mapping[str, Any]) -> Message:
    """The message of a reply. A name that the message does not have is a bug, and a KeyError."""
    message = message_class(full_name)()
    _write(message, reply)
    return message


def render(full_name: str, reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reply as JSON has it: integers of 64 bits as text, and a list with both of its members."""
    descriptor = POOL.FindMessageTypeByName(full_name)
    shown = _with_integers_as_text(descriptor, reply)
    if "total_count" in descriptor.fields_by_name:
        return {"results": [], "total_count": 0, **shown}
    return shown


def unreadable(reason: object) -> Fault:
    """The fault of what is no such message, in the library's words; those of the vendor's service are the same."""
    text = str(reason).partition("\n")[0].rstrip(".")
    return Fault(Code.UNREADABLE, text[:_LONGEST_REASON] + ".")


class _Room:
    """How many items the lists of a request may still have: they are counted before anything is made of them."""

    def __init__(self) -> None:
        self._left = MOST_ITEMS

    def take(self, many: int, path: str) -> None:
        """Return when there is room for so many.

        Raises:
            Fault: there is not.
        """
        self._left -= many
        if self._left < 0:
            raise invalid(path, f"There must be at most {MOST_ITEMS} items in all lists.")


class _Unread(Mapping[str, Any]):
    """What is set in the message; of a field something is made when it is asked for, not when it is only there."""

    def __init__(self, message: Message) -> None:
        self._fields = {field.name: (field, value) for field, value in message.ListFields()}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  any field's
        return _plain(*self._fields[name], name, _Room())

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _decoded(full_name: str, raw: bytes) -> Message:
    try:
        return message_class(full_name).FromString(raw)
    except DecodeError as exc:
        raise unreadable(exc) from None


def _hollow(kind: Descriptor, sent: Mapping[str, Any], path: str, room: _Room) -> dict[str, Any]:
    """The same object with nothing inside its free JSON, which means nothing to the schema and may be deep."""
    names = _by_name(kind)
    known = [names[name].name for name in sent if name in names]
    if twice := next((name for name in known if known.count(name) > 1), None):
        raise unreadable(f'Message type "{kind.full_name}" should not have multiple "{twice}" fields at "{path}"')
    return {name: _hollowed(names.get(name), value, f"{path}.{name}", room) for name, value in sent.items()}


def _hollowed(field: FieldDescriptor | None, value: Any, path: str, room: _Room) -> Any:  # noqa: ANN401  JSON is anything
    if field is None:
        return value
    kind = field.message_type
    if field.is_repeated and isinstance(value, list):
        items = cast("list[Any]", value)
        room.take(len(items), path.partition(".")[2])
        if kind is None:
            return items
        return [_without_inside(kind, item, f"{path}[{n}]", room) for n, item in enumerate(items)]
    return value if kind is None or field.is_repeated else _without_inside(kind, value, path, room)


def _without_inside(kind: Descriptor, value: Any, path: str, room: _Room) -> Any:  # noqa: ANN401  JSON is anything
    if kind.full_name == VALUE:
        return ""
    match value:
        case dict() if kind.full_name == STRUCT:
            return {}
        case list() if kind.full_name == LIST_VALUE:
            return []
        case dict() if kind.full_name not in FREE:
            return _hollow(kind, cast("dict[str, Any]", value), path, room)
        case None:
            return None
        case _:
            shape = "[]" if kind.full_name == LIST_VALUE else "a dict"
            raise unreadable(f"{kind.name} must be in {shape} which is {value} at {path}")


def _filled(message: Message, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the message was made of, by the names of the schema."""
    names = _by_name(_kind(message))
    found = {names[name]: value for name, value in sent.items()}
    return {field.name: _asked(message, field, value) for field, value in found.items() if _is_set(message, field)}


def _is_set(message: Message, field: FieldDescriptor) -> bool:
    return message.HasField(field.name) if field.has_presence else bool(getattr(message, field.name))


def _asked(message: Message, field: FieldDescriptor, sent: Any) -> Any:  # noqa: ANN401  JSON is anything
    parsed = getattr(message, field.name)
    kind = field.message_type
    if kind is None:
        return _plain(field, parsed, field.name, _Room())
    if kind.full_name in FREE:
        return sent
    if field.is_repeated:
        return [_filled(one, item) for one, item in zip(parsed, sent, strict=True)]
    return _filled(parsed, sent)


def _members(message: Message, path: str, room: _Room) -> dict[str, Any]:
    return {
        field.name: _plain(field, value, f"{path}.{field.name}" if path else field.name, room)
        for field, value in message.ListFields()
    }


def _plain(field: FieldDescriptor, value: Any, path: str, room: _Room) -> Any:  # noqa: ANN401  any field's
    if field.is_repeated:
        room.take(len(value), path)
        return [_plain_one(field, item, f"{path}[{n}]", room) for n, item in enumerate(value)]
    return _plain_one(field, value, path, room)


def _plain_one(field: FieldDescriptor, value: Any, path: str, room: _Room) -> Any:  # noqa: ANN401  any field's
    if field.enum_type is not None:
        return _name_of(field.enum_type, value, path)
    if isinstance(value, Message):
        return from_free(value, path) if value.DESCRIPTOR.full_name in FREE else _members(value, path, room)
    if isinstance(value, str) and "\0" in value:
        raise nul(path)
    return value


def _name_of(enum: EnumDescriptor, number: int, path: str) -> str:
    if (value := enum.values_by_number.get(number)) is None:
        raise unreadable(f"Failed to parse {path} field: Invalid enum value {number} for enum type {enum.full_name}")
    return value.name


def _write(message: Message, given: Mapping[str, Any]) -> None:
    kind = _kind(message)
    if kind.full_name == STRUCT:
        fill(message, given)
        return
    writers = _writers(kind)
    for name, value in given.items():
        if value is not None:
            writers[name](message, value)


@cache
def _writers(descriptor: Descriptor) -> Mapping[str, _Write]:
    """How each field is set."""
    return {field.name: _writer(field) for field in descriptor.fields}


def _writer(field: FieldDescriptor) -> _Write:
    name = field.name
    kind = field.message_type
    if (enum := field.enum_type) is not None:
        numbers = {value.name: value.number for value in enum.values}
        return lambda message, value: setattr(message, name, numbers[value])
    if kind is None:
        if field.is_repeated:
            return lambda message, value: getattr(message, name).extend(value)
        return lambda message, value: setattr(message, name, value)
    if field.is_repeated:

        def add(message: Message, rows: Sequence[Mapping[str, Any]]) -> None:
            target = getattr(message, name)
            for row in rows:
                _write(target.add(), row)

        return add

    def put(message: Message, value: Mapping[str, Any]) -> None:
        target = getattr(message, name)
        target.SetInParent()  # also when there is nothing in it
        _write(target, value)

    return put


def _with_integers_as_text(descriptor: Descriptor, given: Mapping[str, Any]) -> Mapping[str, Any]:
    if not (texts := _with_such(descriptor)):
        return given
    shown = dict(given)
    for field in texts:
        if (value := given.get(field.name)) is None:
            continue
        if (kind := field.message_type) is None:
            shown[field.name] = str(value)
        elif field.is_repeated:
            shown[field.name] = [_with_integers_as_text(kind, row) for row in value]
        else:
            shown[field.name] = _with_integers_as_text(kind, value)
    return shown


@cache
def _with_such(descriptor: Descriptor) -> tuple[FieldDescriptor, ...]:
    """The fields that are an integer of 64 bits, or a message that has one somewhere."""
    return tuple(
        field
        for field in descriptor.fields
        if field.cpp_type in _INTEGERS_AS_TEXT
        or (field.message_type and field.message_type.full_name not in FREE and _with_such(field.message_type))
    )


def _kind(message: Message) -> Descriptor:
    return cast("Descriptor", message.DESCRIPTOR)  # the compiled library has a class of its own for it


@cache
def _by_name(descriptor: Descriptor) -> Mapping[str, FieldDescriptor]:
    """The fields by each of their two spellings."""
    return {name: field for field in descriptor.fields for name in (field.json_name, field.name)}

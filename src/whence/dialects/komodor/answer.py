"""The JSON answers of this dialect, and the headers that every create carries."""

from typing import Any
from uuid import UUID

from whence.dialects.answer import JsonAnswer
from whence.domain.census import Concerned


class Answer(JsonAnswer):
    """A JSON body, and what goes beside it in headers."""

    def name_event(self, event_id: UUID, concerned: Concerned, *, is_replay: bool) -> None:
        """Add what the body of a create does not say."""
        name = str(event_id).encode()
        self.raw_headers += [
            (b"x-event-id", name),
            (b"location", b"/mgmt/v1/events/" + name),
            (b"x-scope-matched", b"%d/%d" % (concerned.count, concerned.of)),
        ]
        if is_replay:
            self.raw_headers.append((b"x-idempotent-replay", b"true"))


def page(name: str, rows: list[dict[str, Any]], size: int, token: str | None) -> Answer:
    """The rows under their name; `token`: where the rest begins, None when there is no more."""
    meta = {"pageSize": size} if token is None else {"pageSize": size, "token": token}
    return Answer({"data": {name: rows}, "meta": meta})


def numbered_page(name: str, rows: list[dict[str, Any]], number: int, *, is_last: bool) -> Answer:
    """The rows under their name; a caller stops where there is no `nextPage`. Source: Komodor contract 7.4."""
    meta = {"pageSize": len(rows), "page": number}
    if not is_last:
        meta["nextPage"] = number + 1
    if number > 0:
        meta["prevPage"] = number - 1
    return Answer({"data": {name: rows}, "meta": meta})

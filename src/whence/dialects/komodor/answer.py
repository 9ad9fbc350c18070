"""The JSON answers of this dialect, and the headers that every create carries."""

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

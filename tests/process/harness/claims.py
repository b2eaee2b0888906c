"""What several tests hold a reading to."""

from process.harness.calls import Api, Json
from process.harness.reading import Reading


async def saved_as_read(api: Api, reading: Reading) -> Json:
    """The message right after `end`, which must be what was read."""
    message = await api.message(reading.end["reply"])
    assert message["content"] == reading.text
    assert (message["reasoning"] or "") == reading.reasoning
    assert message["status"] == reading.status
    assert message["finish_reason"] == reading.end["finish_reason"]
    assert message["usage"] == reading.end["usage"]
    assert reading.end["length"] == len(reading.text)
    return message


def replayed(reading: Reading, position: int) -> Reading:
    """A client that was cut right after the event with the id of that number."""
    partial = Reading()
    for event in reading.events:
        partial.take(event)
        if event.get("id"):
            if position == 0:
                break
            position -= 1
    partial.events, partial.ended = [], None
    return partial

"""OpenAI's API as a verb: a call that brings its whole history, kept as a conversation that goes on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from chat import limits
from chat.actions.histories import Asked, find_place
from chat.actions.histories import complete as store_history
from chat.auth.caller import Caller
from chat.database import in_database, reading
from chat.engine.live_reply import LiveReply
from chat.errors import BadRequest, TooLarge
from chat.history import History
from chat.portable.openai_history import read_history
from chat.review.purging import purge_unkept
from chat.service.attachments import attach
from chat.service.following import Following
from chat.service.one_call import Beginning
from chat.service.requests import json_object
from chat.service.runtime import runtime
from chat.service.temporary import refuse_temporary

OURS = frozenset({"model", "messages", "stream", "stream_options", "n", "store"})
"""Fields that this server reads itself; all others are the provider's."""
NOT_KEPT = frozenset({"tools", "tool_choice", "parallel_tool_calls"})
"""Not saved with the reply: large, the same in each call of a program, and of no use without it."""
MOST_OF_A_NAME = 200
REFUSED = {
    "functions": "Functions are not kept here. Use `tools`.",
    "function_call": "Functions are not kept here. Use `tool_choice`.",
    "audio": "Sound is not kept here.",
    "logprobs": "Log probabilities are not kept here.",
    "top_logprobs": "Log probabilities are not kept here.",
}
"""What would be lost on the way, and so is not asked for."""


@dataclass(frozen=True, slots=True)
class CompletionCall:
    """One call, read and checked: what is asked, and how it is answered."""

    asked: Asked
    stream: bool
    include_usage: bool
    request_hash: str


def read_call(data: bytes) -> CompletionCall:
    """The body of `POST /v1/chat/completions`. Raises `BadRequest` with `param`."""
    body = json_object(data)
    _refuse(body)
    history = read_history(body.get("messages"))
    options = _field(body, "stream_options", dict, {})
    model = _field(body, "model", str, "")
    if len(model) > MOST_OF_A_NAME:
        raise BadRequest(f"A model's name has at most {MOST_OF_A_NAME} characters.", param="model")
    params = {name: value for name, value in body.items() if name not in OURS}
    asked = Asked(
        history=history,
        messages=tuple(body["messages"]),
        model=model,
        params=params,
        kept_params={name: value for name, value in params.items() if name not in NOT_KEPT},
        keep=_field(body, "store", bool, True),
    )
    return CompletionCall(
        asked=asked,
        stream=_field(body, "stream", bool, False),
        include_usage=_field(options, "include_usage", bool, False, within="stream_options."),
        request_hash=hashlib.sha256(b"v1/chat/completions\n" + data).hexdigest(),
    )


async def complete(
    caller: Caller,
    call: CompletionCall,
    *,
    conversation: str | None = None,
    idempotency_key: str | None = None,
    last_event_id: str | None = None,
) -> Following:
    """Store what is new of the history, start the reply and follow it; a retry joins the first call's reply.

    `conversation`: where the history belongs, for clients that remember it; others are known again by it.
    """
    here = await runtime()
    _check_sizes(caller, call.asked.history)
    if not call.asked.keep:
        refuse_temporary(True)
    beginning = Beginning(
        here, caller, "v1/chat/completions", call.request_hash, idempotency_key, last_event_id
    )
    pictures = () if last_event_id else await _upload_pictures(caller, call.asked, conversation)
    asked = replace(call.asked, conversation=conversation, pictures=pictures)
    following = await beginning.begin(lambda origin, claim: store_history(origin, asked, claim))
    if not asked.keep and following.live is not None:
        here.own(_forget(following.live))
    return following


async def _upload_pictures(
    caller: Caller, asked: Asked, conversation: str | None
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Those of messages that are new, as attachments. A growing history brings the others again each time."""
    said = asked.history.said
    if not asked.keep or not any(one.pictures for one in said):
        return ()
    place = await reading(find_place, caller.user_id, asked.history, conversation)
    uploaded = []
    for number in range(place.known, len(said)):
        ids = []
        for picture in said[number].pictures:
            kind = picture.content_type.rpartition("/")[2].partition("+")[0]
            described = await attach(caller, f"image.{kind}", picture.data)
            ids.append(described["id"])
        uploaded.append((number, tuple(ids)))
    return tuple(uploaded)


async def _forget(live: LiveReply) -> None:
    """Nothing is kept of it once it has ended. What a crash leaves is swept up within seconds."""
    await live.done()
    await in_database(purge_unkept, live.transcript.conversation)


def _refuse(body: Mapping[str, Any]) -> None:
    for name, why in REFUSED.items():
        if body.get(name):
            raise BadRequest(why, code="unsupported_parameter", param=name)
    if body.get("n") not in (None, 1) or body.get("n") is True:  # which is 1 to Python
        raise BadRequest("One reply is made for each call: n is 1.", code="unsupported_parameter", param="n")
    modalities = body.get("modalities")
    if modalities is not None and modalities != ["text"]:
        raise BadRequest("Replies are text.", code="unsupported_parameter", param="modalities")


def _check_sizes(caller: Caller, history: History) -> None:
    asked = [history.instructions, *(one.text for one in history.said if one.role != "assistant")]
    limits.refuse_long_text(caller, max(map(len, asked)), what="A message", param="messages")
    # A reply comes back as long as it was: as a message it would end the conversation.
    most = settings.CHAT_MAX_REPLY_CHARS
    longest = max((len(one.text) for one in history.said if one.role == "assistant"), default=0)
    if most and longest > most:
        raise TooLarge(
            f"A reply has {longest} characters; the site's limit is {most}.",
            code="text_too_long",
            param="messages",
        )
    # Here, since those of a call that is not kept never become files.
    pictures = [picture for one in history.said for picture in one.pictures]
    if pictures:
        largest = max(pictures, key=lambda picture: len(picture.data))
        limits.refuse_large_file(caller, len(largest.data), what="An image", param=largest.param)


def _field(body: Mapping[str, Any], name: str, kind: type, default: Any, *, within: str = "") -> Any:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise BadRequest(f"{within}{name} has the wrong type.", param=f"{within}{name}")
    return value

"""One conversation that somebody brings, in whichever form it is known by."""

import json
from typing import Any

from django.utils.translation import gettext as _

from chat.imported import ImportedConversation
from chat.portable.answers import with_answers
from chat.portable.chatgpt import read_chatgpt
from chat.portable.document import FORMAT
from chat.portable.fields import Bounds, Unreadable, line
from chat.portable.own import read_own


def parse(source: bytes | str) -> Any:
    """Python's own reader: it takes half surrogate pairs, which real exports hold, and we replace them."""
    try:
        return json.loads(source)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("It is not JSON.")) from error


def convert(value: Any, bounds: Bounds) -> ImportedConversation:
    """Raises `Unreadable`, and nothing else, whatever the value is."""
    if isinstance(value, dict) and value.get("format") == FORMAT:
        return with_answers(read_own(value, bounds))
    if isinstance(value, dict) and "mapping" in value:
        return with_answers(read_chatgpt(value, bounds))
    raise Unreadable(_("It is not a conversation from ChatGPT or from this site."))


def title_of(value: Any) -> str:
    """To name by it what cannot be read."""
    if isinstance(value, dict) and value.get("format") == FORMAT:
        value = value.get("conversation")
    return line(value.get("title"), 200) if isinstance(value, dict) else ""

"""What one message of ChatGPT's export says, whatever its kind: text, thinking, or nothing for a reader."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from chat.portable.fields import line

_MARKUP = re.compile("\ue200.*?\ue201|[\ue200-\ue2ff]", re.DOTALL)
"""Its page's own signs for sources, in the private range of Unicode: nothing without that page."""
_MOST_FILES = 20
_HIDDEN = {"user_editable_context", "model_editable_context"}


@dataclass(frozen=True, slots=True)
class Said:
    """`text` is for the reader, `thought` what the model did on the way to it. Both empty: nothing."""

    role: str
    text: str = ""
    thought: str = ""


def said_in(message: dict[str, Any]) -> Said:
    """Never raises: a kind of content that is not known gives the texts that are in it."""
    author, content = message.get("author"), message.get("content")
    metadata = message.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    role = author.get("role") if isinstance(author, dict) else None
    if not isinstance(content, dict) or metadata.get("is_visually_hidden_from_conversation"):
        return Said("")
    kind = content.get("content_type")
    if role == "user" and kind not in _HIDDEN:
        return Said("user", _joined([_text(kind, content), *_files(metadata)]))
    if role == "tool" and kind == "multimodal_text":
        # The picture that was asked for comes from a tool.
        return Said("assistant", "\n\n".join(filter(None, map(_picture, _parts(content)))))
    if role != "assistant":
        return Said("")
    if kind == "thoughts":
        return Said("assistant", thought=_thoughts(content))
    if kind == "reasoning_recap":
        return Said("assistant", thought=_string(content.get("content")))
    recipient = message.get("recipient")
    if isinstance(recipient, str) and recipient not in ("all", ""):
        call = _text("text" if kind == "code" else kind, content)
        return Said("assistant", thought=f"{line(recipient, 100)}: {call}" if call else "")
    return Said("assistant", _MARKUP.sub("", _text(kind, content)))


def _text(kind: Any, content: dict[str, Any]) -> str:
    if kind == "code":
        language = content.get("language")
        known = language if isinstance(language, str) and re.fullmatch(r"[\w+#.-]{1,30}", language) else ""
        code = _string(content.get("text"))
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
        return f"{fence}{'' if known == 'unknown' else known}\n{code}\n{fence}" if code else ""
    pieces = [_part(part) for part in _parts(content)] or [_string(content.get("text"))]
    return _joined(pieces)


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    match part.get("content_type"):
        case "audio_transcription":
            return _string(part.get("text"))
        case "audio_asset_pointer" | "real_time_user_audio_video_asset_pointer":
            return ""  # its transcription stands beside it
    return _picture(part) or _string(part.get("text"))


def _picture(part: Any) -> str:
    is_one = isinstance(part, dict) and part.get("content_type") == "image_asset_pointer"
    return _("[image]") if is_one else ""


def _files(metadata: dict[str, Any]) -> list[str]:
    """Attached files by name; the pictures among them are already noted where they stand."""
    files = metadata.get("attachments")
    named = []
    for file in files[:_MOST_FILES] if isinstance(files, list) else ():
        kind = (file.get("mime_type") or file.get("mimeType")) if isinstance(file, dict) else "image/"
        if str(kind).startswith("image/"):
            continue
        if name := line(file.get("name"), 200):
            named.append(_("[file: {name}]").format(name=name))
    return named


def _thoughts(content: dict[str, Any]) -> str:
    thoughts = content.get("thoughts")
    pieces = []
    for thought in thoughts if isinstance(thoughts, list) else ():
        if isinstance(thought, dict):
            pieces += [_string(thought.get("summary")), _string(thought.get("content"))]
    return _joined(pieces)


def _parts(content: dict[str, Any]) -> list[Any]:
    parts = content.get("parts")
    return parts if isinstance(parts, list) else []


def _joined(pieces: list[str]) -> str:
    return "\n\n".join(piece for piece in pieces if piece.strip())


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""

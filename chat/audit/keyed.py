"""What was searched for, as the audit log keeps it: by a keyed hash, never in words."""

from chat import keyed


def keyed_hash(text: str) -> str:
    """32 hexadecimal digits."""
    return keyed.keyed_hash(text, "chat.audit")

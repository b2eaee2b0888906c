"""The audit log: an entry for each reading, judging and taking out, in a chain that shows later changes."""

from chat.audit.log import Actor, record

__all__ = ["Actor", "record"]

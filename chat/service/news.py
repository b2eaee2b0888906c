"""News of a user's conversations, and the form in which processes tell it to each other. Pure."""

from typing import Any

from chat.events import Changed, Title

News = Title | Changed
"""What all that a user has open is told, whatever it follows."""


def as_message(news: News) -> dict[str, Any]:
    """The news as the relay carries it."""
    match news:
        case Title(conversation, title):
            return {"type": Title.type, "conversation": conversation, "title": title}
        case Changed(conversation):
            return {"type": Changed.type, "conversation": conversation}


def read_message(message: dict[str, Any]) -> News | None:
    """What another process told; None where it is newer than this one and told what is not known here."""
    match message:
        case {"type": Title.type, "conversation": str(conversation), "title": str(title)}:
            return Title(conversation, title)
        case {"type": Changed.type, "conversation": str(conversation)}:
            return Changed(conversation)
    return None

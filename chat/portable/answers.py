"""A question that was left without an answer gets an empty one, from which it can be asked again."""

from dataclasses import replace

from chat.imported import ImportedConversation, ImportedMessage


def with_answers(conversation: ImportedConversation) -> ImportedConversation:
    """Every branch ends with a reply, as it does here: only so can it be shown, and gone on with."""
    messages = list(conversation.messages)
    active = conversation.active
    answered = {message.parent for message in messages}
    for place, message in enumerate(conversation.messages):
        if message.role != "user" or place in answered:
            continue
        messages.append(ImportedMessage(place, "assistant", "", message.created, status="interrupted"))
        if active == place:
            active = len(messages) - 1
    if active is not None and messages[active].role == "user":
        active = None  # in the middle of a branch: nothing ends there
    return replace(conversation, messages=tuple(messages), active=active)

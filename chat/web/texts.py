"""The sentences that the page's scripts say, in the reader's language: the page holds them as JSON."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "waiting": _("Waiting for the model…"),
    "queue": _("Waiting for a free place: number {place} in the queue."),
    "loading": _("No word yet. A local model may still be loading."),
    "thinking": _("Thinking…"),
    "reasoning": _("Reasoning"),
    "lost": _("The connection was lost. Reconnecting…"),
    "stopping": _("Stopping…"),
    "not_stopped": _("The reply could not be stopped: {reason}"),
    "begins": _("The reply begins."),
    "complete": _("The reply is complete."),
    "stopped": _("The reply was stopped."),
    "interrupted": _("The reply was interrupted."),
    "failed": _("The reply failed."),
    "unreachable": _("The server cannot be reached."),
    "refused": _("The server refused: {status}."),
    "retry_after": _("Try again in {seconds} s."),
    "signed_out": _("You are signed out."),
    "sign_in": _("Sign in again"),
    "copied": _("Copied"),
    "undo": _("Undo"),
    "message_deleted": _("The message was deleted."),
    "messages_deleted": _("{count} messages were deleted."),
    "conversation_deleted": _("The conversation was deleted."),
    "brought_back": _("It is back."),
    "good_because": _("What was good about it?"),
    "bad_because": _("What was wrong with it?"),
    "thanks": _("Thank you. It was saved."),
    "rating_removed": _("Your rating was taken back."),
    "not_copied": _("Copying is not allowed here: select the text and copy it."),
    "new_below": _("New text below"),
    "to_end": _("To the end"),
    "gone": _("This reply is not there any more."),
}

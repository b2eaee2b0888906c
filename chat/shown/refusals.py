"""What a call was refused with, in the reader's language, by the error's `code`.

The errors themselves are in English, for programs. A code that nobody meets on a page is not here: its own
sentence is shown then.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: Final[dict[str, Promise]] = {
    # The server.
    "draining": _("The server is about to restart."),
    "database_unavailable": _("The database does not answer now. Nothing was lost."),
    "unavailable": _("The server cannot do this at the moment."),
    "internal_error": _("It is our fault and has been logged. Your conversations are saved."),
    "csrf_failed": _("This page is too old. Reload it, and try again."),
    "forbidden": _("You may not see or do this."),
    "not_found": _("It was deleted, never existed, or belongs to somebody else."),
    "conflict": _("It is not possible as things are. Reload the page and look."),
    "too_large": _("That is more than this server takes at once."),
    "not_reviewed": _("Nobody reviews this conversation, so a report would reach nobody."),
    # How much somebody may have.
    "rate_limit_exceeded": _("You asked more often within a minute than this server allows."),
    "tokens_used_up": _("You have used all the tokens that you have for today or this month."),
    "budget_used_up": _("You have used all that you may spend today or this month."),
    "too_many_streams": _("Too many of your replies are running. Stop one, or wait until one has ended."),
    "too_many_followed": _("Too many replies are running in your open pages. Close some of them."),
    # Asking.
    "text_too_long": _("Your text is longer than this server takes. Shorten it, or attach it as a file."),
    "invalid_characters": _("The text has a character that cannot be saved. Remove it."),
    "reply_running": _("The reply is still running. Wait for its end, or stop it first."),
    "reply_complete": _("This reply is complete: there is nothing to continue."),
    "reply_has_answers": _(
        "The conversation went on after this reply. Answer again, or ask the model to go on."
    ),
    "parent_deleted": _("The message above was deleted too. Bring that one back first."),
    "no_model": _("No model is available now. If it stays so, ask an administrator."),
    "model_not_found": _("This model is no longer available. Choose another."),
    "model_without_vision": _("This model does not read images. Remove them, or choose another model."),
    "parameter_not_allowed": _("This model does not take a parameter that is set for this conversation."),
    # Files.
    "no_files": _("No files are taken here."),
    "too_many_attachments": _("These are more files than one question takes. Remove some."),
    "too_many_files": _("Too many of your files are waiting to be sent. Send or remove some first."),
    "file_empty": _("The file is empty."),
    "file_too_large": _("The file is larger than this server takes."),
    "file_lost": _("The file is no longer here."),
    "file_kind": _("This is not an image, PDF or text file that can be read."),
    "image_broken": _("The image is broken. Open it, save it anew, and try again."),
    "image_too_large": _("The image has too many pixels. Scale it down."),
    "pdf_encrypted": _("The PDF needs a password. Save it without one, and try again."),
    "pdf_without_text": _(
        "The PDF has no text: its pages are pictures. Have its text recognised (OCR), or attach images."
    ),
    "pdf_broken": _("The PDF is broken. Open it, save it anew, and try again."),
    "pdf_too_long": _("The PDF has too many pages. Split it."),
    "pdf_slow": _("Reading the PDF took too long. Split it, or paste its text."),
    # Sharing.
    "conversation_temporary": _("A temporary chat is not kept, so it cannot be shared."),
    "too_many_links": _("This conversation has as many links as it can have."),
}

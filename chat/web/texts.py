"""The sentences that the page's scripts say, in the reader's language: the page holds them as JSON."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chat.shown.live_texts import LIVE_TEXTS
from chat.shown.refusals import REFUSALS

TEXTS: dict[str, Promise] = LIVE_TEXTS | {
    "unsent": _("Not sent yet: the server cannot be reached."),
    "asked_before": _("What you asked before is not sent yet. Wait for it, or take it back."),
    "stopping": _("Stopping…"),
    "not_stopped": _("The reply could not be stopped: {reason}"),
    "begins": _("The reply begins."),
    "complete": _("The reply is complete."),
    "stopped": _("The reply was stopped."),
    "interrupted": _("The reply was interrupted."),
    "failed": _("The reply failed."),
    "unreachable": _("The server cannot be reached."),
    "refused": _("The server refused: {status}."),
    "retry_after": _("{what} Try again in {seconds} s."),
    "signed_out": _("You are signed out."),
    "sign_in": _("Sign in again"),
    "copy_code": _("Copy"),
    "wrap_lines": _("Wrap lines"),
    "copied": _("Copied"),
    "undo": _("Undo"),
    "saved": _("Saved."),
    "nothing_to_copy": _("There is nothing to copy yet."),
    "key_new": _("New chat"),
    "key_search": _("Search"),
    "key_list": _("Show or hide the list"),
    "key_box": _("Go to the question box"),
    "key_stop": _("Stop the reply"),
    "key_copy": _("Copy the last reply"),
    "key_code": _("Copy the last code"),
    "key_up": _("Previous message"),
    "key_down": _("Next message"),
    "key_left": _("Earlier version"),
    "key_right": _("Later version"),
    "key_help": _("These shortcuts"),
    "message_deleted": _("The message was deleted."),
    "messages_deleted": _("{count} messages were deleted."),
    "conversation_deleted": _("The conversation was deleted."),
    "brought_back": _("It is back."),
    "good_because": _("What was good about it?"),
    "bad_because": _("What was wrong with it?"),
    "thanks": _("Thank you. It was saved."),
    "reported": _("Reported. Those who review conversations are told."),
    "report_taken_back": _("The report was taken back."),
    "rating_removed": _("Your rating was removed."),
    "not_copied": _("Copying is not allowed here: select the text and copy it."),
    "archived": _("The conversation was archived."),
    "unarchived": _("The conversation is no longer archived."),
    "new_below": _("New text below"),
    "to_end": _("To the end"),
    "uploading": _("Uploading the files; the question follows by itself…"),
    "attached": _("{name} is attached."),
    "ask_about_files": _("Ask something about it"),
    "pasted_text": _("Pasted text"),
    "remove_file": _("Remove {name}"),
    "kilobytes": _("{number} KB"),
    "megabytes": _("{number} MB"),
    "too_many_files": _("{name} was not attached: a question takes {count} files at most."),
    "file_empty": _("{name} was not attached: it is empty, or a folder."),
    "file_too_large": _("{name} was not attached: a file may have up to {size}."),
    "file_kind": _(
        "{name} was not attached: images, PDFs and text files are taken, and it is none of these."
    ),
    "file_unreadable": _("{name} was not attached: it cannot be read."),
    "file_unseen": _(
        "{name} was not attached: the chosen model does not read images. Choose another model first."
    ),
    "too_many_files_each": _("{names} were not attached: a question takes {count} files at most."),
    "file_empty_each": _("{names} were not attached: they are empty, or folders."),
    "file_too_large_each": _("{names} were not attached: a file may have up to {size}."),
    "file_kind_each": _(
        "{names} were not attached: images, PDFs and text files are taken, and they are none of these."
    ),
    "file_unreadable_each": _("{names} were not attached: they cannot be read."),
    "file_unseen_each": _(
        "{names} were not attached: the chosen model does not read images. Choose another model first."
    ),
    "number_of_files": _("{number} files"),
    "image_unseen": _("{model} does not read images. Remove {name}, or choose another model."),
    "file_not_uploaded": _("{name} was not uploaded. Try again or remove it, then send."),
    "upload_text_too_long": _("The file has too much text. Split it."),
    "file_expired": _("{name} waited longer than a day and is no longer here. Attach it again."),
    "gone": _("This reply no longer exists."),
    "import_reading": _("Reading the file…"),
    "import_counting": _("Reading the file… Conversations so far: {number}"),
    "import_numbers": _("{through} of {total} · here already: {known} · could not be read: {failed}"),
    "import_result": _("Imported: {imported}."),
    "import_result_known": _("Here already: {known}."),
    "import_result_failed": _("Could not be read: {failed}."),
    "import_nothing": _("There is no conversation in this file."),
    "import_cancelled": _("You cancelled the import. What was imported stays."),
    "import_lost": _("The server does not answer. Trying again in {seconds} s…"),
    "import_too_large": _("It is larger than this server takes at once."),
    "import_no_json": _("This file is not JSON, or it is cut off."),
    "import_no_zip": _("This zip file cannot be read: it is damaged, encrypted, or cut off."),
}
TEXTS |= {f"refused_{code}": sentence for code, sentence in REFUSALS.items()}


def texts() -> dict[str, str]:
    """All of them in the reader's language; what a deletion says tells the site's policy."""
    return {name: str(text) for name, text in TEXTS.items()} | {"conversation_hidden": _hidden()}


def _hidden() -> str:
    days = settings.CHAT_PURGE_DAYS
    if not days:
        return str(TEXTS["conversation_deleted"])
    return ngettext(
        "The conversation was deleted. It is gone for good after {days} day.",
        "The conversation was deleted. It is gone for good after {days} days.",
        days,
    ).format(days=days)

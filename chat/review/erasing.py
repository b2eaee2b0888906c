"""A user's data erased on request: the account is shut and all that it had goes, but for what is held."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q

from chat.actions.accounts import purge_shut_accounts, shut_account
from chat.audit import Actor, record
from chat.errors import Conflict, NotFound
from chat.models import ApiKey, Attachment, Conversation, LegalHold, Message, ReviewExport, SavedFilter, Share
from chat.review.keeping import held, queued
from chat.review.purging import purge_conversation


@dataclass(frozen=True, slots=True)
class Extent:
    """What there is of a user, in numbers."""

    conversations: int
    messages: int
    files: int
    shares: int
    keys: int
    waiting: int
    """Conversations with an open flag or in a queue: erasing takes them, too."""
    held: int
    """Conversations under a legal hold of their own: they stay, hidden, until it is lifted."""
    is_held: bool
    """The user is: nothing is erased."""


def extent_of(user_id: int) -> Extent:
    conversations = Conversation.objects.filter(owner=user_id)
    return Extent(
        conversations=conversations.count(),
        messages=Message.objects.filter(conversation__owner=user_id).count(),
        files=Attachment.objects.filter(owner=user_id).count(),
        shares=Share.objects.filter(conversation__owner=user_id).count(),
        keys=ApiKey.objects.filter(user=user_id).count(),
        waiting=conversations.filter(queued()).count(),
        held=conversations.filter(held()).count(),
        is_held=LegalHold.objects.filter(user=user_id, lifted=None).exists(),
    )


@transaction.atomic
def erase(actor: Actor, user_id: int) -> list[UUID]:
    """Shut the account for good; its running replies, to be stopped. The rows go by `purge_erased`.

    Raises `Conflict` where the user is under a legal hold, or is the last administrator.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound("There is no such user.")
    extent = extent_of(user_id)
    if extent.is_held:
        raise Conflict("This user is under a legal hold. Lift it first.", code="held")
    _forget_name(user.get_username())
    running = shut_account(user_id, erased=True)
    # Django's own log of its pages holds names.
    of_users = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user_id))
    LogEntry.objects.filter(of_users).delete()
    counts = {name: value for name, value in asdict(extent).items() if name != "is_held"}
    record(actor, "erase", "user", user_id, counts)
    return running


def _forget_name(name: str) -> None:
    """What reviewers wrote it into: saved filters, and what is noted of exports that are over."""
    said = urlencode({"user": name})
    over = ReviewExport.objects.filter(Q(ended__isnull=False) | Q(total=None))
    for rows in (SavedFilter.objects.all(), over):
        found = rows.filter(query__contains=said).values_list("pk", "query")
        rows.filter(pk__in=[key for key, query in found if name in parse_qs(query).get("user", ())]).delete()


def purge_erased(user_id: int, progress: Callable[[int], object] = lambda _done: None) -> int:
    """Delete now what a server would delete in the next seconds; how many conversations it was."""
    done = 0
    keys = list(Conversation.objects.filter(owner=user_id).values_list("id", flat=True))
    for key in keys:
        done += purge_conversation(key, Q(owner=user_id, deleted__isnull=False))
        progress(done)
    purge_shut_accounts()
    return done

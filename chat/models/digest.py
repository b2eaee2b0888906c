"""What reviewers filter by: a narrow row for each conversation and for each completion, made from the others.

Nothing is in them that could not be made anew. `chat.digest` makes them, a few seconds after something
changed, so that a reply costs no more for being reviewable.
"""

from typing import Final

from django.conf import settings
from django.db import models

from chat.models.conversation import Conversation
from chat.models.status import Status

STATUS_BITS: Final = {status: 1 << place for place, status in enumerate(Status.values)}
SOURCES: Final = ("page", "api", "websocket", "openai", "import")
SOURCE_BITS: Final = {source: 1 << place for place, source in enumerate(SOURCES)}
FINISHES: Final = ("stop", "length", "content_filter", "tool_calls", "other")
FINISH_BITS: Final = {finish: 1 << place for place, finish in enumerate(FINISHES)}


class ConversationDigest(models.Model):
    """Sets (statuses, sources, finish reasons) are bits: any mix of filters is one look at narrow rows."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="digest"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    updated = models.DateTimeField()
    created = models.DateTimeField()
    temporary = models.BooleanField(default=False)
    deleted = models.DateTimeField(null=True)
    messages = models.PositiveIntegerField(default=0)
    length = models.PositiveBigIntegerField(default=0)  # code points of all messages
    tokens = models.PositiveBigIntegerField(default=0)  # read and written
    statuses = models.PositiveSmallIntegerField(default=0)
    finishes = models.PositiveSmallIntegerField(default=0)
    sources = models.PositiveSmallIntegerField(default=0)
    liked = models.PositiveIntegerField(default=0)
    disliked = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)
    models_used = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["-updated", "-conversation"], name="digest_newest"),
            models.Index(fields=["owner", "-updated", "-conversation"], name="digest_of_user"),
        ]

    def __str__(self) -> str:
        return str(self.conversation_id)


class CompletionFigures(models.Model):
    """One upstream call in figures: what the dashboard adds up."""

    completion = models.OneToOneField(
        "chat.Completion", on_delete=models.CASCADE, primary_key=True, related_name="figures"
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    asked = models.DateTimeField()
    model = models.CharField(max_length=200)
    status = models.CharField(max_length=12)
    finish_reason = models.CharField(max_length=40, blank=True)
    cut_off = models.CharField(max_length=5, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=10, blank=True)
    prompt_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    first_token_ms = models.PositiveIntegerField(null=True)  # since the request was sent
    stream_ms = models.PositiveIntegerField(null=True)  # from the first token to the end
    rating = models.SmallIntegerField(null=True)  # of the reply into which this call wrote last

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["asked"], name="figures_asked"),
            models.Index(fields=["model", "conversation"], name="figures_model"),
            models.Index(fields=["status", "source", "conversation"], name="figures_status"),
            models.Index(fields=["finish_reason", "source", "conversation"], name="figures_finish"),
        ]

    def __str__(self) -> str:
        return str(self.completion_id)


class StaleDigest(models.Model):
    """Changed since its digest was made. A row for each change: noting one waits for nobody.

    No constraint: without an index to go with it SQLite would look through all of these for each new
    conversation. One that is deleted meanwhile has nothing to make anew.
    """

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.conversation_id)


class CompletionSums(models.Model):
    """The figures of a day that is over, or of such a month, added up: true where no `StaleSums` is in it."""

    begin = models.DateField()
    end = models.DateField()  # the last day, itself included
    zone = models.CharField(max_length=64)  # whose days they are
    counts = models.JSONField(
        default=dict
    )  # of a day: what the charts by day show, for each model and for all
    sums = models.JSONField(default=dict)  # see `chat.digest.sums`

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["begin", "end"], name="sums_of_period")]

    def __str__(self) -> str:
        return f"{self.begin} – {self.end}"


class StaleSums(models.Model):
    """Figures of what was asked at this moment changed since its day was added up. Triggers write it."""

    id = models.BigAutoField(primary_key=True)
    asked = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.asked)

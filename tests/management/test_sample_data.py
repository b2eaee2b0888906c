"""The made-up set is what it says: digested as the server would, found as what people wrote, reproducible."""

from datetime import date
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Model
from review.furnished import said

from chat.digest.refresh import rebuild
from chat.management.sample_data.making import make
from chat.models import CompletionFigures, Conversation, ConversationDigest, Message, SearchEntry
from chat.review.filters import Filter
from chat.review.finding import list_page
from chat.review.hits import search
from chat.search.rebuild import rebuild as rebuild_search


def rows_of(model: type[Model]) -> list[dict[str, object]]:
    return list(model._default_manager.order_by("pk").values())


def test_its_digests_and_its_index_are_those_that_the_server_makes(carol: User) -> None:
    make(30, 307, seed=3, until=date(2025, 6, 1))
    assert (Conversation.objects.count(), Message.objects.count()) == (30, 307)
    digests, figures = rows_of(ConversationDigest), rows_of(CompletionFigures)
    rebuild()
    assert rows_of(ConversationDigest) == digests
    assert rows_of(CompletionFigures) == figures
    words = {word: hits_of(word, carol) for word in ("server", "天气", "的")}
    assert all(words.values())
    entries = SearchEntry.objects.count()
    rebuild_search()
    assert SearchEntry.objects.count() == entries
    assert {word: hits_of(word, carol) for word in words} == words
    assert len(list_page(Filter(), carol.pk).rows) == 30


def hits_of(word: str, reviewer: User) -> set[object]:
    return {hit.message for hit in search(Filter(q=word), reviewer.pk).found if hit.message}


def test_the_same_seed_makes_the_same(db: None) -> None:
    def made() -> list[tuple[UUID, str, str]]:
        make(5, 40, seed=1, until=date(2025, 6, 1))
        rows = list(Message.objects.order_by("id").values_list("id", "content", "status"))
        Conversation.objects.all().delete()
        return rows

    assert made() == made()


def test_it_is_not_mixed_with_what_people_wrote(alice: User) -> None:
    said(alice)
    with pytest.raises(CommandError, match="real users"):
        call_command("make_review_data", "--conversations", "1", "--messages", "2")
    call_command("make_review_data", "--conversations", "1", "--messages", "2", "--force")
    assert Conversation.objects.count() == 2


def test_nothing_is_no_set(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("make_review_data", "--conversations", "0")

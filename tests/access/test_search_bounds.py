"""A search costs what its words cost, so they are few; and a word means itself."""

import pytest
from django.contrib.auth.models import User

from chat.access.conversations import MAX_SEARCH, MAX_WORDS, list_conversations
from chat.errors import BadRequest
from chat.models import Conversation


@pytest.mark.parametrize("q", ["a " * (MAX_WORDS + 1), "a" * (MAX_SEARCH + 1)], ids=["words", "characters"])
def test_a_search_for_more_than_the_most_is_refused(alice: User, q: str) -> None:
    with pytest.raises(BadRequest) as refused:
        list_conversations(alice.pk, q=q)
    assert refused.value.param == "q"


@pytest.mark.parametrize("q", [" ".join("a" * MAX_WORDS), "a" * MAX_SEARCH], ids=["words", "characters"])
def test_a_search_for_the_most_is_answered(alice: User, q: str) -> None:
    Conversation.objects.create(owner=alice, title="a" * MAX_SEARCH)
    assert len(list_conversations(alice.pk, q=q)["results"]) == 1


@pytest.mark.parametrize("q", ["%", "_", "\\", "'"])
def test_signs_that_mean_something_to_a_database_mean_themselves(alice: User, q: str) -> None:
    Conversation.objects.create(owner=alice, title="plain words")
    Conversation.objects.create(owner=alice, title=f"with {q} in it")
    found = list_conversations(alice.pk, q=q)["results"]
    assert [row["title"] for row in found] == [f"with {q} in it"]

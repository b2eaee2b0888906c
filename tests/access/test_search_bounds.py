"""A search costs what its words cost, so they are few; and signs that are no words change nothing."""

import pytest
from django.contrib.auth.models import User

from chat.access.conversations import list_conversations
from chat.actions.conversations import make_conversation
from chat.errors import BadRequest
from chat.search.query import MAX_CHARACTERS, MAX_WORDS


@pytest.mark.parametrize(
    "q", ["a " * (MAX_WORDS + 1), "a" * (MAX_CHARACTERS + 1)], ids=["words", "characters"]
)
def test_a_search_for_more_than_the_most_is_refused(alice: User, q: str) -> None:
    with pytest.raises(BadRequest) as refused:
        list_conversations(alice.pk, q=q)
    assert refused.value.param == "q"


@pytest.mark.parametrize("q", [" ".join("a" * MAX_WORDS), "a" * MAX_CHARACTERS], ids=["words", "characters"])
def test_a_search_for_the_most_is_answered(alice: User, q: str) -> None:
    make_conversation(alice.pk, title="a " + "a" * (MAX_CHARACTERS - 2))
    assert len(list_conversations(alice.pk, q=q)["results"]) == 1


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'", '"', "*", ":", "(", "-", "AND", "NEAR(", "&", "!"])
def test_signs_that_mean_something_to_a_database_mean_nothing(alice: User, sign: str) -> None:
    make_conversation(alice.pk, title=f"plain words and near {sign}")
    assert len(list_conversations(alice.pk, q=f"plain {sign} words {sign}")["results"]) == 1
    is_a_word = sign[0].isalpha()
    assert len(list_conversations(alice.pk, q=f" {sign} ")["results"]) == is_a_word

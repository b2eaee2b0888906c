"""An error that the service tells its callers is a page in the site's style, with its status and its wait."""

from unittest.mock import patch

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient, Client

from chat.errors import ChatError, Conflict, Unavailable
from chat.models import Conversation

AWAY = Unavailable("The database is away.", retry_after=1.2)


@pytest.fixture
def walks(transactional_db: None, alice: User) -> Conversation:
    return Conversation.objects.create(owner=alice, title="Walks")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_page_that_cannot_be_read_now_says_when_to_come_back(
    alices: Client, headers: dict[str, str]
) -> None:
    with patch("chat.web.sidebar.list_conversations", side_effect=AWAY):
        answer = alices.get("/conversations/", headers=headers)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "2"
    page = answer.content.decode()
    assert "Not possible now" in page
    assert "Try again in 2 s." in page


def test_it_says_so_in_the_readers_language(alices: Client) -> None:
    with patch("chat.web.sidebar.list_conversations", side_effect=AWAY):
        page = alices.get("/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert "服务器暂时无法执行此操作。请在 2 秒后重试。" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "status", "title"),
    [(AWAY, 503, "Not possible now"), (Conflict("Somebody was first."), 409, "That was refused")],
)
async def test_a_change_that_is_refused_keeps_the_errors_status(
    alices: Client, walks: Conversation, error: ChatError, status: int, title: str
) -> None:
    client = AsyncClient()
    client.cookies = alices.cookies
    with patch("chat.service.change_conversation", side_effect=error):
        answer = await client.post(f"/c/{walks.pk}/change/", {"pinned": "true"})
    assert answer.status_code == status
    assert title in answer.content.decode()
    assert answer.has_header("Retry-After") is (error is AWAY)
    # The thread that Django's handler used keeps a connection, under which no database can be dropped.
    await sync_to_async(connections.close_all)()

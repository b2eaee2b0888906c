"""The desk shows what programs called and got, as text and nothing else."""

from admin.review_cases import add_reply, browser, page_of
from django.contrib.auth.models import User

from chat.models import Conversation, Message


def test_what_programs_called_and_got_is_shown(carol: User, alice: User) -> None:
    row = Conversation.objects.create(owner=alice, title="Weather")
    asked = Message.objects.create(conversation=row, role="user", content="How warm?")
    called = add_reply(asked, "")
    called.parts = [{"type": "tool_call", "id": "c1", "name": "<b>weather", "arguments": '{"city":"<i>"}'}]
    called.save()
    result = Message.objects.create(
        conversation=row,
        parent=called,
        role="tool",
        content="<u>21 degrees",
        parts=[{"type": "tool_result", "tool_call_id": "c1"}],
    )
    row.active = add_reply(result, "It is 21 degrees.")
    row.save()
    page = page_of(browser(carol), row)
    assert "Called <bdi>&lt;b&gt;weather</bdi>" in page
    assert "&quot;city&quot;: &quot;&lt;i&gt;&quot;" in page
    assert "Result of a tool" in page
    assert "&lt;u&gt;21 degrees" in page
    assert "<p>It is 21 degrees.</p>" in page

"""The retention rules in a server: old conversations go with their files, and open pages are told."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.utils import timezone
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end
from pytest_django import Settings

from chat import service
from chat.auth.caller import Caller
from chat.database import in_database
from chat.models import Conversation, RetentionRule
from chat.service.attachments import sweep_files
from chat.service.requests import Ask
from chat.service.retention import apply_rules


async def test_old_conversations_go_with_their_files_and_pages_are_told(
    upstream: FedUpstream, as_alice: Caller, settings: Settings, tmp_path: Path
) -> None:
    settings.CHAT_FILES_DIR = tmp_path
    asked = []
    for number in range(2):
        file = await service.attach(as_alice, "notes.txt", b"Some notes.")
        upstream.script("Yes.")
        following = await service.ask(as_alice, Ask(f"Hi {number}", attachments=(file["id"],)))
        await read_to_end(following)
        asked.append(following.conversation)

    def grow_old() -> None:
        long_ago = timezone.now() - timedelta(days=31)
        Conversation.objects.filter(id=asked[0]).update(updated=long_ago)
        RetentionRule.objects.create(days=30, enabled=True)

    await in_database(grow_old)
    told: list[tuple[int, UUID]] = []
    assert await apply_rules(lambda user, key: told.append((user, key))) == 1
    assert told == [(as_alice.user_id, UUID(asked[0]))]
    left = await in_database(lambda: [str(row.id) for row in Conversation.objects.all()])
    assert left == [asked[1]]
    assert await sweep_files(young=0) == 1
    assert await apply_rules(lambda user, key: told.append((user, key))) == 0

"""The sheet of a conversation's instructions and parameters: shown, kept, and nobody else's."""

import json

from django.contrib.auth.models import Group, User
from django.test import AsyncClient
from pytest_django import Settings

from chat.actions.preferences import choose
from chat.database import in_database
from chat.models import Conversation, GroupLimits

SHEET = {"HX-Request": "true"}


def in_group(user: User, **limits: int) -> None:
    group = Group.objects.create(name="Limited")
    GroupLimits.objects.create(group=group, **limits)
    user.groups.add(group)


async def test_they_are_kept_with_the_conversation_and_what_a_program_set_besides_stays(
    alices: AsyncClient, alice: User
) -> None:
    made = await in_database(lambda: Conversation.objects.create(owner=alice, params={"seed": 7, "top_p": 1}))
    address = f"/c/{made.id}/instructions/"
    fields = {"system_prompt": "Be kind.", "temperature": "0.3", "top_p": "", "max_tokens": "100"}
    answer = await alices.post(address, fields, headers=SHEET)
    assert answer["HX-Trigger"] == "instructions-kept"
    kept = await in_database(lambda: Conversation.objects.get())
    assert kept.system_prompt == "Be kind."
    assert kept.params == {"seed": 7, "temperature": 0.3, "max_tokens": 100}
    assert "Be kind." in (await alices.get(address, headers=SHEET)).content.decode()


async def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_kept(
    alices: AsyncClient, alice: User
) -> None:
    made = await in_database(lambda: Conversation.objects.create(owner=alice))
    answer = await alices.post(f"/c/{made.id}/instructions/", {"temperature": "9"}, headers=SHEET)
    assert "id_temperature_error" in answer.content.decode()
    assert (await in_database(lambda: Conversation.objects.get())).params == {}


async def test_they_are_no_longer_than_a_message_of_their_users_groups(
    alices: AsyncClient, alice: User, settings: Settings
) -> None:
    settings.CHAT_MAX_MESSAGE_CHARS = 3
    await in_database(lambda: in_group(alice, message_chars=5))
    made = await in_database(lambda: Conversation.objects.create(owner=alice))
    for address in (f"/c/{made.id}/instructions/", "/instructions/"):
        refused = await alices.post(address, {"system_prompt": "123456"}, headers=SHEET)
        assert "id_system_prompt_error" in refused.content.decode()
        assert "HX-Trigger" in (await alices.post(address, {"system_prompt": "12345"}, headers=SHEET))
    prompts = await in_database(lambda: list(Conversation.objects.values_list("system_prompt", flat=True)))
    assert prompts == ["12345", "12345"]


async def test_of_a_new_chat_they_begin_as_preferred_and_make_the_conversation(
    alices: AsyncClient, alice: User
) -> None:
    await in_database(lambda: choose(alice.pk, system_prompt="Be brief.", params={"temperature": 0.5}))
    sheet = (await alices.get("/instructions/?temporary=true", headers=SHEET)).content.decode()
    assert "Be brief." in sheet
    assert 'value="0.5"' in sheet
    assert 'name="temporary"' in sheet
    fields = {"system_prompt": "Be kind.", "model": "large", "temporary": "true"}
    answer = await alices.post("/instructions/", fields, headers=SHEET)
    made = await in_database(lambda: Conversation.objects.get())
    assert json.loads(answer["HX-Trigger"]) == {"conversation-made": {"id": str(made.id)}}
    assert (made.system_prompt, made.model, made.params, made.temporary) == ("Be kind.", "large", {}, True)


async def test_without_a_script_they_are_a_page(alices: AsyncClient, alice: User) -> None:
    made = await in_database(lambda: Conversation.objects.create(owner=alice, title="Walks"))
    address = f"/c/{made.id}/instructions/"
    assert "Walks" in (await alices.get(address)).content.decode()
    answer = await alices.post(address, {"system_prompt": "Be kind."})
    assert answer["Location"] == f"/c/{made.id}/"


async def test_another_users_are_not_there(alices: AsyncClient, bob: User) -> None:
    bobs = await in_database(lambda: Conversation.objects.create(owner=bob))
    address = f"/c/{bobs.id}/instructions/"
    assert (await alices.get(address)).status_code == 404
    assert (await alices.post(address, {"system_prompt": "x"})).status_code == 404

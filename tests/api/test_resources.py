"""Conversations, messages, feedback and models."""

from api.reading import ask, error_of, events
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream

from chat.ids import new_id

LIST = "/api/v1/conversations"


async def test_a_conversation_is_made_read_changed_and_deleted(as_alice: AsyncClient) -> None:
    made = await as_alice.post(LIST, {"title": "Plans", "system_prompt": "Be kind."}, "application/json")
    assert made.status_code == 201
    path = f"{LIST}/{made.json()['id']}"
    assert (await as_alice.get(path)).json() == made.json() | {"messages": []}
    changed = await as_alice.patch(path, {"pinned": True, "title": "Other"}, "application/json")
    assert (changed.json()["pinned"], changed.json()["title"]) == (True, "Other")
    refused = await as_alice.patch(path, {"owner": 1}, "application/json")
    assert error_of(refused)["param"] == "owner"
    deleted = await as_alice.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await as_alice.get(path)).status_code == 404


async def test_a_list_is_read_page_by_page(as_alice: AsyncClient, as_bob: AsyncClient) -> None:
    for number in range(3):
        await as_alice.post(LIST, {"title": f"Number {number}"}, "application/json")
    first = (await as_alice.get(f"{LIST}?limit=2")).json()
    assert [row["title"] for row in first["results"]] == ["Number 2", "Number 1"]
    second = (await as_alice.get(LIST, {"cursor": first["next"]})).json()
    assert ([row["title"] for row in second["results"]], second["next"]) == (["Number 0"], None)
    found = (await as_alice.get(f"{LIST}?q=number 1")).json()
    assert [row["title"] for row in found["results"]] == ["Number 1"]
    assert (await as_bob.get(LIST)).json() == {"results": [], "next": None}


async def test_archived_conversations_are_listed_apart(as_alice: AsyncClient) -> None:
    made = (await as_alice.post(LIST, {}, "application/json")).json()
    await as_alice.patch(f"{LIST}/{made['id']}", {"archived": True}, "application/json")
    assert (await as_alice.get(f"{LIST}?archived=false")).json()["results"] == []
    assert (await as_alice.get(f"{LIST}?archived=true")).json()["results"][0]["id"] == made["id"]


async def test_another_users_conversation_does_not_exist(as_alice: AsyncClient, as_bob: AsyncClient) -> None:
    made = (await as_alice.generic("POST", LIST)).json()
    path = f"{LIST}/{made['id']}"
    for response in (
        await as_bob.get(path),
        await as_bob.patch(path, {"title": "Mine"}, "application/json"),
        await as_bob.delete(path),
    ):
        assert response.status_code == 404
    assert (await as_alice.get(path)).status_code == 200


async def test_the_end_of_a_branch_is_a_reply_of_the_conversation(
    as_alice: AsyncClient, as_bob: AsyncClient, upstream: FedUpstream
) -> None:
    for text in ("Hi", "Other", "Bob's", "Gone"):
        upstream.script(text)
    start, other = [(await events(await ask(as_alice)))[0] for _ in range(2)]
    bobs, gone = (await events(await ask(as_bob)))[0], (await events(await ask(as_alice)))[0]
    await as_alice.delete(f"/api/v1/messages/{gone['reply']}")
    path = f"{LIST}/{start['conversation']}"
    for active, status in (
        (bobs["reply"], 404),
        (bobs["request"], 404),
        (gone["reply"], 404),
        (str(new_id()), 404),
        (other["reply"], 400),
        (start["request"], 400),
        (start["reply"], 200),
    ):
        answer = await as_alice.patch(path, {"active": active}, "application/json")
        assert answer.status_code == status, active
        if status != 200:
            assert error_of(answer)["param"] == ("active" if status == 400 else None)


async def test_a_reply_is_rated(as_alice: AsyncClient, as_bob: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    reply = (await events(await ask(as_alice)))[0]["reply"]
    path = f"/api/v1/messages/{reply}/feedback"
    rated = await as_alice.put(path, {"rating": -1, "comment": "No."}, "application/json")
    assert rated.json()["feedback"] == {"rating": -1, "comment": "No."}
    assert (await as_alice.put(path, {"rating": 2}, "application/json")).status_code == 400
    assert (await as_bob.put(path, {"rating": 1}, "application/json")).status_code == 404


async def test_a_message_is_deleted_and_brought_back(
    as_alice: AsyncClient, as_bob: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Hi")
    start = (await events(await ask(as_alice)))[0]
    path = f"/api/v1/messages/{start['request']}"
    assert (await as_bob.delete(path)).status_code == 404
    deleted = await as_alice.delete(path)
    assert (deleted.status_code, deleted.content, deleted["X-Deleted-Count"]) == (204, b"", "2")
    assert (await as_alice.get(path)).status_code == 404
    assert (await as_bob.generic("POST", f"{path}/restore")).status_code == 404
    restored = await as_alice.post(f"{path}/restore", {"active": start["reply"]}, "application/json")
    assert restored.json()["id"] == start["request"]
    tree = (await as_alice.get(f"{LIST}/{start['conversation']}")).json()
    assert (len(tree["messages"]), tree["active"]) == (2, start["reply"])


async def test_a_deleted_conversation_is_brought_back(as_alice: AsyncClient, as_bob: AsyncClient) -> None:
    made = (await as_alice.post(LIST, {"title": "Plans"}, "application/json")).json()
    path = f"{LIST}/{made['id']}"
    await as_alice.delete(path)
    assert (await as_bob.generic("POST", f"{path}/restore")).status_code == 404
    assert (await as_alice.generic("POST", f"{path}/restore")).json() == made
    assert (await as_alice.get(path)).status_code == 200


async def test_models_are_listed(as_alice: AsyncClient) -> None:
    models = (await as_alice.get("/api/v1/models")).json()
    assert [model["id"] for model in models["results"]] == ["small", "large", "seeing"]
    assert set(models["results"][0]) == {"id", "name", "context_length", "vision", "default"}

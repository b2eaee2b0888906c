"""What a client makes of a following: the engine's joining client, fed batch by batch."""

from fakes.joining_client import Client

from chat.service import Following


async def read_to_end(following: Following, client: Client | None = None) -> Client:
    """Follow to `end`, or until the batches end without it."""
    client = client or Client()
    async for batch in following:
        client.take(batch)
    return client


async def read_until(following: Following, text: str, client: Client | None = None) -> Client:
    """Follow until the text has come, then go."""
    client = client or Client()
    batches = aiter(following)
    while text not in client.text:
        client.take(await anext(batches))
    await batches.aclose()  # type: ignore[attr-defined]
    following.leave()
    return client

"""A caller that waits for the whole message, and may not have it any more."""

import asyncio

import pytest
from django.contrib.auth.models import User
from fakes.engine_ports import settled
from fakes.fed_upstream import FedUpstream

from chat import service
from chat.audit.log import SERVER
from chat.auth.authenticate import authenticate
from chat.auth.credentials import Credentials
from chat.auth.keys import create_key, revoke_keys
from chat.database import in_database
from chat.errors import Unauthenticated
from chat.models import ApiKey
from chat.service.requests import Ask
from chat.service.runtime import runtime


async def test_a_caller_whose_key_is_revoked_while_it_waits_is_told_so(
    upstream: FedUpstream, alice: User
) -> None:
    row, key = await in_database(create_key, alice)
    caller = await in_database(authenticate, Credentials(bearer=key))
    upstream.script("for somebody else", finish_reason=None)
    following = await service.ask(caller, Ask("Hi", resume_window=None))
    waiting = asyncio.create_task(service.whole_message(following))
    await settled()
    await in_database(revoke_keys, SERVER, ApiKey.objects.filter(pk=row.pk))
    await (await runtime()).end_revoked()
    with pytest.raises(Unauthenticated):
        await waiting

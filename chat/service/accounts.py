"""Accounts: the verb by which somebody leaves for good."""

from chat.actions.accounts import shut_account
from chat.auth.caller import Caller
from chat.database import in_database
from chat.service.replies import stop_deleted
from chat.service.runtime import runtime


async def delete_account(caller: Caller) -> None:
    """Shut it at once, then stop what runs; the rows and files go after the last end.

    Raises `Conflict` for the last administrator.
    """
    here = await runtime()
    running = await in_database(shut_account, caller.user_id)
    await stop_deleted(here, running)
    await here.end_revoked()

"""Accounts: the verbs by which somebody leaves for good, or is erased."""

from chat.actions.accounts import shut_account
from chat.audit import Actor
from chat.auth.caller import Caller
from chat.database import in_database
from chat.review.erasing import erase
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


async def erase_account(actor: Actor, user_id: int) -> None:
    """The same on request of whoever looks after the site, and an entry of the audit log.

    Raises `Conflict` where the user is under a legal hold, or is the last administrator.
    """
    here = await runtime()
    running = await in_database(erase, actor, user_id)
    await stop_deleted(here, running)
    await here.end_revoked()

"""A second factor that is lost: taken away by who was asked to, which signs its user out everywhere."""

from django.contrib.auth.models import User
from django.db import transaction

from chat.actions.proofs import SECOND_FACTORS, forget_proofs
from chat.audit import Actor, record
from chat.auth import sign_ins


@transaction.atomic
def reset_second_factor(actor: Actor, user: User) -> bool:
    """Sync. Whether there was one: app, passkeys or recovery codes."""
    if not forget_proofs(user.pk, SECOND_FACTORS):
        return False
    sign_ins.end_all(user)
    record(actor, "factor_reset", "user", user.pk)
    return True

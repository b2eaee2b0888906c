"""Changes of the retention rules. One can be enabled only as it was looked at: a change disables it again."""

from django.db import transaction

from chat.audit import Actor, record
from chat.errors import Conflict, NotFound
from chat.models import RetentionRule
from chat.models.policy import RetentionAct


@transaction.atomic
def save_rule(actor: Actor, number: int | None, *, group: int | None, days: int, act: str) -> RetentionRule:
    """Make one, or change it; disabled in either case. `Conflict` where there is one for these users."""
    rule = RetentionRule() if number is None else _locked(number)
    others = RetentionRule.objects.exclude(pk=rule.pk)
    same = others.filter(group=group) if group is not None else others.filter(group=None, act=act)
    if same.exists():
        raise Conflict("There is a rule for these users already.", code="rule_exists")
    rule.group_id, rule.days, rule.act, rule.enabled = group, days, RetentionAct(act), False
    rule.save()
    record(actor, "retention_change", "rule", rule.pk, _details(rule, "add" if number is None else "change"))
    return rule


@transaction.atomic
def enable_rule(actor: Actor, number: int, *, days: int, act: str) -> None:
    """As its dry run was shown. Raises `Conflict` where it is another rule by now."""
    rule = _locked(number)
    if (rule.days, rule.act) != (days, act):
        raise Conflict("The rule was changed meanwhile.", code="rule_changed")
    if not rule.enabled:
        rule.enabled = True
        rule.save(update_fields=["enabled"])
        record(actor, "retention_change", "rule", rule.pk, _details(rule, "enable"))


@transaction.atomic
def disable_rule(actor: Actor, number: int) -> None:
    rule = _locked(number)
    if rule.enabled:
        rule.enabled = False
        rule.save(update_fields=["enabled"])
        record(actor, "retention_change", "rule", rule.pk, _details(rule, "disable"))


@transaction.atomic
def remove_rule(actor: Actor, number: int) -> None:
    rule = _locked(number)
    details = _details(rule, "delete")
    rule.delete()
    record(actor, "retention_change", "rule", number, details)


def _locked(number: int) -> RetentionRule:
    rule = RetentionRule.objects.select_for_update().filter(pk=number).first()
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule


def _details(rule: RetentionRule, how: str) -> dict[str, int | bool | str | None]:
    return {
        "how": how,
        "group": rule.group_id,
        "days": rule.days,
        "act": str(rule.act),
        "enabled": rule.enabled,
    }

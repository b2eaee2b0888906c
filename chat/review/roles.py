"""The roles as ordinary groups: made after each migration where they are missing, and never changed again."""

from typing import Any, Final

from django.contrib.auth.models import Group, Permission

ROLES: Final = {
    "Reviewers": ("review_conversations", "judge_conversations", "see_figures", "view_label"),
    "Auditors": ("view_auditentry",),
    "Chat administrators": (
        "review_conversations",
        "judge_conversations",
        "export_conversations",
        "see_figures",
        "view_auditentry",
        *(
            f"{verb}_{model}"
            for model in ("label", "flagrule", "price", "retentionrule")
            for verb in ("view", "add", "change", "delete")
        ),
        *(f"{verb}_legalhold" for verb in ("view", "add", "change")),
    ),
}


def make_roles(**_of_signal: Any) -> None:
    """A group that is there stays as its administrators made it."""
    for name, codenames in ROLES.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set(
                Permission.objects.filter(content_type__app_label="chat", codename__in=codenames)
            )

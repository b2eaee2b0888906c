"""The administration: an edge too. Conversations are read here, connections to models are kept here."""

from django.conf import settings
from django.contrib import admin

from chat.admin import api_keys, connections, conversations, limits, one_time_links, prices, rules, users

if settings.USES_ALLAUTH:
    # Allauth's pages would let staff change how somebody proves who they are, and leave no entry.
    for model in [model for model in admin.site._registry if model.__module__.startswith("allauth.")]:
        admin.site.unregister(model)

admin.site.site_header = admin.site.site_title = settings.CHAT_SITE_NAME

__all__ = ["api_keys", "connections", "conversations", "limits", "one_time_links", "prices", "rules", "users"]

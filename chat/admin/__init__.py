"""The administration: an edge too. Conversations are read here, connections to models are kept here."""

from django.conf import settings
from django.contrib import admin

from chat.admin import api_keys, connections, conversations, limits, one_time_links, prices, rules, users

admin.site.site_header = admin.site.site_title = settings.CHAT_SITE_NAME

__all__ = ["api_keys", "connections", "conversations", "limits", "one_time_links", "prices", "rules", "users"]

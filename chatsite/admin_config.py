"""Tells Django which administration is this site's. Loaded before any app is."""

from django.contrib.admin.apps import AdminConfig


class ChatAdminConfig(AdminConfig):
    default_site = "chatsite.admin_site.ChatAdminSite"

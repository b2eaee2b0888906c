"""Where the desk's pages are."""

from django.urls import URLPattern

app_name = "review"
urlpatterns: list[URLPattern] = []

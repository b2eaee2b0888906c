"""The addresses under `/v1/`."""

from django.urls import path, re_path

from chat.api.endpoint import endpoint, unknown_address
from chat.api.openai import completions, models

urlpatterns = [
    path("chat/completions", endpoint(POST=completions.complete)),
    path("models", endpoint(GET=models.list_all)),
    path("models/<path:model_id>", endpoint(GET=models.read)),
    re_path("", unknown_address),
]

"""The addresses under `/api/v1/`."""

from django.urls import path, re_path

from chat.api import admin, attachments, chat, conversations, live, messages, probe, review
from chat.api.docs import views as docs
from chat.api.endpoint import endpoint, unknown_address

urlpatterns = [
    path("chat", endpoint(GET=chat.ask_by_query, POST=chat.ask)),
    path("live", endpoint(GET=live.live)),
    path("messages/<message_id>", endpoint(GET=messages.read, DELETE=messages.delete)),
    path("messages/<message_id>/stream", endpoint(GET=messages.follow)),
    path("messages/<message_id>/stop", endpoint(POST=messages.stop)),
    path("messages/<message_id>/regenerate", endpoint(POST=messages.regenerate)),
    path("messages/<message_id>/continue", endpoint(POST=messages.continue_)),
    path("messages/<message_id>/restore", endpoint(POST=messages.restore)),
    path("messages/<message_id>/feedback", endpoint(PUT=messages.rate)),
    path(
        "messages/<message_id>/report",
        endpoint(POST=messages.report, DELETE=messages.take_report_back),
    ),
    path("attachments", endpoint(GET=attachments.list_unsent, POST=attachments.upload)),
    path(
        "attachments/<attachment_id>",
        endpoint(GET=attachments.read, DELETE=attachments.remove),
        name="api-attachment",
    ),
    path("conversations", endpoint(GET=conversations.list_all, POST=conversations.make)),
    path(
        "conversations/<conversation_id>",
        endpoint(GET=conversations.read, PATCH=conversations.change, DELETE=conversations.delete),
    ),
    path("conversations/<conversation_id>/export", endpoint(GET=conversations.export)),
    path("conversations/<conversation_id>/restore", endpoint(POST=conversations.restore)),
    path("review/conversations", endpoint(GET=review.find)),
    path("review/conversations/<reviewed_id>", endpoint(GET=review.read)),
    path("review/conversations/<reviewed_id>/judgement", endpoint(PATCH=review.judge)),
    path("review/conversations/<reviewed_id>/flags", endpoint(POST=review.flag)),
    path("review/conversations/<reviewed_id>/flags/<flag_id>", endpoint(PATCH=review.change_flag)),
    path("review/export", endpoint(GET=review.export)),
    path("admin/keys", endpoint(GET=admin.list_keys)),
    path("admin/keys/<prefix>/revoke", endpoint(POST=admin.revoke_key)),
    path("admin/usage", endpoint(GET=admin.usage)),
    path("models", endpoint(GET=conversations.list_models)),
    path("probe", endpoint(GET=probe.probe)),
    path("openapi.json", endpoint(GET=docs.description)),
    path("asyncapi.json", endpoint(GET=docs.description_of_sockets)),
    path("docs", endpoint(GET=docs.page), name="api-docs"),
    re_path("", unknown_address),
]

"""Connections to models' providers, and their models: kept here, in effect without a restart.

Keys and headers can be written and never read: no page of the administration shows one again.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from chat.admin.audited import Audited
from chat.models import Connection, ConnectionModel
from chat.models.connection import is_base_url
from chat.upstream import connections, secrets
from chat.upstream.local_servers import OLLAMA, answers

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
    StackedInline = admin.StackedInline[ConnectionModel, Connection]
else:  # Django's own classes take no parameters when they run
    ModelForm, StackedInline = forms.ModelForm, admin.StackedInline

KEEP = _("Never shown again. Leave empty to keep what is stored.")


class ConnectionForm(ModelForm):
    # Not a URLField, to which a host without a dot (`http://ollama:11434/v1`) is no address.
    base_url = forms.CharField(
        label=_("Base URL"),
        required=False,  # for the built-in connections; `clean` asks for it elsewhere
        max_length=500,
        validators=[is_base_url],
        help_text=_("Up to and with its version, as in https://api.openai.com/v1"),
        widget=forms.URLInput(attrs={"class": "vURLField"}),
    )
    key = forms.CharField(
        label=_("API key"),
        required=False,
        strip=True,
        max_length=5000,
        help_text=KEEP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
    )
    headers = forms.CharField(
        label=_("Extra headers"),
        required=False,
        max_length=10_000,
        help_text=_(
            "One a line, as in “X-Team: research”. Never shown again; leave empty to keep what is stored."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    forget = forms.BooleanField(
        label=_("Forget the stored key and headers"),
        required=False,
        help_text=_("Before new ones are stored, if any."),
    )

    class Meta:
        model = Connection
        fields = (
            "name",
            "base_url",
            "enabled",
            "local",
            "concurrency",
            "connect_timeout",
            "first_token_timeout",
            "chunk_timeout",
            "position",
        )

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if not (key.isascii() and key.isprintable()):
            raise forms.ValidationError(_("A key has letters, digits and signs of ASCII only."))
        return key

    def clean_headers(self) -> dict[str, str]:
        headers = {}
        for line in self.cleaned_data["headers"].splitlines():
            name, colon, value = line.partition(":")
            if not line.strip():
                continue
            if (
                not colon
                or not name.strip().replace("-", "").replace("_", "").isalnum()
                or not line.isascii()
            ):
                raise forms.ValidationError(
                    _("Write one header a line: its name, a colon, its value, in ASCII.")
                )
            headers[name.strip()] = value.strip()
        return headers

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("name") in connections.BUILT_IN:
            cleaned["base_url"] = ""
            return cleaned
        if "base_url" not in self.errors and not cleaned.get("base_url"):
            self.add_error("base_url", _("Enter the address of the provider, with http:// or https://."))
        if self._leads_elsewhere(cleaned) and not cleaned.get("key") and not cleaned.get("forget"):
            # Otherwise whoever may edit a connection could have its key sent to a server of their own.
            self.add_error(
                "key", _("The address leads to another server: enter its key, or forget the stored one.")
            )
        return cleaned

    def _leads_elsewhere(self, cleaned: dict[str, Any]) -> bool:
        stored = self.instance
        if not (stored.key_encrypted or stored.headers_encrypted):
            return False
        return _server(self.initial.get("base_url") or "") != _server(cleaned.get("base_url") or "")

    def save(self, commit: bool = True) -> Connection:
        row: Connection = self.instance
        if self.cleaned_data["forget"] or self._leads_elsewhere(self.cleaned_data):
            row.key_encrypted = row.headers_encrypted = ""
        if self.cleaned_data["key"]:
            row.key_encrypted = secrets.encrypt(self.cleaned_data["key"])
        if self.cleaned_data["headers"]:
            row.headers_encrypted = connections.encrypt_headers(self.cleaned_data["headers"])
        saved: Connection = super().save(commit)
        return saved


class ConnectionModelForm(ModelForm):
    """`allowed_params` as people write it: names with commas between them."""

    allowed_params = forms.CharField(
        label=_("Allowed parameters"),
        required=False,
        help_text=_("Names with commas between them, such as temperature, max_tokens; empty: all."),
    )

    class Meta:
        model = ConnectionModel
        fields = (
            "upstream_id",
            "name",
            "hidden",
            "default",
            "context_length",
            "vision",
            "allowed_params",
            "groups",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["allowed_params"] = ", ".join(self.instance.allowed_params or ())

    def clean_allowed_params(self) -> list[str] | None:
        names = [name.strip() for name in self.cleaned_data["allowed_params"].split(",")]
        return [name for name in names if name] or None


class ConnectionModelInline(StackedInline):
    model = ConnectionModel
    form = ConnectionModelForm
    extra = 0
    filter_horizontal = ("groups",)
    verbose_name = _("model")
    verbose_name_plural = _("models: only those that are to differ from what the provider lists")


@admin.register(Connection)
class ConnectionAdmin(Audited):
    audit_kind = "connection"
    audit_change = "connection_change"
    form = ConnectionForm
    inlines = (ConnectionModelInline,)
    list_display = ("name", "base_url", "enabled", "local", "concurrency", "position", "has_key")
    list_editable = ("enabled", "position")
    fieldsets = (
        (None, {"fields": ("name", "base_url", "enabled", "local")}),
        (_("Credentials"), {"fields": ("key", "headers", "forget")}),
        (
            _("Limits"),
            {
                "fields": (
                    "concurrency",
                    "connect_timeout",
                    "first_token_timeout",
                    "chunk_timeout",
                    "position",
                )
            },
        ),
    )

    @admin.display(description=_("Key"), boolean=True)
    def has_key(self, row: Connection) -> bool:
        return bool(row.key_encrypted)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "GET" and self.has_add_permission(request):
            self._offer(request)
        return super().changelist_view(request, extra_context)

    def _offer(self, request: HttpRequest) -> None:
        """What can be added with one click: the form comes filled in."""
        rows = list(Connection.objects.values_list("name", "base_url"))
        names = {name for name, _url in rows}
        built_in = connections.from_environment()
        urls = {url.rstrip("/") for url in (built_in.base_url, *(url for _name, url in rows))}
        if OLLAMA.name not in names and OLLAMA.base_url not in urls and answers(OLLAMA):
            fields = {"name": OLLAMA.name, "base_url": OLLAMA.base_url, "local": "on"}
            _suggest(request, _("Ollama answers on this machine."), _("Connect it"), fields)
        if built_in.name not in names:
            text = _("The connection “%(name)s” comes from the environment.") % {"name": built_in.name}
            _suggest(request, text, _("Arrange its models and limits"), {"name": built_in.name})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        transaction.on_commit(connections.announce_change)

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        # The list saves its own columns without `save_related`.
        super().save_model(request, obj, form, change)
        transaction.on_commit(connections.announce_change)

    def delete_model(self, request: HttpRequest, obj: Connection) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(connections.announce_change)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        transaction.on_commit(connections.announce_change)


def _suggest(request: HttpRequest, text: Any, action: Any, fields: dict[str, str]) -> None:
    url = f"{reverse('admin:chat_connection_add')}?{urlencode(fields)}"
    messages.info(request, format_html('{} <a href="{}">{}</a>', text, url, action))


def _server(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port

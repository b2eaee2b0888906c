"""`{% icon "name" %}`: one of the icons that `chat/icons.svg` holds, for a template of whatever page.

A tag, made once for each name: a template to include costs twenty times as much, and a page has 200 of them.
"""

from functools import cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """It says nothing to a screen reader; what it stands on has a label."""
    return _icon(name, settings.STATIC_URL)


@cache
def _icon(name: str, below: str) -> SafeString:
    """`below`: where static files are, which a prefix of the site's own may change."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("chat/icons.svg"),
        name,
    )

"""The dashboard: figures as charts, drawn here as SVG. Each bar leads to the list that it counts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chat.admin.review.allowed import allowed, reviewer
from chat.admin.review.figures_form import RANGES, SpanForm
from chat.admin.review.frame import frame
from chat.admin.review.reviewed import CUT_OFFS
from chat.models.status import Status
from chat.review.charts import columns, share
from chat.review.figures import ENDS, Cause, Day, Figures, Rated, Speed, figures_of
from chat.review.spans import Span
from chat.review.spending import EXEMPT, Usage
from chat.shown.money import money

SHOWN: Final = 15
"""Users, groups or models in a chart; the rest is told as a number."""


@require_safe
@allowed("chat.see_figures")
def page(request: HttpRequest) -> HttpResponse:
    form = SpanForm(request.GET)
    form.is_valid()
    span = form.span()
    figures = figures_of(span)
    links = Links(span)
    context = {
        **frame(request, "dashboard", _("Figures")),
        "form": form,
        "figures": figures,
        "ranges": _ranges(span),
        "whole": _whole(figures),
        "ends": [{"key": key, "name": Status(key).label} for key in ENDS],
        "replies": _by_day(figures.days, links),
        "active": _active(figures.days, links),
        "charts": [
            _usage(gettext_lazy("Tokens and cost by model"), "model", figures.models, links),
            _usage(gettext_lazy("Tokens and cost by group"), "group", figures.groups, links),
            _usage(gettext_lazy("Tokens and cost by user"), "user", figures.users, links),
        ],
        "speeds": _speeds(figures.speeds, links),
        "causes": _causes(figures.causes, links),
        "rated": _rated(figures.rated, links),
        "may_price": reviewer(request).has_perm("chat.add_price"),
        "unpriced": [usage for usage in figures.models if usage.unpriced],
        "known_models": sorted(usage.name for usage in figures.models),
    }
    return render(request, "admin/review/figures.html", context, status=400 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the list, in the words of its filter: what is chosen here is chosen there."""

    span: Span

    def to(self, **chosen: Any) -> str:
        span = self.span
        said: dict[str, Any] = {
            "group": span.group,
            "model": span.model,
            "date_from": span.start,
            "date_to": span.end,
            **chosen,
        }
        query = urlencode({key: value for key, value in said.items() if value not in (None, "")})
        return f"{reverse('admin:index')}review/?{query}"


def _ranges(span: Span) -> list[dict[str, Any]]:
    today = timezone.localdate()
    ranges = []
    for days in RANGES:
        start = today - timedelta(days=days - 1)
        said: dict[str, Any] = {
            "date_from": start,
            "date_to": today,
            "group": span.group,
            "model": span.model,
        }
        ranges.append(
            {
                "days": days,
                "query": urlencode({key: value for key, value in said.items() if value}),
                "here": (span.start, span.end) == (start, today),
            }
        )
    return ranges


def _whole(figures: Figures) -> list[dict[str, Any]]:
    """The numbers above all charts."""
    ended = sum(day.replies - day.ends.get("streaming", 0) for day in figures.days)
    failed = sum(day.ends.get("failed", 0) for day in figures.days)
    tokens = sum(model.tokens for model in figures.models)
    liked, disliked = (sum(getattr(each, name) for each in figures.rated) for name in ("liked", "disliked"))
    return [
        {"name": _("Replies"), "value": number(figures.replies)},
        {"name": _("Active users"), "value": number(figures.active)},
        {"name": _("Failed"), "value": f"{100 * failed / ended:.1f} %" if ended else "–"},
        {"name": _("Tokens"), "value": number(tokens)},
        {"name": _("Cost"), "value": money(figures.cost) or "–"},
        {"name": _("Liked / disliked"), "value": f"{number(liked)} / {number(disliked)}"},
    ]


def _by_day(days: list[Day], links: Links) -> dict[str, Any]:
    chart = columns([day.ends for day in days], ENDS)
    names = {key: Status(key).label for key in ENDS}
    return {
        "chart": chart,
        "bars": [
            {
                "bar": bar,
                "to": links.to(
                    date_from=days[bar.column].day, date_to=days[bar.column].day, status=bar.series
                ),
                "title": f"{_day(days[bar.column])}, {names[bar.series]}: {number(bar.value)}",
            }
            for bar in chart.bars
        ],
        "labels": [(label.x, short_day(days[label.column])) for label in chart.labels],
        "ticks": [(tick.y, number(tick.value)) for tick in chart.ticks],
        "rows": [
            {
                "day": day.day,
                "cells": [
                    {
                        "value": day.ends.get(key, 0),
                        "to": links.to(date_from=day.day, date_to=day.day, status=key),
                    }
                    for key in ENDS
                ],
            }
            for day in days
            if day.ends
        ],
    }


def _active(days: list[Day], links: Links) -> dict[str, Any]:
    chart = columns([{"active": day.active} for day in days], ["active"])
    return {
        "chart": chart,
        "bars": [
            {
                "bar": bar,
                "to": links.to(date_from=days[bar.column].day, date_to=days[bar.column].day),
                "title": f"{_day(days[bar.column])}: {number(bar.value)}",
            }
            for bar in chart.bars
        ],
        "labels": [(label.x, short_day(days[label.column])) for label in chart.labels],
        "ticks": [(tick.y, number(tick.value)) for tick in chart.ticks],
        "rows": [
            {"day": day.day, "value": day.active, "to": links.to(date_from=day.day, date_to=day.day)}
            for day in days
            if day.active
        ],
    }


def _usage(title: Any, kind: str, usages: list[Usage], links: Links) -> dict[str, Any]:
    largest = max((usage.tokens for usage in usages), default=0)
    rest = usages[SHOWN:]
    return {
        "title": title,
        "kind": kind,
        "rows": [
            {
                "name": _name(kind, usage),
                "to": _to(kind, usage, links),
                "read": share(usage.prompt, largest),
                "written": share(usage.completion, largest),
                "tokens": number(usage.tokens),
                "replies": number(usage.replies),
                "cost": money(usage.cost),
                "unpriced": usage.unpriced,
            }
            for usage in usages[:SHOWN]
        ],
        "rest": number(len(rest)) if rest else "",
        "rest_tokens": number(sum(usage.tokens for usage in rest)),
    }


def _name(kind: str, usage: Usage) -> str:
    if kind == "user" and usage.key == EXEMPT:
        return _("Users who are not reviewed")
    if kind == "group" and usage.key is None:
        return _("In no group")
    return usage.name or "–"


def _to(kind: str, usage: Usage, links: Links) -> str:
    """Empty where the list has no filter for it."""
    match kind:
        case "user":
            return links.to(user=usage.name) if usage.name and usage.key != EXEMPT else ""
        case "group":
            return links.to(group=usage.key) if usage.key is not None else ""
        case _:
            return links.to(model=usage.key)


def _speeds(speeds: list[Speed], links: Links) -> list[dict[str, Any]]:
    longest = max((speed.first_p95 or 0 for speed in speeds), default=0)
    fastest = max((speed.speed_p95 or 0 for speed in speeds), default=0)
    return [
        {
            "speed": speed,
            "to": links.to(model=speed.model),
            "first": (share(speed.first_p50, longest), share(speed.first_p95, longest)),
            "rate": (share(speed.speed_p50, fastest), share(speed.speed_p95, fastest)),
            "first_p50": seconds(speed.first_p50),
            "first_p95": seconds(speed.first_p95),
        }
        for speed in speeds
    ]


def _causes(causes: list[Cause], links: Links) -> list[dict[str, Any]]:
    most = max((cause.replies for cause in causes), default=0)
    return [
        {
            "status": cause.status,
            "name": Status(cause.status).label,
            "why": CUT_OFFS.get(cause.code, cause.code),
            "replies": number(cause.replies),
            "share": share(cause.replies, most),
            "to": links.to(status=cause.status, cause=cause.code),
        }
        for cause in causes[:SHOWN]
    ]


def _rated(rated: list[Rated], links: Links) -> list[dict[str, Any]]:
    most = max((each.liked + each.disliked for each in rated), default=0)
    return [
        {
            "model": each.model,
            "liked": each.liked,
            "disliked": each.disliked,
            "liked_share": share(each.liked, most),
            "disliked_share": share(each.disliked, most),
            "to_liked": links.to(model=each.model, rating="up"),
            "to_disliked": links.to(model=each.model, rating="down"),
        }
        for each in rated
    ]


def number(value: int) -> str:
    return f"{value:,}"


def seconds(milliseconds: int | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds / 1000:.2f} s"


def _day(day: Day) -> str:
    return formats.date_format(day.day, "DATE_FORMAT")


def short_day(day: Day) -> str:
    return f"{day.day:%m-%d}"

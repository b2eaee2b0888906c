"""Hands who gave the right password to allauth, which asks for the second factor."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse


def password_was_right(request: HttpRequest, user: User, address: str) -> HttpResponse:
    answer: HttpResponse = perform_password_login(
        request, {"username": user.get_username()}, Login(user=user, redirect_url=address)
    )
    return answer

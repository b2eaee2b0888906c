"""Single sign-on, second factors and passkeys, by django-allauth: its flows, our pages.

Nothing in here is imported where no setting asks for it (`settings.USES_ALLAUTH`).
"""

"""The settings of the servers that browsers visit: the site's own, but for what a password costs.

Every test signs in, and hashing a password well takes a third of a second of the processor's time.
"""

from chatsite.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

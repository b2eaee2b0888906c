"""The settings of tests: the site's own, with nothing of this machine's environment or `.env` in them.

`TEST_DATABASE_URL` runs the tests on another database than SQLite; a user who may make databases is enough.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

KEPT = {"TEST_DATABASE_URL", "TEST_REDIS_URL"}
OURS = (
    "CHAT_",
    "DJANGO_",
    "OPENAI_",
    "DATABASE_URL",
    "REDIS_URL",
    "HOST",
    "PORT",
    "EMAIL_URL",
    "SENTRY_DSN",
    "DEFAULT_FROM",
)
for name in [name for name in os.environ if name.startswith(OURS) and name not in KEPT]:
    if name != "DJANGO_SETTINGS_MODULE":
        del os.environ[name]
os.environ["DJANGO_ENV_FILE"] = ""  # no .env, here and in the servers that tests start

from chatsite.settings import *  # noqa: E402, F403
from chatsite.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE  # noqa: E402

# A folder for each process (each worker of xdist is one), so that runs beside each other never meet.
folder = Path(tempfile.mkdtemp(prefix="chat-tests-"))
atexit.register(shutil.rmtree, folder, ignore_errors=True)
CHAT_FILES_DIR = folder / "files"

if "TEST_DATABASE_URL" in os.environ:
    from chatsite.databases import database

    DATABASES["default"] = database(os.environ["TEST_DATABASE_URL"])
else:
    # A file, so that the threads of `in_database` see what the test wrote.
    DATABASES["default"]["TEST"] = {"NAME": str(folder / "test.sqlite3")}

# Hashing a password well takes 0.2 s, and every member of the cast has one.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Each of these does the same as what it stands for, once a process where that does it once a test.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.quick_flush"]
QUICK = {"chatsite.assets.Assets": "tests.quick_assets.QuickAssets"}
MIDDLEWARE = [QUICK.get(name, name) for name in MIDDLEWARE]

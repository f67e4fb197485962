"""Django on SQLite under its own test client, and the exceptions that reach it."""

import importlib
import os
import sys

import django
from django.core.signals import got_request_exception
from django.test.utils import setup_test_environment

raised = []


def raises(sender, **_):
    raised.append(sys.exc_info()[0].__name__)


def setup(settings):
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    os.environ["ALLOWED_HOSTS"] = "testserver"
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": "test.db"}
    importlib.import_module(settings).DATABASES = {"default": sqlite}
    django.setup()
    setup_test_environment()
    got_request_exception.connect(raises)


def send(method, path, json, form, headers=None):
    from django.test import Client

    raised.clear()
    body = {"data": json, "content_type": "application/json"} if json else {"data": form}
    client = Client(raise_request_exception=False, headers=headers)
    answer = getattr(client, method.lower())(path, **body)
    return answer.status_code, answer.content.decode(), list(raised)

"""The clinic, on SQLite."""

import os
import sys
from datetime import UTC, date, datetime

names = ["DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST"]
os.environ |= dict.fromkeys(names, "-")
os.environ |= {"DJANGO_SETTINGS_MODULE": "clinic.settings", "ALLOWED_HOSTS": "testserver"}

import django
from clinic import settings

settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "clinic.db"}}
django.setup()

from appointments.models import Appointment, Doctor, Patient
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment

setup_test_environment()
raised = []


def raises(sender, **_):
    raised.append(sys.exc_info()[0].__name__)


got_request_exception.connect(raises)


def seed():
    models = [Patient, Doctor, Appointment]
    tables = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in reversed(models):
            if model._meta.db_table in tables:
                editor.delete_model(model)
        for model in models:
            editor.create_model(model)
    patient = Patient.objects.create(
        health_number="1", full_name="Ada", born_on=date(1990, 1, 1)
    )
    doctor = Doctor.objects.create(full_name="Bob", specialty="Bones")
    starts_at = datetime(2026, 1, 1, tzinfo=UTC)
    Appointment.objects.create(patient=patient, doctor=doctor, starts_at=starts_at)


def send(method, path, json, form):
    raised.clear()
    body = {"data": json, "content_type": "application/json"} if json else {"data": form}
    client = Client(raise_request_exception=False)
    answer = getattr(client, method.lower())(path, **body)
    return answer.status_code, answer.content.decode(), list(raised)

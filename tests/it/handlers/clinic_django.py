"""The clinic, with tables made from its models."""

import os
from datetime import UTC, date, datetime

import django_client
from django_client import send

os.environ |= dict.fromkeys(["DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST"], "-")
django_client.setup("clinic.settings")

from appointments.models import Appointment, Doctor, Patient
from django.db import connection


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

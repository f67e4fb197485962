"""The tool lending, with tables made by its migrations."""

import os
from base64 import b64encode
from datetime import date

import django_client

os.environ["DJANGO_SECRET_KEY"] = "-"
django_client.setup("makerspace.settings")

from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from lending.models import Loan, Member, Tool

call_command("migrate", verbosity=0)


def seed():
    call_command("flush", interactive=False)
    User.objects.create_user("staff", password="staff")
    ada = Member.objects.create(email="ada@example.com", full_name="Ada")
    saw = Tool.objects.create(label="saw-1", name="Saw")
    drill = Tool.objects.create(label="drill-1", name="Drill")
    due_on = date(2026, 1, 1)
    Loan.objects.create(tool=saw, member=ada, due_on=due_on)
    Loan.objects.create(tool=drill, member=ada, due_on=due_on, returned_at=timezone.now())


def send(method, path, json, form):
    password = b64encode(b"staff:staff").decode()
    headers = {"Authorization": f"Basic {password}"}
    return django_client.send(method, path, json, form, headers)

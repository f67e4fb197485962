"""Asks the views of a project, and prints as JSON what each sends to a database."""

import json
import sys

sys.path.insert(0, sys.argv[1])
import django
from config import settings as own
from django.conf import settings

named = {name: getattr(own, name) for name in dir(own) if name.isupper()}
memory = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
settings.configure(DATABASES={"default": memory}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", **named)
django.setup()
from config.urls import urlpatterns
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from shop.models import Order

with connection.schema_editor() as editor:
    editor.create_model(Order)
answers = {}
for pattern in urlpatterns:
    Order.objects.create(step="new")
    with CaptureQueriesContext(connection) as said:
        pattern.callback(RequestFactory().post("/"), order_id=1)
    answers[pattern.callback.__name__] = [query["sql"] for query in said.captured_queries]
print(json.dumps(answers))

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"
    label = "persons"
    default_auto_field = "django.db.models.AutoField"

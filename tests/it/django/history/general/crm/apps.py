from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"
    label = "relations"
    default_auto_field = "django.db.models.AutoField"

SECRET_KEY = "not-a-secret"
INSTALLED_APPS = ["django.contrib.postgres", "search"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}

SECRET_KEY = "not-a-secret"
INSTALLED_APPS = ["django.contrib.postgres", "catalog"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "catalog"}}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

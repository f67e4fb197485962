SECRET_KEY = "not-a-secret"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sites",
    "people.apps.PeopleConfig",
    "shop",
    "library.apps.LibraryConfig",
]
SITE_ID = 1
AUTH_USER_MODEL = "persons.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

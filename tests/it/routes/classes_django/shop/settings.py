INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
]
ROOT_URLCONF = "shop.urls"
USE_TZ = True

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
django.setup()

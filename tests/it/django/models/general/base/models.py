from django.conf import settings
from django.db import models

NULLABLE = {"null": True, "blank": True}
NAME_LENGTH = 80


class Stamped(models.Model):
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        ordering = ["-created_at"]


class Owned(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="%(class)ss",
    )
    followers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["owner"], name="%(app_label)s_%(class)s_own")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "id"], name="%(app_label)s_%(class)s_unique"
            )
        ]


class Chatty:
    """No model: what it holds is no field."""

    note = models.TextField()

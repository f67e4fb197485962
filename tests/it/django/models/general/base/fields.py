from django.db import models


class Grams(models.PositiveIntegerField):
    """A weight."""


class CodeField(models.CharField):
    description = "A short code"

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 12)
        super().__init__(*args, **kwargs)


class MaybeField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs["null"] = kwargs["blank"] = True
        kwargs["unique"] = True
        super().__init__(*args, **kwargs)


class OwnerKey(models.ForeignKey):
    pass

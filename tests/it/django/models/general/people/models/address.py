from django.db import models

from base.models import NAME_LENGTH, NULLABLE


class Country(models.Model):
    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField("name", max_length=NAME_LENGTH, unique=True)


class Address(models.Model):
    country = models.ForeignKey(Country, models.PROTECT)
    street = models.CharField(max_length=NAME_LENGTH, **NULLABLE)
    person = models.ForeignKey("Person", on_delete=models.CASCADE, related_name="addresses")
    billing = models.BooleanField(default=False)

    class Meta:
        db_table = "postal_address"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(billing=True), name="one_billing_address"
            ),
        ]

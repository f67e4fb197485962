import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models

from base.models import Stamped


class Person(AbstractUser, Stamped):
    first_name = None
    email = models.EmailField(unique=True)
    manager = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True)
    friends = models.ManyToManyField("self", symmetrical=False)

    class Meta(AbstractUser.Meta):
        indexes = [models.Index(fields=["last_name", "-date_joined"])]


class Visitor(Person):
    class Meta:
        proxy = True


class Staff(Person):
    desk = models.SlugField()
    mentor = models.OneToOneField(
        Visitor, on_delete=models.DO_NOTHING, related_name="+", null=True
    )


class Badge(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.OneToOneField(Staff, on_delete=models.RESTRICT)


class Group(models.Model):
    name = models.CharField(max_length=50)
    members = models.ManyToManyField(Person, through="Membership", related_name="teams")


class Membership(Stamped):
    group = models.ForeignKey(Group, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    invited_by = models.ForeignKey(
        Person, on_delete=models.SET_DEFAULT, default=1, related_name="+", db_index=False
    )

    class Meta(Stamped.Meta):
        unique_together = ("group", "person")

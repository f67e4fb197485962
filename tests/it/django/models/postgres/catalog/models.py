from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    BigIntegerRangeField,
    DateRangeField,
    DateTimeRangeField,
    DecimalRangeField,
    HStoreField,
    IntegerRangeField,
    RangeOperators,
)
from django.contrib.postgres.indexes import BrinIndex, GinIndex, GistIndex, HashIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper


class Room(models.Model):
    number = models.CharField(max_length=10, unique=True, db_collation="C")
    names = ArrayField(models.CharField(max_length=20), size=3, db_index=True)
    matrix = ArrayField(ArrayField(models.IntegerField()), null=True)
    search = SearchVectorField(null=True)
    notes = models.CharField()
    extra = HStoreField(null=True)

    class Meta:
        db_table_comment = "Rooms to book"
        indexes = [
            GinIndex(fields=["search"]),
            GinIndex(fields=["names"], name="room_names"),
            HashIndex(fields=["notes"], name="room_notes"),
            models.Index(
                fields=["number", "notes"],
                opclasses=["varchar_pattern_ops", "varchar_pattern_ops"],
                name="room_patterns",
            ),
            models.Index(
                OpClass(Upper("notes"), name="varchar_pattern_ops"), name="room_upper_notes"
            ),
            BrinIndex(fields=["id"]),
        ]


class Booking(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    number = models.ForeignKey(
        Room, on_delete=models.CASCADE, to_field="number", related_name="+"
    )
    during = DateTimeRangeField()
    days = DateRangeField(null=True)
    floors = IntegerRangeField(null=True)
    big = BigIntegerRangeField(null=True)
    price = DecimalRangeField(null=True)
    cancelled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="booking_overlap",
                expressions=[("during", RangeOperators.OVERLAPS)],
                condition=Q(cancelled=False),
            ),
            models.UniqueConstraint(
                fields=["room", "days"], name="booking_days", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["room", "floors"],
                name="booking_floors",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["room"], include=["price"], name="booking_price"),
            models.UniqueConstraint(
                fields=["big"], opclasses=["range_ops"], name="booking_big"
            ),
        ]
        indexes = [GistIndex(fields=["during"], name="booking_during")]

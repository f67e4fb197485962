from django.contrib.auth import get_user_model
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from base.fields import CodeField, Grams, MaybeField, OwnerKey
from base.models import Chatty, Owned, Stamped


class Status(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class Product(Stamped, Owned, Chatty):
    sku = models.CharField(max_length=40, unique=True)
    code = CodeField()
    nickname = MaybeField(max_length=30)
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200, db_index=True)
    summary = models.TextField(blank=True, db_index=True)
    homepage = models.URLField()
    picture = models.FileField(upload_to="p")
    manual = models.FilePathField(path="/tmp")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    rate = models.FloatField(null=True)
    weight = Grams(default=0)
    stock = models.PositiveSmallIntegerField()
    sold = models.PositiveBigIntegerField(default=0)
    rank = models.SmallIntegerField(db_index=True, null=True)
    views = models.BigIntegerField(default=0)
    released = models.DateField(null=True)
    daily = models.TimeField(null=True)
    lasts = models.DurationField(null=True)
    data = models.JSONField(default=dict)
    raw = models.BinaryField(null=True)
    host = models.GenericIPAddressField(null=True)
    token = models.UUIDField(unique=True)
    active = models.BooleanField(db_default=True)
    status = models.CharField(max_length=10, choices=Status.choices, db_default="open")
    seen_at = models.DateTimeField(db_default=Now())
    tags = models.ManyToManyField("Tag", blank=True)
    related = models.ManyToManyField("self", db_table="product_pairs")
    gross = models.GeneratedField(
        expression=F("price") * 2,
        output_field=models.DecimalField(max_digits=12, decimal_places=2),
        db_persist=True,
    )


    objects = models.Manager()

    class Meta(Owned.Meta):
        indexes = [
            *Owned.Meta.indexes,
            models.Index(fields=["status", "-released"]),
            models.Index(fields=["owner", "status"], name="product_owner_status"),
            models.Index(fields=["rank"], condition=Q(active=True), name="product_active_rank"),
            models.Index(Lower("title"), name="product_lower_title"),
            models.Index(F("rank").desc(), "code", name="product_rank_code"),
            models.Index(fields=["price"], include=["title"], name="product_price"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "title"], name="product_title"),
            models.UniqueConstraint(Lower("code"), "owner", name="product_code"),
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(status=Status.OPEN) & ~Q(rank=None),
                name="product_open_slug",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price_positive"),
            models.UniqueConstraint(fields=["host", "views"], name="product_host"),
        ]


class Tag(models.Model):
    name = models.CharField(max_length=30, primary_key=True, db_column="tag_name")
    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, null=True)
    object_id = models.PositiveIntegerField(null=True)
    subject = GenericForeignKey("content_type", "object_id")

    class Meta:
        unique_together = [("name", "site"), ("site", "content_type")]


class Review(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, to_field="sku")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, db_column="label", related_name="+")
    author = models.ForeignKey(get_user_model(), on_delete=models.PROTECT)
    editor = OwnerKey("persons.Person", on_delete=models.CASCADE, related_name="+")
    origin = models.ForeignKey(
        "library.Volume", on_delete=models.DO_NOTHING, db_constraint=False, null=True
    )
    once = models.ForeignKey(Product, on_delete=models.CASCADE, unique=True, related_name="+")
    text = models.TextField(unique=True)

    class Meta:
        order_with_respect_to = "product"


class Outside(models.Model):
    name = models.CharField(max_length=10)

    class Meta:
        managed = False
        db_table = "outside"

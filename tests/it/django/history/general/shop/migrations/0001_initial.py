import uuid

import django.db.models.deletion
import django.db.models.functions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(db_index=True, max_length=100)),
                ("slug", models.SlugField()),
                ("bio", models.TextField(blank=True, db_index=True)),
                ("photo", models.FileField(upload_to="photos")),
                ("balance", models.FloatField(default=0)),
                ("credit", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("born", models.DateField(blank=True, null=True)),
                ("joined", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("wakes", models.TimeField(null=True)),
                ("uid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("data", models.JSONField(default=dict)),
                ("address", models.GenericIPAddressField(null=True)),
                ("age", models.PositiveIntegerField()),
                ("steps", models.PositiveSmallIntegerField(db_column="STEPS", default=0)),
                ("visits", models.PositiveBigIntegerField(default=0)),
                ("pause", models.DurationField(null=True)),
                ("active", models.BooleanField(default=True)),
                ("face", models.BinaryField(null=True)),
                ("country", models.CharField(db_default="de", max_length=2)),
                ("url", models.URLField()),
            ],
            options={"verbose_name": "customer", "ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("code", models.CharField(max_length=8, primary_key=True, serialize=False)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="shop.category",
                    ),
                ),
                ("see_also", models.ManyToManyField(blank=True, to="shop.category")),
            ],
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("sku", models.CharField(max_length=30)),
                ("supplier", models.IntegerField()),
                ("position", models.IntegerField()),
                ("is_listed", models.BooleanField(default=False)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "category",
                    models.ForeignKey(
                        db_column="cat",
                        on_delete=django.db.models.deletion.PROTECT,
                        to="shop.category",
                    ),
                ),
            ],
            options={
                "db_table": "goods",
                "unique_together": {("sku", "supplier"), ("category", "position")},
                "index_together": {("supplier", "position")},
                "indexes": [
                    models.Index(fields=["position", "-sku"], name="product_order_idx"),
                    models.Index(
                        condition=models.Q(("removed_at", None)),
                        fields=["sku"],
                        name="product_live_idx",
                    ),
                    models.Index(django.db.models.functions.Lower("sku"), name="product_lower_idx"),
                    models.Index(fields=["sku", "supplier"], name="product_sku_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 0)), name="product_position_check"
                    ),
                    models.UniqueConstraint(fields=("supplier", "position"), name="product_supplier_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_listed", True)),
                        fields=("position",),
                        name="product_listed_key",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.Lower("sku"), name="product_lower_key"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="orders",
                        to="shop.customer",
                    ),
                ),
                (
                    "mail",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="shop.customer",
                        to_field="email",
                    ),
                ),
                ("products", models.ManyToManyField(related_name="orders", to="shop.product")),
                ("gifts", models.ManyToManyField(db_table="order_gifts", related_name="+", to="shop.product")),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("order", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="shop.order")),
                ("amount", models.IntegerField()),
            ],
            options={"order_with_respect_to": "order"},
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_add_fields")]

    operations = [
        # Types.
        migrations.AlterField("customer", "name", models.CharField(db_index=True, max_length=200)),
        migrations.AlterField(
            "customer", "balance", models.DecimalField(decimal_places=4, max_digits=19)
        ),
        migrations.AlterField("customer", "bio", models.CharField(db_index=True, max_length=900)),
        migrations.AlterField("customer", "url", models.TextField(unique=True)),
        # Nullability and defaults.
        migrations.AlterField("customer", "born", models.DateField(default="2000-01-01")),
        migrations.AlterField("customer", "joined", models.DateTimeField(null=True)),
        migrations.AlterField("customer", "country", models.CharField(max_length=2)),
        migrations.AlterField("customer", "active", models.BooleanField(db_default=True)),
        # Indexes and keys.
        migrations.AlterField("customer", "slug", models.SlugField(unique=True)),
        migrations.AlterField("customer", "uid", models.UUIDField()),
        migrations.AlterField("order", "channel", models.CharField(max_length=20)),
        migrations.AlterField("order", "note", models.TextField(default="")),
        migrations.AlterField("order", "number", models.CharField(db_index=True, max_length=20)),
        migrations.AlterField(
            "customer", "photo", models.FileField(db_index=True, upload_to="photos")
        ),
        # Checks.
        migrations.AlterField("customer", "age", models.IntegerField()),
        migrations.AlterField("order", "copies", models.PositiveSmallIntegerField(default=1)),
        migrations.AlterField("product", "supplier", models.PositiveIntegerField()),
        # Foreign keys.
        migrations.AlterField(
            "order",
            "customer",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="orders",
                to="shop.customer",
            ),
        ),
        migrations.AlterField(
            "order",
            "unindexed",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="shop.customer",
            ),
        ),
        migrations.AlterField(
            "order",
            "legacy",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="shop.customer",
            ),
        ),
        migrations.AlterField(
            "coupon",
            "customer",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="shop.customer"
            ),
        ),
        # What only people see.
        migrations.AlterField(
            "line",
            "order",
            models.ForeignKey(
                help_text="of the order", on_delete=django.db.models.deletion.PROTECT, to="shop.order"
            ),
        ),
        # From a number to a relation and back.
        migrations.AddField("line", "shelf", models.IntegerField(null=True)),
        migrations.AlterField(
            "line", "shelf", models.BigIntegerField(db_column="shelf_id", null=True)
        ),
        migrations.AlterField(
            "line",
            "shelf",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="shop.order",
            ),
        ),
        migrations.AlterField("order", "legacy", models.IntegerField(null=True)),
        # A many-to-many field that leads elsewhere.
        migrations.AlterField(
            "coupon", "products", models.ManyToManyField(related_name="+", to="shop.category")
        ),
        migrations.RemoveField("order", "gifts"),
        migrations.RemoveField("order", "code"),
    ]

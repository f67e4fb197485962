import django.db.models.deletion
import django.db.models.functions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Coupon",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=12, unique=True)),
            ],
        ),
        migrations.AlterIndexTogether(name="product", index_together=set()),
        migrations.AddField(
            model_name="order",
            name="coupon",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to="shop.coupon"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="code",
            field=models.ForeignKey(
                db_column="coupon_code",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="shop.coupon",
                to_field="code",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="legacy",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="shop.customer",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="unindexed",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="shop.customer",
            ),
        ),
        migrations.AddField(
            model_name="coupon",
            name="customer",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="shop.customer"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="number",
            field=models.CharField(default="", max_length=20, unique=True),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="order", name="note", field=models.TextField(db_index=True, default="")
        ),
        migrations.AddField(
            model_name="order", name="copies", field=models.PositiveIntegerField(default=1)
        ),
        migrations.AddField(
            model_name="order",
            name="placed",
            field=models.DateTimeField(db_default=django.db.models.functions.Now()),
        ),
        migrations.AddField(
            model_name="order", name="channel", field=models.SlugField(default="web", max_length=20)
        ),
        migrations.AddField(
            model_name="coupon",
            name="products",
            field=models.ManyToManyField(to="shop.product"),
        ),
        migrations.AddField(
            model_name="line",
            name="total",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.F("amount"),
                output_field=models.IntegerField(),
            ),
        ),
    ]

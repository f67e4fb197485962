from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=20)),
                ("rank", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("code", models.CharField(max_length=20)),
                ("note", models.TextField(null=True)),
                ("label", models.TextField(null=True)),
                ("remark", models.TextField(null=True)),
                ("total", models.IntegerField(null=True)),
                ("seller", models.ForeignKey(to="shop.customer", related_name="+", on_delete=models.CASCADE)),
                ("customer", models.ForeignKey(to="shop.customer", on_delete=models.CASCADE)),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("order", models.ForeignKey(to="shop.order", on_delete=models.CASCADE, related_name="lines")),
            ],
        ),
    ]

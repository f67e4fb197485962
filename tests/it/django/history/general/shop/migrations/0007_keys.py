import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0006_sql"), ("ledger", "0002_squashed")]

    operations = [
        # All that refers to a key follows its type: pairs, one-to-one relations, and beyond.
        migrations.AlterField(
            "client", "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)
        ),
        migrations.AlterField(
            "group", "code", models.CharField(max_length=16, primary_key=True, serialize=False)
        ),
        migrations.AlterField("client", "mail", models.EmailField(max_length=320, unique=True)),
        migrations.CreateModel(
            "Station",
            [
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("uid", models.UUIDField(default=uuid.uuid4)),
                ("mark", models.CharField(max_length=5, unique=True)),
            ],
        ),
        migrations.RemoveField("station", "id"),
        migrations.AlterField(
            "station", "uid", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)
        ),
        migrations.AlterField("station", "mark", models.CharField(max_length=5)),
        migrations.RemoveField("coupon", "products"),
        migrations.RemoveField("purchase", "coupon"),
        migrations.DeleteModel("Coupon"),
    ]

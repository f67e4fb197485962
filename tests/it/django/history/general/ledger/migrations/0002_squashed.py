import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Everything within one migration: what Django keeps back follows new names."""

    replaces = [("ledger", "0001_initial"), ("ledger", "0002_more")]

    dependencies = [("shop", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "Account",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(db_index=True, max_length=40)),
                ("number", models.CharField(max_length=40)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="shop.customer"
                    ),
                ),
                ("readers", models.ManyToManyField(related_name="+", to="shop.customer")),
            ],
            options={"unique_together": {("name", "number")}},
        ),
        migrations.CreateModel(
            "Entry",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="ledger.account"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
            ],
        ),
        migrations.AddField("entry", "memo", models.CharField(db_index=True, max_length=9)),
        migrations.RenameField("account", "name", "title"),
        migrations.RenameField("entry", "memo", "remark"),
        migrations.RenameField("account", "readers", "viewers"),
        migrations.RenameModel("Account", "Book"),
        migrations.RenameField("entry", "account", "book"),
        migrations.AlterField(
            "entry",
            "book",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="ledger.book"
            ),
        ),
        migrations.AlterField("book", "title", models.CharField(db_index=True, max_length=50)),
        migrations.AlterModelTable("entry", "entries"),
        migrations.CreateModel("Draft", [("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("book", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="ledger.book"))]),
        migrations.DeleteModel("Draft"),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0004_rename")]

    operations = [
        migrations.AlterUniqueTogether("article", {("sku", "group")}),
        migrations.AlterIndexTogether("line", {("amount", "order")}),
        migrations.RenameIndex("line", "line_amount_idx", old_fields=("amount", "order")),
        migrations.AddIndex("line", models.Index(fields=["amount"], name="line_only_amount_idx")),
        migrations.AddIndex(
            model_name="purchase",
            index=models.Index(fields=["number", "-placed"], name="purchase_number_idx"),
        ),
        migrations.RenameIndex(
            model_name="line", new_name="line_amounts_idx", old_name="line_only_amount_idx"
        ),
        migrations.AddIndex("client", models.Index(fields=["age"], name="client_age_idx")),
        migrations.RemoveIndex("client", "client_age_idx"),
        migrations.RemoveIndex("article", "product_sku_idx"),
        migrations.AddConstraint(
            "client",
            models.CheckConstraint(condition=models.Q(("age__gte", 18)), name="client_age_check"),
        ),
        migrations.AddConstraint(
            "client",
            models.UniqueConstraint(fields=("full_name", "born"), name="client_name_key"),
        ),
        migrations.AddConstraint(
            "client",
            models.UniqueConstraint(
                condition=models.Q(("active", True)), fields=("full_name",), name="client_active_key"
            ),
        ),
        migrations.AlterConstraint(
            "client",
            "client_age_check",
            models.CheckConstraint(
                condition=models.Q(("age__gte", 18)),
                name="client_age_check",
                violation_error_message="too young",
            ),
        ),
        migrations.AddConstraint(
            "client",
            models.CheckConstraint(
                condition=models.Q(("age__lt", 0), ("active", None), _connector="OR", _negated=True),
                name="client_known_check",
            ),
        ),
        migrations.RemoveConstraint("client", "client_active_key"),
        migrations.RemoveConstraint("article", "product_supplier_key"),
        migrations.RemoveConstraint("article", "product_position_check"),
        # Its own index goes, that of Meta stays.
        migrations.AddIndex("client", models.Index(fields=["full_name"], name="client_full_idx")),
        migrations.AlterField("client", "full_name", models.CharField(max_length=200)),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_alter_fields"), ("relations", "0001_initial")]

    operations = [
        migrations.RenameField("customer", "name", "full_name"),
        migrations.RenameField("product", "category", "group"),
        migrations.RenameField("order", "customer", "buyer"),
        migrations.RenameField("order", "products", "items"),
        migrations.RenameField("customer", "email", "mail"),
        migrations.RenameField(model_name="order", old_name="copies", new_name="pieces"),
        migrations.RenameModel("Customer", "Client"),
        migrations.RenameModel(old_name="Category", new_name="Group"),
        migrations.RenameModel("Order", "Purchase"),
        migrations.RenameModel("Product", "Article"),
        migrations.AlterModelTable("coupon", "vouchers"),
        migrations.AlterModelTable("client", "clients"),
        migrations.AlterModelTable("article", None),
        # Now that tables are called otherwise, some names are made anew and others stay.
        migrations.AlterField(
            "purchase",
            "buyer",
            models.ForeignKey(
                null=True, on_delete=models.CASCADE, related_name="orders", to="shop.client"
            ),
        ),
        migrations.AlterField(
            "line",
            "order",
            models.ForeignKey(null=True, on_delete=models.PROTECT, to="shop.purchase"),
        ),
        migrations.AlterOrderWithRespectTo("line", None),
        migrations.AlterOrderWithRespectTo(name="coupon", order_with_respect_to="customer"),
        migrations.AlterModelOptions("line", {"verbose_name": "line"}),
        migrations.AlterModelTableComment("line", "what is ordered"),
        migrations.AlterModelManagers("line", []),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RemoveField("order", "note"),
        migrations.RemoveField("order", "label"),
        migrations.RemoveField("order", "remark"),
        migrations.RemoveField("order", "total"),
        migrations.RemoveField("order", "seller"),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("order", models.ForeignKey(to="shop.order", on_delete=models.CASCADE)),
            ],
        ),
        migrations.RenameField("customer", "rank", "level"),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    "Shelf", [("id", models.IntegerField(primary_key=True, serialize=False))]
                )
            ],
        ),
        migrations.AddField("shelf", "name", models.CharField(default="", max_length=20)),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        migrations.CreateModel("Never", [("id", models.AutoField(primary_key=True, serialize=False))]),
    ]

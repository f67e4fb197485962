from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.AddField("never", "name", models.CharField(max_length=5, unique=True)),
    ]

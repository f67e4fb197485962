from django.db import migrations, models


class Migration(migrations.Migration):
    """It names a migration that is squashed."""

    dependencies = [("ledger", "0002_more")]
    run_before = [("stock", "0001_initial")]

    operations = [
        migrations.RunSQL("create table stock_shelf (id integer primary key)"),
    ]

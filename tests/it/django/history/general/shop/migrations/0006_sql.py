from django.db import migrations, models

DROP = "drop table scratch"


def forwards(apps, schema_editor):
    Line = apps.get_model("shop", "Line")
    Line.objects.filter(amount=0).delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0005_options")]

    operations = [
        migrations.RunSQL(
            "create table scratch (id bigint primary key);\n"
            "create table journal (id bigserial primary key, line bigint references shop_line);",
            reverse_sql="drop table journal; drop table scratch;",
        ),
        migrations.RunSQL([("create index journal_line on journal (line)", None), DROP]),
        migrations.RunSQL(migrations.RunSQL.noop, "drop table journal"),
        migrations.RunPython(forwards, migrations.RunPython.noop),
        migrations.RunSQL(
            sql="alter table shop_line add column weight integer",
            state_operations=[
                migrations.AddField("line", "weight", models.IntegerField(null=True)),
            ],
        ),
        migrations.AlterField("line", "weight", models.BigIntegerField(db_index=True, null=True)),
        # Only the state: the database has it already, or is to keep it.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL("alter table shop_line add column height integer"),
                migrations.AddField("line", "gone", models.IntegerField(null=True)),
            ],
            state_operations=[
                migrations.AddField("line", "height", models.IntegerField(null=True)),
                migrations.CreateModel(
                    "Ghost", [("id", models.AutoField(primary_key=True, serialize=False))]
                ),
            ],
        ),
        migrations.RenameField("line", "height", "tall"),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("line", "tall")]
        ),
    ]

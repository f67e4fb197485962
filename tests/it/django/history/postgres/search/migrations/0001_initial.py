import django.contrib.postgres.fields
import django.contrib.postgres.fields.citext
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(),
        django.contrib.postgres.operations.HStoreExtension(),
        django.contrib.postgres.operations.TrigramExtension(),
        django.contrib.postgres.operations.CreateCollation(
            "numeric", provider="icu", locale="und-u-kn-true"
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=9), db_index=True, size=None
                    ),
                ),
                ("grid", django.contrib.postgres.fields.ArrayField(models.IntegerField(), size=3)),
                ("words", django.contrib.postgres.search.SearchVectorField(null=True)),
                ("more", django.contrib.postgres.fields.HStoreField(default=dict)),
                ("pages", django.contrib.postgres.fields.ranges.IntegerRangeField(null=True)),
                ("valid", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("title", models.CharField(db_collation="C", db_index=True, max_length=90)),
                ("number", models.CharField(max_length=20)),
                ("position", models.IntegerField()),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.HashIndex(fields=["number"], name="hash_idx"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["number"], name="trigrams_idx", opclasses=["gin_trgm_ops"]
                    ),
                    models.Index(
                        fields=["position"], include=("number", "title"), name="covering_idx"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=models.Deferrable.DEFERRED,
                        fields=("position", "number"),
                        name="deferred_key",
                    ),
                    models.UniqueConstraint(
                        fields=("number", "position"), include=("title",), name="covering_key"
                    ),
                    models.UniqueConstraint(
                        fields=("number", "removed_at"), name="nulls_key", nulls_distinct=False
                    ),
                ],
            },
        ),
    ]

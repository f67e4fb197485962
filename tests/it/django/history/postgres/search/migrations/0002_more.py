import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("search", "0001_initial")]

    operations = [
        django.contrib.postgres.operations.AddIndexConcurrently(
            "document",
            django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="tags_idx"),
        ),
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name="document",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["removed_at"], name="brin_idx"),
        ),
        django.contrib.postgres.operations.RemoveIndexConcurrently("document", "brin_idx"),
        migrations.AddIndex(
            "document", django.contrib.postgres.indexes.GistIndex(fields=["valid"], name="gist_idx")
        ),
        migrations.AddIndex(
            "document", django.contrib.postgres.indexes.SpGistIndex(fields=["pages"], name="spgist_idx")
        ),
        migrations.AddIndex(
            "document", django.contrib.postgres.indexes.BTreeIndex(fields=["number"], name="btree_idx")
        ),
        migrations.AddIndex(
            "document",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("title", name="gin_trgm_ops"),
                name="titles_idx",
            ),
        ),
        migrations.AddConstraint(
            "document",
            django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("valid", django.contrib.postgres.fields.ranges.RangeOperators.OVERLAPS),
                    ("number", django.contrib.postgres.fields.ranges.RangeOperators.EQUAL),
                ],
                name="no_overlap",
            ),
        ),
        django.contrib.postgres.operations.AddConstraintNotValid(
            "document",
            models.CheckConstraint(condition=models.Q(("position__lt", 99)), name="few"),
        ),
        django.contrib.postgres.operations.ValidateConstraint("document", "few"),
        # What the database has follows, under its old names.
        migrations.RenameField("document", "number", "reference"),
        migrations.RemoveConstraint("document", "nulls_key"),
        migrations.RemoveConstraint("document", "deferred_key"),
        migrations.AlterField(
            "document",
            "tags",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), size=None
            ),
        ),
        migrations.AlterField(
            "document",
            "grid",
            django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), size=None),
        ),
        migrations.AlterField("document", "title", models.TextField(db_index=True)),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contenttypes", "0002_remove_content_type_name"),
        ("shop", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="contenttypes.contenttype",
                    ),
                ),
                ("watchers", models.ManyToManyField(related_name="watched", to=settings.AUTH_USER_MODEL)),
                ("related", models.ManyToManyField(to="relations.contact")),
            ],
        ),
        # Rows of a child are rows of its parent.
        migrations.CreateModel(
            name="Company",
            fields=[
                (
                    "contact_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="relations.contact",
                    ),
                ),
                ("tax_number", models.CharField(max_length=20, unique=True)),
            ],
            bases=("relations.contact",),
        ),
        migrations.CreateModel(
            name="Employment",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="relations.company"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="employments",
                        to="relations.contact",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="contact",
            name="employers",
            field=models.ManyToManyField(
                related_name="staff", through="relations.Employment", to="relations.company"
            ),
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("relations.contact",),
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False)),
                (
                    "lead",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="relations.lead"),
                ),
            ],
        ),
        # Nobody makes its table here, and none of its columns.
        migrations.CreateModel(
            name="Imported",
            fields=[
                ("id", models.IntegerField(primary_key=True, serialize=False)),
                ("code", models.CharField(db_index=True, max_length=9)),
            ],
            options={"managed": False, "db_table": "imported_elsewhere"},
        ),
        migrations.AddField(model_name="imported", name="more", field=models.TextField()),
    ]

//! What only the code of models can tell, without Django at hand.

use crate::config::Settings;
use crate::discover::Inputs;
use crate::engine;
use crate::facts::schema::Dialect;
use crate::project::schema::Database;

fn database(dialect: Dialect, files: &[(&str, &str)]) -> Database {
    let settings = Settings {
        dialect: Some(dialect),
        ..Settings::default()
    };
    let files = files.iter().map(|(path, text)| {
        let text = format!("from django.db import models\n{text}");
        ((*path).into(), text.into_bytes())
    });
    let inputs = Inputs::from_memory(files.collect(), &settings);
    let mut databases = engine::read(&inputs, &settings).1.databases;
    assert_eq!(databases.len(), 1);
    databases.remove(0)
}

/// The columns of a table with their types.
fn columns(database: &Database, table: &str) -> Vec<String> {
    let mut tables = database.tables.values();
    let table = tables.find(|it| it.key.name == table).expect("it is made");
    let columns = table.columns.iter().map(|column| {
        let ty = column.ty.as_ref().map_or("?".to_owned(), |(ty, _)| {
            let sign = if ty.unsigned { " unsigned" } else { "" };
            format!("{}({}){sign}", ty.base, ty.args.join(","))
        });
        let null = if column.nullable { " null" } else { "" };
        format!("{} {}{null}", column.name, ty.replace("()", ""))
    });
    columns.collect()
}

fn one(text: &str) -> Database {
    database(Dialect::Postgres, &[("shop/models.py", text)])
}

#[test]
fn mysql_has_types_of_its_own() {
    let text = "
class A(models.Model):
    id = models.BigAutoField(primary_key=True)
    b = models.BooleanField()
    c = models.DateTimeField()
    d = models.DurationField()
    e = models.FloatField()
    f = models.GenericIPAddressField()
    g = models.JSONField()
    h = models.PositiveSmallIntegerField()
    i = models.TextField(db_index=True)
    j = models.UUIDField()
    k = models.BinaryField()
    l = models.ForeignKey('self', models.CASCADE)
    m = models.ForeignKey('self', models.CASCADE, db_constraint=False)
";
    let database = database(Dialect::Mysql, &[("shop/models.py", text)]);
    let expected = [
        "id bigint",
        "b boolean",
        "c datetime(6)",
        "d bigint",
        "e double",
        "f character(39)",
        "g json",
        "h smallint unsigned",
        "i longtext",
        "j character(32)",
        "k longblob",
        "l_id bigint",
        "m_id bigint",
    ];
    assert_eq!(columns(&database, "shop_a"), expected);
    let table = database.tables.values().next().expect("it is made");
    let written = table.indexes.iter().filter(|index| !index.implicit);
    let written: Vec<_> = written.map(|index| index.columns.clone()).collect();
    assert_eq!(written, [[Some("m_id".to_owned())]]);
    assert!(table.checks.is_empty());
}

#[test]
fn what_only_packages_know_has_a_column_of_unknown_type() {
    let database = one("
from colours import ColourField, ShadeKey
from phonenumber_field.modelfields import PhoneNumberField
from djmoney.models.fields import MoneyField
from taggit.managers import TaggableManager
from unseen.fields import OwnForeignKey

class Point(models.Field):
    def db_type(self, connection):
        return 'point'

class A(models.Model):
    id = models.UUIDField(primary_key=True)
    colour = ColourField()
    phone = PhoneNumberField(blank=True)
    price = MoneyField(max_digits=9, decimal_places=2, default_currency='EUR')
    place = Point(null=True)
    owner = OwnForeignKey('unseen.Owner', on_delete=models.CASCADE)
    shade = ShadeKey()
    tags = TaggableManager()
    objects = models.Manager()
");
    let expected = [
        "id uuid",
        "colour ?",
        "phone character varying(128)",
        "price numeric(9,2)",
        "price_currency character varying(3)",
        "place ? null",
        "owner_id ?",
    ];
    assert_eq!(columns(&database, "shop_a"), expected);
    assert!(database.open.is_empty());
}

#[test]
fn what_cannot_be_read_opens_the_table() {
    let database = one("
from settings import NULLS
from unseen.models import Base, Mixin
from unseen import indexes_of

class Ours(models.Model):
    class Meta:
        indexes = indexes_of('x')

class Theirs(Base):
    name = models.CharField(max_length=9)

class Mixed(Mixin, models.Model):
    name = models.CharField(max_length=9)

class Nullable(models.Model):
    name = models.CharField(max_length=9, **NULLS)

class Plain(models.Model):
    name = models.CharField(max_length=9)

class Serializer(Base):
    name = NULLS.field()
");
    let expected = ["shop_mixed", "shop_nullable", "shop_ours", "shop_theirs"];
    assert_eq!(database.open, expected);
    let tables: Vec<&str> = database
        .tables
        .keys()
        .map(|key| key.name.as_str())
        .collect();
    let all = [
        "shop_mixed",
        "shop_nullable",
        "shop_ours",
        "shop_plain",
        "shop_theirs",
    ];
    assert_eq!(tables, all);
}

#[test]
fn spatial_fields_bring_an_index() {
    let database = one("
from django.contrib.gis.db import models

class Place(models.Model):
    id = models.AutoField(primary_key=True)
    at = models.PointField(srid=3857)
    area = models.MultiPolygonField(geography=True, spatial_index=False)
");
    let expected = [
        "id integer",
        "at geometry(point,3857)",
        "area geography(multipolygon,4326)",
    ];
    assert_eq!(columns(&database, "shop_place"), expected);
    let table = database.tables.values().next().expect("it is made");
    let methods: Vec<&str> = table.indexes.iter().map(|it| it.method.as_str()).collect();
    assert_eq!(methods, ["gist"]);
}

#[test]
fn applications_are_found_by_what_makes_them_some() {
    let model = "
class Thing(models.Model):
    pass
";
    let config = "
class ShopConfig(AppConfig):
    name = 'backend.shop'
    label = 'store'
    default_auto_field = 'django.db.models.BigAutoField'
";
    let database = database(
        Dialect::Postgres,
        &[
            ("backend/shop/apps.py", config),
            (
                "backend/shop/core/audit/models.py",
                &model.replace("Thing", "Audit"),
            ),
            ("backend/shop/models/things.py", model),
            ("backend/plain/models.py", model),
            ("backend/listed/entities.py", model),
            (
                "backend/settings.py",
                "INSTALLED_APPS = ['django.contrib.auth'] + ['backend.listed']",
            ),
            ("backend/tools.py", model),
            ("tests/models.py", &model.replace("Thing", "Tested")),
        ],
    );
    let tables: Vec<&str> = database
        .tables
        .keys()
        .map(|key| key.name.as_str())
        .collect();
    assert_eq!(
        tables,
        ["listed_thing", "plain_thing", "store_audit", "store_thing"]
    );
    assert_eq!(columns(&database, "store_thing"), ["id bigint"]);
    assert_eq!(columns(&database, "plain_thing"), ["id ?"]);
}

#[test]
fn fields_can_be_taken_back_and_overridden() {
    let database = one("
class Base(models.Model):
    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=10)
    note = models.TextField()
    class Meta:
        abstract = True
        db_table = 'base_%(class)s'
        unique_together = ['name', 'note']

class A(Base):
    name = models.CharField(max_length=20)
    note = None
    class Meta:
        db_table = 'a'

class Shadow(A):
    class Meta:
        proxy = True

class B(models.Model):
    id = models.BigAutoField(primary_key=True)
    a = models.ForeignKey(Shadow, models.CASCADE)
    class Meta:
        db_table = 'b'
");
    assert_eq!(
        columns(&database, "a"),
        ["id bigint", "name character varying(20)"]
    );
    assert_eq!(columns(&database, "b"), ["id bigint", "a_id bigint"]);
    let parents: Vec<String> = database
        .tables
        .values()
        .flat_map(|table| &table.foreign_keys)
        .map(|fk| fk.parent.to_string())
        .collect();
    assert_eq!(parents, ["a"]);
}

#[test]
fn the_model_of_users_may_be_a_base() {
    let text = "
from django.contrib.auth import get_user_model

class A(get_user_model()):
    id = models.BigAutoField(primary_key=True)
    class Meta:
        proxy = True

class B(models.Model):
    id = models.BigAutoField(primary_key=True)
    a = models.ForeignKey(A, models.CASCADE)
";
    let parents = |database: &Database| -> Vec<String> {
        let keys = database
            .tables
            .values()
            .flat_map(|table| &table.foreign_keys);
        keys.map(|fk| fk.parent.to_string()).collect()
    };
    assert_eq!(parents(&one(text)), ["auth_user"]);
    let own = "
class User(models.Model):
    id = models.UUIDField(primary_key=True)
";
    let database = database(
        Dialect::Postgres,
        &[
            ("shop/models.py", text),
            ("people/models.py", own),
            ("settings.py", "AUTH_USER_MODEL = 'people.User'"),
        ],
    );
    assert_eq!(parents(&database), ["people_user"]);
    assert_eq!(columns(&database, "shop_b"), ["id bigint", "a_id uuid"]);
}

#[test]
fn classes_descend_without_end() {
    let mut text = String::from("class C0(C1): pass\nclass C1(C0): pass\n");
    for number in (2..20_000).rev() {
        text += &format!("class C{number}(C{}): pass\n", number - 1);
    }
    text += "class A(models.Model):\n    x = models.TextField()\n";
    assert_eq!(one(&text).tables.len(), 1);
}

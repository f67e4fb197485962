//! What is known of Django's own fields and models and of those of packages: the table in
//! `data/django.toml`, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::field::ModelKey;
use crate::facts::python::Keyword;

/// The table.
static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let text = include_str!("../../../../data/django.toml");
    toml::from_str(text).expect("a test reads the table")
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Library {
    /// Fields by package, then by class.
    fields: BTreeMap<String, BTreeMap<String, Known>>,
    /// Models by label and name.
    models: BTreeMap<String, KnownModel>,
    /// The fields of abstract models by package, then by class.
    abstracts: BTreeMap<String, BTreeMap<String, Vec<(String, Known)>>>,
    /// Classes that models descend from and that are none, as `package.Class`.
    mixins: BTreeSet<String>,
    /// Classes whose models only mark deleted rows, as `package.Class`.
    marking: BTreeSet<String>,
}

/// What is known of a class of fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(in crate::project::schema) struct Known {
    /// The field of Django's whose column it has; `None` if nobody knows.
    pub is: Option<String>,
    /// The type of PostgreSQL it has instead.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// Its `max_length`, unless given.
    pub max_length: Option<i64>,
    /// Accepts null, unless told.
    pub null: bool,
    /// Unique, unless told.
    pub unique: bool,
    /// Indexed, unless told.
    pub indexed: bool,
    /// Primary key.
    pub primary_key: bool,
    /// The model it leads to.
    pub to: Option<String>,
    /// What constructors of the project set where a call says nothing, and what they set anyway.
    #[serde(skip)]
    pub set: (Vec<Keyword>, Vec<Keyword>),
    /// A constructor of the project decides how long values are.
    #[serde(skip)]
    pub own_length: bool,
    /// A relation to the row that rows with it are part of.
    pub part: bool,
    /// A second field that it brings along: what is put behind the name, what it is, and its
    /// `max_length`.
    pub beside: Option<(String, String, i64)>,
}

/// A model that no file of the project declares.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::project::schema) struct KnownModel {
    /// Its table.
    pub table: String,
    /// Its primary key: the column, and the field that it is.
    pub key: (String, String),
    /// `max_length` of the primary key.
    pub max_length: Option<i64>,
}

/// Fields of Django that are what they are called.
const OWN: &[&str] = &[
    "ArrayField",
    "AutoField",
    "BigAutoField",
    "BigIntegerField",
    "BinaryField",
    "BooleanField",
    "CharField",
    "CompositePrimaryKey",
    "DateField",
    "DateTimeField",
    "DecimalField",
    "DurationField",
    "FloatField",
    "ForeignKey",
    "GeneratedField",
    "GenericIPAddressField",
    "IPAddressField",
    "IntegerField",
    "JSONField",
    "ManyToManyField",
    "OneToOneField",
    "PositiveBigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SmallAutoField",
    "SmallIntegerField",
    "TextField",
    "TimeField",
    "UUIDField",
];

/// Fields that lead to other models.
const RELATIONS: [&str; 3] = ["ForeignKey", "OneToOneField", "ManyToManyField"];

/// What is known of the class of a library at a dotted path; `None` if it makes no field.
pub(in crate::project::schema) fn field(path: &str) -> Option<Known> {
    let (package, name) = split(path);
    // Forms have fields of the same names.
    if path.split('.').any(|part| part == "forms") {
        return None;
    }
    let fields = LIBRARY.fields.get(package);
    let own = |is: &str| Known {
        is: Some(is.to_owned()),
        ..Known::default()
    };
    let known = match fields.and_then(|fields| fields.get(name)) {
        Some(known) => known.clone(),
        None if package == "django" && (OWN.contains(&name) || spatial(name).is_some()) => {
            own(name)
        }
        None if path == "django.db.models.Field" || path == "django.db.models.fields.Field" => {
            Known::default()
        }
        None if package == "django" => return None,
        // Packages follow Django's names.
        None => match RELATIONS.iter().find(|is| name.ends_with(*is)) {
            Some(is) => own(is),
            None if name.ends_with("Field") => Known::default(),
            None => return None,
        },
    };
    let is_key = matches!(known.is.as_deref(), Some("ForeignKey" | "OneToOneField"));
    Some(Known {
        indexed: known.indexed || is_key,
        ..known
    })
}

/// The shape that a spatial field keeps.
pub(super) fn spatial(name: &str) -> Option<&'static str> {
    Some(match name {
        "GeometryField" => "geometry",
        "PointField" => "point",
        "LineStringField" => "linestring",
        "PolygonField" => "polygon",
        "MultiPointField" => "multipoint",
        "MultiLineStringField" => "multilinestring",
        "MultiPolygonField" => "multipolygon",
        "GeometryCollectionField" => "geometrycollection",
        "RasterField" => "raster",
        _ => return None,
    })
}

/// A model of Django or a package.
pub(super) fn model(key: &ModelKey) -> Option<&'static KnownModel> {
    LIBRARY.models.get(&format!("{}.{}", key.app, key.name))
}

/// What a class of a library is to a model that descends from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) enum Base {
    /// `Model` itself.
    Model,
    /// An abstract model with these fields.
    Abstract(&'static [(String, Known)]),
    /// A model with a table.
    Concrete(ModelKey),
    /// Nothing that makes columns.
    Mixin,
    /// Nobody knows.
    Unknown,
}

/// What the class at a dotted path is to a model that descends from it.
pub(in crate::project::schema) fn base(path: &str) -> Base {
    let path = path.trim_end_matches("()");
    let (package, name) = split(path);
    if package == "django" && name == "Model" {
        return Base::Model;
    }
    if let Some(fields) = LIBRARY.abstracts.get(package).and_then(|it| it.get(name)) {
        return Base::Abstract(fields);
    }
    if LIBRARY.mixins.contains(&format!("{package}.{name}")) || package == "builtins" {
        return Base::Mixin;
    }
    match ModelKey::of_library(path) {
        Some(key) if model(&key).is_some() => Base::Concrete(key),
        // Django's own that is no model of one of its applications.
        _ if package == "django" && !path.starts_with("django.contrib.") => Base::Mixin,
        _ => Base::Unknown,
    }
}

/// Whether models that descend from the class at a dotted path only mark deleted rows.
pub(in crate::project::schema) fn marks_deleted(path: &str) -> bool {
    let (package, name) = split(path);
    LIBRARY.marking.contains(&format!("{package}.{name}"))
}

/// The first and the last part.
fn split(path: &str) -> (&str, &str) {
    let package = path.split('.').next().unwrap_or(path);
    let name = path.rsplit('.').next().unwrap_or(path);
    (package, name)
}

#[cfg(test)]
mod tests {
    use super::super::field::ModelKey;
    use super::*;

    fn is(path: &str) -> Option<String> {
        field(path).map(|known| known.is.or(known.ty).unwrap_or_default())
    }

    #[test]
    fn fields_are_known_by_package_and_class() {
        for (path, expected) in [
            ("django.forms.CharField", None),
            ("django.db.models.CharField", Some("CharField")),
            ("django.db.models.fields.EmailField", Some("CharField")),
            ("django.db.models.Manager", None),
            ("django.forms.Widget", None),
            (
                "django.contrib.gis.db.models.PointField",
                Some("PointField"),
            ),
            ("django.contrib.postgres.fields.HStoreField", Some("hstore")),
            ("mptt.fields.TreeForeignKey", Some("ForeignKey")),
            ("taggit.managers.TaggableManager", Some("virtual")),
            ("nobody.knows.ColourField", Some("")),
            ("nobody.knows.Colour", None),
        ] {
            assert_eq!(is(path).as_deref(), expected, "{path}");
        }
        let slug = field("django.db.models.SlugField").expect("it is known");
        assert_eq!((slug.max_length, slug.indexed), (Some(50), true));
        assert!(field("mptt.fields.TreeForeignKey").is_some_and(|it| it.indexed));
    }

    #[test]
    fn entries_name_fields_of_django() {
        let fields = LIBRARY.fields.values().flat_map(BTreeMap::values);
        let beside = fields.clone().filter_map(|known| known.beside.as_ref());
        let named = fields.filter_map(|known| known.is.as_deref());
        let keys = LIBRARY.models.values().map(|model| model.key.1.as_str());
        let beside = beside.map(|(_, is, _)| is.as_str());
        for is in named.chain(keys).chain(beside) {
            assert!(is == "virtual" || OWN.contains(&is), "{is}");
        }
        let user = model(&ModelKey::new("auth", "User")).expect("it is known");
        assert_eq!(user.table, "auth_user");
    }

    #[test]
    fn bases_are_known_by_package_and_class() {
        assert_eq!(base("django.db.models.Model"), Base::Model);
        let Base::Abstract(fields) = base("django.contrib.auth.models.AbstractUser") else {
            panic!("it is abstract");
        };
        assert!(fields.iter().any(|(name, _)| name == "date_joined"));
        let user = Base::Concrete(ModelKey::new("auth", "User"));
        assert_eq!(base("django.contrib.auth.models.User"), user);
        assert_eq!(base("typing.Generic[]"), Base::Unknown);
        assert_eq!(base("abc.ABC"), Base::Mixin);
        assert_eq!(base("django.db.models.expressions.Expression"), Base::Mixin);
        assert_eq!(base("nobody.knows.Base"), Base::Unknown);
    }
}

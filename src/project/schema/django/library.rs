//! What is known of Django's own fields and models and of those of packages: the table in
//! `data/django.toml`, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

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
}

/// What is known of a class of fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(in crate::project::schema) struct Known {
    /// The field of Django's whose column it has; `None` if nobody knows.
    pub(super) is: Option<String>,
    /// The type of PostgreSQL it has instead.
    #[serde(rename = "type")]
    pub(super) ty: Option<String>,
    /// Its `max_length`, unless given.
    pub(super) max_length: Option<i64>,
    /// Accepts null, unless told.
    pub(super) null: bool,
    /// Unique, unless told.
    pub(super) unique: bool,
    /// Indexed, unless told.
    pub(super) indexed: bool,
    /// A second field that it brings along: what is put behind the name, what it is, and its
    /// `max_length`.
    pub(super) beside: Option<(String, String, i64)>,
}

/// A model that no file of the project declares.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::project::schema) struct KnownModel {
    /// Its table.
    pub(super) table: String,
    /// Its primary key: the column, and the field that it is.
    pub(super) key: (String, String),
    /// `max_length` of the primary key.
    pub(super) max_length: Option<i64>,
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
pub(super) fn field(path: &str) -> Option<Known> {
    let (package, name) = split(path);
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
pub(super) fn model(key: &super::field::ModelKey) -> Option<&'static KnownModel> {
    LIBRARY.models.get(&format!("{}.{}", key.app, key.name))
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
}

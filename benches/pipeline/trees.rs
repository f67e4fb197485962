//! What is measured: the fixture shop, and a tree of many such shops with names of their own.

use std::collections::BTreeMap;
use std::fmt;

use aicheck::config::Settings;
use aicheck::discover::{FileKind, Inputs, Scope, Unit, discover};
use aicheck::engine;
use aicheck::facts::FileOutcome;
use aicheck::project::Project;
use camino::Utf8PathBuf;
use divan::counter::BytesCount;

/// A tree to measure.
#[derive(Clone, Copy)]
pub(crate) enum Tree {
    /// The fixture as it is.
    Fixture,
    /// So many shops beside each other, in one project.
    Generated(usize),
}

/// The trees every stage is measured on.
pub(crate) const TREES: [Tree; 2] = [Tree::Fixture, Tree::Generated(100)];

impl fmt::Display for Tree {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixture => write!(out, "fixture shop"),
            Self::Generated(shops) => write!(out, "{shops} shops"),
        }
    }
}

impl Tree {
    /// Its files, read and decoded.
    pub(crate) fn inputs(self) -> Inputs {
        Inputs::from_memory(self.files(), &Settings::default())
    }

    /// Its facts and the linked project.
    pub(crate) fn read(self) -> (Inputs, Vec<FileOutcome>, Project) {
        let inputs = self.inputs();
        let (outcomes, project) = engine::read(&inputs, &Settings::default());
        (inputs, outcomes, project)
    }

    /// How much text it holds.
    pub(crate) fn size(self) -> BytesCount {
        BytesCount::new(self.files().values().map(Vec::len).sum::<usize>())
    }

    /// Paths and bytes.
    pub(crate) fn files(self) -> BTreeMap<Utf8PathBuf, Vec<u8>> {
        let shop = fixture();
        match self {
            Self::Fixture => shop,
            Self::Generated(shops) => (0..shops)
                .flat_map(|number| shop.iter().map(move |file| renamed(file, number)))
                .collect(),
        }
    }
}

/// The units of one kind.
pub(crate) fn of_kind(inputs: &Inputs, kind: FileKind) -> Vec<&Unit> {
    inputs
        .units
        .iter()
        .filter(|unit| unit.kind == kind)
        .collect()
}

/// How much text units hold.
pub(crate) fn size_of(units: &[&Unit]) -> BytesCount {
    BytesCount::new(units.iter().map(|unit| unit.range.len()).sum::<usize>())
}

fn fixture() -> BTreeMap<Utf8PathBuf, Vec<u8>> {
    let scope = Scope {
        root: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/shop-fastapi").into(),
        walks: vec![Utf8PathBuf::new()],
        ..Scope::default()
    };
    let inputs = discover(&scope, &Settings::default()).expect("the fixture is there");
    let files = inputs.files.into_iter();
    files
        .map(|file| (file.path, file.text.as_bytes().to_vec()))
        .collect()
}

/// A file of one of the shops: tables, models and modules carry its number.
fn renamed((path, bytes): (&Utf8PathBuf, &Vec<u8>), number: usize) -> (Utf8PathBuf, Vec<u8>) {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    for name in ["customers", "products", "orders", "reviews", "addresses"] {
        text = text.replace(name, &format!("{name}_{number}"));
    }
    for name in ["Customer", "Product", "Order", "Review"] {
        text = text.replace(name, &format!("{name}{number}"));
    }
    text = text.replace("app.", &format!("app{number}."));
    let path = path.as_str().replace("app/", &format!("app{number}/"));
    (format!("shop{number}/{path}").into(), text.into_bytes())
}

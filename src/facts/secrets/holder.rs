//! What a document of configuration is, told by its content, and where in it an entry stands. Knows
//! the shape of compose files, manifests and workflows; no secret.

use serde::{Deserialize, Serialize};

use crate::parse::config::{Format, Node};

/// The kind of configuration that holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Holder {
    /// A file of environment variables.
    Dotenv,
    /// A service of a compose file.
    Compose,
    /// A workflow of GitHub.
    Workflow,
    /// A service that a workflow starts for its tests.
    WorkflowService,
    /// What a runner of tests sets for them.
    TestRun,
    /// A Secret of Kubernetes.
    KubernetesSecret,
    /// Any other manifest of Kubernetes.
    Manifest,
    /// `ENV` or `ARG` of an image.
    Image,
    /// Terraform.
    Terraform,
    /// A script.
    Script,
    /// Settings of a program, in whatever format.
    Settings,
}

impl Holder {
    /// The holder of an entry.
    pub(super) fn of(format: Format, node: Node<'_>) -> Self {
        match format {
            Format::Dotenv => Self::Dotenv,
            Format::Dockerfile => Self::Image,
            Format::Hcl => Self::Terraform,
            Format::Shell => Self::Script,
            Format::Yaml | Format::Json => Self::by_shape(node),
            Format::Toml | Format::Ini if is_of_tests(node) => Self::TestRun,
            Format::Toml | Format::Ini => Self::Settings,
        }
    }

    /// Its entries are variables of a process and their values.
    pub(super) fn holds_variables(self) -> bool {
        !matches!(self, Self::Settings | Self::Terraform)
    }

    fn by_shape(node: Node<'_>) -> Self {
        let Some(root) = node.ancestors().last() else {
            return Self::Settings;
        };
        let has = |name: &str| root.child(name).is_some();
        let is_in = |name: &str| node.ancestors().any(|around| around.name() == name);
        if has("apiVersion") && has("kind") {
            return match root.child("kind").and_then(Node::text) {
                Some("Secret") => Self::KubernetesSecret,
                _ => Self::Manifest,
            };
        }
        if has("jobs") && (has("on") || has("true")) {
            return match is_in("services") {
                true => Self::WorkflowService,
                false => Self::Workflow,
            };
        }
        if root.child("services").is_some_and(is_compose)
            && (is_in("services") || is_in_anchor(node))
        {
            return Self::Compose;
        }
        Self::Settings
    }
}

/// The section of a runner of tests: `[tool.pytest.ini_options]`, `[testenv]`.
fn is_of_tests(node: Node<'_>) -> bool {
    const SECTIONS: [&str; 4] = ["pytest", "pytest_env", "tool:pytest", "testenv"];
    let section = |around: Node<'_>| {
        around
            .name()
            .split('.')
            .any(|part| SECTIONS.contains(&part))
    };
    node.ancestors().any(section)
}

fn is_compose(services: Node<'_>) -> bool {
    const KEYS: [&str; 5] = ["image", "build", "environment", "env_file", "extends"];
    services
        .children()
        .any(|service| KEYS.iter().any(|key| service.child(key).is_some()))
}

/// `x-environment: &environment`: compose shares entries so.
fn is_in_anchor(node: Node<'_>) -> bool {
    node.ancestors()
        .any(|around| around.name().starts_with("x-"))
}

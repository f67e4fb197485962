//! Which files are looked through as text: all but those that people neither write nor read.
//!
//! By names alone; what turns out to be no text is left out when it is loaded.

use camino::Utf8Path;

use crate::parse::config::Format;

/// The format of configuration that a file is written in.
pub(super) fn format(path: &Utf8Path) -> Option<Format> {
    let name = path.file_name().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    if name == ".env" || name == ".envrc" || name.starts_with(".env.") {
        return Some(Format::Dotenv);
    }
    // What a template engine fills is not yet configuration.
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let format = match extension.as_str() {
        "yaml" | "yml" => Format::Yaml,
        "toml" => Format::Toml,
        "json" | "jsonc" | "json5" => Format::Json,
        "cfg" | "cnf" | "conf" | "config" | "ini" | "properties" => Format::Ini,
        "env" => Format::Dotenv,
        "hcl" | "tf" | "tfvars" => Format::Hcl,
        "bash" | "sh" | "zsh" => Format::Shell,
        "dockerfile" => Format::Dockerfile,
        "dockerignore" | "j2" | "tmpl" | "tpl" => return None,
        _ if matches!(stem, "Containerfile" | "Dockerfile") => Format::Dockerfile,
        _ => return None,
    };
    Some(format)
}

/// Settings and scripts. Named on the command line they are files, where other text is a draft.
pub(super) fn is_settings(path: &Utf8Path) -> bool {
    const EXTENSIONS: [&str; 17] = [
        "bash",
        "cfg",
        "conf",
        "config",
        "env",
        "hcl",
        "ini",
        "json",
        "jsonc",
        "properties",
        "ps1",
        "sh",
        "tf",
        "tfvars",
        "toml",
        "yaml",
        "yml",
    ];
    const NAMES: [&str; 6] = [
        "Containerfile",
        "Dockerfile",
        "Jenkinsfile",
        "Makefile",
        "Procfile",
        "Vagrantfile",
    ];
    let name = path.file_name().unwrap_or_default();
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    EXTENSIONS.contains(&extension.as_str())
        || NAMES.contains(&stem)
        || name == ".env"
        || name.starts_with(".env.")
}

/// Extensions of what is no text.
const BINARY: &str = "\
    7z a aac ai apk avi avif bin bmp br bz2 class dat db dll dmg doc docx duckdb dylib ear \
    eot eps exe flac gif glb gz h5 ico icns idx jar jpeg jpg jks lz4 m4a mdb mo mov mp3 mp4 \
    npy npz o odt ogg onnx otf pack parquet pdf pickle pkl png ppt pptx psd pt pyc rar \
    safetensors so sqlite sqlite3 tar tgz tif tiff ttf war wasm wav webm webp woff woff2 xls \
    xlsx xz zip zst";

/// Whether the name of a file says that it holds no text.
pub(super) fn is_binary(path: &Utf8Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    BINARY.split(' ').any(|binary| binary == extension)
}

/// Why nobody wrote a text by hand.
pub(super) fn generated(path: &Utf8Path) -> Option<&'static str> {
    const LOCKS: [&str; 7] = [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "go.sum",
        "packages.lock.json",
        "bun.lockb",
        "gradle.lockfile",
    ];
    let name = path.file_name().unwrap_or_default();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if LOCKS.contains(&name) || name.ends_with(".lock") {
        Some("a lock file")
    } else if ends(&[".min.js", ".min.css", ".min.mjs", ".bundle.js", ".chunk.js"]) {
        Some("minified")
    } else if ends(&[".map", ".svg", ".snap", ".pb.go", ".tsbuildinfo"]) {
        Some("generated")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_text_is() {
        for path in [
            ".env",
            "a/.env.production",
            "x.yaml",
            "Dockerfile.dev",
            "main.tf",
        ] {
            assert!(is_settings(path.into()), "{path}");
        }
        for path in ["notes.txt", "LICENSE", "app.ts", ".envrc", "environment"] {
            assert!(!is_settings(path.into()), "{path}");
        }
        assert!(is_binary("a/b.PNG".into()) && !is_binary("a/png".into()));
        assert_eq!(generated("poetry.lock".into()), Some("a lock file"));
        assert_eq!(generated("js/app.min.js".into()), Some("minified"));
        assert_eq!(generated("js/app.js".into()), None);
    }
}

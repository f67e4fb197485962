//! The name a finding keeps across runs, moved lines and edits elsewhere.

use std::collections::HashMap;

use crate::discover::Inputs;
use crate::finding::Finding;
use crate::rule::{Catalogue, Reads};

/// Gives every finding its fingerprint; they are in report order.
pub(super) fn name(findings: &mut [Finding], inputs: &Inputs, catalogue: &Catalogue) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for finding in findings {
        let path = match catalogue.meta(finding.rule).reads {
            Reads::File => inputs.files[finding.at.file.index()].path.as_str(),
            Reads::Project => "",
        };
        let named = format!("{}\0{}\0{path}", finding.rule, finding.subject);
        let ordinal = seen.entry(named.clone()).or_default();
        let of = |rule: &str| {
            let named = format!("{rule}\0{}\0{path}\0{ordinal}", finding.subject);
            format!("{:016x}", fnv1a(named.as_bytes()))
        };
        finding.fingerprint = of(finding.rule);
        let former = catalogue.meta(finding.rule).former.iter();
        finding.former = former.map(|rule| of(rule)).collect();
        *ordinal += 1;
    }
}

/// FNV-1a, 64 bits: written out because baselines keep these values for years.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(super::fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(super::fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}

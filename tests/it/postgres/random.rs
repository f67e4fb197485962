//! Random definitions: what PostgreSQL accepts of a sequence leaves the same behind in the replay.
//!
//! `AICHECK_ORACLE_SEED` repeats a run, `AICHECK_ORACLE_SEQUENCES` says how long it is.

use std::collections::BTreeMap;
use std::io::{self, Write};

use aicheck::discover::MigrationTool;
use aicheck::facts::schema::Dialect;
use aicheck::facts::sql;
use aicheck::project::schema::Replay;
use aicheck::source::FileId;

use super::catalogue::{self, Catalogue, differences, known};
use super::server::Server;

/// How many sequences are tried unless the environment says otherwise.
const SEQUENCES: u64 = 320;

/// Statements that begin a sequence, and those that follow.
const LENGTHS: [(&str, usize); 2] = [("opening", 8), ("statement", 45)];

/// Sequences that one client runs.
const BATCH: usize = 50;

/// What must be there before random statements can meet.
const PRELUDE: &str = "create schema app; create sequence s;";

/// Alternatives by name.
struct Grammar<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> Grammar<'a> {
    fn read(text: &'a str) -> Self {
        let mut rules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut name = "";
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let Some(alternative) = line.strip_prefix('\t') else {
                name = line;
                continue;
            };
            let (times, alternative) = match alternative.split_once('*') {
                Some((times, rest)) => match times.parse() {
                    Ok(times) => (times, rest.trim()),
                    Err(_) => (1, alternative),
                },
                None => (1, alternative),
            };
            let rule = rules.entry(name).or_default();
            rule.extend(std::iter::repeat_n(alternative, times));
        }
        Self(rules)
    }

    /// One sentence of a name.
    fn sentence(&self, name: &str, random: &mut Random) -> String {
        let alternatives = &self.0[name];
        let mut rest = alternatives[random.below(alternatives.len())];
        let mut sentence = String::new();
        while let Some((name, before, behind)) = next_name(rest, &self.0) {
            sentence += before;
            sentence += &self.sentence(name, random);
            rest = behind;
        }
        sentence + rest
    }
}

/// The next `<name>`, what stands before it and behind it; operators are none.
fn next_name<'t>(
    text: &'t str,
    rules: &BTreeMap<&str, Vec<&str>>,
) -> Option<(&'t str, &'t str, &'t str)> {
    text.match_indices('<').find_map(|(start, _)| {
        let end = start + text[start..].find('>')?;
        let name = &text[start + 1..end];
        rules
            .contains_key(name)
            .then(|| (name, &text[..start], &text[end + 1..]))
    })
}

/// Numbers that a seed decides (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// What a server made of a sequence.
struct Outcome {
    /// The statements it accepted.
    accepted: Vec<String>,
    catalogue: Catalogue,
}

/// Runs sequences, each in a transaction that is rolled back.
fn run(server: &Server, database: &str, sequences: &[Vec<String>]) -> Vec<Outcome> {
    let mut script = String::from("\\set ON_ERROR_ROLLBACK on\n");
    for sequence in sequences {
        script += &format!("begin; {PRELUDE}\n");
        for statement in sequence {
            script += &format!("{statement};\n\\echo @ :ERROR\n");
        }
        script += &format!("{}\\echo @ end\nrollback;\n", catalogue::QUERY);
    }
    let output = server.client(database, &script);
    let text = String::from_utf8(output.stdout).unwrap();
    let parts: Vec<&str> = text.split("@ end\n").collect();
    assert_eq!(
        parts.len(),
        sequences.len() + 1,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let outcome = |(sequence, printed): (&Vec<String>, &&str)| {
        let is_said = |line: &&str| line.starts_with("@ ");
        let said = printed.lines().filter(is_said);
        let accepted = sequence
            .iter()
            .zip(said)
            .filter(|(_, said)| *said == "@ false");
        let lines: Vec<&str> = printed.lines().filter(|line| !is_said(line)).collect();
        Outcome {
            accepted: accepted.map(|(statement, _)| statement.clone()).collect(),
            catalogue: catalogue::printed(&lines.join("\n")),
        }
    };
    sequences.iter().zip(&parts).map(outcome).collect()
}

/// Where the replay of what was accepted ends differently.
fn faults(outcome: &Outcome) -> Vec<String> {
    let text = format!("{PRELUDE}\n{}", outcome.accepted.join(";\n"));
    let read = sql::read(&text, 0..text.len(), Some(Dialect::Postgres));
    let mut replay = Replay::new("random".into(), Dialect::Postgres, MigrationTool::None);
    for statement in &read.facts.schema {
        replay.apply(FileId(0), statement);
    }
    let (database, _) = replay.finish();
    let mut faults: Vec<String> = read.notes.iter().map(|note| note.message.clone()).collect();
    faults.extend(database.open.iter().map(|table| format!("{table} is open")));
    let theirs = known(outcome.catalogue.clone(), &database);
    let ours = known(catalogue::of_replay(&database), &database);
    faults.extend(differences(&theirs, &ours));
    faults
}

/// The shortest part of a sequence that still goes wrong.
fn shrunk(server: &Server, database: &str, sequence: &[String]) -> Outcome {
    let mut shortest = run(server, database, &[sequence.to_vec()]).remove(0);
    while let Some(shorter) = {
        let accepted = &shortest.accepted;
        let without = |nth: usize| [&accepted[..nth], &accepted[nth + 1..]].concat();
        let shorter: Vec<Vec<String>> = (0..accepted.len()).map(without).collect();
        let outcomes = run(server, database, &shorter);
        outcomes
            .into_iter()
            .find(|outcome| !faults(outcome).is_empty())
    } {
        shortest = shorter;
    }
    shortest
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable)
        .ok()
        .map(|text| text.parse().expect("a number"))
}

#[test]
fn random_definitions_leave_behind_what_the_replay_says() {
    let Some(server) = Server::shared() else {
        return;
    };
    let seed = number("AICHECK_ORACLE_SEED").unwrap_or(1);
    let count = number("AICHECK_ORACLE_SEQUENCES").unwrap_or(SEQUENCES);
    let mut terminal = io::stderr();
    terminal
        .write_all(format!("AICHECK_ORACLE_SEED={seed}\n").as_bytes())
        .unwrap();
    let grammar = Grammar::read(include_str!("grammar.txt"));
    let database = server.database();
    let sequences: Vec<Vec<String>> = (0..count)
        .map(|nth| {
            let mut random = Random(seed.wrapping_add(nth << 32));
            let names = LENGTHS
                .iter()
                .flat_map(|(name, count)| std::iter::repeat_n(*name, *count));
            names
                .map(|name| grammar.sentence(name, &mut random))
                .collect()
        })
        .collect();
    let mut accepted = 0;
    let mut told = Vec::new();
    for batch in sequences.chunks(BATCH) {
        for (sequence, outcome) in batch.iter().zip(run(&server, &database, batch)) {
            accepted += outcome.accepted.len();
            if told.len() < 3 && !faults(&outcome).is_empty() {
                let shortest = shrunk(&server, &database, sequence);
                let script = shortest.accepted.join(";\n");
                told.push(format!("{script};\n{}\n", faults(&shortest).join("\n")));
            }
        }
    }
    assert!(
        told.is_empty(),
        "- the server, + the replay\n\n{}",
        told.join("\n")
    );
    assert!(
        accepted > sequences.len() * 10,
        "most is refused: {accepted} accepted"
    );
}

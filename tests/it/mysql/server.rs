//! A MariaDB of our own: in a temporary folder, on a socket in it, gone with the last test.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server that runs as long as somebody holds it.
pub(crate) struct Server {
    folder: TempDir,
    process: Child,
    databases: AtomicU32,
}

/// Small, and without the durability that nothing here needs.
const OPTIONS: [&str; 5] = [
    "--no-defaults",
    "--innodb-log-file-size=4M",
    "--innodb-buffer-pool-size=16M",
    "--innodb-flush-log-at-trx-commit=0",
    "--character-set-server=utf8mb4",
];

/// Statements that insert a row in each table.
const FILL: &str = "SELECT CONCAT('INSERT IGNORE INTO `', table_name, '` (', \
    GROUP_CONCAT('`', column_name, '`'), ') VALUES (', GROUP_CONCAT('7'), ')') \
    FROM information_schema.columns WHERE table_schema = DATABASE() AND is_generated = 'NEVER' \
    GROUP BY table_name";

impl Server {
    /// The server all tests share; `None` where there is no MariaDB, which is said aloud.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(|lock| lock.into_inner());
        if let Some(server) = running.upgrade() {
            return Some(server);
        }
        let found = ["mariadb-install-db", "mariadbd", "mariadb"].map(program);
        let [Some(install), Some(server), Some(_)] = found else {
            let demanded = std::env::var_os("AICHECK_ORACLES").is_some_and(|value| value == "1");
            assert!(!demanded, "AICHECK_ORACLES=1, and there is no MariaDB");
            // Past what the test harness captures.
            let mut terminal = io::stderr();
            terminal.write_all(b"skipped: no MariaDB\n").unwrap();
            return None;
        };
        let server = Arc::new(Self::start(Command::new(install), Command::new(server)));
        *running = Arc::downgrade(&server);
        Some(server)
    }

    fn start(mut install: Command, mut server: Command) -> Self {
        let folder = TempDir::new().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        // It refuses to run as root unless it is told to.
        let is_root = fs::metadata(folder.path()).unwrap().uid() == 0;
        for command in [&mut install, &mut server] {
            command.args(OPTIONS).args(is_root.then_some("--user=root"));
            command.arg(format!("--datadir={}/data", folder.path().display()));
            command.stdin(Stdio::null());
            command.stdout(log.try_clone().unwrap());
            command.stderr(log.try_clone().unwrap());
        }
        install.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
        let made = install.status().unwrap();
        let log = || fs::read_to_string(folder.path().join("log")).unwrap();
        assert!(made.success(), "mariadb-install-db: {}", log());
        let socket = format!("--socket={}/socket", folder.path().display());
        let process = server.args(["--skip-networking", &socket]).spawn().unwrap();
        let server = Self {
            folder,
            process,
            databases: AtomicU32::new(0),
        };
        let began = Instant::now();
        while !server.run("mysql", "SELECT 1", &[]).status.success() {
            let log = || fs::read_to_string(server.folder.path().join("log")).unwrap();
            assert!(began.elapsed().as_secs() < 60, "mariadbd: {}", log());
            thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// An empty database; its name.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.query("mysql", &format!("CREATE DATABASE {name}"));
        name
    }

    /// Runs a script with the client, to its end: what went wrong, by the lines of the statements.
    pub(crate) fn client(&self, database: &str, script: &str) -> String {
        let output = self.run(database, script, &["--force"]);
        String::from_utf8(output.stderr).unwrap()
    }

    /// Runs a script with the client, to its end: what it prints.
    pub(crate) fn printed(&self, database: &str, script: &str) -> String {
        let output = self.run(
            database,
            script,
            &["--force", "--batch", "--skip-column-names"],
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a query gives; an error must not be.
    pub(crate) fn query(&self, database: &str, script: &str) -> String {
        let output = self.run(database, script, &["--batch", "--skip-column-names"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Gives each table a row whose values are sevens.
    pub(crate) fn fill(&self, database: &str) {
        let rows = self.query(database, FILL).replace('\n', ";\n");
        self.query(database, &format!("SET foreign_key_checks = 0;\n{rows}"));
    }

    fn run(&self, database: &str, script: &str, options: &[&str]) -> Output {
        let mut input = tempfile::tempfile().unwrap();
        input.write_all(script.as_bytes()).unwrap();
        input.rewind().unwrap();
        let mut command = Command::new(program("mariadb").unwrap());
        command.arg("--no-defaults").arg("-uroot").args(options);
        command.arg(format!("--socket={}/socket", self.folder.path().display()));
        command.arg(database).stdin(input).output().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// A program of MariaDB: on the path, or where Debian has its servers.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    let mut programs = folders.iter().map(|folder| folder.join(name));
    programs.find(|program| program.is_file())
}

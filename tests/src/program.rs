//! The real program, as a process.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::OnceLock;

/// Where the program is: the one that `TEST_PROGRAM` names, else built if need be, since cargo tells no other package's tests where
/// it is.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(named) = std::env::var_os("TEST_PROGRAM") {
            return std::fs::canonicalize(named).unwrap();
        }
        // The tests are in <target>/<profile>/deps.
        let here = std::env::current_exe().unwrap();
        let (profile, target) = (here.ancestors().nth(2).unwrap(), here.ancestors().nth(3).unwrap());
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "unfm", "--target-dir"]).arg(target);
        if profile.ends_with("release") {
            build.arg("--release");
        } else {
            // As the tests themselves are built, so that nothing is compiled twice.
            build.args(["--features", "unguarded"]);
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        assert!(build.current_dir(root).status().unwrap().success());
        profile.join("unfm")
    })
}

/// The program, to be called in a folder, without the settings of whoever runs the tests.
pub fn command(home: &Path, args: &[&str]) -> Command {
    command_of(program(), home, args)
}

/// The same of any build of the program.
pub fn command_of(program: &Path, home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    for name in ["DATABASE_URL", "REDIS_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"] {
        command.env_remove(name);
    }
    // Ports that the machine chooses, unless flags name others: somebody may be serving on the usual ones.
    command.env("LISTEN_ADDR", "127.0.0.1:0").env("UNFM_METRICS_ADDR", "127.0.0.1:0");
    command.args(args).current_dir(home).env("RUST_LOG", "info");
    command
}

/// Let a server be asked more than anybody may ask in a minute: what is measured is how it answers.
pub fn without_rates(command: &mut Command) {
    for rate in ["ADDRESS", "LOGIN", "CLIENT", "SIGN_IN", "SIGN_IN_ADDRESS"] {
        command.env(format!("UNFM_RATE_{rate}"), "0");
    }
}

/// Call the program and wait for its end.
pub fn run(home: &Path, args: &[&str]) -> Output {
    command(home, args).output().unwrap()
}

/// A server that was started, ended with the test.
pub struct Server(pub Child, Option<BufReader<ChildStderr>>);

impl Server {
    /// Start it in a folder with nothing set.
    pub fn start(home: &Path) -> Self {
        Self::of(command(home, &[]))
    }

    /// Start it as it is to be called.
    pub fn of(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self(child, Some(log))
    }

    /// Tell it to end, wait, and read the rest of its log.
    pub fn end(&mut self) -> String {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(told.unwrap().success());
        let mut rest = String::new();
        self.log().read_to_string(&mut rest).unwrap();
        assert!(self.0.wait().unwrap().success(), "{rest}");
        rest
    }

    /// Tell it to end, and wait; somebody else reads its log.
    pub fn finish(&mut self) {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(told.unwrap().success() && self.0.wait().unwrap().success());
    }

    /// Its log from here on, for somebody who reads it while it runs.
    pub fn take_log(&mut self) -> BufReader<ChildStderr> {
        self.1.take().unwrap()
    }

    fn log(&mut self) -> &mut BufReader<ChildStderr> {
        self.1.as_mut().unwrap()
    }

    /// Read its log until it says where it is, and what it said before.
    pub fn address_and_log(&mut self) -> (String, String) {
        let mut log = String::new();
        let mut line = String::new();
        while self.log().read_line(&mut line).unwrap() > 0 {
            log.push_str(&line);
            if let Some((_, rest)) = line.split_once("Open http://") {
                return (rest.split('/').next().unwrap_or_default().to_owned(), log);
            }
            line.clear();
        }
        panic!("the server ended before it was ready: {log}");
    }

    /// Read its log until it says where it is.
    pub fn address(&mut self) -> String {
        self.addresses().0
    }

    /// Read its log until it says where it is, and where its metrics are.
    pub fn addresses(&mut self) -> (String, String) {
        let host = |line: &str, before: &str| {
            line.split_once(before).map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned())
        };
        let mut metrics = String::new();
        let mut line = String::new();
        while self.log().read_line(&mut line).unwrap() > 0 {
            metrics = host(&line, "metrics on http://").unwrap_or(metrics);
            if let Some(address) = host(&line, "Open http://") {
                return (address, metrics);
            }
            line.clear();
        }
        panic!("the server ended before it was ready");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

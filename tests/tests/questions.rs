//! `docs/questions.md`: every question's command is run on the example organization, and gives the answer that stands below it.
//!
//! `SV0_WRITE_ANSWERS=1 cargo test -p sv0-tests questions` writes the answers into the page instead; read the difference before it is committed.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{program, repository, run};

const PAGE: &str = "docs/questions.md";

/// A command of the page and the answer below it, by the lines of the page between the fences.
struct Question {
    command: String,
    /// First line of the answer and the one after its last, counted from 0.
    answer: std::ops::Range<usize>,
}

fn questions(lines: &[&str]) -> Vec<Question> {
    let mut questions = Vec::new();
    let mut command: Option<String> = None;
    let mut at = 0;
    while at < lines.len() {
        let end = |from: usize| {
            from + lines[from..]
                .iter()
                .position(|line| *line == "```")
                .expect("a fence is closed")
        };
        match lines[at] {
            "```sh" => {
                let close = end(at + 1);
                command = Some(lines[at + 1..close].join("\n"));
                at = close;
            }
            "```text" => {
                let close = end(at + 1);
                let command = command.take().expect("an answer follows its command");
                let answer = at + 1..close;
                questions.push(Question { command, answer });
                at = close;
            }
            _ => {}
        }
        at += 1;
    }
    questions
}

fn answer_of(command: &str, folder: &Path) -> String {
    let mut path = vec![program().parent().unwrap().to_owned()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", env::join_paths(path).unwrap())
        .stdin(Stdio::null())
        .output()
        .expect("a shell starts");
    assert!(
        output.status.success(),
        "{command}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn every_question_has_the_answer_that_the_page_gives() {
    let folder = tempfile::tempdir().unwrap();
    let (capture, store) = (
        repository().join("examples/acme/capture"),
        folder.path().join("sv0-out"),
    );
    run(
        &[
            "scan",
            "--capture",
            capture.to_str().unwrap(),
            "--store",
            store.to_str().unwrap(),
        ],
        0,
    );
    let text = fs::read_to_string(repository().join(PAGE)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let questions = questions(&lines);
    assert!(questions.len() >= 20, "the page answers twenty questions");
    let answers: Vec<String> = questions
        .iter()
        .map(|question| answer_of(&question.command, folder.path()))
        .collect();
    if env::var_os("SV0_WRITE_ANSWERS").is_some() {
        return write(&lines, &questions, &answers);
    }
    for (question, answer) in questions.iter().zip(&answers) {
        let want = lines[question.answer.clone()].join("\n");
        assert_eq!(*answer, want.trim_end(), "{}", question.command);
        assert!(!answer.is_empty(), "{} answers nothing", question.command);
    }
}

fn write(lines: &[&str], questions: &[Question], answers: &[String]) {
    let mut page = String::new();
    let mut from = 0;
    for (question, answer) in questions.iter().zip(answers) {
        let before = &lines[from..question.answer.start];
        page.push_str(&before.join("\n"));
        page.push('\n');
        page.push_str(answer);
        page.push('\n');
        from = question.answer.end;
    }
    page.push_str(&lines[from..].join("\n"));
    page.push('\n');
    fs::write(repository().join(PAGE), page).unwrap();
}

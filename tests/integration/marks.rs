//! The picker where several entries can be marked, at a real terminal.

use std::sync::Arc;

use awsenv::config::settings::Picker;
use awsenv::sys::picker::{Cell, FIELDS, Look, Menu, pick_many};

use crate::integration::terminal::Terminal;
use crate::support::Sandbox;

/// As many as the variable says.
struct Numbers(usize);

impl Menu for Numbers {
    fn len(&self) -> usize {
        self.0
    }

    fn width(&self) -> usize {
        12
    }

    fn fields(&self, index: usize) -> [String; FIELDS] {
        let mut fields: [String; FIELDS] = Default::default();
        fields[0] = format!("entry-{index}");
        fields
    }

    fn row(&self, index: usize, _: usize) -> Vec<Cell> {
        vec![Cell {
            text: format!("entry-{index}"),
            look: Look::Plain,
            field: Some(0),
        }]
    }

    fn preview(&self, index: usize) -> String {
        format!("about {index}\n")
    }
}

/// The next tests run this at a terminal; it writes what was taken to a file.
#[test]
fn a_menu_of_numbers() {
    #[expect(clippy::disallowed_methods, reason = "how the other tests tell this one")]
    let (count, file) = (
        std::env::var("AWSENV_TEST_NUMBERS"),
        std::env::var_os("AWSENV_TEST_TAKEN"),
    );
    if let (Ok(count), Some(file)) = (count, file) {
        let menu = Arc::new(Numbers(count.parse().expect("a number")));
        let taken = pick_many(menu, "", &Picker::default(), true).expect("a terminal");
        std::fs::write(file, format!("{taken:?}\n")).expect("a file");
    }
}

/// Opens the menu with `count` entries.
fn open<'a>(sandbox: &'a Sandbox, count: usize) -> Option<Terminal<'a>> {
    let terminal = Terminal::open(sandbox, "bash", "")?;
    terminal.resize(80, 24);
    show(&terminal, count);
    Some(terminal)
}

fn show(terminal: &Terminal<'_>, count: usize) {
    let program = std::env::current_exe().expect("this program");
    terminal.line("clear; rm -f ~/taken");
    terminal.line(&format!(
        "AWSENV_TEST_NUMBERS={count} AWSENV_TEST_TAKEN=~/taken.new {} --exact integration::marks::a_menu_of_numbers --nocapture >/dev/null; mv ~/taken.new ~/taken",
        program.display()
    ));
    terminal.wait("the picker", |screen| screen.contains(&format!("{count}/{count}>")));
}

#[test]
fn tab_marks_and_enter_takes_what_is_marked() {
    let sandbox = Sandbox::new();
    let Some(terminal) = open(&sandbox, 5) else { return };
    terminal.wait("the keys", |screen| screen.contains("tab marks"));
    for (keys, taken) in [
        // Without a mark the entry under the cursor; Tab marks and moves on.
        (&["Enter"][..], "Some([0])"),
        (&["Up", "Up", "Enter"], "Some([2])"),
        (&["Tab", "Tab", "Up", "Enter"], "Some([0, 1])"),
        (&["Up", "Up", "BTab", "BTab", "Enter"], "Some([1, 2])"),
        (&["Tab", "Down", "Tab", "Enter"], "Some([1])"),
        (&["M-a", "Tab", "Enter"], "Some([1, 2, 3, 4])"),
        (&["Tab", "M-a", "M-a", "Up", "Enter"], "Some([2])"),
        (&["Tab", "Escape"], "None"),
    ] {
        keys.iter().for_each(|key| _ = terminal.key(key));
        assert_eq!(terminal.file("taken").trim(), taken, "{keys:?}");
        show(&terminal, 5);
    }
}

#[test]
fn marks_stay_while_the_query_changes() {
    let sandbox = Sandbox::new();
    let Some(terminal) = open(&sandbox, 12) else { return };
    terminal.text("'entry-3");
    terminal.wait("one", |screen| screen.contains("1/12> "));
    terminal.key("Tab");
    terminal.wait("its mark", |screen| {
        screen.contains("+ entry-3") && screen.contains("1/12 (1)> ")
    });
    terminal.key("C-u");
    terminal.wait("all", |screen| screen.contains("12/12 (1)> "));
    // All that match: 1, 10 and 11.
    terminal.text("'entry-1");
    terminal.wait("three", |screen| screen.contains("3/12 (1)> "));
    terminal.key("M-a");
    terminal.wait("four marks", |screen| {
        screen.contains("3/12 (4)> ") && screen.matches("+ entry-1").count() == 3
    });
    terminal.key("C-u").text("zzz");
    terminal.wait("none", |screen| screen.contains("0/12 (4)> "));
    terminal.key("Enter");
    assert_eq!(terminal.file("taken").trim(), "Some([1, 3, 10, 11])");
}

/// A fast typist marks what the whole query finds, not what was on the screen.
#[test]
fn a_mark_waits_for_what_was_typed() {
    let sandbox = Sandbox::new();
    let Some(terminal) = open(&sandbox, 10_000) else { return };
    terminal.text("entry-7777$\t\u{15}entry-4242$\t\u{15}\r");
    assert_eq!(terminal.file("taken").trim(), "Some([4242, 7777])");
}

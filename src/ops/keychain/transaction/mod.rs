//! Moves a key into the keychain or out of it. After a kill between any two steps the key is still somewhere, and the
//! same command continues.
//!
//! In both directions `plan` computes what to do from the files as they are. What it computes under the lock is done.

mod many;
mod store;
mod withdraw;

pub use many::{Done, Many, Run, store_many};
pub use store::{Plan, Rules, Sharers, Stored, check_ready, shared, store};
pub use withdraw::{Kept, Withdrawal, Withdrawn, withdraw};

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs;
    use std::path::PathBuf;

    use zeroize::Zeroizing;

    use super::*;
    use crate::cli::Global;
    use crate::context::Context;
    use crate::credentials::Timestamp;
    use crate::error::Error;
    use crate::journal::Undo;
    use crate::keychain::{Item, StoreKind};
    use crate::ops::edit::FileEdit;
    use crate::ops::files::Files;
    use crate::ops::keychain::deposit::{self, Deposit};
    use crate::ops::keychain::swap;
    use crate::process::Process;
    use crate::secret::Secret;
    use crate::sys::edit::EditLock;
    use crate::ui::Ui;

    const PLAIN: &str = "[work]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\n";
    const LINE: &str = "[work]\ncredential_process = /usr/bin/awsenv credential-process work\n";
    const SHARED: &str = "[other]\ncredential_process = /usr/bin/awsenv credential-process work\n";

    /// The file store in a directory of its own. A plan can play another awsenv when it is called.
    struct World {
        dir: tempfile::TempDir,
        process: Process,
        ui: Ui,
    }

    impl World {
        fn new(store: &str, credentials: &str) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let at = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
            let env = [
                ("HOME", at("")),
                ("XDG_STATE_HOME", at("state")),
                ("AWS_CONFIG_FILE", at("config")),
                ("AWS_SHARED_CREDENTIALS_FILE", at("credentials")),
                ("AWSENV_KEYCHAIN", store.to_owned()),
            ];
            let process = Process {
                now: Timestamp(1_893_456_000),
                ..Process::of_env(env.into_iter().collect())
            };
            let global = Global {
                quiet: true,
                ..Global::default()
            };
            let ui = Ui::new(&global, &process);
            let world = Self { dir, process, ui };
            fs::write(world.path(), credentials).unwrap();
            let context = world.context();
            context.keychain().create_key_file(None).unwrap();
            drop(context);
            world
        }

        fn context(&self) -> Context<'_> {
            Context::new(&self.process, &self.ui)
        }

        fn path(&self) -> PathBuf {
            self.dir.path().join("credentials")
        }

        fn credentials(&self) -> String {
            fs::read_to_string(self.path()).unwrap()
        }

        fn edit(&self, now: &str) -> FileEdit {
            FileEdit {
                path: self.path(),
                was: Some(Zeroizing::new(self.credentials().into_bytes())),
                now: Zeroizing::new(now.as_bytes().to_vec()),
            }
        }

        fn plan(&self, now: &str, rules: Rules) -> Plan {
            Plan {
                deposit: deposit(),
                edits: vec![self.edit(now)],
                title: "import".into(),
                undo: Undo::Journal,
                rules,
            }
        }

        fn withdrawal(&self, back: Option<Item>, now: &str) -> Withdrawal {
            Withdrawal {
                back,
                edits: vec![self.edit(now)],
                title: "restore".into(),
                undo: Undo::Journal,
            }
        }

        /// The item, the file, and the last four characters in the index, as they are now.
        fn now(&self) -> (Option<Item>, String, Option<String>) {
            let context = self.context();
            let keychain = context.keychain();
            let index = keychain.index().unwrap();
            (
                keychain.read(StoreKind::File, "work").ok(),
                self.credentials(),
                index.find("work").map(|record| record.last_four.clone()),
            )
        }

        fn put(&self) {
            let context = self.context();
            deposit::put(&context.keychain(), StoreKind::File, &deposit()).unwrap();
        }

        fn store(&self, plan: impl Fn(&Files) -> Result<Option<Plan>, Error>) -> Result<Option<Stored>, Error> {
            let context = self.context();
            let files = Files::load(&context)?;
            store(&context, &context.keychain(), &files, plan)
        }

        fn withdraw(&self, plan: impl Fn() -> Withdrawal) -> Result<Withdrawn, Error> {
            self.withdraw_if(|| true, plan)
        }

        /// `is_left` says whether anything is left to do.
        fn withdraw_if(&self, is_left: impl Fn() -> bool, plan: impl Fn() -> Withdrawal) -> Result<Withdrawn, Error> {
            let context = self.context();
            let files = Files::load(&context)?;
            let kept = Kept {
                profile: "work",
                name: "work",
                store: StoreKind::File,
            };
            let read = |_: &Files| Ok(is_left().then_some(()));
            withdraw(&context, &context.keychain(), &files, kept, read, |_, ()| Ok(plan()))
        }
    }

    fn item() -> Item {
        Item {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("hunter2".into()),
            account_id: None,
            since: Timestamp(1),
            layout: Vec::new(),
        }
    }

    fn deposit() -> Deposit {
        Deposit {
            profile: "work".into(),
            name: "work".into(),
            item: item(),
            replace: false,
        }
    }

    fn kept(file: &str) -> (Option<Item>, String, Option<String>) {
        (Some(item()), file.to_owned(), Some("MPLE".into()))
    }

    fn gone(file: &str) -> (Option<Item>, String, Option<String>) {
        (None, file.to_owned(), None)
    }

    #[test]
    fn the_item_is_stored_before_the_file_is_written_and_again_if_it_was_taken_away() {
        let world = World::new("file", PLAIN);
        let asked = Cell::new(0);
        let stored = world.store(|_| {
            asked.set(asked.get() + 1);
            if asked.get() == 2 {
                assert_eq!(world.now(), kept(PLAIN));
                let context = world.context();
                context.keychain().delete(StoreKind::File, "work")?;
            }
            Ok(Some(world.plan(LINE, Rules::default())))
        });
        let stored = stored.unwrap().unwrap();
        assert_eq!((asked.get(), stored.store), (2, StoreKind::File));
        assert_eq!(world.now(), kept(LINE));
    }

    #[test]
    fn a_failed_import_takes_its_item_back() {
        // The second plan is made from a text that is no longer there, so the file cannot be written.
        let fails = |world: &World, deposit: Deposit| {
            let asked = Cell::new(0);
            let stored = world.store(|_| {
                asked.set(asked.get() + 1);
                let mut plan = world.plan(LINE, Rules::default());
                plan.deposit = deposit.clone();
                if asked.get() == 2 {
                    plan.edits[0].was = Some(Zeroizing::new(b"[stale]\n".to_vec()));
                }
                Ok(Some(plan))
            });
            assert!(stored.unwrap_err().message.contains("was changed by another program"));
            assert_eq!(asked.get(), 2);
        };
        let world = World::new("file", PLAIN);
        fails(&world, deposit());
        assert_eq!(world.now(), gone(PLAIN));
        // What was there is there again, with what the index said of it.
        let mut old = deposit();
        old.item.access_key_id = "AKIAIOSFODNN7EXAMOLD".into();
        let context = world.context();
        deposit::put(&context.keychain(), StoreKind::File, &old).unwrap();
        fails(
            &world,
            Deposit {
                replace: true,
                ..deposit()
            },
        );
        assert_eq!(world.now(), (Some(old.item), PLAIN.to_owned(), Some("MOLD".into())));
        // An item that was not this import's stays.
        let world = World::new("file", PLAIN);
        world.put();
        fails(&world, deposit());
        assert_eq!(world.now(), kept(PLAIN));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_stored_if_the_lock_or_the_index_cannot_be_used() {
        let ways = ["a link", "a hard link", "a directory", "damaged", "held"];
        for (name, way) in [
            ("edit.lock", ways[0]),
            ("edit.lock", ways[1]),
            ("edit.lock", ways[2]),
            ("edit.lock", ways[4]),
            ("keychain.lock", ways[0]),
            ("keychain.lock", ways[1]),
            ("keychain.lock", ways[2]),
            ("keychain.json", ways[0]),
            ("keychain.json", ways[3]),
        ] {
            let world = World::new("file", PLAIN);
            let path = world.dir.path().join("state/awsenv").join(name);
            let other = world.dir.path().join("other");
            fs::write(&other, "").unwrap();
            let mut held = None;
            match way {
                "a link" => std::os::unix::fs::symlink(&other, &path).unwrap(),
                "a hard link" => fs::hard_link(&other, &path).unwrap(),
                "a directory" => fs::create_dir(&path).unwrap(),
                "damaged" => fs::write(&path, "{").unwrap(),
                _ => held = Some(EditLock::take(world.context().env()).unwrap()),
            }
            let error = world
                .store(|_| Ok(Some(world.plan(LINE, Rules::default()))))
                .unwrap_err();
            let keys = crate::sys::fs::names_in(&path.with_file_name("keys"));
            let is_item = |name: &&std::ffi::OsString| name.to_string_lossy().ends_with(".age");
            assert_eq!(keys.iter().filter(is_item).count(), 0, "{name} {way}");
            assert_eq!(world.credentials(), PLAIN, "{name} {way}");
            let all = format!("{error:?}");
            assert!(held.is_some() || error.message.contains(&format!("{name}`")), "{all}");
            assert!(!all.contains("taken back") && !all.contains("already"), "{all}");
        }
    }

    #[test]
    fn a_deposit_that_was_taken_back_is_not_said_to_be_in_the_store() {
        let world = World::new("file", PLAIN);
        let index = world.dir.path().join("state/awsenv/keychain.json");
        fs::write(&index, "{").unwrap();
        let context = world.context();
        let keychain = context.keychain();
        let error = deposit::put(&keychain, StoreKind::File, &deposit()).unwrap_err();
        assert!(
            error.message.contains("is damaged") && error.hints.is_empty(),
            "{error:?}"
        );
        assert!(keychain.read(StoreKind::File, "work").is_err());
        // One that is still there is.
        fs::remove_file(&index).unwrap();
        let before = deposit::put(&keychain, StoreKind::File, &deposit()).unwrap();
        fs::remove_file(world.dir.path().join("state/awsenv/keys/identity")).unwrap();
        let error = deposit::restore(&keychain, [before], Error::new(crate::error::Kind::Failed, "why"));
        assert!(format!("{error:?}").contains("cannot be taken back"), "{error:?}");
    }

    #[test]
    fn an_item_is_taken_back_unless_a_file_uses_it_by_then() {
        for (files_now, wanted) in [(PLAIN, gone(PLAIN)), (LINE, kept(LINE))] {
            let world = World::new("file", PLAIN);
            let context = world.context();
            let (keychain, files) = (context.keychain(), Files::load(&context).unwrap());
            let plan = world.plan(LINE, Rules::default());
            let before = deposit::put(&keychain, StoreKind::File, &plan.deposit).unwrap();
            fs::write(world.path(), files_now).unwrap();
            let error = Error::new(crate::error::Kind::Failed, "no lock");
            let (is_back, error) = plan.take_back(&context, &keychain, &files, before, error);
            assert_eq!((is_back, error.hints.len()), (files_now == PLAIN, 0));
            assert_eq!(world.now(), wanted);
        }
    }

    #[test]
    fn what_was_done_meanwhile_is_left_alone() {
        let world = World::new("file", PLAIN);
        let asked = Cell::new(false);
        let stored = world.store(|_| Ok((!asked.replace(true)).then(|| world.plan(LINE, Rules::default()))));
        assert!(stored.unwrap().is_none());
        assert_eq!(world.now(), kept(PLAIN));
    }

    #[test]
    fn a_change_of_identity_is_refused_before_anything_is_stored() {
        let world = World::new("file", PLAIN);
        let other = "[work]\naws_access_key_id = AKIA2\naws_secret_access_key = x\n";
        let rules = || Rules {
            hint: Some("do this".into()),
            ..Rules::default()
        };
        let refused = world.store(|_| Ok(Some(world.plan(other, rules())))).unwrap_err();
        assert_eq!(refused.hints, ["do this".into()]);
        assert_eq!(world.now(), gone(PLAIN));
        let asked_for = || Rules {
            may_change: true,
            ..Rules::default()
        };
        world.store(|_| Ok(Some(world.plan(other, asked_for())))).unwrap();
        assert_eq!(world.now(), kept(other));
    }

    #[test]
    fn other_profiles_of_the_item_can_forbid_a_deposit() {
        let files = format!("{PLAIN}{SHARED}");
        let world = World::new("file", &files);
        let now = format!("{LINE}{SHARED}");
        let rules = |sharers| Rules {
            sharers,
            ..Rules::default()
        };
        let refused = world.store(|_| Ok(Some(world.plan(&now, rules(Sharers::Refuse)))));
        assert!(
            refused
                .unwrap_err()
                .message
                .contains("`other` also asks for the item `work`")
        );
        assert_eq!(world.now(), gone(&files));
        world
            .store(|_| Ok(Some(world.plan(&now, rules(Sharers::Warn)))))
            .unwrap();
        assert_eq!(world.now(), kept(&now));
    }

    #[test]
    fn no_file_gives_its_key_up_for_a_store_that_does_not_last() {
        let world = World::new("kernel", PLAIN);
        let rules = || Rules {
            must_last: true,
            ..Rules::default()
        };
        let refused = world.store(|_| Ok(Some(world.plan(LINE, rules()))));
        assert!(refused.unwrap_err().message.contains("empty after a reboot"));
        assert_eq!(world.now(), gone(PLAIN));
    }

    #[test]
    fn an_item_is_deleted_when_the_file_has_its_key() {
        let world = World::new("file", LINE);
        world.put();
        let asked = Cell::new(0);
        let is_left = || {
            asked.set(asked.get() + 1);
            assert_eq!(world.now(), kept(LINE));
            true
        };
        let done = world.withdraw_if(is_left, || world.withdrawal(Some(item()), PLAIN));
        assert_eq!((done, asked.get()), (Ok(Withdrawn::Deleted), 2));
        assert_eq!(world.now(), gone(PLAIN));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_private_when_it_gets_the_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let world = World::new("file", LINE);
        let mode = || fs::metadata(world.path()).unwrap().permissions().mode() & 0o777;
        for (back, expected) in [(None, 0o644), (Some(item()), 0o600)] {
            world.put();
            fs::set_permissions(world.path(), fs::Permissions::from_mode(0o644)).unwrap();
            let now = if back.is_some() { PLAIN } else { "[work]\n" };
            let done = world.withdraw(|| world.withdrawal(back.clone(), now));
            assert_eq!((done, mode()), (Ok(Withdrawn::Deleted), expected));
        }
    }

    #[test]
    fn an_item_stays_unless_the_file_gives_its_key_back() {
        let world = World::new("file", LINE);
        world.put();
        let same = world.withdraw(|| world.withdrawal(Some(item()), LINE));
        assert!(
            same.unwrap_err()
                .message
                .contains("do not resolve to the key of `work`")
        );
        let lost = world.withdraw(|| world.withdrawal(Some(item()), "[work]\n"));
        assert!(lost.unwrap_err().message.contains("`work` would change"));
        assert_eq!(world.now(), kept(LINE));
    }

    #[test]
    fn an_item_stays_for_another_profile_that_asks_for_it() {
        let world = World::new("file", &format!("{LINE}{SHARED}"));
        world.put();
        let now = format!("{PLAIN}{SHARED}");
        let done = world.withdraw(|| world.withdrawal(Some(item()), &now));
        assert_eq!(done, Ok(Withdrawn::Kept("`other`".into())));
        assert_eq!(world.now(), kept(&now));
    }

    #[test]
    fn a_key_that_is_given_up_needs_no_file() {
        let world = World::new("file", LINE);
        world.put();
        let done = world.withdraw(|| world.withdrawal(None, ""));
        assert_eq!(done, Ok(Withdrawn::Deleted));
        assert_eq!(world.now(), gone(""));
        let again = world.withdraw(|| world.withdrawal(None, ""));
        assert_eq!(again, Ok(Withdrawn::Missing));
    }

    #[test]
    fn the_index_forgets_what_is_out_already() {
        let world = World::new("file", PLAIN);
        world.put();
        let context = world.context();
        context.keychain().delete(StoreKind::File, "work").unwrap();
        let done = world.withdraw_if(|| false, || world.withdrawal(None, ""));
        assert_eq!(done, Ok(Withdrawn::Already));
        assert_eq!(world.now(), gone(PLAIN));
    }

    const BOTH: &str = "[work]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\n\
        [more]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\n";
    const BOTH_LINES: &str = "[work]\ncredential_process = /usr/bin/awsenv credential-process work\n\
        [more]\ncredential_process = /usr/bin/awsenv credential-process more\n";

    impl World {
        /// Of those profiles, with a file that has their lines.
        fn many(&self, names: &[&str], now: &str) -> Many {
            let deposit = |name: &&str| Deposit {
                profile: (*name).to_owned(),
                name: (*name).to_owned(),
                ..deposit()
            };
            Many {
                deposits: names.iter().map(deposit).collect(),
                edits: vec![self.edit(now)],
                title: "import".into(),
                undo: Undo::Journal,
            }
        }

        /// The profiles whose keys were moved, how often a plan was asked for, and what was reported.
        fn store_many(
            &self,
            plan: impl Fn(usize) -> Result<Many, Error>,
        ) -> (Result<Vec<String>, Error>, usize, Vec<String>) {
            let context = self.context();
            let (asked, said) = (Cell::new(0), std::cell::RefCell::new(Vec::new()));
            let fails = |error: Error| {
                said.borrow_mut().push(error.message);
                Ok(())
            };
            let run = Run {
                context: &context,
                keychain: &context.keychain(),
                must_last: true,
                fails: &fails,
            };
            let files = Files::load(&context).unwrap();
            let again = |_: &Files, _: &std::collections::HashSet<&str>| {
                asked.set(asked.get() + 1);
                plan(asked.get())
            };
            let done = store_many(&run, &files, plan(0).unwrap(), again);
            let done = done.map(|done| {
                assert_eq!(done.end, None);
                done.moved.into_iter().map(|(deposit, _)| deposit.profile).collect()
            });
            (done, asked.get(), said.into_inner())
        }

        /// The profiles whose items are in the store and in the index.
        fn items(&self) -> Vec<String> {
            let context = self.context();
            let keychain = context.keychain();
            let index = keychain.index().unwrap();
            for name in ["work", "more"] {
                let is_there = keychain.read(StoreKind::File, name).is_ok();
                assert_eq!(is_there, index.find(name).is_some(), "{name}");
            }
            index.records().map(|record| record.profile.clone()).collect()
        }
    }

    #[test]
    fn many_items_are_stored_before_the_file_is_written_and_again_if_one_was_taken_away() {
        let world = World::new("file", BOTH);
        let both = ["work", "more"];
        let (moved, asked, said) = world.store_many(|asked| {
            if asked == 1 {
                assert_eq!((world.items().len(), world.credentials()), (2, BOTH.to_owned()));
                world.context().keychain().delete(StoreKind::File, "more")?;
            }
            Ok(world.many(&both, BOTH_LINES))
        });
        assert_eq!((moved, asked, said), (Ok(both.map(str::to_owned).to_vec()), 1, vec![]));
        assert_eq!((world.items().len(), world.credentials()), (2, BOTH_LINES.to_owned()));
    }

    #[test]
    fn failed_imports_take_their_items_back() {
        let both = ["work", "more"];
        // No file can be written.
        let world = World::new("file", BOTH);
        let (moved, ..) = world.store_many(|asked| {
            let mut many = world.many(&both, BOTH_LINES);
            if asked == 1 {
                many.edits[0].was = Some(Zeroizing::new(b"[stale]\n".to_vec()));
            }
            Ok(many)
        });
        assert!(moved.unwrap_err().message.contains("was changed by another program"));
        assert_eq!((world.items(), world.credentials()), (vec![], BOTH.to_owned()));
        // No plan can be made.
        let (moved, ..) = world.store_many(|asked| match asked {
            0 => Ok(world.many(&both, BOTH_LINES)),
            _ => Err(Error::new(crate::error::Kind::Failed, "no")),
        });
        assert_eq!(moved.unwrap_err().message, "no");
        assert_eq!((world.items(), world.credentials()), (vec![], BOTH.to_owned()));
        // One cannot be moved any more.
        let half = BOTH.replace(PLAIN, LINE);
        let (moved, ..) = world.store_many(|asked| match asked {
            0 => Ok(world.many(&both, BOTH_LINES)),
            _ => Ok(world.many(&["work"], &half)),
        });
        assert_eq!(moved, Ok(vec!["work".to_owned()]));
        assert_eq!((world.items(), world.credentials()), (vec!["work".to_owned()], half));
    }

    #[test]
    fn an_item_that_cannot_be_stored_holds_up_no_other() {
        let world = World::new("file", BOTH);
        world.put();
        let other = |names: &[&str], now: &str| {
            let mut many = world.many(names, now);
            many.deposits[0].item.access_key_id = "AKIAI44QH8DHBEXAMPLE".into();
            many
        };
        let half = BOTH.replace("[more]", "[gone]") + &LINE.replace("work", "more");
        let (moved, _, said) = world.store_many(|asked| match asked {
            0 => Ok(other(&["work", "more"], BOTH_LINES)),
            _ => Ok(world.many(&["more"], &half)),
        });
        assert_eq!(moved, Ok(vec!["more".to_owned()]));
        assert!(
            said.len() == 1 && said[0].contains("has a different key with the name `work`"),
            "{said:?}"
        );
        assert_eq!((world.items().len(), world.credentials()), (2, half));
        assert_eq!(world.now().0, Some(item()));
        // The same, but found only under the lock.
        let world = World::new("file", BOTH);
        let (moved, asked, said) = world.store_many(|asked| match asked {
            1 => {
                world.context().keychain().delete(StoreKind::File, "work")?;
                world.put();
                Ok(other(&["work", "more"], BOTH_LINES))
            }
            2 => Ok(world.many(&["more"], LINE)),
            _ => Ok(world.many(&["work", "more"], BOTH_LINES)),
        });
        assert_eq!((moved, asked, said.len()), (Ok(vec!["more".to_owned()]), 2, 1));
        assert_eq!(
            (world.items(), world.credentials()),
            (vec!["more".to_owned()], LINE.to_owned())
        );
    }

    #[test]
    fn an_undo_that_was_killed_is_repeated_without_losing_a_key() {
        let world = World::new("file", LINE);
        world.put();
        let context = world.context();
        let keychain = context.keychain();
        let new = Item {
            access_key_id: "AKIAI44QH8DHBEXAMPLE".into(),
            since: Timestamp(2),
            ..item()
        };
        let plan = || {
            let mut plan = world.plan(LINE, Rules::default());
            plan.rules.may_change = true;
            plan.deposit.replace = true;
            plan.deposit.item = new.clone();
            plan
        };
        let kept = swap::keep(&keychain, StoreKind::File, &plan().deposit).unwrap();
        let change = kept.unwrap().change;
        world.store(|_| Ok(Some(plan()))).unwrap();
        let read = |name: &str| keychain.read(StoreKind::File, name).ok();
        let kept = swap::kept_name("work");
        let spare = swap::kept_name(&kept);
        for is_undone in [false, true] {
            let (now, other) = if is_undone {
                (item(), new.clone())
            } else {
                (new.clone(), item())
            };
            assert_eq!((read("work"), read(&kept)), (Some(now.clone()), Some(other.clone())));
            let steps = [(&spare, &other), (&kept, &now), (&"work".to_owned(), &other)];
            for killed_after in 0..=steps.len() {
                for (name, item) in [(&"work".to_owned(), &now), (&kept, &other)] {
                    swap::write(&keychain, StoreKind::File, name, name, item).unwrap();
                }
                for (name, item) in &steps[..killed_after] {
                    swap::write(&keychain, StoreKind::File, name, name, item).unwrap();
                }
                swap::turn(&keychain, &change, is_undone).unwrap();
                assert_eq!(read("work"), Some(other.clone()), "{killed_after}");
                assert_eq!((read(&kept), read(&spare)), (Some(now.clone()), None), "{killed_after}");
                let index = keychain.index().unwrap();
                let names: Vec<_> = index.records().map(|record| record.item.clone()).collect();
                assert_eq!(names, ["work".to_owned(), kept.clone()]);
            }
        }
        // The other key was deleted meanwhile, so nothing is taken away.
        keychain.delete(StoreKind::File, &kept).unwrap();
        assert!(swap::turn(&keychain, &change, false).is_err());
        assert_eq!(read("work"), Some(new));
    }
}

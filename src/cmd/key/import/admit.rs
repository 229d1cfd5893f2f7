//! Which of many changes can be made together, if they can only be judged together.

use std::collections::HashMap;

use crate::error::Error;

/// Why changes cannot be made together.
pub(super) struct Refusal {
    /// By the name of the change that is at fault, as far as that shows.
    pub(super) named: HashMap<String, Error>,
    pub(super) first: Error,
}

/// The rules for changes of one kind.
pub(super) struct Judge<'a, T> {
    pub(super) name: &'a dyn Fn(&T) -> &str,
    pub(super) check: &'a dyn Fn(&[T]) -> Result<(), Refusal>,
    /// Reports what cannot be made.
    pub(super) refuse: &'a dyn Fn(&T, Error) -> Result<(), Error>,
}

impl<T> Judge<'_, T> {
    /// Adds to `accepted` those candidates that can be made with what is accepted. Only where it does not show which one
    /// is at fault are they tried in halves.
    ///
    /// # Errors
    /// That of `refuse`.
    pub(super) fn admit(&self, accepted: &mut Vec<T>, candidates: Vec<T>) -> Result<(), Error> {
        if candidates.is_empty() {
            return Ok(());
        }
        let (before, count) = (accepted.len(), candidates.len());
        accepted.extend(candidates);
        let Err(Refusal { mut named, first }) = (self.check)(accepted) else {
            return Ok(());
        };
        let mut rest = Vec::with_capacity(count);
        for candidate in accepted.drain(before..) {
            match named.remove((self.name)(&candidate)) {
                Some(error) => (self.refuse)(&candidate, error)?,
                None => rest.push(candidate),
            }
        }
        if rest.len() < count {
            return self.admit(accepted, rest);
        }
        if let [candidate] = rest.as_slice() {
            return (self.refuse)(candidate, first);
        }
        let second = rest.split_off(count / 2);
        self.admit(accepted, rest)?;
        self.admit(accepted, second)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::error::Kind;

    /// Those of `0..count` that are accepted, those refused, and how often was asked. What is `bad` cannot be made, and
    /// shows only if it is `shown`.
    fn admitted(count: usize, bad: impl Fn(&str) -> bool, shown: bool) -> (usize, Vec<String>, usize) {
        let (asked, refused) = (Cell::new(0), RefCell::new(Vec::new()));
        let error = |name: &str| Error::new(Kind::Failed, name.to_owned());
        let mut accepted = Vec::new();
        let judge = Judge {
            name: &|name: &String| name,
            check: &|all: &[String]| {
                asked.set(asked.get() + 1);
                let bad: Vec<&String> = all.iter().filter(|name| bad(name)).collect();
                let named = bad.iter().filter(|_| shown).map(|name| ((*name).clone(), error(name)));
                match bad.first() {
                    None => Ok(()),
                    Some(first) => Err(Refusal {
                        named: named.collect(),
                        first: error(first),
                    }),
                }
            },
            refuse: &|name: &String, error: Error| {
                assert_eq!(*name, error.message);
                refused.borrow_mut().push(error.message);
                Ok(())
            },
        };
        let all = (0..count).map(|n| n.to_string()).collect();
        judge.admit(&mut accepted, all).unwrap();
        assert!(accepted.is_sorted_by_key(|name| name.parse::<usize>().unwrap()));
        (accepted.len(), refused.into_inner(), asked.get())
    }

    #[test]
    fn all_but_those_at_fault_are_accepted() {
        assert_eq!(admitted(1000, |_| false, false), (1000, vec![], 1));
        let seven = |name: &str| name.ends_with('7');
        let (accepted, refused, asked) = admitted(1000, seven, true);
        assert_eq!((accepted, refused.len(), asked), (900, 100, 2));
        assert_eq!(admitted(3, |_| true, true).1, ["0", "1", "2"]);
        assert_eq!(admitted(3, |_| true, false).1, ["0", "1", "2"]);
        assert_eq!(admitted(0, |_| true, false), (0, vec![], 0));
        let (accepted, refused, asked) = admitted(1000, |name| name == "500", false);
        assert_eq!((accepted, refused), (999, vec!["500".to_owned()]));
        assert!(asked < 30, "{asked}");
    }

    #[test]
    fn an_end_is_an_end() {
        let judge = Judge {
            name: &|name: &&str| name,
            check: &|_| {
                Err(Refusal {
                    named: HashMap::new(),
                    first: Error::cancelled(),
                })
            },
            refuse: &|_, error| Err(error),
        };
        let error = judge.admit(&mut Vec::new(), vec!["a", "b"]).unwrap_err();
        assert_eq!(error, Error::cancelled());
    }
}

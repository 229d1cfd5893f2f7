//! Which entries the user has marked, where several can be taken.

use std::sync::Arc;

use skim::CaseMatching;
use skim::prelude::{MatchEngineFactory as _, SkimItem};

use super::engine::Factory;
use super::item::Item;

/// What says so above the list.
pub(super) const HELP: &str = "tab marks, alt-a all, enter takes";

#[derive(Clone)]
pub(super) struct Marks {
    items: Arc<[Arc<Item>]>,
    can_mark: bool,
}

impl Marks {
    pub(super) fn of(items: Vec<Item>, can_mark: bool) -> Self {
        Self {
            items: items.into_iter().map(Arc::new).collect(),
            can_mark,
        }
    }

    pub(super) fn items(&self) -> &[Arc<Item>] {
        &self.items
    }

    pub(super) fn can_mark(&self) -> bool {
        self.can_mark
    }

    /// In the order of the menu.
    pub(super) fn marked(&self) -> Vec<usize> {
        let marked = self.items.iter().filter(|item| item.is_marked());
        marked.map(|item| item.index()).collect()
    }

    /// Marks every entry that matches the query, or none of them if all of them are marked.
    pub(super) fn turn_all(&self, query: &str) {
        let engine = Factory::new().create_engine_with_case(query, CaseMatching::Smart);
        let matching = |item: &&Arc<Item>| engine.match_item(&***item).is_some();
        let matching: Vec<&Arc<Item>> = self.items.iter().filter(matching).collect();
        let is_marked = matching.iter().all(|item| item.is_marked());
        matching.iter().for_each(|item| item.mark(!is_marked));
    }
}

/// What skim has in its list is one of ours.
pub(super) fn of_skim(item: &dyn SkimItem) -> Option<&Item> {
    item.as_any().downcast_ref()
}

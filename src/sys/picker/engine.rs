//! How a query ranks entries: each of its words is looked for in each field, and a match weighs less the further back
//! its field stands. The words, and the scores, are skim's.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use skim::item::RankBuilder;
use skim::matcher::Matcher;
use skim::prelude::{AndOrEngineFactory, ExactOrFuzzyEngineFactory, MatchEngine, MatchEngineFactory, SkimItem};
use skim::{CaseMatching, FuzzyAlgorithm, MatchRange, MatchResult, Rank, RankCriteria};

use super::FIELDS;
use super::item::Item;

/// What a match in each field counts, in tenths.
const WEIGHTS: [i32; FIELDS] = [10, 9, 8, 7, 6];

/// skim's matcher with our ranks: the score, then the order of the menu.
pub(super) fn matcher() -> Matcher {
    let ranks = RankBuilder::new(vec![RankCriteria::Score]);
    Matcher::builder(Rc::new(Factory::new()))
        .case(CaseMatching::Smart)
        .rank_builder(Arc::new(ranks))
        .build()
}

pub(super) struct Factory(AndOrEngineFactory);

impl Factory {
    pub(super) fn new() -> Self {
        let words = ExactOrFuzzyEngineFactory::builder()
            .fuzzy_algorithm(FuzzyAlgorithm::Arinae)
            .build();
        Self(AndOrEngineFactory::new(Words(words)))
    }
}

impl MatchEngineFactory for Factory {
    fn create_engine_with_case(&self, query: &str, case: CaseMatching) -> Box<dyn MatchEngine> {
        if query.trim().is_empty() {
            Box::new(All)
        } else {
            self.0.create_engine_with_case(query, case)
        }
    }
}

/// Makes the engine of one word.
struct Words(ExactOrFuzzyEngineFactory);

impl MatchEngineFactory for Words {
    fn create_engine_with_case(&self, word: &str, case: CaseMatching) -> Box<dyn MatchEngine> {
        Box::new(Word {
            engine: self.0.create_engine_with_case(word, case),
            // What must not stand there must stand in no field.
            is_inverse: word.trim_start_matches('\'').starts_with('!'),
        })
    }
}

struct Word {
    engine: Box<dyn MatchEngine>,
    is_inverse: bool,
}

impl MatchEngine for Word {
    fn match_item(&self, item: &dyn SkimItem) -> Option<MatchResult> {
        let item = item.as_any().downcast_ref::<Item>()?;
        let fields = &item.parts().fields;
        if self.is_inverse {
            let holds = |field: &Arc<str>| self.engine.match_item(&Field(Arc::clone(field))).is_some();
            return fields.iter().all(holds).then(everything);
        }
        let mut offset = 0;
        let mut best: Option<MatchResult> = None;
        for (field, weight) in fields.iter().zip(WEIGHTS) {
            if let Some(mut found) = self.engine.match_item(&Field(Arc::clone(field))) {
                found.rank.score = found.rank.score * weight / 10;
                if best.as_ref().is_none_or(|best| best.rank.score < found.rank.score) {
                    let indices = found.range_char_indices(field).into_iter().map(|at| at + offset);
                    found.matched_range = MatchRange::Chars(indices.collect());
                    best = Some(found);
                }
            }
            offset += field.chars().count() + 1;
        }
        best
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.engine.fmt(f)
    }
}

/// The empty query.
struct All;

impl MatchEngine for All {
    fn match_item(&self, _: &dyn SkimItem) -> Option<MatchResult> {
        Some(everything())
    }
}

impl fmt::Display for All {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("all")
    }
}

fn everything() -> MatchResult {
    MatchResult {
        rank: Rank::default(),
        matched_range: MatchRange::Chars(Vec::new()),
    }
}

/// One field, as the engines want it.
struct Field(Arc<str>);

impl SkimItem for Field {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

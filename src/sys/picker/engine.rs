//! How a query ranks entries: every word of the query is searched in every field, and a match in a later field weighs
//! less. skim defines the words and the scores.

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

/// In tenths; one for each field.
const WEIGHTS: [i32; FIELDS] = [10, 9, 8, 7, 6];

/// skim's matcher, but ranked by score and then by the order of the menu.
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

/// Makes the engine for one word.
struct Words(ExactOrFuzzyEngineFactory);

impl MatchEngineFactory for Words {
    fn create_engine_with_case(&self, word: &str, case: CaseMatching) -> Box<dyn MatchEngine> {
        Box::new(Word {
            engine: self.0.create_engine_with_case(word, case),
            // A negated word must match no field.
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

/// One field, in the form that the engines take.
struct Field(Arc<str>);

impl SkimItem for Field {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::picker::{Cell, Menu, best};

    struct Fields(Vec<[&'static str; FIELDS]>);

    impl Menu for Fields {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn width(&self) -> usize {
            0
        }

        fn fields(&self, index: usize) -> [String; FIELDS] {
            self.0[index].map(str::to_owned)
        }

        fn row(&self, _: usize, _: usize) -> Vec<Cell> {
            Vec::new()
        }

        fn preview(&self, _: usize) -> String {
            String::new()
        }
    }

    /// The matching names, the best first.
    fn found(query: &str, fields: &[[&'static str; FIELDS]]) -> Vec<&'static str> {
        let menu: Arc<dyn Menu> = Arc::new(Fields(fields.to_vec()));
        let engine = Factory::new().create_engine_with_case(query, CaseMatching::Smart);
        let items = (0..fields.len()).map(|index| Item::new(Arc::clone(&menu), index, false, false));
        let mut ranked: Vec<_> = items
            .filter_map(|item| Some((-engine.match_item(&item)?.rank.score, item.index())))
            .collect();
        ranked.sort_unstable();
        assert_eq!(best(menu, query), ranked.first().map(|(_, index)| *index));
        ranked.into_iter().map(|(_, index)| fields[index][0]).collect()
    }

    const MENU: [[&str; FIELDS]; 6] = [
        ["web", "111111111111", "deploy", "eu-west-1", "customers of alpha"],
        ["data", "222222222222", "alpha", "us-east-1", ""],
        ["region", "333333333333", "deploy", "alpha-1", ""],
        ["alpha", "444444444444", "reader", "us-east-1", ""],
        ["team-dev", "123412341234", "admin", "eu-west-1", ""],
        ["Team-Prod", "555555555555", "admin", "eu-west-1", ""],
    ];

    #[test]
    fn equal_matches_rank_by_their_field() {
        assert_eq!(found("alpha", &MENU), ["alpha", "data", "region", "web"]);
    }

    #[test]
    fn a_good_match_of_an_account_beats_a_poor_one_of_a_name() {
        let scattered = ["1-x-2-y-3-z-4", "", "", "", ""];
        assert_eq!(found("1234", &[scattered, MENU[4]])[0], "team-dev");
    }

    #[test]
    fn the_words_of_a_query_may_match_in_different_fields() {
        assert_eq!(found("admin eu-west team", &MENU), ["team-dev", "Team-Prod"]);
        assert_eq!(found("team !dev", &MENU), ["Team-Prod"]);
        assert_eq!(found("!admin !deploy", &MENU), ["data", "alpha"]);
        assert_eq!(found("^alpha", &MENU)[0], "alpha");
        assert_eq!(found("dev$", &MENU), ["team-dev"]);
        assert_eq!(found("'prod | 'web", &MENU).len(), 2);
        assert!(found("nothing", &MENU).is_empty());
    }

    #[test]
    fn capitals_in_the_query_count() {
        assert_eq!(found("Team", &MENU), ["Team-Prod"]);
        assert_eq!(found("team", &MENU).len(), 2);
    }

    #[test]
    fn without_a_query_the_order_stays() {
        let names: Vec<&str> = MENU.iter().map(|fields| fields[0]).collect();
        assert_eq!(found("", &MENU), names);
        assert_eq!(found("  ", &MENU), names);
    }

    #[test]
    fn what_matched_is_told_in_characters_of_the_whole_text() {
        let menu: Arc<dyn Menu> = Arc::new(Fields(vec![["pröd", "123", "", "eu", ""]]));
        let item = Item::new(menu, 0, false, false);
        let indices = |query: &str| {
            let engine = Factory::new().create_engine_with_case(query, CaseMatching::Smart);
            let found = engine.match_item(&item).unwrap();
            found.range_char_indices(&item.text())
        };
        assert_eq!(indices("pd"), [0, 3]);
        assert_eq!(indices("'23"), [6, 7]);
        assert_eq!(indices("eu p"), [0, 10, 11]);
    }
}

//! Which names a mistyped one may have meant.

/// At most three of `names` that look like `wanted`, the likeliest first: one slip in short names, a third of the
/// letters in long ones, or a part of the name.
pub fn near<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wanted = wanted.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let allowed = (wanted.chars().count() / 3).max(1);
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let lower = name.trim().to_lowercase();
            let slips = distance(&wanted, &lower, allowed);
            if let Some(slips) = slips {
                return Some((slips, name));
            }
            (wanted.len() >= 3 && lower.contains(&wanted)).then_some((allowed + 1, name))
        })
        .collect();
    found.sort_by_key(|(slips, _)| *slips);
    found.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// How many letters must be added, dropped, changed or swapped with their neighbour; `None` above `allowed`.
fn distance(a: &str, b: &str, allowed: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > allowed {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|slips| *slips <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_parts_are_found() {
        let names = ["dev", "prod", "prod-admin", "staging"];
        assert_eq!(near("prdo", names), ["prod"]);
        assert_eq!(near("Prod", names), ["prod", "prod-admin"]);
        assert_eq!(near("admin", names), ["prod-admin"]);
        assert!(near("xyz", names).is_empty());
        assert!(near("", names).is_empty());
    }
}

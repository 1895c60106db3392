//! "Did you mean": the nearest of the words that would be right.

/// The candidate nearest to a word: at most two slips of the hand away (one in a word of up to four letters), or the
/// same but for case, blanks and separators. The first of equals wins, so that the answer is the same on every run.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded = fold(word);
    if folded.is_empty() || folded.chars().count() > 64 {
        return None;
    }
    // Every letter is one slip away from every other.
    let most = match folded.chars().count() {
        1 => 0,
        2..=4 => 1,
        _ => 2,
    };
    let mut best: Option<(usize, &str)> = None;
    let ends = Ends::of(word);
    for candidate in candidates {
        // Cheap to rule out most: the distance is at least the difference in length, and a slip of the hand spares the first
        // letter or the last.
        if candidate.len().abs_diff(word.len()) > most + 2 || ends.is_disjoint_from(candidate) {
            continue;
        }
        let other = fold(candidate);
        if other == folded {
            return Some(candidate);
        }
        let distance = strsim::osa_distance(&folded, &other);
        if distance <= most && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The clause that ends a message: `; did you mean "jonas"?`, or nothing.
pub(crate) fn suggestion(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"))
}

/// The first and the last letter or digit of a word, without regard to capitals.
#[derive(PartialEq)]
struct Ends(Option<u8>, Option<u8>);

impl Ends {
    fn of(word: &str) -> Self {
        let is_sign = |byte: &u8| !byte.is_ascii() || byte.is_ascii_alphanumeric();
        let small = |byte: u8| byte.to_ascii_lowercase();
        Self(word.bytes().find(is_sign).map(small), word.bytes().rfind(is_sign).map(small))
    }

    fn is_disjoint_from(&self, other: &str) -> bool {
        let other = Self::of(other);
        self.0 != other.0 && self.1 != other.1
    }
}

fn fold(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_hand_are_found_and_other_words_are_not() {
        let names = ["jonas", "amira", "depends-on", "w1"];
        assert_eq!(nearest("jonsa", names), Some("jonas"));
        assert_eq!(nearest("Depends_On", names), Some("depends-on"));
        assert_eq!(nearest("w2", names), Some("w1"));
        assert_eq!(nearest("priya", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("a", ["b", "A"]), Some("A"));
        assert_eq!(nearest("a", ["b"]), None);
    }
}

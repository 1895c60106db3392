//! "Did you mean": the nearest of the words that would be right.

/// The candidate nearest to a word: at most two slips of the hand away (one in a word of up to four letters), or the
/// same but for case, blanks and separators. The first of equals wins, so that the answer is the same on every run.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let reach = Reach::of(word)?;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        match reach.distance(candidate) {
            Some(0) => return Some(candidate),
            Some(distance) if best.is_none_or(|(nearest, _)| distance < nearest) => {
                best = Some((distance, candidate));
            }
            _ => {}
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// What a misspelt word probably stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Meant<'c> {
    /// The nearest word.
    pub(crate) word: &'c str,
    /// Whether no other is near: only then may a program write it.
    pub(crate) is_only: bool,
    /// Whether nobody would read it in another way: only then may a program write it without asking.
    pub(crate) is_sure: bool,
}

/// The word that was probably meant, and how certain that is.
pub(crate) fn meant<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<Meant<'c>> {
    let reach = Reach::of(word)?;
    let mut best: Option<(usize, &str)> = None;
    // The first of another name: what is written the same but for capitals and signs beats what is only near.
    let (mut rival, mut same_rival) = (false, false);
    for candidate in candidates {
        let Some(distance) = reach.distance(candidate) else { continue };
        if let Some((nearest, known)) = best
            && known != candidate
        {
            rival = true;
            same_rival |= nearest == 0 && distance == 0;
        }
        if best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    let (distance, near) = best?;
    let is_only = if distance == 0 { !same_rival } else { !rival };
    Some(Meant { word: near, is_only, is_sure: is_only && (distance == 0 || is_slip(word, near)) })
}

/// Whether two words differ by one slip of the hand: in one of their parts, which has at least five letters and the same
/// digits, two letters are swapped, or one is left out or too many. `w1` and `w2`, `test-a` and `test-b`, `nadia` and
/// `nadja` are as near to each other, but may be different things.
fn is_slip(word: &str, other: &str) -> bool {
    let parts = |word: &str| -> Vec<String> {
        let parts = word.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        parts.map(str::to_lowercase).collect()
    };
    let (one, two) = (parts(word), parts(other));
    let mut differing = one.iter().zip(&two).filter(|(one, two)| one != two);
    let (Some((one_part, two_part)), None, true) =
        (differing.next(), differing.next(), one.len() == two.len())
    else {
        return false;
    };
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).collect::<String>();
    let letters = |part: &str| {
        let mut letters: Vec<char> = part.chars().collect();
        letters.sort_unstable();
        letters
    };
    let (of_one, of_two) = (letters(one_part), letters(two_part));
    of_one.len().min(of_two.len()) >= 5
        && (of_one.len() != of_two.len() || of_one == of_two)
        && digits(one_part) == digits(two_part)
        && strsim::osa_distance(one_part, two_part) == 1
}

/// How far a slip of the hand goes from a word.
struct Reach<'w> {
    word: &'w str,
    folded: String,
    ends: Ends,
    most: usize,
}

impl<'w> Reach<'w> {
    fn of(word: &'w str) -> Option<Self> {
        let folded = fold(word);
        let most = match folded.chars().count() {
            0 | 65.. => return None,
            // Every letter is one slip away from every other.
            1 => 0,
            2..=4 => 1,
            _ => 2,
        };
        Some(Self { word, folded, ends: Ends::of(word), most })
    }

    /// The number of slips to a word within reach; 0 where only capitals and signs differ.
    fn distance(&self, candidate: &str) -> Option<usize> {
        // Cheap to rule out most: the distance is at least the difference in length, and a slip of the hand spares the first
        // letter or the last.
        if candidate.len().abs_diff(self.word.len()) > self.most + 2 || self.ends.is_disjoint_from(candidate)
        {
            return None;
        }
        let other = fold(candidate);
        let distance = if other == self.folded { 0 } else { strsim::osa_distance(&self.folded, &other) };
        (distance <= self.most).then_some(distance)
    }
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
    use super::{meant, nearest};

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
    /// The word, and whether it may be written at all, and without asking.
    fn certain<'c>(word: &str, among: &[&'c str]) -> Option<(&'c str, bool, bool)> {
        meant(word, among.iter().copied()).map(|it| (it.word, it.is_only, it.is_sure))
    }

    #[test]
    fn what_could_be_something_else_is_not_certain() {
        assert_eq!(certain("depends_on", &["depends-on", "depend-on"]), Some(("depends-on", true, true)));
        assert_eq!(certain("jonsa", &["jonas", "amira"]), Some(("jonas", true, true)));
        assert_eq!(
            certain("jonsa", &["jonas", "jonas"]),
            Some(("jonas", true, true)),
            "one that is there twice"
        );
        assert_eq!(certain("jons", &["jonas", "jones"]).map(|it| it.1), Some(false), "either");
        assert_eq!(certain("wave-3", &["wave-1"]), Some(("wave-1", true, false)), "another number");
        assert_eq!(
            certain("test-b", &["test-a"]),
            Some(("test-a", true, false)),
            "another letter that counts"
        );
        assert_eq!(certain("nadja", &["nadia"]), Some(("nadia", true, false)), "another name");
        assert_eq!(certain("owenr", &["owner"]), Some(("owner", true, true)));
        assert_eq!(certain("titel-page", &["title-page"]), Some(("title-page", true, true)));
        assert_eq!(certain("rolot", &["rollout"]), Some(("rollout", true, false)), "two slips");
        assert_eq!(certain("Pilot", &["pilot", "PILOT"]).map(|it| it.1), Some(false), "which of the two");
        assert_eq!(certain("priya", &["jonas"]), None);
    }
}

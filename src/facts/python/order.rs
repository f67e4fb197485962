//! What ran before a place of a function. Knows calls only by their number.

use serde::{Deserialize, Serialize};

/// Which of the first 64 calls of a function ran before a place, by their place among the calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// On some path.
    maybe: u64,
    /// On every path.
    surely: u64,
}

impl Ran {
    /// A call runs now.
    pub fn run(&mut self, place: usize) {
        let bit = bit(place);
        self.maybe |= bit;
        self.surely |= bit;
    }

    /// What ran whichever of two paths was taken.
    pub fn join(self, other: Self) -> Self {
        Self {
            maybe: self.maybe | other.maybe,
            surely: self.surely & other.surely,
        }
    }

    /// Whether a call may have run.
    pub fn may_have(self, place: usize) -> bool {
        self.maybe & bit(place) != 0
    }

    /// Whether a call may have run, and need not have.
    pub fn may_lack(self, place: usize) -> bool {
        self.may_have(place) && self.surely & bit(place) == 0
    }

    /// Whether a place that this is known of may come before another.
    pub fn may_precede(self, later: Self) -> bool {
        self.maybe & !later.maybe == 0
    }
}

fn bit(place: usize) -> u64 {
    1u64.checked_shl(u32::try_from(place).unwrap_or(u32::MAX))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Ran;

    #[test]
    fn what_ran_on_one_of_two_paths_may_have_run() {
        let mut one = Ran::default();
        one.run(0);
        let mut two = one;
        two.run(1);
        let joined = one.join(two);
        assert!(joined.may_have(0) && !joined.may_lack(0));
        assert!(joined.may_have(1) && joined.may_lack(1));
        assert!(two.may_precede(joined) && !two.may_precede(one));
    }

    #[test]
    fn calls_behind_the_last_that_is_counted_are_not_known() {
        let mut ran = Ran::default();
        ran.run(64);
        assert!(!ran.may_have(64) && !ran.may_lack(64));
    }
}

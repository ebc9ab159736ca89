//! `account`: some tasks deposit, others withdraw and wait for funds.

use serde::{Deserialize, Serialize};

use super::parts::{WAIT, check_counts, wrong};
use crate::{
    Asks, Condvar, Context, Error, Findings, Kind, Latencies, Mutex, Parameter, Primitives, Shared, Variant, Workload,
};

/// Amounts are from 1 to this, in turn.
const LARGEST: u64 = 10;

/// Moves money through one account: even tasks deposit, odd ones withdraw.
///
/// A withdrawal that the account cannot pay waits for funds, by a condition variable. The task beside it deposits the same amounts, so
/// the account is empty in the end.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// Pairs of tasks: one that deposits, and one that withdraws.
    pub pairs: u64,
    /// Deposits or withdrawals of each task.
    pub operations: u64,
    /// Whose lock and condition variable.
    pub primitives: Variant,
    /// How long each withdrawal waited until it was paid, for the lock or for funds.
    #[serde(skip)]
    waits: Latencies,
}

impl Default for Account {
    fn default() -> Self {
        Self { pairs: 10, operations: 100, primitives: Variant::Native, waits: Latencies::default() }
    }
}

impl Account {
    /// Returns the amount of one operation of a pair.
    fn amount(pair: u64, operation: u64) -> u64 {
        1 + (pair + operation) % LARGEST
    }

    /// Returns the sum of the amounts of a pair, worked out from whole turns through them.
    fn sum_of(&self, pair: u64) -> u64 {
        let first = |count: u64| {
            let (turns, rest) = (count / LARGEST, count % LARGEST);
            turns * LARGEST * (LARGEST + 1) / 2 + rest * (rest + 1) / 2
        };
        first(pair + self.operations) - first(pair)
    }
}

/// The account, and where withdrawals wait.
pub struct Bank<P: Primitives> {
    books: P::Mutex<Books>,
    paid_in: P::Condvar,
}

/// What the lock guards.
#[derive(Default)]
struct Books {
    balance: i64,
    deposited: u64,
    withdrawn: u64,
    /// Withdrawals that had to wait for funds.
    waits: u64,
    /// Withdrawals after which the balance was below zero.
    overdrawn: u64,
}

impl<P: Primitives> Shared<Account, P> for Bank<P> {
    fn new(_workload: &Account, primitives: &P) -> Result<Self, Error> {
        Ok(Self { books: primitives.mutex(Books::default()), paid_in: primitives.condvar() })
    }

    fn conclude(&self, workload: &Account) -> Result<Findings, Error> {
        let Some(books) = self.books.try_lock() else { return wrong("a task kept the lock") };
        let Books { balance, deposited, withdrawn, waits, overdrawn } = *books;
        if overdrawn > 0 {
            return wrong(format!("the balance was below zero after {overdrawn} withdrawals"));
        }
        if balance != 0 || deposited != withdrawn {
            return wrong(format!("{deposited} was deposited and {withdrawn} withdrawn, and {balance} is left"));
        }
        let operations = 2 * workload.pairs * workload.operations;
        Ok(Findings::with_operations(operations).figure("waits", waits as f64))
    }
}

impl<P: Primitives> Bank<P> {
    /// Pays an amount in, and has all look who wait for funds: it may be enough for any of them.
    async fn deposit(&self, amount: u64) {
        let mut books = self.books.lock().await;
        books.balance += amount as i64;
        books.deposited += amount;
        drop(books);
        self.paid_in.notify_all();
    }

    /// Waits for funds, and pays an amount out.
    async fn withdraw(&self, amount: u64) {
        let mut books = self.books.lock().await;
        if books.balance < amount as i64 {
            books.waits += 1;
        }
        while books.balance < amount as i64 {
            books = self.paid_in.wait(books).await;
        }
        books.balance -= amount as i64;
        books.withdrawn += amount;
        books.overdrawn += u64::from(books.balance < 0);
    }
}

impl Asks for Account {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for Account {
    const NAME: &'static str = "account";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "deposits in half of the tasks, and withdraws in the others, which wait for funds";
    const HOLDS: &'static str = "the balance is never below zero, and no money is lost or made";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("pairs", "", "pairs of tasks: one deposits, the other withdraws"),
        Parameter::new("operations", "", "deposits or withdrawals of each task"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Bank<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("pairs", self.pairs), ("operations", self.operations)])
    }

    fn tasks(&self) -> u64 {
        2 * self.pairs
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Bank<C::Primitives>, index: u64) -> Result<u64, Error> {
        let pair = index / 2;
        let mut moved = 0;
        for operation in 0..self.operations {
            cx.checkpoint();
            let amount = Self::amount(pair, operation);
            // Whoever withdraws comes first, so that there is something to wait for in a world of one thread, too.
            if index.is_multiple_of(2) {
                let begin = self.waits.begin();
                shared.withdraw(amount).await;
                self.waits.end(pair * self.operations + operation, begin);
            } else {
                shared.deposit(amount).await;
            }
            moved += amount;
        }
        Ok(moved)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..2 * self.pairs).map(|index| self.sum_of(index / 2))
    }

    fn at_once(&self) -> u64 {
        self.tasks()
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.waits = Latencies::new(self.pairs * self.operations, now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.waits.named(WAIT)
    }

    fn begin(&self) {
        self.waits.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::polled::{Polled, poll_all, run_rightly, share};
    use super::*;

    #[test]
    fn all_that_is_deposited_is_withdrawn() {
        let figures = run_rightly(&Account { pairs: 3, operations: 17, ..Account::default() }).figures;
        assert_eq!((figures["operations"], figures[WAIT]), (102.0, 51.0));
    }

    #[test]
    fn a_withdrawal_waits_for_the_deposit_and_is_counted() {
        let workload = Account { pairs: 1, operations: 1, ..Account::default() };
        let bank: Bank<Polled> = share(&workload);
        let done = poll_all(vec![Box::pin(bank.withdraw(5)), Box::pin(bank.deposit(2)), Box::pin(bank.deposit(3))]);
        assert!(done.is_some(), "the withdrawal is paid");
        assert_eq!(bank.conclude(&workload).expect("it comes out right").figures["waits"], 1.0);
    }

    #[test]
    fn money_that_is_lost_is_wrong_and_so_is_money_that_was_not_there() {
        let workload = Account::default();
        let wrong = |change: fn(&mut Books)| {
            let bank: Bank<Polled> = share(&workload);
            change(&mut bank.books.try_lock().expect("a free lock"));
            bank.conclude(&workload).expect_err("wrong").to_string()
        };
        assert_eq!(wrong(|books| books.deposited = 3), "3 was deposited and 0 withdrawn, and 0 is left");
        assert_eq!(wrong(|books| books.balance = 3), "0 was deposited and 0 withdrawn, and 3 is left");
        assert!(wrong(|books| books.overdrawn = 1).contains("below zero"));
    }
}

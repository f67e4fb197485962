//! The words of money names, by what they decide.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a word says of the name it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// An amount of money, whatever stands before it.
    Money,
    /// An amount: of money only in the right company.
    Amount,
    /// What money is paid for or with; makes an amount one of money.
    Noun,
    /// Says which, when or how, and decides nothing.
    Neutral,
    /// A ratio, a unit or a count: no money wherever it stands.
    Measure,
    /// Not listed.
    Unknown,
}

const MONEY: &str = "
    price prices pricing cost costs fee fees salary salaries wage wages revenue revenues subtotal
    payment payments payout payouts refund refunds discount discounts tax taxes vat gst budget
    commission commissions fare fares rent tuition income earnings profit profits expense expenses
    spend spending surcharge deposit deposits withdrawal withdrawals msrp gmv cogs dividend
    dividends donation donations tip tips gratuity royalty royalties mortgage cashback payable
    receivable proceeds cash money payroll pay debit bounty fine fines pnl
    usd eur gbp jpy cny inr bdt pkr lkr cad aud nzd chf sek nok dkk pln czk huf brl mxn ars clp cop
    zar ngn kes egp aed sar ils krw twd hkd sgd thb idr myr php vnd rub uah btc eth usdt usdc
    dollar dollars cent cents euro euros rupee rupees";

const AMOUNT: &str = "
    amount amounts amt total totals balance balances charge charges premium bonus debt loan
    expenditure";

const NOUN: &str = "
    order orders cart invoice bill billing transaction purchase sale sales item line product
    shipping shipment delivery handling service subscription plan membership booking reservation
    room ticket contract deal quote account wallet bank ledger credit transfer pledge gift voucher
    coupon promo promotion bid offer auction stake wager bet customer client vendor supplier
    merchant store shop employee claim lease escrow interest principal installment instalment
    settlement chargeback currency checkout late extra cancellation insurance loyalty fund funding
    grant card minimum maximum loss losses";

const NEUTRAL: &str = "
    grand net gross base basic list unit original regular special old new current previous prev
    last first initial starting start opening open closing close end ending final min max avg
    average mean median estimated estimate actual expected planned forecast projected target goal
    limit cap adjusted adjustment paid due owed owing outstanding remaining pending available
    reserved held billed charged collected received earned spent refunded invoiced hour hourly day
    daily week weekly month monthly quarter quarterly year yearly annual night nightly weekend
    weekday lifetime each including incl inclusive excluding excl exclusive before after with
    without in to from run cumulative all overall local foreign native converted high low sub ytd
    mtd retail wholesale flat fixed total";

const MEASURE: &str = "
    rate rates percent percentage pct ratio score scores rating ratings rank probability likelihood
    confidence weight weights factor multiplier coefficient index similarity sentiment elasticity
    volatility normalized normalised scaled log zscore std stddev variance lat lng latitude
    longitude latency duration embedding vector quantile percentile accuracy count counts quantity
    qty share shares seconds minutes hours days ms km kg lbs pounds calories kcal tokens points
    margin";

/// Names of tables and classes whose amounts and totals are measured, not paid.
const MEASURING_OWNERS: &str = "
    exam exams quiz quizzes grade grades mark marks score scores result results nutrition nutrient
    nutrients ingredient ingredients recipe recipes food foods meal meals intake dose doses dosage
    medication medications prescription stat stats statistic statistics metric metrics vote votes
    poll polls rating ratings survey sensor sensors reading readings measurement measurements usage
    energy water rainfall weather workout workouts exercise exercises training fitness sleep steps
    points leave leaves vacation inventory stock token tokens quota quotas";

/// Columns that give an amount its unit.
const UNITS: &str = "unit units uom measure unit_of_measure measurement_unit unit_id";

/// Money only together.
const PHRASES: &str = "
    net_worth credit_limit credit_line cash_flow market_value face_value book_value order_value
    cart_value contract_value deal_value asset_value lifetime_value inventory_value";

/// Words that make a money word mean something else.
const FIGURATIVE: &str = "
    path_cost edge_cost step_cost query_cost time_cost memory_cost hop_cost transition_cost
    computational_cost search_cost error_budget token_budget time_budget latency_budget
    memory_budget calorie_budget context_budget thinking_budget retry_budget compute_budget
    time_spend finger_tip cotton_tip";

static CLASSES: LazyLock<BTreeMap<&str, Class>> = LazyLock::new(|| {
    let lists = [
        (NEUTRAL, Class::Neutral),
        (NOUN, Class::Noun),
        (AMOUNT, Class::Amount),
        (MONEY, Class::Money),
        (MEASURE, Class::Measure),
    ];
    let words = lists
        .into_iter()
        .flat_map(|(list, class)| list.split_whitespace().map(move |word| (word, class)));
    words.collect()
});

/// What a word decides.
pub(super) fn class(word: &str) -> Class {
    CLASSES.get(word).copied().unwrap_or(Class::Unknown)
}

/// Whether amounts of a table or class with this word in its name are measured, not paid.
pub(super) fn measures(owner: &str) -> bool {
    lists(MEASURING_OWNERS, owner)
}

/// Whether a column of these words names a unit.
pub(super) fn is_unit(words: &[String]) -> bool {
    lists(UNITS, &words.join("_"))
}

/// Whether the name ends with words that are money only together.
pub(super) fn is_phrase(words: &[String]) -> bool {
    ends_with_pair(PHRASES, words)
}

/// Whether the name ends with a money word that means something else.
pub(super) fn is_figurative(words: &[String]) -> bool {
    ends_with_pair(FIGURATIVE, words)
}

fn ends_with_pair(list: &str, words: &[String]) -> bool {
    words
        .len()
        .checked_sub(2)
        .is_some_and(|at| lists(list, &words[at..].join("_")))
}

fn lists(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

/// Databases fold `totalAmount` to `totalamount`: a word nobody listed is taken apart where every
/// part is listed.
pub(super) fn unjoin(word: &str) -> Vec<String> {
    /// Shorter parts are found in too many words.
    const SHORTEST: usize = 3;
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = word;
    while class(rest) == Class::Unknown {
        let ends = (SHORTEST..rest.len().saturating_sub(SHORTEST - 1)).rev();
        let mut ends = ends.filter(|end| rest.is_char_boundary(*end));
        let Some(end) = ends.find(|end| class(&rest[..*end]) != Class::Unknown) else {
            return vec![word.to_owned()];
        };
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    parts.push(rest);
    parts.into_iter().map(str::to_owned).collect()
}

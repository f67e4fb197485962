//! Which names stand for money. Knows words, neither types nor where the names come from.
//!
//! The last word that says anything decides: `price_per_unit` and `amount_paid` are money,
//! `price_count` and `tax_rate` are not. A word nobody listed decides for silence.

mod words;

use words::Class;

/// Where a name stands: what `amount` means depends on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Company<'a> {
    /// The table or class.
    pub owner: &'a str,
    /// The columns or fields beside it.
    pub siblings: &'a [&'a str],
}

/// Whether a column or field of that name holds an amount of money.
pub fn is_money(name: &str, company: Company) -> bool {
    let words = meaning(&split(name));
    let classes: Vec<Class> = words.iter().map(|word| words::class(word)).collect();
    if classes.contains(&Class::Measure) {
        return false;
    }
    let Some(at) = classes.iter().rposition(|class| *class != Class::Neutral) else {
        return false;
    };
    let before = &classes[..at];
    match classes[at] {
        Class::Money => !words::is_figurative(&words[..=at]),
        Class::Amount => is_amount(before, company),
        Class::Noun => words::is_phrase(&words),
        Class::Measure | Class::Neutral | Class::Unknown => words::is_phrase(&words),
    }
}

/// `amount`, `total` and the like: of money when a word says of what, or when nothing speaks for
/// another measure.
fn is_amount(before: &[Class], company: Company) -> bool {
    let nearest = before.iter().rfind(|class| **class != Class::Neutral);
    if let Some(Class::Money | Class::Noun) = nearest {
        return true;
    }
    let owner = split(company.owner);
    let has_unit = company
        .siblings
        .iter()
        .any(|sibling| words::is_unit(&split(sibling)));
    before
        .iter()
        .all(|class| matches!(class, Class::Neutral | Class::Amount))
        && !has_unit
        && !owner.iter().any(|word| words::measures(word))
}

/// The words that can decide: what stands behind `at` or `per` tells when or for what.
fn meaning(words: &[String]) -> Vec<String> {
    let cut = words
        .iter()
        .skip(1)
        .position(|word| word == "at" || word == "per")
        .map(|before| before + 1)
        .filter(|at| at + 1 < words.len());
    words[..cut.unwrap_or(words.len())].to_vec()
}

/// The words of a name in lower case: `unitPrice`, `unit_price` and `unitprice` are two.
fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in name.chars() {
        let starts = !c.is_alphanumeric()
            || c.is_uppercase() && last.is_lowercase()
            || c.is_numeric() != last.is_numeric();
        if starts || words.is_empty() {
            words.push(String::new());
        }
        if c.is_alphanumeric() && !c.is_numeric() {
            let word = words.last_mut().expect("a word was just begun");
            word.extend(c.to_lowercase());
        }
        last = c;
    }
    words.retain(|word| !word.is_empty());
    words.iter().flat_map(|word| words::unjoin(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(name: &str) -> bool {
        is_money(name, Company::default())
    }

    #[test]
    fn money_names() {
        for name in "
            amount price total subtotal cost balance fee tax vat salary wage revenue payment
            discount refund deposit credit_amount debit_amount unit_price unitPrice unitprice
            UnitPrice total_amount totalamount price_usd cost_eur price_bdt cost_total
            cost_last_run price_at_purchase price_per_kg amount_paid total_due grand_total
            shipping_cost hourly_wage tax_amount order_total line_total price_in_cents
            current_balance wallet_balance dragon_price price2 total_price monthly_rent
            refund_amount market_value credit_limit commission service_charge net_price
            price_from total_spent lifetime_value project_budget discount_amount late_fee total_pnl daily_loss_amount"
            .split_whitespace()
        {
            assert!(money(name), "{name}");
        }
    }

    #[test]
    fn other_names() {
        for name in "
            lat lng score ratio tax_rate discount_percent discount_pct weight probability
            total_count total_seconds feed steel feedback price_count price_at paid_at
            price_date price_share total_score payment_method exchange_rate_usd hourly_rate
            profit_margin score_total hours_total total_hours total_distance emotional_balance
            work_balance leave_balance token_balance water_amount time_spent price_sentiment
            price_elasticity path_cost token_budget error_budget technical_debt battery_charge
            value self_worth gross net rate taxrate totalcount cost_efficiency
            price_change_percent budget_utilization discount_factor weight_pounds current parent
            total"
            .split_whitespace()
        {
            let company = Company {
                owner: "exam_results",
                siblings: &[],
            };
            assert!(!is_money(name, company), "{name}");
        }
    }

    #[test]
    fn an_amount_beside_a_unit_is_a_quantity() {
        let beside = |siblings| Company {
            owner: "recipe_lines",
            siblings,
        };
        assert!(!is_money("amount", beside(&["unit"])));
        assert!(!is_money(
            "amount",
            Company {
                owner: "ingredients",
                siblings: &[]
            }
        ));
        assert!(is_money("price", beside(&["unit"])));
        assert!(is_money("refund_amount", beside(&["unit"])));
    }
}

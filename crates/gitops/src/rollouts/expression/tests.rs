//! Conditions and what they come to.

use super::*;
use manifest::list;

/// Of `utils/evaluate/evaluate_test.go`, and what the documentation shows.
#[test]
fn conditions_hold_as_in_argo_rollouts() {
    let vector = list![Value::Float(0.98), Value::Float(0.4)];
    for (text, result, wanted) in [
        ("result[0] >= 0.95", vector.clone(), Ok(true)),
        ("result[1] >= 0.95", vector.clone(), Ok(false)),
        ("all(result, # > 0.5)", vector.clone(), Ok(false)),
        ("any(result, {# > 0.5})", vector.clone(), Ok(true)),
        ("len(result) == 0 || result[0] < 1", list![], Ok(true)),
        ("result[0] > 1", list![], Err("reflect: slice index out of range")),
        ("isNaN(result[0])", list![Value::Float(f64::NAN)], Ok(true)),
        ("isInf(result)", Value::Float(f64::INFINITY), Ok(true)),
        ("asInt(result) == 1", Value::from("1"), Ok(true)),
        ("asFloat(result) == 1.1", Value::from("1.1"), Ok(true)),
        ("asInt(result) == 1", Value::from("NaN"), Err("strconv.ParseInt: parsing \"NaN\": invalid syntax")),
        ("default(result, 0) == 0", Value::Null, Ok(true)),
        ("isNil(result)", Value::Null, Ok(true)),
        ("result.ok and result.n * 2 == 6", Value::from_json("{\"ok\":true,\"n\":3}").expect("JSON"), Ok(true)),
        ("result in [\"a\", \"b\"]", Value::from("b"), Ok(true)),
        ("result not in [\"a\", \"b\"]", Value::from("b"), Ok(false)),
        ("result > 0.5 ? true : result == 0", Value::Float(0.0), Ok(true)),
        ("!(result > 5) && -result < 0", Value::Float(1.0), Ok(true)),
        ("1 + 2 * 3 == 7", Value::Null, Ok(true)),
        ("1.1", Value::Null, Err("expected bool, but got float64")),
        ("unknown(result)", Value::Null, Err("unknown name unknown")),
        ("filter(result, # > 1)", Value::Null, Err("filter is real, but not part of this sandbox yet")),
        ("result ==", Value::Null, Err("unexpected token EOF")),
    ] {
        assert_eq!(holds(text, &result), wanted.map_err(String::from), "{text}");
    }
}

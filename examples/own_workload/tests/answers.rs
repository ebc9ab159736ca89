//! Every model gives the right answers.

use std::process::Command;

#[test]
fn every_model_gives_the_right_answers() {
    let output = Command::new(env!("CARGO_BIN_EXE_own-workload"))
        .args(["verify", "--workload", "orders", "--param", "orders=8", "--param", "payment_us=500"])
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("warning"), "{said}");
}

//! Double submissions: who is counted, and who is not mistaken for a double.

use crate::support::{Outputs, Run, count, list};

/// The (response, state) of every row of the ledger.
fn states(outputs: &Outputs) -> Vec<(String, String)> {
    outputs.rows("ledger.csv").into_iter().map(|row| (row["response_id"].clone(), row["state"].clone())).collect()
}

fn n_with_state(outputs: &Outputs, state: &str) -> usize {
    states(outputs).into_iter().filter(|(_, found)| found == state).count()
}

#[test]
fn one_person_who_answers_two_questions_of_a_long_file_is_no_double() {
    let rows = ["Q1", "Q2"].into_iter().flat_map(|question| {
        (0..6).map(move |n| format!("{question},The evening ferry number {n} must run later,guest{n}@example.org\n"))
    });
    let csv = ["question,text,email\n".to_owned()].into_iter().chain(rows).collect::<String>();
    let outputs = Run::new().csv(&csv).args(["--layout", "long"]).done().outputs();
    assert_eq!(n_with_state(&outputs, "analysed"), 12);
    let bases: Vec<u64> =
        list(&outputs.findings(), "questions").iter().map(|question| count(question, "base")).collect();
    assert_eq!(bases, [6, 6]);
}

#[test]
fn a_second_answer_to_one_question_from_one_address_is_a_double() {
    let csv = "question,text,email\nQ1,The evening ferry,a@example.org\nQ1,The late ferry,b@example.org\n\
               Q1,A later evening ferry,a@example.org\n";
    let outputs = Run::new().csv(csv).args(["--layout", "long"]).done().outputs();
    let states: Vec<String> = states(&outputs).into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, ["double", "analysed", "analysed"]);
}

#[test]
fn members_of_a_campaign_with_addresses_of_their_own_are_all_counted() {
    let letter = "We call on the harbour office to keep the evening ferry running through the winter, because without it \
                  nobody who works on the mainland can live on the island";
    let copies = (0..12).map(|n| format!("{n},member{n}@example.org,40,North,Guest,None,Travel,x,\"{letter}\"\n"));
    let others = (12..24).map(|n| {
        format!(
            "{n},guest{n}@example.org,{n},South,Guest,None,Travel,y,The ticket office number {n} is closed too often\n"
        )
    });
    let header = "id,email,Age,Region,Type,Role,Sector,Gender,What should the ferry change?\n".to_owned();
    let csv = [header].into_iter().chain(copies).chain(others).collect::<String>();
    let outputs = Run::new().csv(&csv).done().outputs();
    assert_eq!(n_with_state(&outputs, "double"), 0);
    assert_eq!(count(&list(&outputs.findings(), "questions")[0], "base"), 24);
    let group = outputs.rows("duplicates.csv").into_iter().filter(|row| row["kind"] == "exact").count();
    assert!(group >= 12);
}

#[test]
fn a_blank_repeat_in_a_long_file_does_not_displace_the_answer() {
    let csv = "question,id,member,text\nQ1,1,m1,The evening ferry\nQ1,2,m2,Cheaper tickets\nQ1,1,m1,\nQ1,2,m2,n/a\n";
    let arguments = ["--layout", "long", "--id-column", "id", "--respondent-column", "member"];
    let outputs = Run::new().csv(csv).args(arguments).done().outputs();
    let states: Vec<String> = states(&outputs).into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, ["analysed", "analysed", "double", "double"]);
}

#[test]
fn the_later_row_of_one_id_counts_and_the_reason_names_it() {
    let csv = "id,What should the ferry change?\n1,The evening ferry\n2,Cheaper tickets\n1,A later evening ferry\n";
    let outputs = Run::new().csv(csv).args(["--id-column", "id"]).done().outputs();
    let first = &outputs.rows("ledger.csv")[0];
    assert_eq!((first["state"].as_str(), first["reason"].as_str()), ("double", "the same id as row 4, which counts"));
}

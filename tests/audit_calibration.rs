//! How far the verdicts of an audit can be trusted: true claims, claims of other questions and claims that nobody made, and quotations, counted.
//!
//! The tables that `benches/README.md` has are printed: `cargo test --package canvass-cli --test acceptance audit_calibration -- --nocapture`.

use crate::audit::audit;
use crate::support::{Ran, Run, count, list, repository, shared, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// A claim to audit.
#[derive(Clone, Debug)]
struct Made {
    heading: String,
    text: String,
    question: String,
    /// The respondents who make it, by a reader's count; none if nobody is said to.
    n_respondents: Option<u64>,
}

/// How many claims of a kind were given which verdict.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    supported: usize,
    weak: usize,
    not_found: usize,
    /// Those that are said to fit another question better.
    elsewhere: usize,
    /// Those that are supported and are said to fit no other question better.
    here: usize,
    /// By how many respondents they are off in all.
    off: u64,
    respondents: u64,
}

impl Tally {
    fn of(ran: &Ran, claims: &[Made]) -> Self {
        let of = |claim: &Made| json!({"heading": claim.heading, "text": claim.text, "question": claim.question});
        let summary = Value::Array(claims.iter().map(of).collect()).to_string();
        let (found, said) = audit(ran, "claims.json", summary, &[]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert_eq!(list(&found, "claims").len(), claims.len());
        let mut tally = Self::default();
        for (made, claim) in claims.iter().zip(list(&found, "claims")) {
            let is_elsewhere = claim["fits_better"].is_object();
            match text(claim, "verdict") {
                "supported" => tally.supported += 1,
                "weak" => tally.weak += 1,
                _ => tally.not_found += 1,
            }
            tally.elsewhere += usize::from(is_elsewhere);
            tally.here += usize::from(text(claim, "verdict") == "supported" && !is_elsewhere);
            if let Some(n) = made.n_respondents {
                tally.off += n.abs_diff(count(claim, "n_respondents"));
                tally.respondents += n;
            }
        }
        tally
    }

    fn n(&self) -> usize {
        self.supported + self.weak + self.not_found
    }
}

/// What came of true claims, of the same looked for in the answers to the other questions, and of claims that nobody made.
struct Calibration {
    own: Tally,
    foreign: Tally,
    invented: Tally,
}

impl Calibration {
    fn of(ran: &Ran, own: &[Made], invented: &[(&str, &str)]) -> Self {
        let questions: BTreeSet<&str> = own.iter().map(|claim| claim.question.as_str()).collect();
        let at =
            |claim: &Made, question: &str| Made { question: question.to_owned(), n_respondents: None, ..claim.clone() };
        let others = |claim: &Made| {
            questions.iter().filter(|of| **of != claim.question).map(|of| at(claim, of)).collect::<Vec<_>>()
        };
        let foreign: Vec<Made> = own.iter().flat_map(others).collect();
        let nobodys = |question: &&str| {
            let of = |(heading, text): &(&str, &str)| Made {
                heading: (*heading).to_owned(),
                text: (*text).to_owned(),
                question: (*question).to_owned(),
                n_respondents: None,
            };
            invented.iter().map(of).collect::<Vec<_>>()
        };
        let invented: Vec<Made> = questions.iter().flat_map(nobodys).collect();
        Self { own: Tally::of(ran, own), foreign: Tally::of(ran, &foreign), invented: Tally::of(ran, &invented) }
    }

    /// Prints the tables.
    fn print(&self, name: &str) {
        type Taken = fn(&Tally) -> usize;
        eprintln!(
            "\n{name}: claims\n\n| claims | n | supported | weak | not found | fit another question better |\n|---|---|---|---|---|---|"
        );
        for (kind, of) in
            [("true", self.own), ("the same, in another question", self.foreign), ("that nobody made", self.invented)]
        {
            eprintln!("| {kind} | {} | {} | {} | {} | {} |", of.n(), of.supported, of.weak, of.not_found, of.elsewhere);
        }
        let n = self.own.n() as f64;
        eprintln!(
            "\nrespondents of the true ones: off by {:.1} of {:.1} on average",
            self.own.off as f64 / n,
            self.own.respondents as f64 / n
        );
        eprintln!(
            "\n| a claim is taken for true if it is | precision beside invented ones | beside those of other questions, too | recall |\n|---|---|---|---|"
        );
        let told: [(&str, Taken); 3] = [
            ("supported", |of| of.supported),
            ("supported, and fits no other question better", |of| of.here),
            ("supported or weak", |of| of.supported + of.weak),
        ];
        for (rule, taken) in told {
            let [own, foreign, invented] = [&self.own, &self.foreign, &self.invented].map(taken);
            let share = |of: usize| own as f64 / (own + of).max(1) as f64;
            eprintln!("| {rule} | {:.2} | {:.2} | {:.2} |", share(invented), share(invented + foreign), own as f64 / n);
        }
    }
}

/// Claims that nobody made in either consultation: a heading and a sentence each.
const INVENTED: [(&str, &str); 24] = [
    ("Free Satellite Capacity for Schools", "Rural schools should be given satellite capacity at no charge."),
    ("Gender Parity Among Elected Officials", "Respondents want women in half of the elected posts."),
    (
        "Ethics of Artificial Intelligence",
        "A code of conduct for artificial intelligence should be adopted and enforced.",
    ),
    ("Relocation of the Headquarters", "Many answers suggest moving the headquarters to a cheaper city."),
    ("Lower Spectrum Fees for Small Operators", "Small operators ask for lower fees for the use of spectrum."),
    ("Protection of Children Online", "Children need protection from harmful content and cyberbullying."),
    ("Electronic Waste and Climate", "Electronic waste and the carbon footprint of data centres should come first."),
    ("Shorter Meetings and Fewer Documents", "Meetings should end in three days, with paper documents abolished."),
    ("Remote Voting at Conferences", "Delegates ask to vote remotely at the plenipotentiary conference."),
    ("Hackathons for Young Engineers", "Young engineers want hackathons and internships every summer."),
    ("Research on 6G and Quantum", "Laboratories for 6G and quantum communication should be funded."),
    ("Fight Against Disinformation", "Platforms should be held liable for false news."),
    ("Access for Persons With Disabilities", "Services must be accessible to persons with disabilities."),
    (
        "Emergency Communications After Disasters",
        "Emergency telecommunications after earthquakes and floods need stock.",
    ),
    ("Private Sector Discounts on Membership Fees", "Companies ask for a discount of half on membership fees."),
    ("A Global Cybersecurity Centre", "A new centre should answer cyber attacks on banks and hospitals."),
    ("Better Coffee and Longer Breaks", "Delegates ask for better coffee and longer breaks."),
    ("Pension Rights of Staff", "Retired staff want their pensions indexed to inflation."),
    ("Open Source Software Only", "All software should be replaced by open source."),
    ("Broadband Tax on Streaming Companies", "Streaming companies should pay a tax for broadband networks."),
    ("Restoring Public Confidence in Vaccines", "Health ministries ask for campaigns on vaccines."),
    ("Simplified Visa Procedures for Delegates", "Visas for delegates should be issued within a week."),
    ("Regional Satellites for Television", "Television by satellite should be shared in each region."),
    ("Transparent Elections of Directors", "Candidates should publish their programmes and debate in public."),
];

/// More such claims, in the words that the sample consultation is about.
const INVENTED_AT_HOME: [(&str, &str); 12] = [
    ("Cable cars instead of roads", "Cable cars should replace the roads to every summit."),
    ("A currency of the mountains", "The Union should mint a currency that shops accept."),
    ("Wolves and bears", "Herds need fences and dogs against wolves and bears."),
    ("Hydrogen trains", "Hydrogen trains should run through new tunnels."),
    ("Vineyards on terraces", "Terraces for vineyards deserve a label and a fair."),
    ("A university of the Union", "A university with professors and degrees should be founded."),
    ("Free ski passes", "Pensioners want free ski passes every winter."),
    ("Dams and hydropower", "Dams for hydropower drown pastures and must be dismantled."),
    ("Casinos and hotels", "Licences for casinos would pay for hotels."),
    ("Drones for parcels", "Parcels and medicines should come by drone."),
    ("Abolition of the presidency", "The presidency should rotate by lot among shepherds."),
    ("Dark skies", "Lamps should be switched off so that astronomers see the stars."),
];

/// The run over the hand-coded consultation; none where it is not there.
fn hand_coded() -> Option<Ran> {
    let (folder, reference) = (shared("gold/one-itu")?, shared("seeds/one-itu-reference-extracts.txt")?);
    let run = Run::new().file(folder.join("answers.csv")).long();
    Some(run.arg("--questions").arg(folder.join("questions.csv")).reference(reference).done())
}

#[test]
fn claims_of_the_hand_coding_are_supported_near_their_counts_and_invented_ones_are_not() {
    let Some(ran) = hand_coded() else { return };
    let summary = fs::read_to_string(shared("gold/one-itu/findings.md").unwrap()).unwrap();
    let (found, _) = audit(&ran, "findings.md", &summary, &[]);
    let own: Vec<Made> = list(&found, "claims")
        .iter()
        .map(|claim| {
            let support = list(claim, "remarks")[0].as_str().unwrap()["Support: ".len()..].to_owned();
            Made {
                heading: text(claim, "heading").to_owned(),
                text: text(claim, "text").to_owned(),
                question: text(claim, "question").to_owned(),
                n_respondents: Some(support.split(' ').next().unwrap().parse().unwrap()),
            }
        })
        .collect();
    assert_eq!(own.len(), 15);
    let found = Calibration::of(&ran, &own, &INVENTED);
    found.print("hand-coded consultation");
    let Calibration { own, foreign, invented } = found;
    assert!(own.supported == 15 && own.elsewhere <= 1 && own.off <= 15 * 4, "{own:?}");
    assert!(invented.n() == 72 && invented.supported == 0 && invented.not_found >= 54, "{invented:?}");
    // What both questions are about is said there, too; where the other has much more of it, that is told.
    assert!(foreign.n() == 30 && foreign.elsewhere >= 22 && foreign.here <= 6, "{foreign:?}");
}

#[test]
fn claims_of_the_samples_key_are_supported_near_their_counts_and_invented_ones_are_not() {
    let ran = Run::sample().done();
    let key: Value = serde_json::from_slice(&fs::read(repository("data/sample/key.json")).unwrap()).unwrap();
    // Only answers in the main language are searched.
    let in_english: BTreeSet<(String, String)> = ran
        .outputs()
        .records()
        .iter()
        .filter(|record| record["language"] == "en")
        .map(|record| (text(record, "question").to_owned(), text(record, "respondent_id").to_owned()))
        .collect();
    let mut own = Vec::new();
    for (question, themes) in key["themes"].as_object().unwrap() {
        for theme in themes.as_array().unwrap() {
            let n =
                list(theme, "ids").iter().filter(|id| in_english.contains(&(question.clone(), id.to_string()))).count()
                    as u64;
            // What two respondents say is no finding.
            if n >= 3 {
                own.push(Made {
                    heading: text(theme, "name").to_owned(),
                    text: text(theme, "definition").to_owned(),
                    question: question.clone(),
                    n_respondents: Some(n),
                });
            }
        }
    }
    let invented: Vec<(&str, &str)> = INVENTED.into_iter().chain(INVENTED_AT_HOME).collect();
    let found = Calibration::of(&ran, &own, &invented);
    found.print("sample consultation");
    let Calibration { own, foreign, invented } = found;
    // The key is in a reader's words, not in those of the answers.
    assert!(own.n() == 47 && own.supported >= 30 && own.elsewhere <= 3, "{own:?}");
    assert!(invented.n() == 144 && invented.supported == 0 && invented.not_found >= 125, "{invented:?}");
    assert!(foreign.n() == 141 && foreign.here <= 8, "{foreign:?}");
}

/// Prints what became of quotations of the answers: as they are, altered, and made of their words in an order that nobody wrote; all must be told apart.
fn check_quotations(ran: &Ran, name: &str, least: usize) {
    let records = ran.outputs().records();
    let passages: Vec<Vec<&str>> = records
        .iter()
        .filter(|record| text(record, "state") == "analysed")
        .map(|record| text(record, "text").split_whitespace().take(14).collect::<Vec<_>>())
        .filter(|words| words.len() == 14 && !words.concat().contains(['"', '“', '”', '«', '…']))
        .collect();
    assert!(passages.len() >= least, "{}", passages.len());
    let claims = |make: &dyn Fn(usize, &[&str]) -> Vec<String>| {
        let of =
            |(at, words): (usize, &Vec<&str>)| json!({"text": format!("They say: “{}”", make(at, words).join(" "))});
        Value::Array(passages.iter().enumerate().map(of).collect()).to_string()
    };
    let verdicts = |file: &str, summary: String| -> BTreeMap<String, usize> {
        let (found, said) = audit(ran, file, summary, &[]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        let mut counts = BTreeMap::new();
        for of in list(&found, "claims").iter().flat_map(|claim| list(claim, "quotations")) {
            *counts.entry(text(of, "verdict").to_owned()).or_default() += 1;
        }
        counts
    };
    let only = |verdict: &str| BTreeMap::from([(verdict.to_owned(), passages.len())]);
    let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(verdicts("exact.json", claims(&|_, words| own(words))), only("exact"));
    let altered = |at: usize, words: &[&str]| {
        let mut words = own(words);
        let place = 2 + at % 9;
        match at % 3 {
            0 => "hovercraft".clone_into(&mut words[place]),
            1 => words.insert(place, "never".to_owned()),
            _ => {
                words.remove(place);
            }
        }
        words
    };
    assert_eq!(verdicts("altered.json", claims(&altered)), only("altered"));
    let invented = |at: usize, words: &[&str]| {
        // Words of real answers, in an order that nobody wrote.
        let other = &passages[(at + 7) % passages.len()];
        words
            .iter()
            .rev()
            .zip(other.iter().rev())
            .step_by(2)
            .flat_map(|(a, b)| [(*b).to_owned(), (*a).to_owned()])
            .collect()
    };
    assert_eq!(verdicts("invented.json", claims(&invented)), only("not_found"));
    eprintln!("\n{name}: {n} quotations exact, {n} altered, {n} invented: all told apart", n = passages.len());
}

#[test]
fn altered_and_invented_quotations_are_all_caught() {
    check_quotations(&Run::sample().done(), "sample consultation", 200);
    if let Some(ran) = hand_coded() {
        check_quotations(&ran, "hand-coded consultation", 60);
    }
}

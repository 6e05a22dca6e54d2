//! Which response is in which theme.

use crate::codeframe::PutBy;
use crate::pipeline::QuestionRun;
use rayon::prelude::*;

/// That a response is in a theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Member {
    response: u32,
    /// Into the ids.
    theme: u32,
    /// Points of the response that are in the theme.
    pub(super) n_points: u32,
    /// What put it there: people before a classifier before words.
    pub(super) put_by: Option<PutBy>,
    /// The largest strength of its points.
    pub(super) strength: f64,
}

/// For each analysed response of a question its themes.
#[derive(Clone, Debug)]
pub(super) struct Members<'r> {
    /// The ids of the themes, sorted.
    ids: Vec<&'r str>,
    /// By response, then by theme.
    all: Vec<Member>,
    /// For each response where its themes begin, and where the last ends.
    starts: Vec<u32>,
}

impl<'r> Members<'r> {
    /// Those of a question.
    pub(super) fn new(question: &'r QuestionRun) -> Self {
        let mut ids: Vec<&str> =
            question.languages.iter().flat_map(|group| group.theme_ids.iter().flatten()).map(String::as_str).collect();
        ids.sort_unstable();
        ids.dedup();
        let number = |id: &str| ids.binary_search(&id).ok().map(|at| at as u32);
        let n_memberships = question.languages.iter().map(|group| group.themes.memberships.len()).sum();
        let mut members: Vec<Member> = Vec::with_capacity(n_memberships);
        for group in &question.languages {
            let numbers: Vec<Option<u32>> = group.theme_ids.iter().map(|id| number(id.as_deref()?)).collect();
            members.extend(group.themes.memberships.iter().filter_map(|membership| {
                let theme = numbers[membership.theme_idx as usize]?;
                let (response, _) = group.points[membership.point_idx as usize];
                Some(Member { response, theme, n_points: 1, put_by: None, strength: membership.strength })
            }));
        }
        // What is equal is put together, in any order.
        members.par_sort_unstable_by_key(|member| (member.response, member.theme));
        members.dedup_by(|other, kept| {
            let same = (other.response, other.theme) == (kept.response, kept.theme);
            if same {
                kept.n_points += other.n_points;
                kept.strength = kept.strength.max(other.strength);
            }
            same
        });
        for framed in question.languages.iter().flat_map(|group| group.framed.iter().flatten()) {
            let Some(theme) = number(&framed.id) else { continue };
            for ((response, _), by) in &framed.put_by {
                let at = members.binary_search_by_key(&(*response, theme), |member| (member.response, member.theme));
                if let Ok(at) = at {
                    members[at].put_by = members[at].put_by.max(Some(*by));
                }
            }
        }
        let mut starts = vec![0_u32; question.positions.len() + 1];
        for member in &members {
            starts[member.response as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { ids, all: members, starts }
    }

    /// The themes of a response, in the order of their ids.
    pub(super) fn of(&self, response: usize) -> &[Member] {
        &self.all[self.starts[response] as usize..self.starts[response + 1] as usize]
    }

    /// The ids of the themes of a response, in their order.
    pub(super) fn ids_of(&self, response: usize) -> impl Iterator<Item = &'r str> {
        self.of(response).iter().map(|member| self.id(member))
    }

    /// The id of the theme.
    pub(super) fn id(&self, member: &Member) -> &'r str {
        self.ids[member.theme as usize]
    }
}

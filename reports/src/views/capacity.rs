//! How much parallel speed the machine gave, in words.

use crate::figures::capacity::Ceiling;
use crate::text::units;

/// Says what all cores give together, such as "2 cores here give 1.94 of one"; none if it was not measured.
pub fn sentence(ceiling: &Ceiling) -> Option<String> {
    let (burns, speed) = ceiling.measured().last()?;
    Some(format!("{burns} cores here give {} of one", units::number(speed)))
}

/// Says what each number of cores gives that was measured, such as "2 cores give 1.94 of one, 4 cores give 3.60 of one"; none if none was.
pub fn each(ceiling: &Ceiling) -> Option<String> {
    let parts: Vec<String> = ceiling
        .measured()
        .map(|(burns, speed)| format!("{burns} cores give {} of one", units::number(speed)))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::schema::{Capacity, CapacityPoint};

    #[test]
    fn only_what_was_measured_is_told() {
        let points = [(1, 1.0), (2, 1.94), (4, 3.6)];
        let points = points.map(|(burns, speed)| CapacityPoint { burns, speeds: vec![speed] }).to_vec();
        let ceiling = Ceiling::new(4.0, Some(&Capacity { points, ..Capacity::default() }));
        assert_eq!(sentence(&ceiling).as_deref(), Some("4 cores here give 3.60 of one"));
        assert_eq!(each(&ceiling).as_deref(), Some("2 cores give 1.94 of one, 4 cores give 3.60 of one"));
        let unknown = Ceiling::new(8.0, None);
        assert_eq!((sentence(&unknown), each(&unknown)), (None, None));
    }
}

//! What drawing on a backend results in.

use plotters::drawing::DrawingAreaErrorKind;
use plotters_backend::DrawingBackend;

/// Nothing, or the error of the backend.
pub type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

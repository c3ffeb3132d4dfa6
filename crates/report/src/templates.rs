//! The templates that the programme brings, made by `examples/default_templates.rs`.

/// Responsibility letter.
pub const LETTER: &[u8] = include_bytes!("../templates/letter.docx");
/// Supervision note.
pub const SUPERVISION: &[u8] = include_bytes!("../templates/supervision.docx");
/// Circular.
pub const CIRCULAR: &[u8] = include_bytes!("../templates/circular.docx");
/// Rectification ledger.
pub const RECTIFICATION: &[u8] = include_bytes!("../templates/rectification.xlsx");
/// Summary tables.
pub const SUMMARY: &[u8] = include_bytes!("../templates/summary.xlsx");
/// Confirmation of scores.
pub const CONFIRMATION: &[u8] = include_bytes!("../templates/confirmation.docx");
/// A letter of a flow's step under the issuer's head: notice, decision, order, instruction.
pub const ORDER: &[u8] = include_bytes!("../templates/order.docx");
/// A form of a flow's step: record of what was found on the spot.
pub const RECORD: &[u8] = include_bytes!("../templates/record.docx");

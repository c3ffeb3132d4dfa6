//! How much a reader takes before it refuses, in one place.
//!
//! Every limit has an error that names it (problems S2xx), so that a compressed bomb or a text of a
//! million columns costs a message and not the machine.

/// Declared limits of reading. The defaults suit an upload by an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as it arrives. Default 512 MiB.
    pub input_bytes_max: u64,
    /// Bytes after unpacking gzip, or of all parts of a workbook together. Default 1 GiB.
    pub unpacked_bytes_max: u64,
    /// Unpacked bytes per packed byte, tested beyond the first 16 MiB. Default 250.
    pub unpack_ratio_max: u64,
    /// Parts in a workbook file (worksheets, pictures, styles). Default 10,000.
    pub parts_max: usize,
    /// Worksheets in a workbook. Default 256.
    pub sheets_max: usize,
    /// Bytes of each part of a workbook that is neither cells nor pictures: styles, the list of
    /// sheets, relations. Default 16 MiB.
    pub structure_bytes_max: u64,
    /// Shared texts of a workbook. Default 4 million.
    pub shared_texts_max: usize,
    /// Rows of a table, the header and blank rows included. Default 5 million.
    pub rows_max: u32,
    /// Columns of a table. Default 4,096.
    pub columns_max: usize,
    /// Characters in one cell. Default 32,767, which is what spreadsheets hold.
    pub cell_chars_max: usize,
    /// Bytes of one row's texts. Default 8 MiB.
    pub row_bytes_max: usize,
    /// Cells of a table that is read into memory. Default 30 million.
    pub cells_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            input_bytes_max: 512 * MIB,
            unpacked_bytes_max: 1024 * MIB,
            unpack_ratio_max: 250,
            parts_max: 10_000,
            sheets_max: 256,
            structure_bytes_max: 16 * MIB,
            shared_texts_max: 4_000_000,
            rows_max: 5_000_000,
            columns_max: 4_096,
            cell_chars_max: 32_767,
            row_bytes_max: 8 << 20,
            cells_max: 30_000_000,
        }
    }
}

/// Unpacked bytes below which the ratio is not tested: a small table of zeros packs very well.
const RATIO_FREE_BYTES: u64 = 16 << 20;

impl Limits {
    /// Unpacked bytes allowed for a packed size, and whether it is the ratio that binds.
    pub(crate) fn unpacked_allowance(&self, packed_bytes: u64) -> (u64, bool) {
        let by_ratio = packed_bytes
            .saturating_mul(self.unpack_ratio_max)
            .max(RATIO_FREE_BYTES);
        if by_ratio < self.unpacked_bytes_max {
            (by_ratio, true)
        } else {
            (self.unpacked_bytes_max, false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_allowance_binds() {
        let limits = Limits {
            unpacked_bytes_max: 100 << 20,
            unpack_ratio_max: 100,
            ..Limits::default()
        };
        assert_eq!(limits.unpacked_allowance(10), (16 << 20, true));
        assert_eq!(limits.unpacked_allowance(1 << 20), (100 << 20, false));
        assert_eq!(limits.unpacked_allowance(500_000), (50_000_000, true));
        assert_eq!(limits.unpacked_allowance(u64::MAX), (100 << 20, false));
    }
}

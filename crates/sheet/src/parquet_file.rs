//! Tables as Parquet files, out and in: columns of whole numbers and of texts, each cell maybe empty.
//!
//! For whoever reads tables with an engine of their own. Rows go in one by one and leave in groups, so that
//! memory does not grow with the table; dictionaries keep the file small without compression. Reading takes
//! only what [`ParquetOut`] writes.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use base::Problem;
use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::problems;

/// The rows of a group: what is held in memory.
const GROUP_ROWS: usize = 65_536;

/// The most rows of a group that is read.
const GROUP_ROWS_MAX: i64 = 1 << 20;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParquetKind {
    /// Whole numbers of 64 bits.
    Integer,
    /// Texts.
    Text,
}

/// A cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParquetCell<'a> {
    /// Empty.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(&'a str),
}

/// The cells of a column that wait for their group to be full, or that were read: the present ones, and for
/// each row whether it has one (1) or not (0).
enum Cells {
    Integers(Vec<i64>, Vec<i16>),
    Texts(Vec<ByteArray>, Vec<i16>),
}

impl Cells {
    fn of(kind: ParquetKind) -> Cells {
        match kind {
            ParquetKind::Integer => Cells::Integers(Vec::new(), Vec::new()),
            ParquetKind::Text => Cells::Texts(Vec::new(), Vec::new()),
        }
    }

    /// Adds a cell; `false` when it is of the other kind.
    fn push(&mut self, cell: ParquetCell<'_>) -> bool {
        match (self, cell) {
            (Cells::Integers(_, present) | Cells::Texts(_, present), ParquetCell::Null) => {
                present.push(0);
            }
            (Cells::Integers(values, present), ParquetCell::Integer(value)) => {
                values.push(value);
                present.push(1);
            }
            (Cells::Texts(values, present), ParquetCell::Text(value)) => {
                values.push(ByteArray::from(value.as_bytes().to_vec()));
                present.push(1);
            }
            _ => return false,
        }
        true
    }
}

fn failed(error: &ParquetError) -> Problem {
    problems::parquet_failed(error)
}

/// A Parquet file being written.
pub struct ParquetOut<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    kinds: Vec<ParquetKind>,
    cells: Vec<Cells>,
    rows: usize,
}

impl<W: Write + Send> ParquetOut<W> {
    /// Begins a file with these columns.
    ///
    /// ```
    /// use sheet::{ParquetCell, ParquetKind, ParquetOut};
    /// let columns = [("id", ParquetKind::Integer), ("name", ParquetKind::Text)];
    /// let mut out = ParquetOut::start(Vec::new(), &columns)?;
    /// out.write(&[ParquetCell::Integer(1), ParquetCell::Text("城")])?;
    /// out.write(&[ParquetCell::Integer(2), ParquetCell::Null])?;
    /// assert_eq!(out.finish()?[..4], *b"PAR1");
    /// # Ok::<(), base::Problem>(())
    /// ```
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn start(out: W, columns: &[(&str, ParquetKind)]) -> Result<ParquetOut<W>, Problem> {
        let field = |(name, kind): &(&str, ParquetKind)| {
            let (physical, logical) = match kind {
                ParquetKind::Integer => (PhysicalType::INT64, None),
                ParquetKind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
            };
            Type::primitive_type_builder(name, physical)
                .with_logical_type(logical)
                .with_repetition(Repetition::OPTIONAL)
                .build()
                .map(Arc::new)
        };
        let fields = columns.iter().map(field).collect::<Result<_, _>>();
        let schema = fields
            .and_then(|fields| {
                Type::group_type_builder("schema")
                    .with_fields(fields)
                    .build()
            })
            .map_err(|error| failed(&error))?;
        let properties = WriterProperties::builder()
            .set_created_by("zhicheng".to_owned())
            .build();
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties));
        let kinds: Vec<ParquetKind> = columns.iter().map(|(_, kind)| *kind).collect();
        Ok(ParquetOut {
            writer: writer.map_err(|error| failed(&error))?,
            cells: kinds.iter().map(|kind| Cells::of(*kind)).collect(),
            kinds,
            rows: 0,
        })
    }

    /// Adds a row: a cell for each column.
    ///
    /// # Errors
    /// There are more or fewer cells than columns, one is of another kind, or the output cannot be written.
    pub fn write(&mut self, row: &[ParquetCell<'_>]) -> Result<(), Problem> {
        let fits = row.len() == self.cells.len()
            && self
                .cells
                .iter_mut()
                .zip(row)
                .all(|(cells, cell)| cells.push(*cell));
        if !fits {
            return Err(problems::parquet_failed("a row does not fit the columns"));
        }
        self.rows += 1;
        if self.rows == GROUP_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes the rows that wait as a group.
    fn flush(&mut self) -> Result<(), Problem> {
        if self.rows == 0 {
            return Ok(());
        }
        let empty = self.kinds.iter().map(|kind| Cells::of(*kind)).collect();
        let cells = std::mem::replace(&mut self.cells, empty);
        self.rows = 0;
        write_group(&mut self.writer, &cells).map_err(|error| failed(&error))
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn finish(mut self) -> Result<W, Problem> {
        self.flush()?;
        self.writer.into_inner().map_err(|error| failed(&error))
    }
}

fn write_group<W: Write + Send>(
    writer: &mut SerializedFileWriter<W>,
    columns: &[Cells],
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for cells in columns {
        let Some(mut column) = group.next_column()? else {
            return Err(ParquetError::General("a column is missing".to_owned()));
        };
        match cells {
            Cells::Integers(values, present) => {
                let typed = column.typed::<Int64Type>();
                typed.write_batch(values, Some(present), None)?;
            }
            Cells::Texts(values, present) => {
                let typed = column.typed::<ByteArrayType>();
                typed.write_batch(values, Some(present), None)?;
            }
        }
        column.close()?;
    }
    group.close()?;
    Ok(())
}

/// Is told a row's number, from 1, and its cells.
pub type OnParquetRow<'a> = &'a mut dyn FnMut(u64, &[ParquetCell<'_>]) -> Result<(), Problem>;

/// A Parquet file being read, group by group.
pub struct ParquetIn {
    reader: SerializedFileReader<File>,
}

impl ParquetIn {
    /// Opens a file.
    ///
    /// # Errors
    /// It is no Parquet file.
    pub fn open(file: File) -> Result<ParquetIn, Problem> {
        let reader = SerializedFileReader::new(file).map_err(|error| failed(&error))?;
        Ok(ParquetIn { reader })
    }

    /// The columns: names and kinds.
    ///
    /// # Errors
    /// A column is of a kind that [`ParquetOut`] does not write.
    pub fn columns(&self) -> Result<Vec<(String, ParquetKind)>, Problem> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let kind = |column: &parquet::schema::types::ColumnDescriptor| {
            let kind = match column.physical_type() {
                PhysicalType::INT64 => ParquetKind::Integer,
                PhysicalType::BYTE_ARRAY => ParquetKind::Text,
                _ => return None,
            };
            let is_flat = column.max_def_level() == 1 && column.max_rep_level() == 0;
            is_flat.then(|| (column.name().to_owned(), kind))
        };
        schema
            .columns()
            .iter()
            .map(|column| kind(column))
            .collect::<Option<_>>()
            .ok_or_else(|| problems::parquet_failed("a column of another kind"))
    }

    /// Tells every row in order: its number from 1, and its cells.
    ///
    /// # Errors
    /// The file is damaged, or what `on_row` gives.
    pub fn rows(&self, on_row: OnParquetRow<'_>) -> Result<(), Problem> {
        let kinds: Vec<ParquetKind> = self.columns()?.into_iter().map(|(_, kind)| kind).collect();
        let mut number = 0;
        for group in 0..self.reader.num_row_groups() {
            let (rows, columns) = self.group(group, &kinds)?;
            let mut next: Vec<usize> = vec![0; columns.len()];
            let mut row = Vec::with_capacity(columns.len());
            for at in 0..rows {
                row.clear();
                for (cells, next) in columns.iter().zip(&mut next) {
                    row.push(cell(cells, at, next).ok_or_else(|| {
                        problems::parquet_failed("a column is shorter than its group")
                    })?);
                }
                number += 1;
                on_row(number, &row)?;
            }
        }
        Ok(())
    }

    fn group(&self, number: usize, kinds: &[ParquetKind]) -> Result<(usize, Vec<Cells>), Problem> {
        let group = self
            .reader
            .get_row_group(number)
            .map_err(|error| failed(&error))?;
        let rows = group.metadata().num_rows();
        let rows = usize::try_from(rows)
            .ok()
            .filter(|_| rows <= GROUP_ROWS_MAX)
            .ok_or_else(|| problems::parquet_failed("a group has too many rows"))?;
        let mut columns = Vec::with_capacity(kinds.len());
        for (at, kind) in kinds.iter().enumerate() {
            let reader = group
                .get_column_reader(at)
                .map_err(|error| failed(&error))?;
            let mut cells = Cells::of(*kind);
            read_column(reader, &mut cells, rows).map_err(|error| failed(&error))?;
            columns.push(cells);
        }
        Ok((rows, columns))
    }
}

fn read_column(reader: ColumnReader, cells: &mut Cells, rows: usize) -> Result<(), ParquetError> {
    match (reader, cells) {
        (ColumnReader::Int64ColumnReader(mut reader), Cells::Integers(values, present)) => {
            while present.len() < rows {
                let wanted = rows - present.len();
                if reader.read_records(wanted, Some(present), None, values)?.0 == 0 {
                    break;
                }
            }
        }
        (ColumnReader::ByteArrayColumnReader(mut reader), Cells::Texts(values, present)) => {
            while present.len() < rows {
                let wanted = rows - present.len();
                if reader.read_records(wanted, Some(present), None, values)?.0 == 0 {
                    break;
                }
            }
        }
        _ => return Err(ParquetError::General("a column of another kind".to_owned())),
    }
    Ok(())
}

/// The cell of a row; `next` is the first value that was not taken yet.
fn cell<'a>(cells: &'a Cells, at: usize, next: &mut usize) -> Option<ParquetCell<'a>> {
    let (Cells::Integers(_, present) | Cells::Texts(_, present)) = cells;
    if *present.get(at)? == 0 {
        return Some(ParquetCell::Null);
    }
    let place = *next;
    *next += 1;
    match cells {
        Cells::Integers(values, _) => values.get(place).copied().map(ParquetCell::Integer),
        Cells::Texts(values, _) => {
            let text = std::str::from_utf8(values.get(place)?.data()).ok()?;
            Some(ParquetCell::Text(text))
        }
    }
}

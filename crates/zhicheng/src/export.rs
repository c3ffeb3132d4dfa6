//! Writing the exported tables where SQL engines read them: one SQLite file, or CSV files.

//! The whole site in this process: what each page shows, takes and refuses.

mod figures;

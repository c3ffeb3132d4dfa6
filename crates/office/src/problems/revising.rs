//! What revising one record and importing in steps can refuse (codes O64x).

base::catalogue! {
    /// A revision under another key.
    fn key_changed(key, record) -> "O641" Error {
        what { zh: "更正不能改变记录 {record} 的编号字段（改成了“{key}”）", en: "a revision cannot change the key of record {record} (to `{key}`)" }
        remedy { zh: "编号填错时，撤回这条记录，另报一条", en: "if the key was wrong, withdraw the record and enter a new one" }
    }
    /// Corrections that do not fit the file.
    fn edits_do_not_fit(row) -> "O642" Error {
        what { zh: "第 {row} 行的改动与文件的列不符", en: "the correction of row {row} does not fit the columns of the file" }
        remedy { zh: "重新打开这一页，再改一次", en: "open the page again and correct the row once more" }
    }
}

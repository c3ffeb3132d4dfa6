//! Every error of reading and checking, in both languages, each with its remedy.
//!
//! V1xx: what cannot be read. V2xx: what does not agree.

base::catalogue! {
    /// A file that cannot be read.
    fn cannot_read(path, why) -> "V101" Error {
        what { zh: "不能读取 {path}：{why}", en: "cannot read {path}: {why}" }
        remedy { zh: "核对路径和权限", en: "check the path and the permissions" }
    }
    /// A file that must be there.
    fn file_missing(path) -> "V102" Error {
        what { zh: "缺少文件 {path}", en: "the file {path} is missing" }
        remedy { zh: "向出具者索取完整的副本", en: "ask whoever gave it to you for a whole copy" }
    }
    /// A file longer than any that is right.
    fn file_too_large(path, limit) -> "V103" Error {
        what { zh: "文件 {path} 超过 {limit} 字节", en: "the file {path} has more than {limit} bytes" }
        remedy { zh: "向出具者索取完整的副本", en: "ask whoever gave it to you for a whole copy" }
    }
    /// A text that is no verifier key.
    fn not_a_key(text) -> "V104" Error {
        what { zh: "“{text}”不是验证公钥", en: "`{text}` is no verifier key" }
        remedy { zh: "公钥是一行：名称+编号+密钥，如 zhicheng key show 所示", en: "a key is one line, name+number+key, as `zhicheng key show` prints it" }
    }
    /// A file that is no signed note, or is not signed.
    fn not_a_note(path, why_zh, why_en) -> "V105" Error {
        what { zh: "{path} 不是有效的签名文本：{why_zh}", en: "{path} is no good signed note: {why_en}" }
        remedy { zh: "核对文件和公钥；若两者无误，这份材料不能采信", en: "check the file and the key; if both are right, do not trust this copy" }
    }
    /// A file that is no checkpoint, or is not signed.
    fn not_a_checkpoint(path, why_zh, why_en) -> "V106" Error {
        what { zh: "{path} 不是有效的检查点：{why_zh}", en: "{path} is no good checkpoint: {why_en}" }
        remedy { zh: "核对文件和公钥；若两者无误，这份材料不能采信", en: "check the file and the key; if both are right, do not trust this copy" }
    }
    /// A file that is no proof.
    fn not_a_proof(path) -> "V107" Error {
        what { zh: "{path} 不是证明", en: "{path} is no proof" }
        remedy { zh: "用 zhicheng prove 写出的文件", en: "use a file that `zhicheng prove` wrote" }
    }
    /// An entry that no bundle of entries can hold.
    fn entry_too_long(position, limit) -> "V108" Error {
        what { zh: "第 {position} 条超过 {limit} 字节", en: "entry {position} has more than {limit} bytes" }
        remedy { zh: "这样的日志不能导出为静态文件", en: "such a log cannot be written as static files" }
    }
    /// A bundle of entries that cannot be divided.
    fn entries_malformed(path) -> "V201" Error {
        what { zh: "{path} 中的条目不完整或过多", en: "the entries in {path} are cut off or too many" }
        remedy { zh: "这份材料已被改动；向出具者索取完整的副本", en: "this copy was changed; ask whoever gave it to you for a whole one" }
    }
    /// A tile of another length.
    fn tile_malformed(path) -> "V202" Error {
        what { zh: "{path} 的长度不对", en: "{path} has the wrong length" }
        remedy { zh: "这份材料已被改动；向出具者索取完整的副本", en: "this copy was changed; ask whoever gave it to you for a whole one" }
    }
    /// An entry whose hash is not in its tile.
    fn entry_not_in_tile(position, path) -> "V203" Error {
        what { zh: "第 {position} 条存证与树不符（{path}）", en: "entry {position} is not the one in the tree ({path})" }
        remedy { zh: "这份材料已被改动，不能采信", en: "this copy was changed; do not trust it" }
    }
    /// A tile that is not what the entries give.
    fn tile_differs(path) -> "V204" Error {
        what { zh: "{path} 与各条存证算得的不符", en: "{path} is not what the entries give" }
        remedy { zh: "这份材料已被改动，不能采信", en: "this copy was changed; do not trust it" }
    }
    /// Entries that do not give the root.
    fn root_differs(size) -> "V205" Error {
        what { zh: "{size} 条存证算得的树根与检查点不符", en: "the {size} entries do not give the root that the checkpoint names" }
        remedy { zh: "这份材料已被改动，不能采信", en: "this copy was changed; do not trust it" }
    }
    /// A leaf that is none.
    fn leaf_malformed(position) -> "V206" Error {
        what { zh: "第 {position} 条存证的叶子写法不对，或不是这个位置的", en: "the leaf of entry {position} is malformed or of another position" }
        remedy { zh: "用写出它的版本或更新的版本核验；仍不符则不能采信", en: "verify it with the version that wrote it or a later one; if it still fails, do not trust it" }
    }
    /// An entry before its predecessor.
    fn time_went_back(position) -> "V207" Error {
        what { zh: "第 {position} 条存证的时间早于前一条", en: "the time of entry {position} is before that of the one before it" }
        remedy { zh: "这样的日志不能采信", en: "do not trust such a log" }
    }
    /// A line that is no payload.
    fn payload_malformed(path, line) -> "V208" Error {
        what { zh: "{path} 第 {line} 行不是存证内容", en: "line {line} of {path} is no payload" }
        remedy { zh: "这份材料已被改动；向出具者索取完整的副本", en: "this copy was changed; ask whoever gave it to you for a whole one" }
    }
    /// An entry without its payload.
    fn payload_missing(position) -> "V209" Error {
        what { zh: "缺少第 {position} 条存证的内容", en: "the payload of entry {position} is missing" }
        remedy { zh: "向出具者索取完整的副本", en: "ask whoever gave it to you for a whole copy" }
    }
    /// A size or an entry beyond the tree.
    fn beyond_tree(asked, size) -> "V210" Error {
        what { zh: "日志有 {size} 条，没有 {asked}", en: "the log has {size} entries; there is no {asked}" }
        remedy { zh: "写 1 到 {size} 之间的数", en: "give a number from 1 to {size}" }
    }
    /// A tile without a hash that the tree has.
    fn tile_short(path) -> "V211" Error {
        what { zh: "{path} 缺少哈希", en: "{path} lacks a hash" }
        remedy { zh: "向出具者索取完整的副本", en: "ask whoever gave it to you for a whole copy" }
    }
    /// Facts that were not committed to.
    fn facts_differ(position) -> "V212" Error {
        what { zh: "第 {position} 条存证的事实与承诺不符", en: "the facts of entry {position} are not those that were committed to" }
        remedy { zh: "这份材料已被改动，不能采信", en: "this copy was changed; do not trust it" }
    }
    /// A private part that was not committed to.
    fn private_differs(position) -> "V213" Error {
        what { zh: "第 {position} 条存证的非公开部分与承诺不符", en: "the private part of entry {position} is not the one that was committed to" }
        remedy { zh: "这份材料已被改动，不能采信", en: "this copy was changed; do not trust it" }
    }
    /// A manifest line that is none.
    fn manifest_malformed(line) -> "V214" Error {
        what { zh: "manifest.sha256 第 {line} 行写法不对", en: "line {line} of manifest.sha256 is malformed" }
        remedy { zh: "这份材料已被改动；向出具者索取完整的副本", en: "this copy was changed; ask whoever gave it to you for a whole one" }
    }
    /// A manifest signed beside another checkpoint.
    fn manifest_of_other() -> "V215" Error {
        what { zh: "manifest.note 所述不是这个检查点和这份 manifest.sha256", en: "manifest.note speaks of another checkpoint or another manifest.sha256" }
        remedy { zh: "这份材料由几份拼成，或已被改动，不能采信", en: "this copy was put together from several or changed; do not trust it" }
    }
    /// A file with another hash.
    fn file_changed(path) -> "V216" Error {
        what { zh: "文件 {path} 已被改动", en: "the file {path} was changed" }
        remedy { zh: "向出具者索取完整的副本", en: "ask whoever gave it to you for a whole copy" }
    }
    /// A file that the manifest does not name.
    fn file_unexpected(path) -> "V217" Error {
        what { zh: "文件 {path} 不在 manifest.sha256 中", en: "the file {path} is not named in manifest.sha256" }
        remedy { zh: "移走它，或向出具者索取完整的副本", en: "move it away, or ask whoever gave it to you for a whole copy" }
    }
    /// A log shorter than a checkpoint of it.
    fn log_shorter(size, known) -> "V220" Error {
        what { zh: "日志只有 {size} 条，而你留存的检查点有 {known} 条：后来的存证被去掉了", en: "the log has {size} entries, but the checkpoint that was kept has {known}: entries were taken away" }
        remedy { zh: "要求出具至少到该检查点的材料", en: "ask for a copy that reaches that checkpoint at least" }
    }
    /// A log with another beginning.
    fn log_forked(known) -> "V221" Error {
        what { zh: "日志的前 {known} 条与你留存的检查点不是同一历史", en: "the first {known} entries are another history than that of the checkpoint that was kept" }
        remedy { zh: "同一日志签了两种历史：保留这两份检查点，它们就是证据", en: "one log has signed two histories: keep both checkpoints, they are the evidence" }
    }
    /// A checkpoint of another log.
    fn other_log(found, wanted) -> "V222" Error {
        what { zh: "检查点属于“{found}”，不是“{wanted}”", en: "the checkpoint is of `{found}`, not of `{wanted}`" }
        remedy { zh: "核对检查点的第一行", en: "check the checkpoint's first line" }
    }
}

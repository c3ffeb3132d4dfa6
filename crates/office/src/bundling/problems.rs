//! What can be wrong with a bundle, with the remedy, in both languages (O7…).

base::catalogue! {
    /// A file of a bundle that cannot be written.
    fn not_written(path, why) -> "O701" Error {
        what { zh: "不能写入 {path}：{why}", en: "cannot write {path}: {why}" }
        remedy { zh: "核对路径、权限和磁盘空间", en: "check the path, the permissions and the free space" }
    }
    /// A name that no file of a bundle can have.
    fn not_a_file_name(path) -> "O702" Error {
        what { zh: "“{path}”不能作核验包中的文件名", en: "`{path}` cannot be the name of a file of a bundle" }
        remedy { zh: "改方案中该文件的名称后重新启用", en: "rename that file of the programme and activate it again" }
    }
    /// A folder with too many files.
    fn too_many_files(limit) -> "O703" Error {
        what { zh: "文件多于 {limit} 个", en: "there are more than {limit} files" }
        remedy { zh: "这不是核验包", en: "this is no bundle" }
    }
    /// A figure beyond the bundle's position.
    fn address_beyond(address, at) -> "O704" Error {
        what { zh: "{address} 在位置 {at} 之后", en: "{address} is beyond position {at}" }
        remedy { zh: "写 {at} 或更前的位置", en: "ask for it at {at} or an earlier position" }
    }
    /// An address at which no figure stands.
    fn no_such_figure(address) -> "O705" Error {
        what { zh: "{address} 处没有数字", en: "there is no figure at {address}" }
        remedy { zh: "核对指标、单位、期间和位置", en: "check its indicator, unit, period and position" }
    }
    /// A figure that is not what its records give.
    fn figure_differs(address) -> "O706" Error {
        what { zh: "{address} 的数字与各条存证算得的不符", en: "the figure at {address} is not what the entries give" }
        remedy { zh: "这个数字不能采信", en: "do not trust that figure" }
    }
    /// A published figure that the bundle does not list.
    fn figure_missing(address) -> "O707" Error {
        what { zh: "figures.jsonl 缺少已公布的数字 {address}", en: "figures.jsonl lacks the published figure at {address}" }
        remedy { zh: "向出具者索取完整的副本", en: "ask whoever gave it to you for a whole copy" }
    }
    /// A line that lists no figure.
    fn figures_malformed(line) -> "O708" Error {
        what { zh: "figures.jsonl 第 {line} 行写法不对", en: "line {line} of figures.jsonl is malformed" }
        remedy { zh: "用写出它的版本或更新的版本核验", en: "verify it with the version that wrote it, or a later one" }
    }
    /// A file that is not what the entries say.
    fn file_differs(path) -> "O709" Error {
        what { zh: "{path} 与存证所载不符", en: "{path} is not what the entries say" }
        remedy { zh: "这份材料已被改动，不能采信", en: "this copy was changed; do not trust it" }
    }
    /// A row of a table that is not what the entries give.
    fn table_differs(path, row) -> "O710" Error {
        what { zh: "{path} 第 {row} 行与各条存证算得的不符", en: "row {row} of {path} is not what the entries give" }
        remedy { zh: "这份材料已被改动，不能采信", en: "this copy was changed; do not trust it" }
    }
    /// A sealed result that is not what its records give.
    fn sealed_differs(position) -> "O711" Error {
        what { zh: "位置 {position} 封存的结果与各条存证算得的不符", en: "the result sealed at position {position} is not what the entries give" }
        remedy { zh: "用写出它的版本核验；仍不符则不能采信", en: "verify it with the version that wrote it; if it still fails, do not trust it" }
    }
    /// A description that does not fit the log.
    fn about_differs(key) -> "O712" Error {
        what { zh: "about.json 的“{key}”与日志不符", en: "`{key}` in about.json does not fit the log" }
        remedy { zh: "这份材料已被改动，不能采信", en: "this copy was changed; do not trust it" }
    }
    /// A bundle in a form that this version does not know.
    fn other_form(found, known) -> "O713" Error {
        what { zh: "核验包的格式是 {found}，本程序只识别 {known}", en: "the bundle is of form {found}; this programme knows {known}" }
        remedy { zh: "换用更新的版本", en: "use a later version" }
    }
    /// A key file that is not of the key that signs.
    fn not_the_signing_key() -> "O714" Error {
        what { zh: "log.vkey 不是存证中签名的那把密钥", en: "log.vkey is not the key that signs by the log's own entries" }
        remedy { zh: "这份材料已被改动，不能采信", en: "this copy was changed; do not trust it" }
    }
    /// A folder that holds another log, or something else.
    fn folder_of_other(path) -> "O715" Error {
        what { zh: "{path} 里是另一份日志，或别的东西", en: "{path} holds another log, or something else" }
        remedy { zh: "换一个文件夹", en: "choose another folder" }
    }
    /// A file that no bundle has.
    fn file_of_no_kind(path) -> "O716" Error {
        what { zh: "核验包里不该有文件 {path}", en: "{path} is no file of a bundle" }
        remedy { zh: "它不受任何存证约束：不要采信它", en: "no entry binds it: do not trust it" }
    }
}

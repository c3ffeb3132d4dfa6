//! What can be wrong with backing up and bringing back (codes O5…).

base::catalogue! {
    /// A place without a backup.
    fn no_backup(place) -> "O501" Error {
        what { zh: "{place} 没有完整的备份", en: "{place} holds no complete backup" }
        remedy { zh: "核对位置；备份中断时再运行一次 zhicheng backup 即可接着做", en: "check the place; a backup that was interrupted goes on when `zhicheng backup` is run again" }
    }
    /// A backup that is not there.
    fn no_such_backup(id, place) -> "O502" Error {
        what { zh: "{place} 没有备份“{id}”", en: "{place} holds no backup `{id}`" }
        remedy { zh: "zhicheng backups 列出全部", en: "`zhicheng backups` lists all" }
    }
    /// Backups of several logs where one is wanted.
    fn several_logs(place) -> "O503" Error {
        what { zh: "{place} 有几个日志的备份", en: "{place} holds backups of several logs" }
        remedy { zh: "以 --backup 写明哪一个；zhicheng backups 列出全部", en: "say which with --backup; `zhicheng backups` lists all" }
    }
    /// The folder is older than its last backup.
    fn older_than_backup(size, backed_up) -> "O504" Error {
        what { zh: "数据文件夹只到位置 {size}，而它的备份已到位置 {backed_up}", en: "the folder reaches position {size}, and its backup reaches {backed_up}" }
        remedy { zh: "它是旧副本：从备份恢复，或先用 zhicheng key renew-origin 另立来源", en: "it is an older copy: restore the backup, or give this one a new origin first with `zhicheng key renew-origin`" }
    }
    /// The folder has another history than its backup.
    fn other_history(size) -> "O505" Error {
        what { zh: "数据文件夹前 {size} 条存证与它的备份不同", en: "the first {size} entries of the folder are not those of its backup" }
        remedy { zh: "两者不是同一历史；运行 zhicheng verify，并另选存放处", en: "they are two histories: run `zhicheng verify`, and choose another place" }
    }
    /// An object that the backup needs is not there.
    fn object_missing(name, what_zh, what_en) -> "O506" Error {
        what { zh: "备份缺少 {name}（{what_zh}）", en: "the backup lacks {name} ({what_en})" }
        remedy { zh: "用另一个备份；若数据文件夹仍在，再运行一次 zhicheng backup 会补上", en: "use another backup; if the data folder is still there, running `zhicheng backup` again puts it back" }
    }
    /// An object whose bytes are not those that were written.
    fn object_damaged(name, what_zh, what_en) -> "O507" Error {
        what { zh: "备份中的 {name}（{what_zh}）已损坏", en: "{name} in the backup ({what_en}) is damaged" }
        remedy { zh: "用另一个备份；若数据文件夹仍在，删去该文件后再运行一次 zhicheng backup 会补上", en: "use another backup; if the data folder is still there, remove that file and run `zhicheng backup` again" }
    }
    /// A description of a backup that cannot be read.
    fn manifest_damaged(name, why) -> "O508" Error {
        what { zh: "备份说明 {name} 已损坏：{why}", en: "the description {name} of a backup is damaged: {why}" }
        remedy { zh: "用另一个备份：zhicheng restore --backup", en: "use another backup with `zhicheng restore --backup`" }
    }
    /// A backup of a later form.
    fn backup_of_later_version(name, format) -> "O509" Error {
        what { zh: "备份 {name} 的格式“{format}”是本版本不认识的", en: "backup {name} is of the form `{format}`, which this version does not know" }
        remedy { zh: "用写入它的版本或更新的版本", en: "use the version that wrote it, or a later one" }
    }
    /// What was brought back is not what was backed up.
    fn restored_differs(what) -> "O510" Error {
        what { zh: "恢复出来的{what}与备份时不同", en: "what was brought back differs from what was backed up: {what}" }
        remedy { zh: "用另一个备份；没有留下文件夹", en: "use another backup; no folder was left" }
    }
    /// A folder that is there already.
    fn restore_target_taken(path) -> "O511" Error {
        what { zh: "{path} 已存在", en: "{path} exists already" }
        remedy { zh: "恢复到新的文件夹；不覆盖已有的", en: "restore into a new folder; nothing is overwritten" }
    }
    /// An older log that would go on under the same origin.
    fn origin_must_be_renewed(size, known) -> "O512" Error {
        what { zh: "恢复的日志只到位置 {size}，而已知的检查点到位置 {known}：不能沿用原来源", en: "the log that is restored reaches position {size}, and a checkpoint is known at {known}: it cannot keep its origin" }
        remedy { zh: "不加 --keep-origin；恢复后以新来源签名，并注明原来源", en: "leave --keep-origin out: it then signs under a new origin that names the old" }
    }
    /// A checkpoint of another log.
    fn checkpoint_of_another_log(origin) -> "O515" Error {
        what { zh: "检查点是另一日志（{origin}）的", en: "the checkpoint is one of another log, {origin}" }
        remedy { zh: "核对 --against 的文件", en: "check the file given with --against" }
    }
    /// A file or folder of a restore that cannot be written.
    fn restore_failed(path, why) -> "O513" Error {
        what { zh: "不能写入 {path}：{why}", en: "cannot write {path}: {why}" }
        remedy { zh: "核对路径、权限和磁盘空间", en: "check the path, the permissions and the free space" }
    }
    /// A log that went on after its last known erasures.
    fn erasures_unknown(from, to) -> "O516" Warning {
        what { zh: "原日志已到位置 {to}，而此后删除了什么只知道到位置 {from}：更晚的删除没有在恢复的文件夹里重做", en: "the log had come to position {to}, and what it erased is known up to position {from} only: what was erased later is not erased in the restored folder" }
        remedy { zh: "原日志若仍在，用 zhicheng erasures --save 保存清单，再在恢复的文件夹上运行 zhicheng erasures --apply", en: "if the old log is still there, save its list with `zhicheng erasures --save` and run `zhicheng erasures --apply` on the restored folder" }
    }
    /// A list of erasures of another log.
    fn list_of_another_log(origin) -> "O517" Error {
        what { zh: "删除清单是另一日志（{origin}）的", en: "the list of erasures is one of another log, {origin}" }
        remedy { zh: "核对 --erasures 的文件", en: "check the file given with --erasures" }
    }
    /// A checkpoint of the backup that does not hold.
    fn checkpoint_differs(size) -> "O514" Error {
        what { zh: "日志与位置 {size} 的已签检查点不符", en: "the log is not the one of the checkpoint that was signed at {size}" }
        remedy { zh: "运行 zhicheng verify 查明损坏之处；不要用它覆盖已有的备份", en: "run `zhicheng verify` to find what is damaged, and keep the backups that there are" }
    }
}

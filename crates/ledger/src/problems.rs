//! Every error that the ledger can give, in both languages, each with its remedy.
//!
//! L1xx: opening and storage. L2xx: a refused append. L3xx: what `verify` found. L4xx: evidence.

use base::Problem;

base::catalogue! {
    /// The folder holds no ledger.
    fn no_ledger(path) -> "L101" Error {
        what {
            zh: "文件夹“{path}”里没有存证日志",
            en: "the folder `{path}` holds no ledger"
        }
        remedy {
            zh: "核对文件夹，或先新建存证日志",
            en: "check the folder, or create a ledger in it first"
        }
    }

    /// A ledger is to be created where one stands.
    fn ledger_exists(path) -> "L102" Error {
        what {
            zh: "“{path}”里已经有存证日志",
            en: "`{path}` already holds a ledger"
        }
        remedy {
            zh: "换一个空文件夹；已有的日志直接打开即可",
            en: "choose an empty folder; open the ledger that is there instead of creating it"
        }
    }

    /// The file is something else.
    fn not_a_ledger(path, cause) -> "L103" Error {
        what {
            zh: "文件“{path}”不是存证日志：{cause}",
            en: "the file `{path}` is not a ledger: {cause}"
        }
        remedy {
            zh: "核对文件夹；若文件已损坏，请从备份恢复",
            en: "check the folder; if the file is damaged, restore a backup"
        }
    }

    /// The file has a format that this programme does not know.
    fn other_format(path, found, known) -> "L104" Error {
        what {
            zh: "存证日志“{path}”的格式是 {found}，本程序只识别 {known}",
            en: "the ledger `{path}` has format {found}; this programme knows {known}"
        }
        remedy {
            zh: "换用写下它的那个版本或更新的版本",
            en: "use the version that wrote it, or a newer one"
        }
    }

    /// Another process (or another part of this one) is writing.
    fn second_writer(path, holder) -> "L105" Error {
        what {
            zh: "“{path}”里的存证日志正由另一个进程写入（进程号 {holder}）",
            en: "another process is writing to the ledger in `{path}` (process {holder})"
        }
        remedy {
            zh: "请通过正在运行的那个程序提交，或先停止它；只读命令不受影响",
            en: "give the command to the running process, or stop it first; reading commands work beside it"
        }
    }

    /// A write was asked of a ledger that was opened for reading.
    fn opened_for_reading() -> "L106" Error {
        what {
            zh: "存证日志是以只读方式打开的",
            en: "the ledger was opened for reading only"
        }
        remedy {
            zh: "以写入方式重新打开",
            en: "open it for writing"
        }
    }

    /// The disk is full.
    fn disk_full(path) -> "L107" Error {
        what {
            zh: "“{path}”所在磁盘已满，本次写入没有记入",
            en: "the disk of `{path}` is full; nothing of this write was kept"
        }
        remedy {
            zh: "腾出空间后重试",
            en: "make room and try again"
        }
    }

    /// The database refused or failed.
    fn storage(path, cause) -> "L108" Error {
        what {
            zh: "读写“{path}”失败：{cause}",
            en: "reading or writing `{path}` failed: {cause}"
        }
        remedy {
            zh: "检查磁盘和文件权限后重试，并运行校验",
            en: "check the disk and the file's permissions, try again, and run verify"
        }
    }

    /// The file system refused or failed.
    fn file_failed(path, cause) -> "L109" Error {
        what {
            zh: "读写文件“{path}”失败：{cause}",
            en: "reading or writing the file `{path}` failed: {cause}"
        }
        remedy {
            zh: "检查磁盘空间和文件夹权限",
            en: "check the free space and the folder's permissions"
        }
    }

    /// The operating system gave no random bytes.
    fn no_randomness(cause) -> "L110" Error {
        what {
            zh: "操作系统没有给出随机数：{cause}",
            en: "the operating system gave no random bytes: {cause}"
        }
        remedy {
            zh: "稍后重试；若仍失败，请检查系统的随机数设备",
            en: "try again; if it fails again, check the system's random number device"
        }
    }

    /// The database is locked by something that is not us for longer than the declared wait.
    fn storage_busy(path) -> "L111" Error {
        what {
            zh: "“{path}”一直被其他程序占用",
            en: "`{path}` stayed locked by another program"
        }
        remedy {
            zh: "关闭正在占用该文件的其他程序后重试",
            en: "close the other program that holds the file and try again"
        }
    }

    /// A position that the ledger has not reached.
    fn no_such_entry(position, size) -> "L112" Error {
        what {
            zh: "没有第 {position} 条：存证日志目前到第 {size} 条",
            en: "there is no entry {position}: the ledger ends at {size}"
        }
        remedy {
            zh: "使用 1 到 {size} 之间的位置",
            en: "use a position from 1 to {size}"
        }
    }

    /// The origin name cannot stand in a checkpoint.
    fn bad_origin(origin) -> "L113" Error {
        what {
            zh: "日志名称“{origin}”不能用：须为 1 到 255 字节，不含换行和控制字符",
            en: "the origin `{origin}` cannot be used: it needs 1 to 255 bytes without line breaks or control characters"
        }
        remedy {
            zh: "使用类似“zhicheng.example.org/chibi”的名称",
            en: "use a name like `zhicheng.example.org/chibi`"
        }
    }

    /// The URL of a database cannot be read.
    fn bad_url(url, cause) -> "L114" Error {
        what {
            zh: "数据库地址“{url}”不能用：{cause}",
            en: "the database URL `{url}` cannot be used: {cause}"
        }
        remedy {
            zh: "写成 postgresql://用户@主机/数据库?schema=名称；名称只用小写字母、数字和下划线",
            en: "write postgresql://USER@HOST/DATABASE?schema=NAME; the name has lower-case letters, digits and underscores"
        }
    }

    /// No connection to the database.
    fn no_connection(url, cause) -> "L115" Error {
        what {
            zh: "连不上数据库“{url}”：{cause}",
            en: "no connection to the database `{url}`: {cause}"
        }
        remedy {
            zh: "核对地址、用户和口令（可放在环境变量 PGPASSWORD），并确认服务器正在运行；连接不加密，跨网络请用隧道",
            en: "check the URL, the user and the password (which may stand in PGPASSWORD) and that the server runs; the connection is not encrypted, so use a tunnel across networks"
        }
    }

    /// The connection ended in the middle of something.
    fn connection_lost(url, cause) -> "L116" Error {
        what {
            zh: "与数据库“{url}”的连接中断：{cause}",
            en: "the connection to the database `{url}` was lost: {cause}"
        }
        remedy {
            zh: "重试；若正在提交，须先查看该次提交是否已记入（以同一命令编号重发不会重复）",
            en: "try again; if it was a write, look first whether it was accepted (sent again under its command id it is not accepted twice)"
        }
    }

    /// The folder says where its database is in a way that cannot be understood.
    fn bad_pointer(path) -> "L117" Error {
        what {
            zh: "文件“{path}”应当只有一行数据库地址",
            en: "the file `{path}` should hold one line, the URL of a database"
        }
        remedy {
            zh: "写回建立该文件夹时的地址",
            en: "write back the URL with which the folder was made"
        }
    }

    /// This programme was built without PostgreSQL.
    fn without_postgres(path) -> "L118" Error {
        what {
            zh: "“{path}”的存证日志在 PostgreSQL 中，而本程序编译时未包含它",
            en: "the ledger of `{path}` is in PostgreSQL, and this programme was built without it"
        }
        remedy {
            zh: "换用包含 postgres 功能的程序",
            en: "use a programme that was built with the feature `postgres`"
        }
    }

    /// Too many entries in one append.
    fn group_too_large(entries, limit) -> "L201" Error {
        what {
            zh: "一次提交 {entries} 条，超过上限 {limit} 条",
            en: "{entries} entries in one append; the limit is {limit}"
        }
        remedy {
            zh: "分成几次提交",
            en: "append them in several groups"
        }
    }

    /// A part of an entry is too long.
    fn part_too_large(bytes, limit) -> "L202" Error {
        what {
            zh: "一条内容有 {bytes} 字节，超过上限 {limit} 字节",
            en: "a part of an entry has {bytes} bytes; the limit is {limit}"
        }
        remedy {
            zh: "把大文件作为佐证材料存入，条目里只写它的哈希",
            en: "file large content as evidence and name its hash in the entry"
        }
    }

    /// A state key is too long.
    fn key_too_long(space, bytes, limit) -> "L203" Error {
        what {
            zh: "状态空间 {space} 的键有 {bytes} 字节，超过上限 {limit} 字节",
            en: "a key of space {space} has {bytes} bytes; the limit is {limit}"
        }
        remedy {
            zh: "缩短键",
            en: "shorten the key"
        }
    }

    /// A state value is too long.
    fn value_too_large(space, key, bytes, limit) -> "L204" Error {
        what {
            zh: "状态空间 {space} 键 {key} 的值有 {bytes} 字节，超过上限 {limit} 字节",
            en: "the value of key {key} in space {space} has {bytes} bytes; the limit is {limit}"
        }
        remedy {
            zh: "拆分该值",
            en: "split the value"
        }
    }

    /// What the command read has changed since.
    fn conflict(space, key, expected, found) -> "L205" Error {
        what {
            zh: "状态空间 {space} 键 {key} 已变：提交时以为是第 {expected} 条写下的版本，现在是第 {found} 条（0 表示不存在）",
            en: "key {key} of space {space} has changed: the command expected the version of entry {expected}, it is that of entry {found} (0: absent)"
        }
        remedy {
            zh: "重新读取后再提交",
            en: "read again and repeat the command"
        }
    }

    /// The command was accepted before.
    fn duplicate(command, position) -> "L206" Error {
        what {
            zh: "命令 {command} 已在第 {position} 条接受过",
            en: "the command {command} was accepted before, as entry {position}"
        }
        remedy {
            zh: "不必重发；如需另一条，请使用新的命令编号",
            en: "nothing to repeat; use a new command id for another entry"
        }
    }

    /// The group's parts are together too long.
    fn group_too_heavy(bytes, limit) -> "L207" Error {
        what {
            zh: "一次提交共 {bytes} 字节，超过上限 {limit} 字节",
            en: "{bytes} bytes in one append; the limit is {limit}"
        }
        remedy {
            zh: "分成几次提交",
            en: "append the entries in several groups"
        }
    }

    /// Too many requests wait to be appended.
    fn queue_full(waiting) -> "L209" Error {
        what {
            zh: "已有 {waiting} 个提交在排队，本次没有接受",
            en: "{waiting} requests are waiting to be appended already; this one was not taken"
        }
        remedy {
            zh: "稍后重试",
            en: "try again in a moment"
        }
    }

    /// The thread that appends has ended.
    fn appender_ended() -> "L210" Error {
        what {
            zh: "写入存证日志的线程已结束，本次没有记入",
            en: "the thread that appends to the ledger has ended; nothing of this was kept"
        }
        remedy {
            zh: "重新启动程序，并报告此问题",
            en: "start the programme again and report this"
        }
    }

    /// The description of the ledger itself was changed.
    fn meta_changed() -> "L301" Error {
        what {
            zh: "日志的说明（格式、名称、性质、创建时间）与其校验值不符",
            en: "the ledger's description (format, origin, nature, created) does not match its checksum"
        }
        remedy {
            zh: "文件被改动或损坏；请与备份核对",
            en: "the file was changed or damaged; compare it with a backup"
        }
    }

    /// The database's own structure is damaged.
    fn structure_damaged(cause) -> "L302" Error {
        what {
            zh: "数据库文件的结构已损坏：{cause}",
            en: "the structure of the database file is damaged: {cause}"
        }
        remedy {
            zh: "请从备份恢复",
            en: "restore a backup"
        }
    }

    /// An entry is missing from the sequence.
    fn entry_missing(expected, found) -> "L303" Error {
        what {
            zh: "缺第 {expected} 条（其后找到的是第 {found} 条；0 表示没有）",
            en: "entry {expected} is missing (the next one found is {found}; 0: none)"
        }
        remedy {
            zh: "有条目被删除；请与备份核对",
            en: "entries were removed; compare with a backup"
        }
    }

    /// Entries beyond the head.
    fn entry_beyond_head(position, size) -> "L304" Error {
        what {
            zh: "有第 {position} 条，而日志头只到第 {size} 条",
            en: "there is an entry {position}, but the head ends at {size}"
        }
        remedy {
            zh: "日志头被改动，或条目不是经本程序写入；请与备份核对",
            en: "the head was changed, or an entry was written from outside; compare with a backup"
        }
    }

    /// A leaf that cannot be read, or stands in another row.
    fn leaf_malformed(position) -> "L305" Error {
        what {
            zh: "第 {position} 条的叶不是格式 1 的叶，或写着别的位置",
            en: "the leaf of entry {position} is no leaf of version 1, or names another position"
        }
        remedy {
            zh: "该条被改动或损坏；请与备份核对",
            en: "the entry was changed or damaged; compare with a backup"
        }
    }

    /// Time went backwards.
    fn time_went_back(position) -> "L306" Error {
        what {
            zh: "第 {position} 条的时间早于前一条",
            en: "entry {position} is earlier than its predecessor"
        }
        remedy {
            zh: "该条被改动；请与备份核对",
            en: "the entry was changed; compare with a backup"
        }
    }

    /// The facts do not match the commitment in the leaf.
    fn facts_changed(position) -> "L307" Error {
        what {
            zh: "第 {position} 条的事实部分与其叶中的承诺不符",
            en: "the facts of entry {position} do not match the commitment in its leaf"
        }
        remedy {
            zh: "内容、盐或叶被改动；请与备份核对",
            en: "the facts, their salt or the leaf were changed; compare with a backup"
        }
    }

    /// The private part does not match the commitment in the leaf.
    fn private_changed(position) -> "L308" Error {
        what {
            zh: "第 {position} 条的个人部分与其叶中的承诺不符",
            en: "the private part of entry {position} does not match the commitment in its leaf"
        }
        remedy {
            zh: "内容、盐或叶被改动；请与备份核对",
            en: "the private part, its salt or the leaf were changed; compare with a backup"
        }
    }

    /// A committed part is gone.
    fn facts_missing(position) -> "L309" Error {
        what {
            zh: "第 {position} 条的事实部分或其盐不见了",
            en: "the facts of entry {position}, or their salt, are missing"
        }
        remedy {
            zh: "内容被删除；请与备份核对",
            en: "they were removed; compare with a backup"
        }
    }

    /// A committed private part is gone.
    fn private_missing(position) -> "L310" Error {
        what {
            zh: "第 {position} 条的个人部分或其盐不见了",
            en: "the private part of entry {position}, or its salt, is missing"
        }
        remedy {
            zh: "内容被删除；请与备份核对",
            en: "it was removed; compare with a backup"
        }
    }

    /// The head's size, root, frontier or time is not what the entries give.
    fn head_differs(field) -> "L311" Error {
        what {
            zh: "日志头的 {field} 与全部条目算出的不符",
            en: "the head's {field} is not what the entries give"
        }
        remedy {
            zh: "日志头、条目或叶被改动；请与备份和外存的检查点核对",
            en: "the head, an entry or a leaf was changed; compare with a backup and with a checkpoint kept outside"
        }
    }

    /// A stored tile is not what the leaves give.
    fn tile_differs(level, number) -> "L312" Error {
        what {
            zh: "第 {level} 层第 {number} 片哈希与叶算出的不符",
            en: "tile {number} of level {level} is not what the leaves give"
        }
        remedy {
            zh: "该片或其下的叶被改动；请与备份核对",
            en: "the tile or a leaf below it was changed; compare with a backup"
        }
    }

    /// A tile is missing.
    fn tile_missing(level, number) -> "L313" Error {
        what {
            zh: "缺第 {level} 层第 {number} 片哈希",
            en: "tile {number} of level {level} is missing"
        }
        remedy {
            zh: "该片被删除；请与备份核对",
            en: "it was removed; compare with a backup"
        }
    }

    /// A tile that the tree does not have.
    fn tile_beyond_tree(level, number) -> "L314" Error {
        what {
            zh: "多出第 {level} 层第 {number} 片哈希",
            en: "there is a tile {number} of level {level} that the tree does not have"
        }
        remedy {
            zh: "该片不是经本程序写入；请与备份核对",
            en: "it was written from outside; compare with a backup"
        }
    }

    /// A key that replay gives is not stored.
    fn state_missing(space, key, version) -> "L315" Error {
        what {
            zh: "状态缺空间 {space} 键 {key}（重放应有，由第 {version} 条写下）",
            en: "the state lacks key {key} of space {space}, which replay gives (written by entry {version})"
        }
        remedy {
            zh: "状态被改动；zhicheng rebuild 由存证重放",
            en: "the state was changed; `zhicheng rebuild` replays it from the entries"
        }
    }

    /// A key is stored that replay does not give.
    fn state_unexpected(space, key, version) -> "L316" Error {
        what {
            zh: "状态多出空间 {space} 键 {key}（写着由第 {version} 条写下，重放没有）",
            en: "the state has key {key} of space {space} (said to be written by entry {version}), which replay does not give"
        }
        remedy {
            zh: "状态被改动；zhicheng rebuild 由存证重放",
            en: "the state was changed; `zhicheng rebuild` replays it from the entries"
        }
    }

    /// Version or value of a key differ.
    fn state_differs(space, key, stored, replayed) -> "L317" Error {
        what {
            zh: "状态空间 {space} 键 {key} 与重放不符（存的版本是第 {stored} 条，重放是第 {replayed} 条）",
            en: "key {key} of space {space} differs from replay (stored version: entry {stored}, replayed: entry {replayed})"
        }
        remedy {
            zh: "状态被改动；zhicheng rebuild 由存证重放",
            en: "the state was changed; `zhicheng rebuild` replays it from the entries"
        }
    }

    /// The list of command ids is not what the leaves give.
    fn command_differs(command) -> "L318" Error {
        what {
            zh: "命令表中命令 {command} 的位置与叶不符",
            en: "the position of command {command} in the table of commands is not what the leaves give"
        }
        remedy {
            zh: "命令表被改动；请与备份核对",
            en: "the table of commands was changed; compare with a backup"
        }
    }

    /// Replay refuses an entry that was once accepted.
    fn replay_refused(position, cause) -> "L319" Error {
        what {
            zh: "重放到第 {position} 条时被拒绝：{cause}",
            en: "replay refused entry {position}: {cause}"
        }
        remedy {
            zh: "用写下该条的版本重放，并报告此问题",
            en: "replay with the version that wrote the entry, and report this"
        }
    }

    /// The right edge could not be rebuilt because stored hashes are missing.
    fn edge_broken(size) -> "L320" Error {
        what {
            zh: "无法由已存的哈希重建到第 {size} 条的树",
            en: "the tree of {size} entries cannot be rebuilt from the stored hashes"
        }
        remedy {
            zh: "以只读方式打开并运行校验，看哪里被改动",
            en: "open the ledger for reading and run verify to see what was changed"
        }
    }

    /// A private part is absent and no entry erases it.
    fn erasure_unnamed(position, by) -> "L321" Error {
        what {
            zh: "第 {position} 条记为由第 {by} 条删除了隐私部分，但第 {by} 条并未这样说",
            en: "the private part of entry {position} is noted as erased by entry {by}, which does not say so"
        }
        remedy {
            zh: "隐私部分是从外部删掉的；请从备份恢复该条",
            en: "the part was removed from outside; restore the entry from a backup"
        }
    }

    /// An entry erases a private part that is still there, or of whose erasure nothing is noted.
    fn erasure_undone(position, by) -> "L322" Error {
        what {
            zh: "第 {by} 条删除了第 {position} 条的隐私部分，但它还在，或未记为已删",
            en: "entry {by} erases the private part of entry {position}, which is still there or not noted as erased"
        }
        remedy {
            zh: "隐私部分是从外部放回的；把备份恢复到另一文件夹，再运行 zhicheng erasures --apply",
            en: "the part was put back from outside; restore a backup to another folder and run `zhicheng erasures --apply` there"
        }
    }

    /// An entry erases what is not before it.
    fn erasure_of_later(position, erased) -> "L208" Error {
        what {
            zh: "第 {position} 条不能删除第 {erased} 条的隐私部分：只能删除在它之前的",
            en: "entry {position} cannot erase the private part of entry {erased}: it can only erase what came before it"
        }
        remedy {
            zh: "这是程序错误，请报告",
            en: "this is a fault of the programme; please report it"
        }
    }

    /// No evidence file has this hash.
    fn evidence_missing(hash) -> "L401" Error {
        what {
            zh: "没有哈希为 {hash} 的佐证材料",
            en: "there is no evidence with the hash {hash}"
        }
        remedy {
            zh: "核对哈希，或从备份恢复该文件",
            en: "check the hash, or restore the file from a backup"
        }
    }

    /// The bytes of an evidence file are not what its name says.
    fn evidence_changed(path) -> "L402" Error {
        what {
            zh: "佐证材料“{path}”的内容与其哈希不符",
            en: "the content of the evidence file `{path}` does not match its hash"
        }
        remedy {
            zh: "文件被改动或损坏；请从备份恢复",
            en: "the file was changed or damaged; restore it from a backup"
        }
    }

    /// An evidence file is too large.
    fn evidence_too_large(limit) -> "L403" Error {
        what {
            zh: "佐证材料超过 {limit} 字节的上限",
            en: "an evidence file is larger than the limit of {limit} bytes"
        }
        remedy {
            zh: "压缩或拆分文件",
            en: "compress or split the file"
        }
    }

    /// Something lies in the evidence folder that is no evidence.
    fn evidence_stray(path) -> "L404" Error {
        what {
            zh: "佐证文件夹里有不属于它的“{path}”",
            en: "the evidence folder holds `{path}`, which does not belong there"
        }
        remedy {
            zh: "移走该文件",
            en: "move it away"
        }
    }
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A state key as a reader can recognise it: as text when it is printable, else in hexadecimal.
pub(crate) fn show_key(key: &[u8]) -> String {
    match std::str::from_utf8(key) {
        Ok(text) if !text.chars().any(char::is_control) => format!("“{text}”"),
        _ => format!("0x{}", hex(key)),
    }
}

/// A failed file operation as a problem; a full disk is named as such.
pub(crate) fn of_io(path: &std::path::Path, error: &std::io::Error) -> Problem {
    if error.kind() == std::io::ErrorKind::StorageFull {
        disk_full(path.display())
    } else {
        file_failed(path.display(), error)
    }
}

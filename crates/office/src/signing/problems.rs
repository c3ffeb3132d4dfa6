//! What can be wrong with keys and signatures, with the remedy, in both languages (O6…).

base::catalogue! {
    /// A log without a key.
    fn no_key() -> "O601" Error {
        what { zh: "这份日志还没有签名密钥", en: "this log has no key to sign with" }
        remedy { zh: "运行 zhicheng key rotate 生成第一把密钥", en: "`zhicheng key rotate` makes its first" }
    }
    /// The private key is not in the folder.
    fn private_key_missing(path) -> "O602" Error {
        what { zh: "缺少签名私钥 {path}", en: "the private key {path} is missing" }
        remedy { zh: "从保管处取回；若已遗失，运行 zhicheng key rotate --lost 换新密钥", en: "put it back from where it is kept; if it is lost, `zhicheng key rotate --lost` makes a new one" }
    }
    /// A kept checkpoint that the log has not signed.
    fn signed_damaged(place, why_zh, why_en) -> "O603" Error {
        what { zh: "{place} 处的检查点不是本日志所签：{why_zh}", en: "the checkpoint in {place} is not signed by this log: {why_en}" }
        remedy { zh: "它已被改动或属于别的日志；核对来历", en: "it was changed, or is of another log; find out where it comes from" }
    }
    /// A key entry that follows another key than the one that signs.
    fn key_out_of_order(position) -> "O604" Error {
        what { zh: "第 {position} 条换钥存证与此前的密钥不相接", en: "the key entry {position} does not follow the key before it" }
        remedy { zh: "这样的日志不能采信", en: "do not trust such a log" }
    }
    /// A key entry whose endorsement is none.
    fn endorsement_wrong(position) -> "O605" Error {
        what { zh: "第 {position} 条换钥存证没有旧密钥的有效签名", en: "the key entry {position} does not bear the old key's signature of that change" }
        remedy { zh: "这样的日志不能采信", en: "do not trust such a log" }
    }
    /// A key that bears another name than the log.
    fn key_of_other_log(position, name, origin) -> "O606" Error {
        what { zh: "第 {position} 条存证的密钥名为“{name}”，而日志是“{origin}”", en: "the key of entry {position} is named `{name}`, but the log is `{origin}`" }
        remedy { zh: "这样的日志不能采信", en: "do not trust such a log" }
    }
    /// A log that was not signed by the key that is known.
    fn other_key(key) -> "O607" Error {
        what { zh: "签名的密钥不是 {key}，也不是由它签名接替的", en: "the key that signed is not {key}, nor one that it signed over to" }
        remedy { zh: "向出具者核实公钥；若公钥无误，这份材料不能采信", en: "ask for the key again on another way; if it is right, do not trust this copy" }
    }
    /// A log that is shorter than what it signed.
    fn signed_more(signed, size) -> "O608" Error {
        what { zh: "日志只有 {size} 条，却已签过 {signed} 条的检查点：它是旧的副本", en: "the log has {size} entries, but it signed a checkpoint of {signed}: it is an older copy" }
        remedy { zh: "找回较新的副本；若已没有，运行 zhicheng key renew-origin，另立来源并注明旧的", en: "find the newer copy; if there is none, `zhicheng key renew-origin` goes on under a new origin that names the old" }
    }
    /// A log that is another history than what it signed.
    fn signed_other(signed) -> "O609" Error {
        what { zh: "日志的前 {signed} 条与它签过的检查点不是同一历史", en: "the first {signed} entries are another history than that of the checkpoint that the log signed" }
        remedy { zh: "运行 zhicheng verify 查明损坏之处；若是较早副本上另行写入的，运行 zhicheng key renew-origin", en: "run `zhicheng verify` to find what is damaged; if it went on from an older copy, `zhicheng key renew-origin` gives it an origin of its own" }
    }
    /// A text that no note can hold.
    fn cannot_sign(why_zh, why_en) -> "O610" Error {
        what { zh: "不能签名：{why_zh}", en: "it cannot be signed: {why_en}" }
        remedy { zh: "来源名不能有换行或控制字符", en: "the origin must have no line breaks or control characters" }
    }
    /// A name that no key can bear.
    fn not_a_key_name(name) -> "O611" Error {
        what { zh: "“{name}”不能作密钥名", en: "`{name}` cannot be the name of a key" }
        remedy { zh: "来源名不能有空格和加号", en: "an origin must have no spaces and no plus signs" }
    }
    /// A private key file that is none.
    fn private_key_damaged(path) -> "O612" Error {
        what { zh: "私钥文件 {path} 已损坏，或不是这份日志的", en: "the private key {path} is damaged, or of another log" }
        remedy { zh: "从保管处取回；若已遗失，运行 zhicheng key rotate --lost", en: "put it back from where it is kept; if it is lost, run `zhicheng key rotate --lost`" }
    }
    /// The folder of keys cannot be written.
    fn keys_not_written(path, why) -> "O613" Error {
        what { zh: "不能写入 {path}：{why}", en: "cannot write {path}: {why}" }
        remedy { zh: "核对权限和磁盘空间", en: "check the permissions and the free space" }
    }
    /// The folder of keys cannot be read.
    fn keys_not_read(path, why) -> "O614" Error {
        what { zh: "不能读取 {path}：{why}", en: "cannot read {path}: {why}" }
        remedy { zh: "密钥文件夹只有其主人可读；以主人的身份运行", en: "only its owner can read the folder of keys; run this as the owner" }
    }
    /// More witnesses than are kept.
    fn too_many_witnesses(limit) -> "O615" Error {
        what { zh: "见证方已有 {limit} 个", en: "there are {limit} witnesses already" }
        remedy { zh: "从 keys/witnesses 删去不用的行", en: "delete lines that are not needed from keys/witnesses" }
    }
    /// A key that is no witness's.
    fn not_a_witness(key) -> "O616" Error {
        what { zh: "{key} 不是见证方的公钥", en: "{key} is not the key of a witness" }
        remedy { zh: "见证方的公钥算法为 4（tlog-cosignature）", en: "a witness's key is of algorithm 4 (tlog-cosignature)" }
    }
    /// A cosignature before any checkpoint.
    fn never_signed() -> "O617" Error {
        what { zh: "这份日志还没有签过检查点", en: "this log has not signed a checkpoint yet" }
        remedy { zh: "先运行 zhicheng checkpoint", en: "run `zhicheng checkpoint` first" }
    }
    /// A cosignature that is none.
    fn cosignature_wrong(name, why_zh, why_en) -> "O618" Error {
        what { zh: "没有“{name}”的有效见证签名：{why_zh}", en: "there is no good cosignature of `{name}`: {why_en}" }
        remedy { zh: "核对见证方的公钥和文件", en: "check the witness's key and the file" }
    }
    /// A cosignature of another checkpoint.
    fn cosigned_other(found, wanted) -> "O619" Error {
        what { zh: "见证的是 {found} 条的检查点，最近签的是 {wanted} 条的", en: "what was cosigned is the checkpoint of {found} entries; the last that was signed is of {wanted}" }
        remedy { zh: "请见证方对最近的检查点签名", en: "ask the witness to cosign the last one" }
    }
    /// A folder whose log is whole and that cannot sign.
    fn cannot_sign_here(path) -> "O621" Warning {
        what { zh: "日志完好，但缺少签名私钥 {path}，不能签新的检查点", en: "the log is whole, but its private key {path} is missing: it cannot sign new checkpoints" }
        remedy { zh: "从保管处取回；若已遗失，运行 zhicheng key rotate --lost --reason …；若这是较早的副本，运行 zhicheng key renew-origin --reason …", en: "put it back from where it is kept; if it is lost, run `zhicheng key rotate --lost --reason …`; if this is an older copy, `zhicheng key renew-origin --reason …`" }
    }
    /// A line in the list of witnesses that is no key.
    fn witnesses_damaged(path, line) -> "O622" Error {
        what { zh: "见证方清单 {path} 第 {line} 行已损坏", en: "line {line} of the list of witnesses {path} is damaged" }
        remedy { zh: "每行应是一个见证方的公钥；向见证方重新取得，或删去该行", en: "each line is a witness's key: ask the witness for it again, or delete the line" }
    }
    /// A checkpoint that bears a signature of nobody who is known.
    fn cosignatures_damaged(place, name) -> "O623" Error {
        what { zh: "{place} 处的检查点上“{name}”的签名已损坏，或其公钥不在 keys/witnesses", en: "the signature of `{name}` on the checkpoint in {place} is damaged, or its key is not in keys/witnesses" }
        remedy { zh: "运行 zhicheng checkpoint 另签新的检查点，再请见证方签名", en: "sign a new checkpoint with `zhicheng checkpoint`, and ask the witness to cosign that" }
    }
    /// An endorsement over another history.
    fn endorsed_other_tree(position) -> "O620" Error {
        what { zh: "第 {position} 条换钥存证是对另一历史签的", en: "the key entry {position} was endorsed over another history" }
        remedy { zh: "这样的日志不能采信", en: "do not trust such a log" }
    }
}

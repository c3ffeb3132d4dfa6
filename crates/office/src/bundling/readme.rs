//! The page for people in a bundle, in both languages.

use super::About;

/// The text of `README.md`.
pub(crate) fn text(about: &About) -> String {
    let warning = if about.nature == "demonstration" {
        "**演示数据，全部为虚构，不是任何城市的正式结果。 MADE-UP DEMONSTRATION DATA: no city's real result.**\n\n"
    } else {
        ""
    };
    let About {
        origin,
        size,
        day,
        programme,
        programme_version,
        ..
    } = about;
    format!(
        "# 核验包 · Bundle\n\n{warning}\
`{origin}`, {size}, {programme} {programme_version}, {day}\n\n\
不用信任出具者，也能核对这个文件夹里的每个数字。运行 `zhicheng verify 本文件夹 --key 公钥`；或按质城的 `docs/verify.zh-CN.md` \
用通用的 SQL 引擎和透明日志工具核对。公钥应从别处得到：`log.vkey` 是出具者自己写的。\n\n\
Every figure in this folder can be checked without trusting who gave it to you: `zhicheng verify THIS-FOLDER \
--key KEY`, or with general SQL engines and transparency-log tools as Zhicheng's `docs/verify.md` tells. Get the key on \
another way: `log.vkey` was written by whoever made this folder.\n\n\
| 文件 · File | 内容 · What it is |\n|---|---|\n\
| `checkpoint`, `log.vkey` | 签名的检查点（C2SP tlog-checkpoint）、公钥 · the signed checkpoint, the key |\n\
| `tile/` | 日志（C2SP tlog-tiles）· the log |\n\
| `payload/` | 每条存证公开的内容及其盐值 · the disclosed payload of every entry, with its salt |\n\
| `programme/` | 历次生效的方案 · the programme as it was, each version |\n\
| `sealed/`, `published/` | 封存的结果、公布的数字 · sealed results, publications |\n\
| `tables/` | 全部记录，CSV 与 Parquet · all records |\n\
| `figures.jsonl`, `sql/` | 每个数字及复算它的 SQL · every figure, and the SQL that recomputes it |\n\
| `manifest.sha256`, `manifest.note` | 每个文件的哈希及签名（`sha256sum --check manifest.sha256`）· every file's hash, signed |\n"
    )
}

//! What would be right, said for who has a page before him: a problem's own remedy names commands and options of
//! the command line, which mean nothing here.

use base::{Lang, Problem};

/// Remedies that are another thing on a page than on the command line: code, Chinese, English.
const HERE: &[(&str, &str, &str)] = &[
    (
        "O226",
        "在这一栏上传文件；表格里的文件先作为佐证上传",
        "upload the file in this field; of a spreadsheet, upload the files as evidence first",
    ),
    ("O223", "附上文件", "attach the files"),
    (
        "O231",
        "若为更正，到那条记录的页面办理更正，导入时勾选“作为更正”并写明理由",
        "if it is a correction, revise that record on its page, or tick in the import that it revises, with the reason",
    ),
    ("O232", "写明理由", "give the reason"),
    (
        "O235",
        "若确要恢复，导入时勾选“作为更正”并写明理由",
        "tick in the import that it revises, with the reason, to bring it back",
    ),
    (
        "O270",
        "演示数据只能作演示封存，结果上会注明",
        "a demonstration is only sealed as one, and the result says so",
    ),
    ("O271", "写明批准文号", "give the approval number"),
    (
        "O277",
        "若为更正，写明理由；原封存保留在旁",
        "if it is a correction, give the reason; the earlier sealing stays beside it",
    ),
    (
        "O355",
        "删去上面的标题行，或在“对应列”一步写明表头在第几行",
        "delete the title above it, or say in which row the header is where columns are matched",
    ),
    (
        "O356",
        "在“对应列”一步选那张工作表",
        "choose that worksheet where columns are matched",
    ),
    (
        "O357",
        "若数据在另一张表，在“对应列”一步选它",
        "if the data is on another worksheet, choose it where columns are matched",
    ),
    (
        "O661",
        "写明扣分理由：评审表写在“扣分理由”一栏，实地核查写在“看到了什么”",
        "write the reason: in the grid beside the points, on the spot under “What you found”",
    ),
    (
        "W320",
        "在那台机器的浏览器里打开",
        "open it in a browser of that machine",
    ),
];

/// What would be right, for who has a page before him.
pub(crate) fn here(problem: &Problem, lang: Lang) -> String {
    if let Some((_, zh, en)) = HERE.iter().find(|(code, ..)| *code == problem.code) {
        return match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
        .to_string();
    }
    without_commands(problem.remedy(lang), lang)
}

/// A remedy without the clauses that name the command line.
fn without_commands(remedy: &str, lang: Lang) -> String {
    let is_command = |clause: &str| clause.contains("zhicheng ") || clause.contains("--");
    if !is_command(remedy) {
        return remedy.to_owned();
    }
    let (ends, between) = match lang {
        Lang::Zh => ("；", "；"),
        Lang::En => ("; ", "; "),
    };
    let clauses: Vec<&str> = remedy
        .split(ends)
        .filter(|clause| !is_command(clause))
        .collect();
    if clauses.is_empty() {
        match lang {
            Lang::Zh => "核对后重试；仍不行请把代码告诉系统管理员",
            Lang::En => {
                "check it and try again; if it stays tell the system administrator the code"
            }
        }
        .to_owned()
    } else {
        clauses.join(between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_no_command() {
        let all = [
            office::problems::CATALOGUE,
            crate::CATALOGUE,
            desk::CATALOGUE,
        ];
        for known in all.iter().flat_map(|catalogue| catalogue.iter()) {
            for (lang, text) in [(Lang::Zh, known.remedy_zh), (Lang::En, known.remedy_en)] {
                let shown = without_commands(text, lang);
                assert!(!shown.contains("--") && !shown.is_empty(), "{shown}");
            }
        }
        let unknown =
            "可写：合格；若另有所指，确认一次：zhicheng alias --data … code:result OK 代码";
        assert_eq!(without_commands(unknown, Lang::Zh), "可写：合格");
    }
}

//! What can be wrong with an expression: codes P501 to P599.
//!
//! P50x the text cannot be read, P51x to P52x names and types, P53x arithmetic over indicators.
//! Words for types differ by language, so some problems are made with [`in_both`].

use base::{Lang, Problem, Text};

base::catalogue! {
    /// A character that no expression has.
    fn unexpected_character(found) -> "P501" Error {
        what { zh: "表达式里不能有“{found}”", en: "an expression cannot have `{found}`" }
        remedy { zh: "只用半角符号：= <> < <= > >= + - * / ( ) , . 和单引号；写法见 docs/conditions.zh-CN.md", en: "use only = <> < <= > >= + - * / ( ) , . and single quotes; docs/conditions.md says how conditions are written" }
    }
    /// A text or a quoted name without its end.
    fn unterminated(quote) -> "P502" Error {
        what { zh: "引号 {quote} 没有结束", en: "the quote {quote} is not closed" }
        remedy { zh: "补上结束的 {quote}；文本里的 {quote} 写两次", en: "add the closing {quote}; a {quote} within is written twice" }
    }
    /// The text ends where something must follow.
    fn unfinished(expected) -> "P532" Error {
        what { zh: "式子没有写完", en: "the expression is not finished" }
        remedy { zh: "后面还要写{expected}；写法见 docs/conditions.zh-CN.md", en: "{expected} must follow; docs/conditions.md says how conditions are written" }
    }
    /// A name in words where an identifier stands.
    fn name_in_words(found) -> "P533" Error {
        what { zh: "“{found}”不是列的标识", en: "`{found}` is no column's identifier" }
        remedy { zh: "列写标识，如 result；若是文本，加半角单引号写成 '{found}'", en: "write the column's identifier, such as result; a text stands in single quotes: '{found}'" }
    }
    /// A name in words whose identifier is known.
    fn name_of_column(found, ids) -> "P534" Error {
        what { zh: "“{found}”是列的名称，条件里写标识", en: "`{found}` is a column's name; a condition takes its identifier" }
        remedy { zh: "写标识 {ids}", en: "write the identifier {ids}" }
    }
    /// Something else was needed here.
    fn unexpected(found, expected) -> "P503" Error {
        what { zh: "这里不该是“{found}”", en: "`{found}` cannot stand here" }
        remedy { zh: "这里要写{expected}；写法见 docs/conditions.zh-CN.md", en: "write {expected} here; docs/conditions.md says how conditions are written" }
    }
    /// A number with too many digits.
    fn number_too_long(found) -> "P504" Error {
        what { zh: "数“{found}”太长", en: "the number `{found}` is too long" }
        remedy { zh: "小数点前后合计最多 18 位", en: "at most 18 digits before and after the point together" }
    }
    /// A date literal that is no day.
    fn not_a_date(found) -> "P505" Error {
        what { zh: "“{found}”不是日历上的日期", en: "`{found}` is not a day of the calendar" }
        remedy { zh: "写成 date '2018-01-31'", en: "write date '2018-01-31'" }
    }
    /// Too long.
    fn too_long(bytes, limit) -> "P506" Error {
        what { zh: "表达式有 {bytes} 字节，最多 {limit}", en: "the expression has {bytes} bytes, at most {limit} are read" }
        remedy { zh: "拆成几个指标，或用 in (…) 代替一串 or", en: "split it into several indicators, or use in (…) in place of many or" }
    }
    /// Too deep.
    fn too_deep(limit) -> "P507" Error {
        what { zh: "表达式嵌套超过 {limit} 层", en: "the expression is nested more than {limit} levels deep" }
        remedy { zh: "拆成几个指标，或用 in (…) 代替一串 or", en: "split it into several indicators, or use in (…) in place of many or" }
    }
    /// An operator as other languages write it.
    fn foreign_operator(found, right) -> "P508" Error {
        what { zh: "没有“{found}”这个写法", en: "there is no `{found}`" }
        remedy { zh: "写成 {right}", en: "write {right}" }
    }
    /// Nothing.
    fn empty_expression() -> "P509" Error {
        what { zh: "表达式是空的", en: "the expression is empty" }
        remedy { zh: "写出条件或数值，或者删去这一列", en: "write a condition or a number, or delete the key" }
    }
    /// A condition that is none on one input.
    fn no_input_test() -> "P540" Error {
        what { zh: "必填条件只能是另一个字段的一个条件", en: "what makes an input required is one condition on one other input" }
        remedy { zh: "写成 字段 = '代码'、字段 <> '代码'、字段（是否类）或 字段 is not null", en: "write FIELD = 'code', FIELD <> 'code', FIELD (of an answer) or FIELD is not null" }
    }
    /// A name that the table does not have.
    fn unknown_column(name, table, nearest) -> "P510" Error {
        what { zh: "数据表“{table}”没有“{name}”这一列", en: "table `{table}` has no column `{name}`" }
        remedy { zh: "可用：{nearest}；若是文本，加单引号写成 '{name}'", en: "use {nearest}; a text stands in single quotes: '{name}'" }
    }
    /// A way through a column that leads nowhere.
    fn leads_nowhere(column, table) -> "P511" Error {
        what { zh: "数据表“{table}”的“{column}”不是单位也不是对象，后面不能加点", en: "`{column}` of table `{table}` is neither a unit nor a subject, so nothing follows it" }
        remedy { zh: "只有单位列和对象列可以写成 unit.kind 的样子", en: "only a column of a unit or subject can be written like unit.kind" }
    }
    /// A personal column in an indicator.
    fn personal_column(name) -> "P512" Error {
        what { zh: "“{name}”是个人信息，指标不得使用", en: "`{name}` is personal, and no indicator may use it" }
        remedy { zh: "改用不含个人信息的列：个人信息可以擦除，擦除不得改变数字", en: "use another column: personal data can be erased, and erasing must change no figure" }
    }
    /// A parameter or a joined column in a constraint.
    fn not_in_constraint(name) -> "P513" Error {
        what { zh: "记录的条件里不能用“{name}”", en: "a condition on a record cannot use `{name}`" }
        remedy { zh: "只用这条记录自己的列", en: "use only columns of the record itself" }
    }
    /// An operator or function got the wrong type.
    fn wrong_operand(operator, wanted, found) -> "P514" Error {
        what { zh: "“{operator}”要用{wanted}，这里是{found}", en: "`{operator}` takes {wanted}, this is {found}" }
        remedy { zh: "换成{wanted}", en: "use {wanted}" }
    }
    /// Two things that cannot be compared.
    fn not_comparable(left, right) -> "P515" Error {
        what { zh: "{left}与{right}不能比较", en: "{left} cannot be compared with {right}" }
        remedy { zh: "两边要是同一类：数与数、日期与日期（date '2018-01-31'）、同一词表的代码", en: "both sides must be of one kind: numbers, days (date '2018-01-31'), codes of one vocabulary" }
    }
    /// An order between things that have none.
    fn no_order(operator, found) -> "P516" Error {
        what { zh: "{found}没有大小，不能用“{operator}”", en: "{found} has no order, so `{operator}` does not apply" }
        remedy { zh: "用 =、<> 或 in (…)", en: "use =, <> or in (…)" }
    }
    /// A code that the vocabulary does not have.
    fn unknown_code(code, vocabulary, nearest) -> "P517" Error {
        what { zh: "词表“{vocabulary}”没有代码“{code}”", en: "vocabulary `{vocabulary}` has no code `{code}`" }
        remedy { zh: "可用：{nearest}", en: "use {nearest}" }
    }
    /// A text that is none of those declared.
    fn unknown_choice(found, column, nearest) -> "P518" Error {
        what { zh: "“{column}”不会是“{found}”", en: "`{column}` is never `{found}`" }
        remedy { zh: "可用：{nearest}", en: "use {nearest}" }
    }
    /// A unit that is not declared.
    fn unknown_unit_literal(found, nearest) -> "P519" Error {
        what { zh: "没有单位“{found}”", en: "there is no unit `{found}`" }
        remedy { zh: "可用：{nearest}", en: "use {nearest}" }
    }
    /// A division by something that is not written out.
    fn division_by_column() -> "P520" Error {
        what { zh: "“/”右边只能是写明的数", en: "only a number written out can stand on the right of `/`" }
        remedy { zh: "两个数相比用度量 ratio；按每行计算时把除法移到比较的另一边，写成乘法", en: "for one figure over another use the measure `ratio`; within a row write the comparison as a product" }
    }
    /// A division by zero.
    fn division_by_zero() -> "P521" Error {
        what { zh: "除以零", en: "this divides by zero" }
        remedy { zh: "除数写成不为零的数", en: "divide by a number other than zero" }
    }
    /// The constant denominator becomes too large.
    fn too_precise(limit) -> "P522" Error {
        what { zh: "小数位相乘后超出精度（分母最多 {limit}）", en: "the decimal places multiply beyond what is kept (denominator at most {limit})" }
        remedy { zh: "减少相乘的小数，或先除后乘改为整数", en: "multiply fewer decimals, or use whole numbers" }
    }
    /// Something computed in a list.
    fn list_of_literals() -> "P523" Error {
        what { zh: "in (…) 里只能是写明的值", en: "only values written out can stand in in (…)" }
        remedy { zh: "逐个写出；与另一列比较用 =", en: "write each one out; compare with another column by =" }
    }
    /// The whole is of the wrong type.
    fn wrong_result(wanted, found) -> "P524" Error {
        what { zh: "这里要{wanted}，写的是{found}", en: "{wanted} is needed here, this is {found}" }
        remedy { zh: "改写成{wanted}", en: "write {wanted}" }
    }
    /// A function that does not exist.
    fn unknown_function(name) -> "P525" Error {
        what { zh: "没有函数“{name}”", en: "there is no function `{name}`" }
        remedy { zh: "可用：year(日期)、month(日期)、coalesce(甲, 乙)", en: "use year(day), month(day) or coalesce(a, b)" }
    }
    /// Too many or too few arguments.
    fn wrong_arguments(name, wanted, found) -> "P526" Error {
        what { zh: "“{name}”要 {wanted} 个参数，写了 {found} 个", en: "`{name}` takes {wanted} arguments, {found} are given" }
        remedy { zh: "写 {wanted} 个参数", en: "give {wanted}" }
    }
    /// A period that is not in its canonical form.
    fn not_a_period_literal(found) -> "P527" Error {
        what { zh: "“{found}”不是期间的标准写法，不会与任何期间相等", en: "`{found}` is not how a period is written, so it equals none" }
        remedy { zh: "写成 '2018'、'2018H1'、'2018Q3'、'2018-06' 的样子", en: "write it like '2018', '2018H1', '2018Q3' or '2018-06'" }
    }
    /// A set where one value is needed.
    fn set_needs_has(column) -> "P528" Error {
        what { zh: "“{column}”可以有多个值，不能直接比较", en: "`{column}` can have several values and is not compared directly" }
        remedy { zh: "写成 {column} has '…'", en: "write {column} has '…'" }
    }
    /// An indicator that does not exist.
    fn unknown_indicator_in_expression(name, nearest) -> "P530" Error {
        what { zh: "没有指标“{name}”", en: "there is no indicator `{name}`" }
        remedy { zh: "可用：{nearest}", en: "use {nearest}" }
    }
    /// A construct that arithmetic over indicators does not have.
    fn only_arithmetic() -> "P531" Error {
        what { zh: "指标之间只能加减乘除，或取最小、最大", en: "between indicators there is only arithmetic, and the least or greatest of several" }
        remedy { zh: "只用指标标识、数、+ - * /、least(甲, 乙)、greatest(甲, 乙) 和括号；条件写在各指标的 where 里", en: "use only ids of indicators, numbers, + - * /, least(a, b), greatest(a, b) and parentheses; conditions belong into the `where` of each indicator" }
    }
}

/// A problem whose words differ by language: `make` is asked once for each.
pub fn in_both(make: impl Fn(Lang) -> Problem) -> Problem {
    let (zh, en) = (make(Lang::Zh), make(Lang::En));
    Problem {
        what: Box::new(Text {
            zh: zh.what.zh.clone(),
            en: en.what.en.clone(),
        }),
        remedy: Box::new(Text {
            zh: zh.remedy.zh.clone(),
            en: en.remedy.en.clone(),
        }),
        ..zh
    }
}

//! Everything that the site itself can refuse, with the remedy, in both languages (codes W…). What
//! `office` refuses it passes on as it is.

base::catalogue! {
    /// The socket failed.
    fn cannot_serve(why) -> "W101" Error {
        what { zh: "不能提供网页服务：{why}", en: "cannot serve pages: {why}" }
        remedy { zh: "核对地址和端口是否被占用", en: "check whether the address and port are in use" }
    }
    /// A piece of work that broke off.
    fn broke_off() -> "W102" Error {
        what { zh: "这一步没有做完，程序出错了", en: "this step broke off: a fault in the program" }
        remedy { zh: "没有写入任何内容；重试，仍不行请把页面地址告诉管理员", en: "nothing was written; try again, and if it stays tell the administrator the page's address" }
    }
    /// A page that is not there.
    fn no_such_page() -> "W201" Error {
        what { zh: "没有这个页面", en: "there is no such page" }
        remedy { zh: "核对地址，或从导航进入", en: "check the address, or go on from the navigation" }
    }
    /// Something that is not there.
    fn no_such_thing(kind_zh, kind_en, id) -> "W202" Error {
        what { zh: "没有{kind_zh}“{id}”", en: "there is no {kind_en} `{id}`" }
        remedy { zh: "核对地址，或从列表进入", en: "check the address, or go on from the list" }
    }
    /// A form that did not come from here.
    fn forged() -> "W203" Error {
        what { zh: "这个请求不是从本站的页面发出的，没有执行", en: "this request did not come from a page of this site and was not carried out" }
        remedy { zh: "回到页面，重新提交", en: "go back to the page and submit it again" }
    }
    /// A body that cannot be read.
    fn bad_form(why) -> "W204" Error {
        what { zh: "提交的内容不能读取：{why}", en: "what was submitted cannot be read: {why}" }
        remedy { zh: "回到页面，重新填写后提交", en: "go back to the page, fill it in and submit it again" }
    }
    /// A file beyond the limit.
    fn file_too_large(name, limit_mb) -> "W205" Error {
        what { zh: "文件“{name}”超过 {limit_mb} MB", en: "the file `{name}` is larger than {limit_mb} MB" }
        remedy { zh: "压缩或拆分后再上传", en: "compress or divide it and upload again" }
    }
    /// Too many files or fields.
    fn too_many(what_zh, what_en, most) -> "W206" Error {
        what { zh: "{what_zh}超过 {most} 个", en: "there are more than {most} {what_en}" }
        remedy { zh: "分几次提交", en: "submit them in several steps" }
    }
    /// A kind of file that is not taken.
    fn file_kind(name) -> "W207" Error {
        what { zh: "不收“{name}”这种文件", en: "files such as `{name}` are not taken" }
        remedy { zh: "用图片、PDF、Word、Excel、WPS、文本或压缩包", en: "use images, PDF, Word, Excel, WPS, text or archives" }
    }
    /// An empty file.
    fn file_is_empty(name) -> "W208" Error {
        what { zh: "文件“{name}”是空的", en: "the file `{name}` is empty" }
        remedy { zh: "核对文件后重新选择", en: "check the file and choose it again" }
    }
    /// Wrong name or password.
    fn not_signed_in() -> "W301" Error {
        what { zh: "登录名或密码不对", en: "the name or the password is wrong" }
        remedy { zh: "核对后重试；忘了密码请找系统管理员重设", en: "check them and try again; if forgotten, the system administrator sets a new one" }
    }
    /// Too many wrong tries.
    fn wait(seconds) -> "W302" Error {
        what { zh: "试错次数太多，请等 {seconds} 秒", en: "too many wrong tries: please wait {seconds} seconds" }
        remedy { zh: "到时再试", en: "then try again" }
    }
    /// A page that needs a sign-in.
    fn sign_in_first() -> "W303" Error {
        what { zh: "请先登录", en: "please sign in first" }
        remedy { zh: "登录后会回到这一页", en: "you will come back to this page" }
    }
    /// Real folders have no sign-in without a password.
    fn only_in_demonstrations() -> "W304" Error {
        what { zh: "只有演示数据可以不用密码登录", en: "only a demonstration can be entered without a password" }
        remedy { zh: "用登录名和密码登录", en: "sign in with name and password" }
    }
    /// A page that the role may not see.
    fn not_for_role(role_zh, role_en) -> "W305" Error {
        what { zh: "“{role_zh}”不能看这一页", en: "the role `{role_en}` may not see this page" }
        remedy { zh: "需要时请质强办调整角色", en: "if it is needed, ask the programme office to change the role" }
    }
    /// A request of a program without a token that holds.
    fn no_token() -> "W306" Error {
        what { zh: "没有有效的访问令牌", en: "there is no valid token" }
        remedy { zh: "在账号页生成令牌，以 Authorization: Bearer 发送", en: "make one on the account page and send it as `Authorization: Bearer`" }
    }
    /// A token that may not.
    fn token_may_not(scope) -> "W307" Error {
        what { zh: "这个令牌没有 {scope} 权限", en: "this token has no scope `{scope}`" }
        remedy { zh: "另生成一个有该权限的令牌", en: "make one that has it" }
    }
    /// A parameter that means nothing.
    fn not_understood(name, value) -> "W308" Error {
        what { zh: "参数 {name} 不能理解：{value}", en: "the parameter {name} is not understood: {value}" }
        remedy { zh: "按 /api/v1/openapi.json 的说明书写", en: "write it as /api/v1/openapi.json says" }
    }
    /// A position that has not come.
    fn not_yet(at, head) -> "W411" Error {
        what { zh: "存证位置 {at} 还没有方案或还不存在，现在到 {head}", en: "there is no programme at position {at}, or it has not come: the ledger stands at {head}" }
        remedy { zh: "用方案启用之后、不超过 {head} 的位置", en: "use a position after the programme was activated and up to {head}" }
    }
    /// A text that is no position.
    fn not_a_position(text) -> "W412" Error {
        what { zh: "“{text}”不是存证位置", en: "`{text}` is no position of the ledger" }
        remedy { zh: "填正整数，如 5123", en: "give a whole number, such as 5123" }
    }
    /// A text that is no day.
    fn not_a_day(text) -> "W413" Error {
        what { zh: "“{text}”不是日期", en: "`{text}` is no day" }
        remedy { zh: "写成 2018-12-31 的样子", en: "write it like 2018-12-31" }
    }
    /// A text that is no period.
    fn not_a_period(text) -> "W414" Error {
        what { zh: "“{text}”不是期间", en: "`{text}` is no period" }
        remedy { zh: "写成 2018 的样子", en: "write it like 2018" }
    }
    /// A map without its approval.
    fn no_approval(most) -> "W415" Error {
        what { zh: "没有审图号，或超过{most}个字", en: "the approval number is missing or longer than {most} characters" }
        remedy { zh: "填地图审核批准书上的审图号", en: "give the number from the map's letter of approval" }
    }
    /// A file without areas.
    fn no_boundaries(name) -> "W416" Error {
        what { zh: "“{name}”里没有可用的边界", en: "`{name}` has no boundaries that can be used" }
        remedy { zh: "用经纬度坐标的 GeoJSON（FeatureCollection，Polygon 或 MultiPolygon）", en: "use GeoJSON in degrees (a FeatureCollection of Polygon or MultiPolygon)" }
    }
    /// Nothing was uploaded.
    fn no_file() -> "W611" Error {
        what { zh: "没有选文件", en: "no file was chosen" }
        remedy { zh: "选好文件后再上传", en: "choose the file, then upload it" }
    }
    /// A column that a workbook needs.
    fn no_such_column(heading) -> "W612" Error {
        what { zh: "工作簿里没有“{heading}”一列", en: "the workbook has no column `{heading}`" }
        remedy { zh: "用从这里下载的工作簿填写，不要改表头", en: "fill in the workbook that is downloaded here and leave its headings" }
    }
    /// A row that belongs to nothing here.
    fn row_of_no_case(row, number) -> "W613" Error {
        what { zh: "第 {row} 行的编号“{number}”不是这一项目的", en: "row {row}: number `{number}` is not of this item" }
        remedy { zh: "编号一列不要改；重新下载后再填", en: "leave the numbers as they are; download it again and fill it in" }
    }
    /// Points that are no number.
    fn cell_is_no_number(row, heading, value) -> "W614" Error {
        what { zh: "第 {row} 行“{heading}”是“{value}”，不是数字", en: "row {row}, `{heading}`: `{value}` is no number" }
        remedy { zh: "改成数字，例如 2.5", en: "write a number such as 2.5" }
    }
    /// A box that must be ticked.
    fn not_confirmed() -> "W615" Error {
        what { zh: "没有勾选确认", en: "the confirmation is not ticked" }
        remedy { zh: "读过说明后勾选，再提交", en: "read what it means, tick it, and submit again" }
    }
    /// Cases that have not come to their end.
    fn course_not_finished(count) -> "W616" Error {
        what { zh: "还有 {count} 个项目没有走到综合评价", en: "{count} items have not been composed" }
        remedy { zh: "先办完；确需按现有结果审定的，勾选“按现有结果审定”", en: "finish them, or tick that the result is sealed as it stands" }
    }
}

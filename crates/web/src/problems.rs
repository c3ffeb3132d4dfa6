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
    /// A table beyond the limit of the import.
    fn table_too_large(name, limit_mb) -> "W974" Error {
        what { zh: "文件“{name}”超过 {limit_mb} MB，没有接收", en: "the file `{name}` is larger than {limit_mb} MB and was not taken in" }
        remedy { zh: "用 gzip 压缩成 .csv.gz（解开后最多 1 GB），或拆成几个文件分别上传；在服务器上可用命令 zhicheng import 逐个导入", en: "compress it to .csv.gz (1 GB at most when unpacked), or divide it and upload the parts; on the server the command `zhicheng import` takes them one after another" }
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
    /// Persons are found by their identity alone.
    fn persons_are_not_listed(zh, en) -> "W820" Error {
        what { zh: "“{zh}”是个人，不列名单", en: "`{en}` are persons: they are not listed" }
        remedy { zh: "按证件号码查找，或查看其记录", en: "find them by their identity, or read their records" }
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
    /// A text that is no whole number.
    fn not_a_number(text) -> "W417" Error {
        what { zh: "“{text}”不是整数", en: "`{text}` is no whole number" }
        remedy { zh: "填正整数，如 10", en: "give a whole number, such as 10" }
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
    /// A bound that cannot be read.
    fn not_a_bound(field, text) -> "W511" Warning {
        what { zh: "条件“{field}”的“{text}”不是日期或数字，没有用它筛选", en: "`{text}` is no day or number; `{field}` was not filtered by it" }
        remedy { zh: "日期写成 2018-12-31，数字写成 1200.5", en: "write days as 2018-12-31 and numbers as 1200.5" }
    }
    /// A piece of a name that too many have.
    fn too_many_subjects(text, most) -> "W512" Warning {
        what { zh: "名称含“{text}”的对象超过 {most} 个，只筛选了其中 {most} 个", en: "more than {most} subjects have `{text}` in their name; only {most} of them were taken" }
        remedy { zh: "多写几个字，或写代码", en: "write more of the name, or the code" }
    }
    /// A saved view without a name.
    fn view_without_name(most) -> "W513" Error {
        what { zh: "常用视图没有名称，或条件太长", en: "the view has no name, or its conditions are too long" }
        remedy { zh: "起一个不超过 {most} 字的名称", en: "give it a name of at most {most} signs" }
    }
    /// An export that failed on the way.
    fn cannot_export(why) -> "W514" Error {
        what { zh: "导出没有完成：{why}", en: "the export did not end: {why}" }
        remedy { zh: "检查服务器临时目录的空间，再导出一次", en: "check the room of the server's temporary folder and export again" }
    }
    /// An import that is not there any more.
    fn no_waiting_import(id) -> "W521" Error {
        what { zh: "没有等待导入的文件“{id}”：已删除、过期，或者是别人的", en: "there is no file `{id}` waiting to be imported: it was removed, is too old, or is somebody else's" }
        remedy { zh: "重新上传", en: "upload it again" }
    }
    /// Nothing was uploaded.
    fn no_file() -> "W522" Error {
        what { zh: "没有选择文件", en: "no file was chosen" }
        remedy { zh: "选择要导入的表格（xlsx 或 csv）", en: "choose the table to be imported (xlsx or csv)" }
    }
    /// Not a table by its name.
    fn no_table(name) -> "W523" Error {
        what { zh: "“{name}”不是可以导入的表格", en: "`{name}` is no table that can be imported" }
        remedy { zh: "另存为 xlsx 或 csv 后再上传", en: "save it as xlsx or csv and upload that" }
    }
    /// A file for revising without a reason.
    fn busy() -> "W524" Error {
        what { zh: "这个文件正在检查或导入", en: "this file is being checked or imported" }
        remedy { zh: "等它结束", en: "wait until that has ended" }
    }
    /// An import that broke off with the server.
    fn import_broke_off() -> "W525" Error {
        what { zh: "导入途中服务器停止，这次导入的行一条也不计入", en: "the server stopped during the import: no row of it counts" }
        remedy { zh: "再按一次“导入”", en: "press `take` again" }
    }
    /// Faults that stand at their fields.
    fn faults_below(count) -> "W515" Error {
        what { zh: "有 {count} 处没有填对，没有提交", en: "{count} fields are not right; nothing was submitted" }
        remedy { zh: "各处的原因写在该栏旁边", en: "what is wrong is told at each of them" }
    }
    /// A file that cannot be kept while it waits.
    fn cannot_keep(why) -> "W526" Error {
        what { zh: "上传的文件存不下或读不回：{why}", en: "the uploaded file cannot be kept or read back: {why}" }
        remedy { zh: "检查数据文件夹所在磁盘的空间与权限，再上传一次", en: "check the room and the permissions of the data folder's disk, then upload it again" }
    }
    /// Faulty rows that kept all others out.
    fn held_back(rows) -> "W527" Error {
        what { zh: "有 {rows} 行有错，所以一行也没有写入", en: "{rows} rows are faulty, so nothing was written" }
        remedy { zh: "改正或不要这些行，或者选“只导入正确的行”", en: "correct or drop them, or take the sound rows only" }
    }
    /// An account whose person acts no more.
    fn account_of_nobody() -> "W310" Error {
        what { zh: "这个账号的人员已停用，不能登录", en: "the person of this account acts no more, so it cannot sign in" }
        remedy { zh: "请安全管理员在“管理 · 人员”核对", en: "ask the security administrator, under Administration, People" }
    }
    /// A wrong one-time code.
    fn wrong_code() -> "W311" Error {
        what { zh: "动态码不对，或已用过", en: "the code is wrong, or was used" }
        remedy { zh: "等手机上出现下一个动态码再填；还不行，核对手机时间", en: "wait for the next code on the telephone; if it stays, check the telephone's clock" }
    }
    /// A second step that took too long.
    fn second_step_over() -> "W312" Error {
        what { zh: "第二步超过 5 分钟", en: "the second step took more than five minutes" }
        remedy { zh: "从登录名和密码重新开始", en: "begin with name and password again" }
    }
    /// A link to the first account that works no more.
    fn first_link_over() -> "W313" Error {
        what { zh: "这个链接不能用：用过了、过期了，或已经有账号", en: "this link does not work: it was used, it is too old, or there is an account already" }
        remedy { zh: "重新启动网站会打印新的链接；已有账号时直接登录", en: "starting the site again prints a new one; where there is an account, sign in" }
    }
    /// Two passwords that should be one.
    fn passwords_differ() -> "W314" Error {
        what { zh: "两次填写的新密码不一样", en: "the new password was typed in two ways" }
        remedy { zh: "重新填写两遍", en: "type it twice again" }
    }
    /// The old password is wrong.
    fn wrong_password() -> "W315" Error {
        what { zh: "原密码不对", en: "the present password is wrong" }
        remedy { zh: "核对后重试", en: "check it and try again" }
    }
    /// A new password that is the old.
    fn same_password() -> "W316" Error {
        what { zh: "新密码与原密码相同", en: "the new password is the old one" }
        remedy { zh: "换一个", en: "choose another" }
    }
    /// A token without a name, scopes or an end.
    fn token_incomplete(days_max) -> "W317" Error {
        what { zh: "令牌缺名称、范围或期限", en: "the token lacks a name, a scope or an end" }
        remedy { zh: "填写用途，至少选一个范围，期限 1 至 {days_max} 天", en: "say what it is for, choose a scope, and an end of 1 to {days_max} days" }
    }
    /// A page that only the machine itself may open.
    fn only_from_here() -> "W320" Error {
        what { zh: "只能从运行网站的那台机器打开", en: "this page opens only on the machine that runs the site" }
        remedy { zh: "在那台机器的浏览器里打开；或在那里用 zhicheng account open 开通账号", en: "open it in a browser there, or open the account there with `zhicheng account open`" }
    }
    /// An account without a password cannot change it.
    fn has_no_password() -> "W321" Error {
        what { zh: "这个账号没有密码", en: "this account has no password" }
        remedy { zh: "演示账号从登录页直接进入；其他账号请安全管理员重设密码", en: "a demonstration's account is entered from the sign-in page; for others the security administrator sets one" }
    }
    /// Somebody as whom one may not act.
    fn not_your_deputy() -> "W322" Error {
        what { zh: "今天不能以这个身份办理", en: "you may not act as this one today" }
        remedy { zh: "代理须先登记，且在期限内", en: "a deputy must be named first, and today be one of its days" }
    }
    /// A number of a person that is none.
    fn choose_a_person() -> "W324" Error {
        what { zh: "没有选人", en: "nobody was chosen" }
        remedy { zh: "从名单中选择", en: "choose from the list" }
    }
    /// Nothing was uploaded.
    fn no_file_chosen() -> "W611" Error {
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
    /// No address of a channel.
    fn not_an_address(text) -> "W701" Error {
        what { zh: "“{text}”不是可用的地址", en: "`{text}` is no address that can be used" }
        remedy { zh: "邮箱写成 name@example.cn，手机号只写数字，网址以 http:// 或 https:// 开头", en: "a mail address such as name@example.cn, digits only for a telephone, http:// or https:// before a web address" }
    }
    /// A setting of a channel that is missing.
    fn setting_missing(zh, en) -> "W702" Error {
        what { zh: "没有填“{zh}”", en: "`{en}` is not filled in" }
        remedy { zh: "填好后再保存；暂时不用就不要启用", en: "fill it in and save again, or leave the channel off" }
    }
    /// A setting that is none of the choices.
    fn setting_unknown(zh, en, choices) -> "W703" Error {
        what { zh: "“{zh}”不是可选的值", en: "`{en}` is none of its choices" }
        remedy { zh: "可选：{choices}", en: "choose one of {choices}" }
    }
    /// A trial that failed.
    fn trial_failed(why) -> "W704" Error {
        what { zh: "试发没有成功：{why}", en: "the trial failed: {why}" }
        remedy { zh: "核对地址和密钥，确认对方服务在运行、本机能够连到", en: "check the address and the key, that the service is up and that this machine reaches it" }
    }
    /// Nobody signs in elsewhere.
    fn elsewhere_is_off() -> "W760" Error {
        what { zh: "本站没有启用统一身份认证", en: "signing in with another provider is not turned on here" }
        remedy { zh: "用登录名和密码登录", en: "sign in with name and password" }
    }
    /// Whoever comes back did not go out from here, or too long ago.
    fn way_is_over() -> "W761" Error {
        what { zh: "这次登录已用过、已过期，或不是在这个浏览器里开始的", en: "this sign-in was used already, took too long, or did not begin in this browser" }
        remedy { zh: "从登录页重新开始", en: "begin again from the sign-in page" }
    }
    /// The provider said no.
    fn provider_refused(code, why) -> "W762" Error {
        what { zh: "身份认证服务没有放行：{code} {why}", en: "the provider refused: {code} {why}" }
        remedy { zh: "重新开始；仍不行请把这一行告诉系统管理员，或用密码登录", en: "begin again; if it stays tell the system administrator this line, or sign in with a password" }
    }
    /// The provider does not answer.
    fn provider_not_reached(issuer, why) -> "W763" Error {
        what { zh: "连不上身份认证服务 {issuer}：{why}", en: "the provider {issuer} cannot be reached: {why}" }
        remedy { zh: "稍后再试，或用登录名和密码登录；系统管理员请核对“管理 · 统一身份认证”", en: "try again later or sign in with a password; the system administrator checks Administration · Single sign-on" }
    }
    /// What the provider sent does not hold.
    fn token_not_taken(why) -> "W764" Error {
        what { zh: "身份认证服务给出的凭据不成立，没有登录：{why}", en: "what the provider sent does not hold, and nobody was signed in: {why}" }
        remedy { zh: "重新开始；仍不行请把这一行告诉系统管理员，或用密码登录", en: "begin again; if it stays tell the system administrator this line, or sign in with a password" }
    }
    /// Somebody whom nobody linked.
    fn subject_not_linked(subject, issuer) -> "W765" Error {
        what { zh: "{issuer} 的身份“{subject}”还没有绑定本站账号", en: "the identity `{subject}` of {issuer} is linked to no account here" }
        remedy { zh: "用密码登录后在“我的账号”绑定，或把这个身份告诉安全管理员", en: "sign in with your password and link it under My account, or tell the security administrator this identity" }
    }
    /// A setting that cannot be used.
    fn bad_setting(what_zh, what_en) -> "W766" Error {
        what { zh: "{what_zh}没有写或写得不对", en: "{what_en} is missing or cannot be used" }
        remedy { zh: "地址写成 https://…；只有本机试用可以用 http", en: "write addresses as https://…; http only on this machine, for trials" }
    }
    /// A way that another account began.
    fn way_of_another() -> "W767" Error {
        what { zh: "开始绑定的不是现在登录的账号，没有绑定", en: "another account began this, and nothing was linked" }
        remedy { zh: "在“我的账号”重新绑定", en: "begin again under My account" }
    }
    /// An address to which nothing is sent.
    fn bad_hook(address) -> "W768" Error {
        what { zh: "不能向“{address}”发送通知", en: "nothing can be sent to `{address}`" }
        remedy { zh: "写 https:// 开头的完整地址；发往本机或内网须先允许", en: "give a whole address that begins with https://; this machine and private networks must be permitted first" }
    }
    /// A subscription without a name or to changes that are none.
    fn hook_incomplete() -> "W769" Error {
        what { zh: "用途没有写，或选了没有的变动", en: "the name is missing, or a kind of change is none" }
        remedy { zh: "写明用途，从列出的变动中选", en: "give the name and choose among the kinds that are listed" }
    }
    /// A number of a case that is none.
    fn no_case_number(text) -> "W840" Error {
        what { zh: "“{text}”不是办件编号", en: "`{text}` is no number of a case" }
        remedy { zh: "写办件页面标题下 # 后面的数字", en: "write the number behind # below the case's title" }
    }
    /// A lot size that is none.
    fn not_a_lot(text) -> "W920" Error {
        what { zh: "批量“{text}”不对", en: "`{text}` is no lot size" }
        remedy { zh: "写 2 到 1000000000000 之间的整数", en: "write a whole number from 2 to 1000000000000" }
    }
    /// A key that is for another sensor.
    fn key_of_other_sensor(sensor, subject) -> "W930" Error {
        what { zh: "这个密钥只能上报“{subject}”的“{sensor}”", en: "this key is for `{sensor}` of `{subject}` only" }
        remedy { zh: "用那个传感器自己的密钥，或用可以上报全部读数的令牌", en: "use that sensor's own key, or a token that may send all readings" }
    }
    /// More readings than a sensor's rule allows.
    fn readings_too_fast(limit) -> "W931" Error {
        what { zh: "上报太快：每个传感器每分钟最多 {limit} 条，这次一条也没有收", en: "too fast: one sensor sends at most {limit} readings a minute; nothing of this request was taken" }
        remedy { zh: "按 Retry-After 的秒数稍后再发，或分成几次", en: "send it again after the seconds of Retry-After, or in parts" }
    }
    /// More waits than can be written.
    fn readings_wait() -> "W932" Error {
        what { zh: "读数来得太多，正在写入，这次没有收", en: "more readings come than can be written; nothing of this request was taken" }
        remedy { zh: "稍后再发", en: "send it again in a moment" }
    }
    /// A batch of none, or of too many.
    fn batch_of_readings(count, most) -> "W933" Error {
        what { zh: "一次上报了 {count} 条读数", en: "the request has {count} readings" }
        remedy { zh: "一次上报 1 至 {most} 条", en: "send 1 to {most} at a time" }
    }
    /// Days of a sensor's key that cannot be.
    fn days_of_key(most) -> "W934" Error {
        what { zh: "密钥的有效天数没有写或写得不对", en: "the days of the key are missing or wrong" }
        remedy { zh: "写 1 至 {most}", en: "write 1 to {most}" }
    }
    /// A circular about the same sealed result stands already.
    fn issued_already(number) -> "W994" Error {
        what { zh: "这份结果已经出具过通报 {number}，仍然有效", en: "a circular about this result stands already: {number}" }
        remedy { zh: "那一份有误的，先在它的页面作废；确需另出具一份，请勾选后再出具", en: "where it is wrong, declare it void on its page first; tick the box to issue another beside it" }
    }
    /// Too many photographs of a visit.
    fn too_many_photographs(most) -> "W900" Error {
        what { zh: "一次检查至多 {most} 张照片", en: "a visit has {most} photographs at most" }
        remedy { zh: "去掉几张，或分两次提交", en: "remove some, or send them in two visits" }
    }
    /// A signer's name without a signature.
    fn no_signature() -> "W901" Error {
        what { zh: "写了签名人的姓名，没有签名", en: "there is the signer's name and no signature" }
        remedy { zh: "请对方在签名框里签名；拒签或不在场的，在下面注明", en: "have it signed in the box, or say below that it was refused or nobody was there" }
    }
    /// A signature that is no picture.
    fn signature_is_no_picture(limit_mb) -> "W902" Error {
        what { zh: "签名不是图片，或超过 {limit_mb} MB", en: "the signature is no picture, or larger than {limit_mb} MB" }
        remedy { zh: "用 PNG 或 JPEG 图片，或在手机上重新签名", en: "use a PNG or JPEG picture, or sign again on the phone" }
    }
}

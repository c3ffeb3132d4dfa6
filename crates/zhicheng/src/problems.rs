//! What the command line itself can refuse (codes Z…). Codes Z1… are about files and disks.

base::catalogue! {
    /// A file that cannot be read.
    fn cannot_read(path, why) -> "Z101" Error {
        what { zh: "不能读取 {path}：{why}", en: "cannot read {path}: {why}" }
        remedy { zh: "核对路径和权限", en: "check the path and the permissions" }
    }
    /// A file that cannot be written.
    fn cannot_write(path, why) -> "Z102" Error {
        what { zh: "不能写入 {path}：{why}", en: "cannot write {path}: {why}" }
        remedy { zh: "核对路径、权限和磁盘空间", en: "check the path, the permissions and the free space" }
    }
    /// The output cannot be written.
    fn output_failed(why) -> "Z103" Error {
        what { zh: "不能输出：{why}", en: "the output cannot be written: {why}" }
        remedy { zh: "核对输出的去处", en: "check where the output goes" }
    }
    /// A period that cannot be read.
    fn not_a_period(text) -> "Z201" Error {
        what { zh: "“{text}”不是期间", en: "`{text}` is not a period" }
        remedy { zh: "写成 2018、2018H1、2018Q3、2018-06、2016..2018 或 2015A", en: "write 2018, 2018H1, 2018Q3, 2018-06, 2016..2018 or 2015A" }
    }
    /// A day that cannot be read.
    fn not_a_day(text) -> "Z202" Error {
        what { zh: "“{text}”不是日期", en: "`{text}` is not a day" }
        remedy { zh: "写成 2018-12-31", en: "write it as 2018-12-31" }
    }
    /// An indicator that does not exist.
    fn unknown_indicator(text, nearest) -> "Z203" Error {
        what { zh: "方案中没有指标“{text}”", en: "the programme has no indicator `{text}`" }
        remedy { zh: "可写：{nearest}；zhicheng types 列出全部", en: "try: {nearest}; `zhicheng types` lists all" }
    }
    /// A field without a value.
    fn not_a_setting(text) -> "Z204" Error {
        what { zh: "“{text}”不是 字段=值", en: "`{text}` is not FIELD=VALUE" }
        remedy { zh: "写成 字段=值", en: "write FIELD=VALUE" }
    }
    /// A field that the type does not have.
    fn unknown_field(field, type_name, nearest) -> "Z205" Error {
        what { zh: "“{type_name}”没有字段“{field}”", en: "`{type_name}` has no field `{field}`" }
        remedy { zh: "可写：{nearest}", en: "try: {nearest}" }
    }
    /// A position that does not exist.
    fn no_such_position(at, head) -> "Z206" Error {
        what { zh: "没有位置 {at}，最新是 {head}", en: "there is no position {at}; the latest is {head}" }
        remedy { zh: "写 0 到 {head} 之间的数", en: "write a number from 0 to {head}" }
    }
    /// A position before the first programme.
    fn before_programme(at) -> "Z211" Error {
        what { zh: "位置 {at} 时还没有方案，无可测算", en: "at position {at} there was no programme yet, so there is nothing to measure" }
        remedy { zh: "写一个更后的位置", en: "give a later position" }
    }
    /// A folder that exists already.
    fn folder_taken(path) -> "Z207" Error {
        what { zh: "{path} 已存在且不是空的", en: "{path} exists and is not empty" }
        remedy { zh: "换一个文件夹，或先移走它", en: "choose another folder, or move it away first" }
    }
    /// A unit that does not exist.
    fn unknown_unit(text, nearest) -> "Z208" Error {
        what { zh: "方案中没有单位“{text}”", en: "the programme has no unit `{text}`" }
        remedy { zh: "可写：{nearest}；zhicheng types 列出全部", en: "try: {nearest}; `zhicheng types` lists all" }
    }
    /// An unknown way to split.
    fn unknown_split(text) -> "Z209" Error {
        what { zh: "不能按“{text}”分", en: "cannot split by `{text}`" }
        remedy { zh: "写 unit、subject、year、half、quarter、month，或该指标数据表的字段", en: "write unit, subject, year, half, quarter, month, or a field of the indicator's table" }
    }
    /// Nothing to export to.
    fn export_where() -> "Z210" Error {
        what { zh: "没有说导出到哪里", en: "it is not said where to export to" }
        remedy { zh: "加 --sqlite FILE、--csv DIR、--workbook FILE、--bundle DIR 或 --tiles DIR", en: "add --sqlite FILE, --csv DIR, --workbook FILE, --bundle DIR or --tiles DIR" }
    }
    /// Points that are no number.
    fn not_points(text) -> "Z212" Error {
        what { zh: "“{text}”不是分数", en: "`{text}` is not a number of points" }
        remedy { zh: "写数，如 3.5；或 none 取消改定", en: "write a number such as 3.5, or none to lift the override" }
    }
    /// A unit that carries nothing.
    fn carries_nothing(unit, scorecard) -> "Z213" Error {
        what { zh: "单位“{unit}”在记分卡“{scorecard}”中不承担项目", en: "unit `{unit}` carries no item of scorecard `{scorecard}`" }
        remedy { zh: "zhicheng score 不加 --unit 可列出承担单位", en: "`zhicheng score` without --unit lists those that do" }
    }
    /// An unknown SQL dialect.
    fn unknown_dialect(text) -> "Z214" Error {
        what { zh: "没有 SQL 方言“{text}”", en: "there is no SQL dialect `{text}`" }
        remedy { zh: "写 sqlite、postgres 或 duckdb", en: "write sqlite, postgres or duckdb" }
    }
    /// A state that no case can be in.
    fn unknown_state(text, nearest) -> "Z216" Error {
        what { zh: "没有一个流程有状态“{text}”", en: "no flow has a state `{text}`" }
        remedy { zh: "可写：{nearest}", en: "try: {nearest}" }
    }
    /// A flow that the programme does not have.
    fn unknown_flow(text, nearest) -> "Z251" Error {
        what { zh: "没有流程“{text}”", en: "there is no flow `{text}`" }
        remedy { zh: "可写：{nearest}", en: "try: {nearest}" }
    }
    /// A file that would be overwritten.
    fn file_exists(path) -> "Z217" Error {
        what { zh: "{path} 已存在，没有改动它", en: "{path} exists and was left as it is" }
        remedy { zh: "换一个名称，或加 --force 覆盖", en: "choose another name, or add --force to overwrite it" }
    }
    /// A result that was never sealed.
    fn not_sealed(scorecard, period) -> "Z218" Error {
        what { zh: "记分卡“{scorecard}”{period} 的结果没有封存", en: "the result of scorecard `{scorecard}` for {period} was not sealed" }
        remedy { zh: "不加 --sealed 显示现在算得的结果", en: "without --sealed the present result is shown" }
    }
    /// A demonstration in a folder of real data.
    fn folder_is_real(path) -> "Z215" Error {
        what { zh: "{path} 是正式数据，不能作演示", en: "{path} holds real data; it is no demonstration" }
        remedy { zh: "以 --data 另选文件夹", en: "choose another folder with --data" }
    }
    /// A subject that nobody made known.
    fn unknown_subject(subject) -> "Z219" Error {
        what { zh: "没有对象“{subject}”", en: "there is no subject `{subject}`" }
        remedy { zh: "核对身份代码或名称；zhicheng rate 列出对象", en: "check its identity or name; `zhicheng rate` lists subjects" }
    }
    /// An address where nobody can listen.
    fn cannot_listen(address, why) -> "Z130" Error {
        what { zh: "不能在 {address} 打开网站：{why}", en: "the site cannot be opened at {address}: {why}" }
        remedy { zh: "换一个端口，如 --listen 127.0.0.1:8019", en: "choose another port, such as --listen 127.0.0.1:8019" }
    }
    /// A person whose role was not said.
    fn role_missing() -> "Z220" Error {
        what { zh: "没有写角色", en: "the role is missing" }
        remedy { zh: "加 --role，如 --role liaison；zhicheng check 方案 可核对角色", en: "add --role, such as --role liaison" }
    }
    /// A person to be registered beside a running site.
    fn register_on_the_site(name) -> "Z221" Error {
        what { zh: "{name} 还没有登记，而网站正在写这个数据文件夹", en: "{name} is not registered yet, and the site is writing to this folder" }
        remedy { zh: "请安全管理员在网站的“管理 · 人员与账号”（/admin/people）登记，或先停止网站", en: "let the security administrator register the person on the site under /admin/people, or stop the site first" }
    }
    /// A running site that ended before it answered.
    fn site_ended() -> "Z131" Error {
        what { zh: "正在运行的网站还没有答复就结束了，不知道这条命令是否已经办理", en: "the running site ended before it answered: whether the command was carried out is not known" }
        remedy { zh: "网站重新打开后核对（zhicheng record、类型的列表）；同一个文件再导入、同一条记录再提交都不会重复", en: "look once it runs again; the same file or record given again is not taken twice" }
    }
    /// A running site that cannot be spoken to.
    fn site_not_spoken_to(why) -> "Z132" Error {
        what { zh: "不能把命令交给正在运行的网站：{why}", en: "the command cannot be given to the running site: {why}" }
        remedy { zh: "在网站的页面上办理，或先停止网站", en: "do it on the site's pages, or stop the site first" }
    }
    /// A running site of another version.
    fn site_of_other_build(site, own) -> "Z230" Error {
        what { zh: "正在运行的网站是 {site} 版，这个命令是 {own} 版", en: "the running site is version {site}, this command is version {own}" }
        remedy { zh: "用同一版本，或先停止网站", en: "use the same version, or stop the site first" }
    }
    /// A socket that cannot be made.
    fn no_socket(why) -> "Z231" Warning {
        what { zh: "不能在数据文件夹里打开命令通道：{why}", en: "no socket for commands can be made in the data folder: {why}" }
        remedy { zh: "网站照常使用；运行期间会写入的命令要在页面上办理", en: "the site works; commands that write are done on its pages meanwhile" }
    }
}

//! Everything that the desk can refuse, with the remedy, in both languages (codes K…).

base::catalogue! {
    /// The file cannot be used.
    fn cannot_use(path, why) -> "K101" Error {
        what { zh: "不能使用 {path}：{why}", en: "cannot use {path}: {why}" }
        remedy { zh: "核对磁盘空间和权限后重试", en: "check the free space and the permissions, then try again" }
    }
    /// A later version wrote it.
    fn of_later_version() -> "K102" Error {
        what { zh: "登录与草稿文件由更高版本的质城写入", en: "the file of sign-ins and drafts was written by a later version" }
        remedy { zh: "改用那个版本，或更新质城", en: "use that version, or update this one" }
    }
    /// No randomness.
    fn no_randomness(why) -> "K103" Error {
        what { zh: "系统不能提供随机数：{why}", en: "the system gives no random numbers: {why}" }
        remedy { zh: "检查操作系统", en: "check the operating system" }
    }
    /// A password that cannot be hashed.
    fn cannot_hash(why) -> "K104" Error {
        what { zh: "不能处理密码：{why}", en: "the password cannot be processed: {why}" }
        remedy { zh: "检查可用内存", en: "check the free memory" }
    }
    /// A login that is there already.
    fn login_is_taken(login) -> "K110" Error {
        what { zh: "登录名“{login}”已被使用", en: "the sign-in name `{login}` is taken" }
        remedy { zh: "换一个登录名", en: "choose another" }
    }
    /// A login that is none.
    fn bad_login(login) -> "K111" Error {
        what { zh: "“{login}”不能作登录名", en: "`{login}` cannot be a sign-in name" }
        remedy { zh: "用 2 至 40 个字母、数字、汉字或“.”“-”“_”“@”", en: "use 2 to 40 letters, digits, `.`, `-`, `_` or `@`" }
    }
    /// A password that is too short.
    fn password_too_short(least) -> "K112" Error {
        what { zh: "密码太短", en: "the password is too short" }
        remedy { zh: "至少 {least} 个字符；一句话比一个怪词更好记也更安全", en: "at least {least} characters; a sentence is easier to keep and safer than an odd word" }
    }
    /// A password that is too long.
    fn password_too_long(most) -> "K113" Error {
        what { zh: "密码太长", en: "the password is too long" }
        remedy { zh: "至多 {most} 个字符", en: "at most {most} characters" }
    }
    /// A password that everybody knows.
    fn password_is_common() -> "K114" Error {
        what { zh: "这个密码太常见，或与登录名相同", en: "this password is too common, or the same as the sign-in name" }
        remedy { zh: "换一个别人猜不到的", en: "choose one that nobody guesses" }
    }
    /// No such account.
    fn no_account(login) -> "K115" Error {
        what { zh: "没有登录名“{login}”", en: "there is no sign-in name `{login}`" }
        remedy { zh: "核对登录名，或先开通账号", en: "check the name, or open the account first" }
    }
    /// A draft beyond the limit.
    fn draft_too_large(limit) -> "K120" Error {
        what { zh: "草稿超过 {limit} 字节，没有保存", en: "the draft is larger than {limit} bytes and was not saved" }
        remedy { zh: "先提交一部分，或把长文字作为附件上传", en: "hand in a part first, or attach the long text as a file" }
    }
    /// An upload beyond the limit.
    fn upload_too_large(name, limit_mb) -> "K121" Error {
        what { zh: "文件“{name}”超过 {limit_mb} MB", en: "the file `{name}` is larger than {limit_mb} MB" }
        remedy { zh: "只上传方案本身，不带数据", en: "upload the package alone, without data" }
    }
    /// Too many files wait.
    fn too_much_waits(files, gib) -> "K141" Error {
        what { zh: "等待导入的文件太多：每人至多 {files} 个，合计至多 {gib} GiB", en: "too much waits to be imported: at most {files} files of one person, {gib} GiB together" }
        remedy { zh: "先导入或删除已上传的文件", en: "import or remove what was uploaded first" }
    }
    /// A subject or an account that is linked already.
    fn is_linked(login) -> "K150" Error {
        what { zh: "账号“{login}”或对方的这个身份已经绑定", en: "the account `{login}`, or that identity of the provider, is linked already" }
        remedy { zh: "先解除原来的绑定", en: "take the present link away first" }
    }
    /// Too many subscriptions.
    fn too_many_webhooks(most) -> "K151" Error {
        what { zh: "变动通知至多 {most} 个", en: "there are {most} webhooks at most" }
        remedy { zh: "先删除不用的", en: "remove those that are not used" }
    }
    /// A command that was given before.
    fn done_already() -> "K152" Error {
        what { zh: "这个请求已经办过", en: "this was done already" }
        remedy { zh: "不用再发", en: "there is no need to send it again" }
    }
}

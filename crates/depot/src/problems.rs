//! Everything that a depot can refuse, with the remedy, in both languages (codes D…).

base::catalogue! {
    /// An object that cannot be read.
    fn cannot_read(place, name, why) -> "D101" Error {
        what { zh: "不能从 {place} 读取 {name}：{why}", en: "cannot read {name} from {place}: {why}" }
        remedy { zh: "核对位置、权限和网络", en: "check the place, the permissions and the network" }
    }
    /// An object that cannot be written.
    fn cannot_write(place, name, why) -> "D102" Error {
        what { zh: "不能向 {place} 写入 {name}：{why}", en: "cannot write {name} to {place}: {why}" }
        remedy { zh: "核对位置、权限、空间和网络", en: "check the place, the permissions, the free space and the network" }
    }
    /// A place that cannot be listed.
    fn cannot_list(place, why) -> "D103" Error {
        what { zh: "不能列出 {place} 的内容：{why}", en: "cannot list what {place} holds: {why}" }
        remedy { zh: "核对位置、权限和网络", en: "check the place, the permissions and the network" }
    }
    /// An object beyond what may be read.
    fn too_large(place, name, limit) -> "D104" Error {
        what { zh: "{place} 的 {name} 大于上限 {limit} 字节", en: "{name} in {place} is larger than the limit of {limit} bytes" }
        remedy { zh: "它不是由本软件写入的；核对位置", en: "this program did not write it; check the place" }
    }
    /// A name that is none.
    fn bad_name(name) -> "D105" Error {
        what { zh: "“{name}”不能作对象的名称", en: "`{name}` cannot be the name of an object" }
        remedy { zh: "用字母、数字、“.”“-”“_”，各段以“/”连接", en: "use letters, digits, `.`, `-` and `_`, in parts joined by `/`" }
    }
    /// A place that is written wrongly.
    fn bad_place(place) -> "D106" Error {
        what { zh: "“{place}”不是存放处", en: "`{place}` is no place to put objects" }
        remedy { zh: "写文件夹，或 s3://桶/前缀", en: "write a folder, or s3://BUCKET/PREFIX" }
    }
    /// No credentials.
    fn no_credentials(variable) -> "D107" Error {
        what { zh: "环境变量 {variable} 没有设置", en: "the environment variable {variable} is not set" }
        remedy { zh: "设置 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY；自建存储再设 AWS_ENDPOINT_URL", en: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL for a store of your own" }
    }
    /// An endpoint that is no address.
    fn bad_endpoint(text, why) -> "D108" Error {
        what { zh: "“{text}”不是存储的地址：{why}", en: "`{text}` is not the address of a store: {why}" }
        remedy { zh: "AWS_ENDPOINT_URL 写成 https://主机:端口", en: "write AWS_ENDPOINT_URL as https://HOST:PORT" }
    }
    /// A file of certificates that is none.
    fn bad_certificates(path, why) -> "D109" Error {
        what { zh: "{path} 不是证书文件：{why}", en: "{path} is not a file of certificates: {why}" }
        remedy { zh: "AWS_CA_BUNDLE 指向 PEM 文件", en: "let AWS_CA_BUNDLE name a PEM file" }
    }
    /// A build without S3.
    fn built_without_s3(place) -> "D110" Error {
        what { zh: "不能访问 {place}：本程序编译时没有包括 S3", en: "{place} cannot be reached: this program was built without S3" }
        remedy { zh: "用文件夹，或以 --features s3 重新编译", en: "use a folder, or build it with `--features s3`" }
    }
}

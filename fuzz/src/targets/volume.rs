//! Evidence that is bound into a volume: whatever it is, it becomes pages or an attachment.

use report::volume::{Cover, Document, Item, bind};

use crate::Target;

pub const TARGET: Target = Target {
    name: "volume",
    asks: "evidence becomes pages or an attachment, the same each time; never a panic",
    run,
    words: &[
        "%PDF-1.4\n",
        "1 0 obj",
        "endobj",
        "<< /Type /Page /Parent 2 0 R >>",
        "/Kids [3 0 R]",
        "/Rotate 90",
        "stream\n",
        "endstream",
        "trailer",
        "startxref",
        "%%EOF",
        "/Filter /FlateDecode",
        "/S /JavaScript",
    ],
};

fn run(input: &[u8]) {
    let bound = || {
        let cover = Cover {
            title: "册".to_owned(),
            unit: "甲".to_owned(),
            notes: Vec::new(),
            notice: None,
        };
        let document = Document {
            name: "a.pdf".to_owned(),
            sha256: String::new(),
            bytes: input.to_vec(),
        };
        bind(
            &cover,
            vec![Item {
                name: "项目".to_owned(),
                documents: vec![document],
            }],
        )
    };
    if let Ok(volume) = bound() {
        assert!(volume.pages + volume.attached.len() > 0, "nothing is lost");
        assert!(
            bound().is_ok_and(|again| again.pdf == volume.pdf),
            "the same each time"
        );
    }
}

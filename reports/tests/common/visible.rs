//! What a page shows, as plain text, so that a snapshot of it can be read: its text without the charts, and the figures of its charts.

use html5gum::{StartTag, Token, Tokenizer};

/// Elements of which nobody sees the text.
const UNSEEN: [&str; 4] = ["script", "style", "metadata", "svg"];
/// Elements that go on in the line of the text around them.
const INLINE: [&str; 9] = ["a", "b", "code", "em", "i", "small", "span", "time", "wbr"];
/// Charts whose marks are the records themselves, one note each, and how many of the notes are kept.
const OF_RECORDS: ([&str; 2], usize) = (["-samples", "-lanes"], 4);

/// Returns the text of a page, one line a paragraph, heading, item or row of a table. Of a chart it has the caption.
pub fn text(page: &str) -> String {
    let mut lines = Lines::default();
    let mut unseen: Option<String> = None;
    for Ok(token) in Tokenizer::new(page) {
        match token {
            Token::StartTag(tag) if unseen.is_none() => {
                let name = utf8(&tag.name);
                lines.open(&name);
                let is_unseen = UNSEEN.contains(&&*name) || tag.attributes.contains_key(&b"hidden"[..]);
                unseen = is_unseen.then_some(name);
            }
            Token::EndTag(tag) if unseen.is_none() => lines.close(&utf8(&tag.name)),
            Token::EndTag(tag) if unseen == Some(utf8(&tag.name)) => unseen = None,
            Token::String(text) if unseen.is_none() => lines.push(&utf8(&text)),
            _ => {}
        }
    }
    lines.finish()
}

/// Returns what each chart of a page says: its place, its figures in words, its labels, and what its marks say where they are pointed at.
pub fn charts(page: &str) -> String {
    let mut said = String::new();
    let mut chart = Chart::default();
    let mut inside = String::new();
    for Ok(token) in Tokenizer::new(page) {
        match token {
            Token::StartTag(tag) if *tag.name == b"figure"[..] => {
                chart = Chart { place: attribute(&tag, "id"), ..Chart::default() };
            }
            Token::StartTag(tag) if *tag.name == b"svg"[..] => chart.words = attribute(&tag, "aria-label"),
            Token::StartTag(tag) => inside = utf8(&tag.name),
            Token::String(text) if inside == "text" => chart.labels.push(utf8(&text)),
            Token::String(notes) if inside == "metadata" => {
                chart.notes.extend(utf8(&notes).lines().map(|note| without_place(note).to_owned()));
            }
            Token::EndTag(tag) if *tag.name == b"figure"[..] => said += &chart.text(),
            Token::EndTag(_) => inside.clear(),
            _ => {}
        }
    }
    said
}

/// What a chart says.
#[derive(Default)]
struct Chart {
    place: String,
    words: String,
    labels: Vec<String>,
    notes: Vec<String>,
}

impl Chart {
    fn text(&self) -> String {
        let (of_records, most) = OF_RECORDS;
        let is_of_records = of_records.iter().any(|kind| self.place.ends_with(kind));
        let kept = if is_of_records { most.min(self.notes.len()) } else { self.notes.len() };
        let notes = self.notes[..kept].iter().map(|note| format!("- {note}\n")).collect::<String>();
        format!("# {}\n{}\n{}\n{notes}", self.place, self.words, self.labels.join(" · "))
    }
}

/// A note without the pixels that it belongs to.
fn without_place(note: &str) -> &str {
    let places = if note.starts_with(['=', '.']) { 3 } else { 4 };
    note.splitn(places + 1, ' ').last().unwrap_or_default()
}

fn attribute(tag: &StartTag<()>, name: &str) -> String {
    tag.attributes.get(name.as_bytes()).map(|value| utf8(value)).unwrap_or_default()
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Lines as they come about.
#[derive(Default)]
struct Lines {
    done: String,
    line: String,
    /// Lists that the line is in.
    depth: usize,
}

impl Lines {
    fn open(&mut self, element: &str) {
        if INLINE.contains(&element) {
            return;
        }
        match element {
            "td" | "th" if !self.line.is_empty() => self.line += " | ",
            "td" | "th" => {}
            _ => self.end(),
        }
        match element {
            "h1" | "h2" | "h3" => {
                self.done += "\n";
                self.line += &"#".repeat(usize::from(element.as_bytes()[1] - b'0'));
                self.line += " ";
            }
            "ul" => self.depth += 1,
            "li" => self.line = "  ".repeat(self.depth.saturating_sub(1)) + "- ",
            "dd" => self.line += "    ",
            _ => {}
        }
    }

    fn close(&mut self, element: &str) {
        if !INLINE.contains(&element) && !matches!(element, "td" | "th") {
            self.end();
        }
        if element == "ul" {
            self.depth = self.depth.saturating_sub(1);
        }
    }

    /// Adds text; white space counts as one space, as in a browser.
    fn push(&mut self, text: &str) {
        for word in text.split_inclusive(char::is_whitespace) {
            let trimmed = word.trim_end();
            self.line += trimmed;
            if trimmed.len() < word.len() && !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
        }
    }

    fn end(&mut self) {
        let line = self.line.trim_end();
        if !line.is_empty() && line.trim() != "-" {
            self.done += line;
            self.done += "\n";
            self.line.clear();
        }
    }

    fn finish(mut self) -> String {
        self.end();
        self.done
    }
}

//! Links within a page of a code-hosting site.

/// Returns the anchor that code-hosting pages give a heading: lower case, punctuation dropped, hyphens for spaces.
pub fn heading_anchor(title: &str) -> String {
    let kept = title.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

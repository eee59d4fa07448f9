//! Where each page of a site lies, from the folder of the site.

use super::slug::{hash8, slug};

/// The folder of a run's pages, in `runs/`, and of a comparison's, in `compare/`.
pub fn folder(name: &str) -> String {
    slug(name)
}

/// The first page of a run.
pub(super) fn run_page(name: &str) -> String {
    format!("runs/{}/index.html", slug(name))
}

/// The page of a comparison, by the name of its folder.
pub(super) fn comparison_page(folder: &str) -> String {
    format!("compare/{folder}/index.html")
}

/// The page of a contender in a workload. Parts of an id are plain already.
pub(super) fn track_page(suite: &str, workload: &str, contender: &str) -> String {
    let hash = hash8(&format!("{suite}/{workload}/{contender}"));
    format!("bench/{suite}/{workload}/{contender}-{hash}.html")
}

/// The page of a machine.
pub(super) fn machine_page(id: &str) -> String {
    format!("machines/{}.html", slug(id))
}

/// Eight characters that stand for a hash: its first, or those of its own hash where it is none.
pub(super) fn short(id: &str) -> String {
    let is_hash = id.len() >= 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { id[..8].to_owned() } else { hash8(id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_where_links_of_others_found_them() {
        assert_eq!(
            run_page("20260318T091502Z-4f2c9ae-7d10"),
            "runs/20260318T091502Z-4f2c9ae-7d10/index.html"
        );
        assert_eq!(
            track_page("map-contention", "read-99-insert-1", "dashmap"),
            format!(
                "bench/map-contention/read-99-insert-1/dashmap-{}.html",
                hash8("map-contention/read-99-insert-1/dashmap")
            )
        );
        assert_eq!(machine_page("7d10c5b2e94f6a83"), "machines/7d10c5b2e94f6a83.html");
        assert_eq!(short("7d10c5b2e94f6a83"), "7d10c5b2");
        assert_eq!(short("<script>").len(), 8);
    }
}

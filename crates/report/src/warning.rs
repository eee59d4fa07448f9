//! What to be wary of, and the word under which `contend explain` says more.

use crate::explain::explain;
use crate::layout::wrap;
use crate::page::{Page, Tone};
use contend_protocol::manifest::Machine;
use contend_protocol::version::MethodVersion;

/// One thing to be wary of.
#[derive(Clone, Debug)]
pub(crate) struct Warning {
    /// A word that `contend explain` knows; it stays what it is when the text changes.
    pub(crate) code: &'static str,
    pub(crate) tone: Tone,
    /// A sentence without its stop.
    pub(crate) text: String,
}

impl Warning {
    pub(crate) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self::with_tone(Tone::Warning, code, text)
    }

    /// Something is broken.
    pub(crate) fn fault(code: &'static str, text: impl Into<String>) -> Self {
        Self::with_tone(Tone::Fault, code, text)
    }

    fn with_tone(tone: Tone, code: &'static str, text: impl Into<String>) -> Self {
        debug_assert!(explain(code).is_some(), "nothing explains {code}");
        Self { code, tone, text: text.into() }
    }
}

/// The warnings, and below them the words that say more; nothing where there is none.
pub(crate) fn add(warnings: &[Warning], width: usize, page: &mut Page) {
    if warnings.is_empty() {
        return;
    }
    page.gap();
    for warning in warnings {
        page.add(warning.tone, wrap(&format!("warning: {}", warning.text), width, 2));
    }
    page.add(Tone::Plain, wrap(&more(warnings), width, 2));
}

/// Codes stand here and not behind each warning, where they would be in the way of the sentences.
fn more(warnings: &[Warning]) -> String {
    let mut codes: Vec<&str> = Vec::new();
    for warning in warnings {
        if !codes.contains(&warning.code) {
            codes.push(warning.code);
        }
    }
    format!("`contend explain WORD` says more: {}", codes.join(", "))
}

/// What a machine of this kind means for every number.
pub(crate) fn about_machine(machine: &Machine) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if !machine.pinning {
        let text = "threads were not held on their cores: they may have moved, or shared one";
        warnings.push(Warning::new("not-pinned", text));
    }
    if !machine.run_queue_figures {
        let text = "run-queue delay cannot be read here: nothing proves that the threads ran in parallel";
        warnings.push(Warning::new("no-run-queue", text));
    }
    if machine.virtualised == Some(true) {
        let text = "measured in a virtual machine: waking a thread costs more than on bare metal";
        warnings.push(Warning::new("virtual-machine", text));
    }
    let cores = machine.allowed_cpus;
    let amount = if cores == 1 { "one processor says".to_owned() } else { format!("{cores} processors say") };
    warnings.push(Warning::new("few-cores", format!("{amount} nothing about scaling past {cores}")));
    warnings
}

/// Numbers of another method than this build's.
pub(crate) fn about_method(method: MethodVersion) -> Option<Warning> {
    let current = MethodVersion::CURRENT;
    (method != current).then(|| {
        let text = format!(
            "measured with method {}, and this build measures with method {}: their numbers are not comparable",
            method.0, current.0
        );
        Warning::new("other-method", text)
    })
}

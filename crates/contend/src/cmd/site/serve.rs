//! `contend site serve`.

use super::Place;
use super::http::{self, Answer};
use crate::error::CommandError;
use crate::output::print;
use anyhow::Context;
use contend_protocol::exit;
use contend_record::site::Site;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Longest head of a request, in bytes.
///
/// Chosen here because browsers stay below 8 KiB on hosts without cookies.
const LONGEST_HEAD: usize = 16 << 10;

/// How long a browser may take to say what it wants, or to take it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Show a site in a browser on this machine
///
/// Serves the folder to this machine only (127.0.0.1), prints the address, and goes on until it is stopped. Pages also open from the disk;
/// a server is for what browsers refuse there. Only files of the site are given out, and only to who asks for 127.0.0.1 or localhost.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,

    /// The port; 0 for any that is free.
    #[arg(long, value_name = "N", default_value_t = 8787)]
    port: u16,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::super::store()?;
    let folder = arguments.place.folder(&store);
    Site::check(&folder)?;
    let root = folder.canonicalize().with_context(|| format!("find {}", folder.display()))?;
    let listener = listen(arguments.port)?;
    let port = listener.local_addr().context("find the port")?.port();
    print(&format!("http://127.0.0.1:{port}/\n"))?;
    eprintln!("contend: serving {} to this machine; Ctrl-C ends it", folder.display());
    let root: Arc<Path> = root.into();
    for stream in listener.incoming() {
        // A browser that goes away is no reason to end.
        let Ok(stream) = stream else { continue };
        let root = Arc::clone(&root);
        // Browsers open connections in advance, so one at a time would wait for those that say nothing.
        #[expect(clippy::disallowed_methods, reason = "a browser is served, and nothing is measured")]
        drop(std::thread::Builder::new().spawn(move || drop(talk(stream, &root))));
    }
    Ok(exit::OK)
}

fn listen(port: u16) -> Result<TcpListener, CommandError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        let way_out = "give `--port N`, or `--port 0` for any that is free";
        match error.kind() {
            ErrorKind::AddrInUse => CommandError::Usage(format!(
                "listen on 127.0.0.1:{port}: another program does already; {way_out}"
            )),
            _ => CommandError::Usage(format!("listen on 127.0.0.1:{port}: {error}; {way_out}")),
        }
    })
}

/// One request and its answer.
fn talk(mut stream: TcpStream, root: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let answer = match head(&mut stream)? {
        Some(head) => http::answer(root, &head),
        None => Answer::of(431, "the head of the request is too long"),
    };
    stream.write_all(&answer.bytes())?;
    stream.flush()
}

/// Everything up to the empty line; `None` where there is too much of it.
fn head(stream: &mut impl Read) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        if bytes.len() > LONGEST_HEAD {
            return Ok(None);
        }
        match stream.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            length => bytes.extend_from_slice(&buffer[..length]),
        }
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

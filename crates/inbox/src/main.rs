//! The start of the inbox in a browser; everything else lives in the library.

fn main() {
    pronto_inbox::app::start();
}

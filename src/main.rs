//! The widget's entry point: hands the page over to the library, and nothing else.

fn main() {
    pronto::start();
}
